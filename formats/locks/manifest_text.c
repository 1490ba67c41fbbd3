/* Manifests that are programs: Gemfile, Podfile, mix.exs, build.gradle, Package.swift, flake.nix; and two plain lists, conanfile.txt and
 * DESCRIPTION. A program is not run, so only what stands in one line is read: a word that asks for a package, and the texts in
 * quotes behind it. What is written in another way shows in the lockfile. */
#include "formats/locks/manifest.h"

#include <ctype.h>

struct shape {
	const char *word; /* what the line begins with, after blanks */
	enum gate_ecosystem eco;
	enum gate_dep_role role;
	bool coordinates; /* "group:name:version" in one text */
	bool address;	  /* the first text is an address, and its last part the name */
	const char *block; /* only inside a block that a line with this word begins */
};

static const char *const vcs_words[] = { "git:", "github:", ":git", ":github", "gist:", "bitbucket:", "git =>", "url:" };
static const char *const path_words[] = { "path:", ":path", "path =>" };

static bool has(const struct gate_line *l, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *at = memmem(l->s, l->len, words[i], strlen(words[i]));

		if (at && (at == l->s || !isalnum((unsigned char)at[-1])))
			return true;
	}
	return false;
}

/* The text in quotes behind one of the words. */
static bool behind(const struct gate_line *l, const char *const *words, size_t n, const char **s, size_t *len)
{
	for (size_t i = 0; i < n; i++) {
		const char *at = memmem(l->s, l->len, words[i], strlen(words[i]));

		if (!at)
			continue;
		at += strlen(words[i]);
		return gate_line_quoted(&at, l->s + l->len, s, len);
	}
	return false;
}

static void fill(struct gate_parts *p, const struct shape *sh, const char *s, size_t len, const char *v, size_t v_len)
{
	const char *a, *b;

	gate_parts_setn(p, GATE_PART_NAME, s, len);
	gate_parts_setn(p, GATE_PART_VERSION, v, v_len);
	if (sh->coordinates) {
		a = memchr(s, ':', len);
		b = a ? memchr(a + 1, ':', (size_t)(s + len - a - 1)) : NULL;
		if (b) {
			gate_parts_setn(p, GATE_PART_NAME, s, (size_t)(b - s));
			gate_parts_setn(p, GATE_PART_VERSION, b + 1, (size_t)(s + len - b - 1));
		}
	}
	if (sh->address) {
		gate_parts_setn(p, GATE_PART_SOURCE, s, len);
		a = memrchr(s, '/', len);
		gate_parts_setn(p, GATE_PART_NAME, a ? a + 1 : s, (size_t)(s + len - (a ? a + 1 : s)));
	}
}

static int one_line(struct gate_lock_store *s, struct gate_parts *p, const struct shape *sh, const struct gate_line *l,
		    struct gate_err *err)
{
	enum gate_dep_kind kind = sh->address ? GATE_DEP_GIT : GATE_DEP_REGISTRY;
	const char *at = l->s, *end = l->s + l->len, *name, *v = "", *from;
	size_t n, v_len = 0, from_len;

	if (!gate_line_quoted(&at, end, &name, &n))
		return 0;
	gate_line_quoted(&at, end, &v, &v_len);
	gate_parts_reset(p, l->number);
	fill(p, sh, name, n, v, v_len);
	if (sh->role == GATE_DEP_INDEX) {
		gate_parts_setn(p, GATE_PART_SOURCE, name, n);
		gate_parts_set(p, GATE_PART_VERSION, "");
		kind = GATE_DEP_URL;
	} else if (!sh->address && behind(l, vcs_words, GATE_ARRAY_LEN(vcs_words), &from, &from_len)) {
		kind = GATE_DEP_GIT;
		gate_parts_setn(p, GATE_PART_SOURCE, from, from_len);
	} else if (behind(l, path_words, GATE_ARRAY_LEN(path_words), &from, &from_len)) {
		kind = GATE_DEP_PATH;
		gate_parts_setn(p, GATE_PART_SOURCE, from, from_len);
	}
	return gate_parts_add(s, p, sh->eco, sh->role, kind, err);
}

static bool comment(const struct gate_line *l, size_t from)
{
	return l->s[from] == '#' || (l->len > from + 1 && l->s[from] == '/' && l->s[from + 1] == '/');
}

static int scan(const struct shape *shapes, size_t n, const char *bytes, size_t len, struct gate_lock_store *s,
		struct gate_err *err)
{
	struct gate_parts p = { 0 };
	struct gate_line l = { 0 };
	const char *at = bytes, *block = "";
	size_t block_len = 0;
	int rc = 0;

	while (rc == 0 && gate_line_next(&at, bytes + len, &l)) {
		size_t from = 0;

		while (from < l.len && strchr(" \t", l.s[from]))
			from++;
		if (from == l.len || comment(&l, from))
			continue;
		if (memchr(l.s, '{', l.len)) {
			block = l.s + from;
			block_len = l.len - from;
		}
		for (size_t i = 0; rc == 0 && i < n; i++) {
			size_t w = strlen(shapes[i].word);

			if (l.len - from <= w || memcmp(l.s + from, shapes[i].word, w) != 0)
				continue;
			if (isalnum((unsigned char)shapes[i].word[w - 1]) && (isalnum((unsigned char)l.s[from + w]) || l.s[from + w] == '_'))
				continue;
			if (shapes[i].block && (block_len < strlen(shapes[i].block) || memcmp(block, shapes[i].block, strlen(shapes[i].block)) != 0))
				continue;
			rc = one_line(s, &p, &shapes[i], &l, err);
			break;
		}
	}
	gate_parts_clear(&p);
	return rc;
}

#define READER(name, ...) \
	int name(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err) \
	{ \
		static const struct shape shapes[] = { __VA_ARGS__ }; \
 \
		return scan(shapes, GATE_ARRAY_LEN(shapes), bytes, len, s, err); \
	}

READER(gate_lock_read_gemfile, { "gem ", GATE_ECO_RUBYGEMS, GATE_DEP_DIRECT, false, false, NULL },
       { "gem(", GATE_ECO_RUBYGEMS, GATE_DEP_DIRECT, false, false, NULL },
       { "source ", GATE_ECO_RUBYGEMS, GATE_DEP_INDEX, false, false, NULL },
       { "source(", GATE_ECO_RUBYGEMS, GATE_DEP_INDEX, false, false, NULL })
READER(gate_lock_read_podfile, { "pod ", GATE_ECO_COCOAPODS, GATE_DEP_DIRECT, false, false, NULL },
       { "source ", GATE_ECO_COCOAPODS, GATE_DEP_INDEX, false, false, NULL })
READER(gate_lock_read_package_swift, { ".package(", GATE_ECO_SWIFT, GATE_DEP_DIRECT, false, true, NULL })
READER(gate_lock_read_build_gradle, { "implementation", GATE_ECO_MAVEN, GATE_DEP_DIRECT, true, false, NULL },
       { "api", GATE_ECO_MAVEN, GATE_DEP_DIRECT, true, false, NULL }, { "compileOnly", GATE_ECO_MAVEN, GATE_DEP_DIRECT, true, false, NULL },
       { "runtimeOnly", GATE_ECO_MAVEN, GATE_DEP_DIRECT, true, false, NULL },
       { "testImplementation", GATE_ECO_MAVEN, GATE_DEP_DIRECT, true, false, NULL },
       { "testRuntimeOnly", GATE_ECO_MAVEN, GATE_DEP_DIRECT, true, false, NULL },
       { "androidTestImplementation", GATE_ECO_MAVEN, GATE_DEP_DIRECT, true, false, NULL },
       { "debugImplementation", GATE_ECO_MAVEN, GATE_DEP_DIRECT, true, false, NULL },
       { "annotationProcessor", GATE_ECO_MAVEN, GATE_DEP_DIRECT, true, false, NULL },
       { "kapt", GATE_ECO_MAVEN, GATE_DEP_DIRECT, true, false, NULL }, { "ksp", GATE_ECO_MAVEN, GATE_DEP_DIRECT, true, false, NULL },
       { "classpath", GATE_ECO_MAVEN, GATE_DEP_DIRECT, true, false, NULL }, { "id", GATE_ECO_MAVEN, GATE_DEP_DIRECT, false, false, NULL },
       { "maven {", GATE_ECO_MAVEN, GATE_DEP_INDEX, false, false, NULL }, { "maven(", GATE_ECO_MAVEN, GATE_DEP_INDEX, false, false, NULL },
       { "url", GATE_ECO_MAVEN, GATE_DEP_INDEX, false, false, "maven" },
       { "setUrl", GATE_ECO_MAVEN, GATE_DEP_INDEX, false, false, "maven" })

/* {:name, "~> 1.0", git: "..."} */
static int mix_line(struct gate_lock_store *s, struct gate_parts *p, const struct gate_line *l, const char *name, struct gate_err *err)
{
	const char *end = l->s + l->len, *at = name, *v, *from;
	size_t n = 0, v_len, from_len;
	enum gate_dep_kind kind = GATE_DEP_REGISTRY;

	while (name + n < end && (isalnum((unsigned char)name[n]) || name[n] == '_'))
		n++;
	gate_parts_reset(p, l->number);
	gate_parts_setn(p, GATE_PART_NAME, name, n);
	if (behind(l, vcs_words, 2, &from, &from_len)) {
		kind = GATE_DEP_GIT;
		gate_parts_setn(p, GATE_PART_SOURCE, from, from_len);
	} else if (has(l, path_words, 1) && behind(l, path_words, 1, &from, &from_len)) {
		kind = GATE_DEP_PATH;
		gate_parts_setn(p, GATE_PART_SOURCE, from, from_len);
	} else if (gate_line_quoted(&at, end, &v, &v_len)) {
		gate_parts_setn(p, GATE_PART_VERSION, v, v_len);
	} else {
		return 0;
	}
	return gate_parts_add(s, p, GATE_ECO_HEX, memmem(l->s, l->len, "override: true", 14) ? GATE_DEP_OVERRIDE : GATE_DEP_DIRECT,
			      kind, err);
}

int gate_lock_read_mix_exs(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	struct gate_parts p = { 0 };
	struct gate_line l = { 0 };
	const char *at = bytes;
	int rc = 0;

	while (rc == 0 && gate_line_next(&at, bytes + len, &l)) {
		const char *open = memmem(l.s, l.len, "{:", 2), *hash = memchr(l.s, '#', l.len);

		if (open && (!hash || hash > open))
			rc = mix_line(s, &p, &l, open + 2, err);
	}
	gate_parts_clear(&p);
	return rc;
}

/* [requires] and lines "name/1.0" */
int gate_lock_read_conanfile(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	struct gate_parts p = { 0 };
	struct gate_line l = { 0 };
	const char *at = bytes;
	bool on = false;
	int rc = 0;

	while (rc == 0 && gate_line_next(&at, bytes + len, &l)) {
		const char *slash = memchr(l.s, '/', l.len);

		if (l.len && l.s[0] == '[')
			on = memmem(l.s, l.len, "requires]", 9) != NULL;
		if (!on || !slash || l.s[0] == '#' || l.s[0] == '[')
			continue;
		gate_parts_reset(&p, l.number);
		gate_parts_setn(&p, GATE_PART_NAME, l.s, (size_t)(slash - l.s));
		gate_parts_setn(&p, GATE_PART_VERSION, slash + 1, (size_t)(l.s + l.len - slash - 1));
		rc = gate_parts_add(s, &p, GATE_ECO_CONAN, GATE_DEP_DIRECT, GATE_DEP_REGISTRY, err);
	}
	gate_parts_clear(&p);
	return rc;
}

/* "Imports: a, b (>= 1.0)", continued by blanks; Depends, Suggests, LinkingTo, Remotes */
static int description_names(struct gate_lock_store *s, struct gate_parts *p, const char *text, size_t len, uint32_t line,
			     bool remotes, struct gate_err *err)
{
	const char *end = text + len;
	int rc = 0;

	while (rc == 0 && text < end) {
		const char *comma = memchr(text, ',', (size_t)(end - text)), *stop = comma ? comma : end;
		size_t n = 0;

		while (text < stop && strchr(" \t", *text))
			text++;
		while (text + n < stop && !strchr(" \t(", text[n]))
			n++;
		gate_parts_reset(p, line);
		gate_parts_setn(p, GATE_PART_NAME, text, n);
		if (remotes)
			gate_parts_setn(p, GATE_PART_SOURCE, text, n);
		if (n && !(n == 1 && *text == 'R'))
			rc = gate_parts_add(s, p, GATE_ECO_CRAN, remotes ? GATE_DEP_OVERRIDE : GATE_DEP_DIRECT,
					    remotes ? GATE_DEP_GIT : GATE_DEP_REGISTRY, err);
		text = stop + 1;
	}
	return rc;
}

int gate_lock_read_description(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	static const char *const fields[] = { "Imports:", "Depends:", "Suggests:", "LinkingTo:", "Enhances:", "Remotes:" };
	struct gate_parts p = { 0 };
	struct gate_line l = { 0 };
	const char *at = bytes;
	size_t field = GATE_ARRAY_LEN(fields);
	int rc = 0;

	while (rc == 0 && gate_line_next(&at, bytes + len, &l)) {
		size_t from = 0;

		if (l.len && !strchr(" \t", l.s[0])) {
			for (field = 0; field < GATE_ARRAY_LEN(fields); field++) {
				from = strlen(fields[field]);
				if (l.len >= from && memcmp(l.s, fields[field], from) == 0)
					break;
			}
		}
		if (field < GATE_ARRAY_LEN(fields))
			rc = description_names(s, &p, l.s + from, l.len - from, l.number,
					       field == GATE_ARRAY_LEN(fields) - 1, err);
	}
	gate_parts_clear(&p);
	return rc;
}

/* inputs.NAME.url = "github:owner/repo", or NAME.url, or url inside NAME = { ... } */
int gate_lock_read_flake_nix(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	struct gate_parts p = { 0 };
	struct gate_line l = { 0 };
	const char *at = bytes;
	int rc = 0;

	while (rc == 0 && gate_line_next(&at, bytes + len, &l)) {
		const char *url = memmem(l.s, l.len, "url", 3), *from = url, *text;
		size_t n;

		if (!url || comment(&l, strspn(l.s, " \t") < l.len ? strspn(l.s, " \t") : 0))
			continue;
		if (!memchr(url, '=', (size_t)(l.s + l.len - url)) || !gate_line_quoted(&from, l.s + l.len, &text, &n))
			continue;
		gate_parts_reset(&p, l.number);
		gate_parts_setn(&p, GATE_PART_NAME, text, n);
		gate_parts_setn(&p, GATE_PART_SOURCE, text, n);
		rc = gate_parts_add(s, &p, GATE_ECO_NIX, GATE_DEP_DIRECT, GATE_DEP_GIT, err);
	}
	gate_parts_clear(&p);
	return rc;
}
