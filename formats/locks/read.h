/* For the readers beside this file: the texts of the entry that is being read, and the list of readers. */
#ifndef GATE_FORMATS_LOCKS_READ_H
#define GATE_FORMATS_LOCKS_READ_H

#include "formats/locks/lock.h"
#include "formats/locks/visit.h"

#include <string.h>

enum gate_part {
	GATE_PART_NAME,
	GATE_PART_VERSION,
	GATE_PART_SOURCE,
	GATE_PART_REV,
	GATE_PART_HASH,
	GATE_PART_FILE,
	GATE_PART_TYPE,
	GATE_PART_ALIAS,
	GATE_PARTS
};

struct gate_parts {
	struct gate_buf f[GATE_PARTS];
	unsigned flags;
	uint32_t line;
	bool open;
};

static inline void gate_parts_reset(struct gate_parts *p, uint32_t line)
{
	for (size_t i = 0; i < GATE_PARTS; i++)
		gate_buf_reset(&p->f[i]);
	p->flags = 0;
	p->line = line;
	p->open = true;
}

static inline void gate_parts_clear(struct gate_parts *p)
{
	for (size_t i = 0; i < GATE_PARTS; i++)
		gate_buf_clear(&p->f[i]);
}

static inline void gate_parts_setn(struct gate_parts *p, enum gate_part at, const char *text, size_t len)
{
	gate_buf_reset(&p->f[at]);
	gate_buf_add(&p->f[at], text, len);
}

static inline void gate_parts_set(struct gate_parts *p, enum gate_part at, const char *text)
{
	gate_parts_setn(p, at, text, strlen(text));
}

static inline const char *gate_parts_get(const struct gate_parts *p, enum gate_part at)
{
	return p->f[at].len ? p->f[at].s : "";
}

/* What a plain table of keys says: the value of `key` is part `at`. Gives false when no row has the key. */
struct gate_part_key {
	const char *key;
	enum gate_part at;
};
bool gate_parts_take(struct gate_parts *p, const struct gate_part_key *keys, size_t n, const char *key, const char *text);

/* A line of a file, without its end. *p moves behind it; false at the end. */
struct gate_line {
	const char *s;
	size_t len;
	uint32_t number;
};
bool gate_line_next(const char **p, const char *end, struct gate_line *line);
/* The text between the first pair of quotes from *from on; moves *from behind it. */
bool gate_line_quoted(const char **from, const char *end, const char **s, size_t *len);

/* What an address in a manifest or a lockfile is. rev: the part behind '#', or NULL. */
enum gate_dep_kind gate_address_kind(const char *text);
const char *gate_address_rev(const char *text);

/* A row with the texts of `p` as they are: NAME, VERSION, SOURCE, REV, ALIAS; HASH becomes its checksums first. */
int gate_parts_add(struct gate_lock_store *s, const struct gate_parts *p, enum gate_ecosystem eco, enum gate_dep_role role,
		   enum gate_dep_kind kind, struct gate_err *err);

/* Bytes of one file become rows of s->now. Errors: GATE_E_SYNTAX, GATE_E_LIMIT, GATE_E_NOMEM. */
typedef int gate_lock_read_fn(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err);

gate_lock_read_fn gate_lock_read_npm, gate_lock_read_yarn, gate_lock_read_pnpm, gate_lock_read_bun, gate_lock_read_deno,
	gate_lock_read_cargo, gate_lock_read_go_sum, gate_lock_read_go_mod, gate_lock_read_go_work, gate_lock_read_poetry,
	gate_lock_read_pylock, gate_lock_read_pipfile, gate_lock_read_requirements, gate_lock_read_constraints,
	gate_lock_read_gem, gate_lock_read_composer, gate_lock_read_mix, gate_lock_read_pub, gate_lock_read_gradle,
	gate_lock_read_gradle_sums, gate_lock_read_nuget, gate_lock_read_nuget_config, gate_lock_read_paket,
	gate_lock_read_swift, gate_lock_read_pods, gate_lock_read_conan, gate_lock_read_renv, gate_lock_read_stack,
	gate_lock_read_cabal, gate_lock_read_julia, gate_lock_read_flake, gate_lock_read_terraform;
/* Manifests. */
gate_lock_read_fn gate_lock_read_package_json, gate_lock_read_deno_json, gate_lock_read_pnpm_workspace,
	gate_lock_read_composer_json, gate_lock_read_pyproject, gate_lock_read_pipfile_toml, gate_lock_read_setup_cfg,
	gate_lock_read_cargo_toml, gate_lock_read_pubspec, gate_lock_read_version_catalog, gate_lock_read_pom,
	gate_lock_read_msbuild, gate_lock_read_gemfile, gate_lock_read_podfile, gate_lock_read_mix_exs,
	gate_lock_read_build_gradle, gate_lock_read_package_swift, gate_lock_read_conanfile, gate_lock_read_description,
	gate_lock_read_flake_nix;

#endif
