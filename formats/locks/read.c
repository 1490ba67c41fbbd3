#include "formats/locks/read.h"

#include <strings.h>

bool gate_parts_take(struct gate_parts *p, const struct gate_part_key *keys, size_t n, const char *key, const char *text)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(keys[i].key, key) != 0)
			continue;
		gate_parts_set(p, keys[i].at, text);
		return true;
	}
	return false;
}

bool gate_line_next(const char **p, const char *end, struct gate_line *line)
{
	const char *nl;

	if (*p >= end)
		return false;
	nl = memchr(*p, '\n', (size_t)(end - *p));
	line->s = *p;
	line->len = (size_t)((nl ? nl : end) - *p);
	line->number++;
	*p = nl ? nl + 1 : end;
	if (line->len && line->s[line->len - 1] == '\r')
		line->len--;
	return true;
}

bool gate_line_quoted(const char **from, const char *end, const char **s, size_t *len)
{
	const char *open = *from, *close;

	while (open < end && *open != '"' && *open != '\'')
		open++;
	if (open >= end)
		return false;
	close = memchr(open + 1, *open, (size_t)(end - open - 1));
	if (!close)
		return false;
	*s = open + 1;
	*len = (size_t)(close - open - 1);
	*from = close + 1;
	return true;
}

/* Starts of addresses. "a/b" and "github:a/b" are what npm takes for a repository of a forge. */
static const struct {
	const char *start;
	enum gate_dep_kind kind;
} address_kinds[] = {
	{ "git+file:", GATE_DEP_PATH }, { "git+", GATE_DEP_GIT },	 { "git:", GATE_DEP_GIT },
	{ "git@", GATE_DEP_GIT },	{ "github:", GATE_DEP_GIT },	 { "gitlab:", GATE_DEP_GIT },
	{ "bitbucket:", GATE_DEP_GIT }, { "gist:", GATE_DEP_GIT },	 { "ssh:", GATE_DEP_GIT },
	{ "hg+", GATE_DEP_GIT },	{ "svn+", GATE_DEP_GIT },	 { "bzr+", GATE_DEP_GIT },
	{ "file:", GATE_DEP_PATH },	{ "link:", GATE_DEP_PATH },	 { "portal:", GATE_DEP_PATH },
	{ "./", GATE_DEP_PATH },	{ "../", GATE_DEP_PATH },	 { "~/", GATE_DEP_PATH },
	{ "/", GATE_DEP_PATH },		{ "workspace:", GATE_DEP_WORKSPACE },
};

enum gate_dep_kind gate_address_kind(const char *text)
{
	const char *cut;

	for (size_t i = 0; i < GATE_ARRAY_LEN(address_kinds); i++) {
		if (strncasecmp(text, address_kinds[i].start, strlen(address_kinds[i].start)) == 0)
			return address_kinds[i].kind;
	}
	if (strncasecmp(text, "http:", 5) != 0 && strncasecmp(text, "https:", 6) != 0)
		return GATE_DEP_REGISTRY;
	cut = text + strcspn(text, "?#");
	return cut - text > 4 && memcmp(cut - 4, ".git", 4) == 0 ? GATE_DEP_GIT : GATE_DEP_URL;
}

const char *gate_address_rev(const char *text)
{
	const char *hash = strchr(text, '#');

	return hash ? hash + 1 : NULL;
}

int gate_parts_add(struct gate_lock_store *s, const struct gate_parts *p, enum gate_ecosystem eco, enum gate_dep_role role,
		   enum gate_dep_kind kind, struct gate_err *err)
{
	struct gate_dep_row row = {
		.eco = eco,
		.role = role,
		.kind = kind,
		.name = gate_parts_get(p, GATE_PART_NAME),
		.version = gate_parts_get(p, GATE_PART_VERSION),
		.source = gate_parts_get(p, GATE_PART_SOURCE),
		.revision = gate_parts_get(p, GATE_PART_REV),
		.alias = gate_parts_get(p, GATE_PART_ALIAS),
		.line = p->line,
		.flags = p->flags,
	};
	int rc = gate_lock_hash(s, NULL, NULL, gate_parts_get(p, GATE_PART_HASH), err);

	for (size_t i = 0; rc == 0 && i < GATE_PARTS; i++)
		rc = gate_buf_check(&p->f[i], err);
	return rc == 0 ? gate_lock_add(s, &row, err) : rc;
}
