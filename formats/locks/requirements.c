/* requirements*.txt and constraints*.txt as pip reads them (pip.pypa.io, requirements file format; PEP 508): one requirement or option
 * a line, '\' joins lines, '#' begins a comment at the start or after a blank. */
#include "formats/locks/read.h"

#include <strings.h>

struct reading {
	struct gate_lock_store *s;
	struct gate_parts p;
	struct gate_buf line;
	uint32_t number;
	bool constraints;
	bool via_other; /* the comment says that another package wants it */
};

static const char *word_end(const char *s)
{
	return s + strcspn(s, " \t");
}

static const char *skip(const char *s)
{
	return s + strspn(s, " \t");
}

static int option_row(struct reading *r, enum gate_dep_role role, const char *name, const char *value, enum gate_dep_kind kind,
		      struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf v = { 0 };
	struct gate_dep_row row = { .eco = GATE_ECO_PYPI, .role = role, .kind = kind, .name = name, .line = r->number };

	gate_buf_add(&v, value, (size_t)(word_end(value) - value));
	row.source = gate_buf_cstr(&v);
	return gate_lock_add(r->s, &row, err);
}

static int option(struct reading *r, const char *s, struct gate_err *err)
{
	static const struct {
		const char *word, *name;
		enum gate_dep_role role;
	} options[] = {
		{ "--index-url", "index-url", GATE_DEP_INDEX },		{ "-i", "index-url", GATE_DEP_INDEX },
		{ "--pypi-url", "index-url", GATE_DEP_INDEX },		{ "--extra-index-url", "extra-index-url", GATE_DEP_INDEX },
		{ "--find-links", "find-links", GATE_DEP_INDEX },	{ "-f", "find-links", GATE_DEP_INDEX },
		{ "--trusted-host", "trusted-host", GATE_DEP_INDEX },	{ "-e", "-e", GATE_DEP_PACKAGE },
		{ "--editable", "-e", GATE_DEP_PACKAGE },		{ "-c", "-c", GATE_DEP_OVERRIDE },
		{ "--constraint", "-c", GATE_DEP_OVERRIDE },
	};

	for (size_t i = 0; i < GATE_ARRAY_LEN(options); i++) {
		size_t n = strlen(options[i].word);
		const char *value = skip(s + n + (s[n] == '='));
		gate_auto(gate_buf) struct gate_buf name = { 0 };
		const char *egg;

		if (strncmp(s, options[i].word, n) != 0 || !strchr(" \t=", s[n]) || !*value)
			continue;
		if (options[i].role != GATE_DEP_PACKAGE) {
			if (options[i].role == GATE_DEP_OVERRIDE || strcmp(options[i].name, "trusted-host") == 0)
				gate_buf_fmt(&name, "%s %.200s", options[i].name, value);
			else
				gate_buf_fmt(&name, "%s", options[i].name);
			return option_row(r, options[i].role, gate_buf_cstr(&name), value, GATE_DEP_URL, err);
		}
		egg = strstr(value, "#egg=");
		gate_buf_str(&name, egg ? egg + 5 : value);
		return option_row(r, options[i].role, gate_buf_cstr(&name), value, gate_address_kind(value), err);
	}
	return 0;
}

static size_t name_len(const char *s)
{
	return strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
}

static int hashes(struct reading *r, const char *s, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf one = { 0 };
	int rc = 0;

	for (s = strstr(s, "--hash"); rc == 0 && s; s = strstr(s, "--hash")) {
		s = skip(s + 6);
		s = skip(s + (*s == '='));
		gate_buf_reset(&one);
		gate_buf_add(&one, s, (size_t)(word_end(s) - s));
		rc = gate_lock_hash(r->s, NULL, NULL, gate_buf_cstr(&one), err);
	}
	return rc;
}

/* "name[extra] ==1.0 ; marker --hash=..." or "name @ url" */
static int requirement(struct reading *r, const char *s, struct gate_err *err)
{
	struct gate_parts *p = &r->p;
	gate_auto(gate_buf) struct gate_buf name = { 0 };
	const char *rest, *at;
	enum gate_dep_kind kind = GATE_DEP_REGISTRY;
	size_t n = name_len(s);
	int rc;

	gate_parts_reset(p, r->number);
	gate_lock_python_name(&name, s, n);
	rest = skip(s + n);
	if (*rest == '[')
		rest = skip(rest + strcspn(rest, "]") + (strchr(rest, ']') != NULL));
	if (gate_address_kind(s) != GATE_DEP_REGISTRY || strchr(s, '/') == s + n) { /* a bare address or path */
		kind = gate_address_kind(s) == GATE_DEP_REGISTRY ? GATE_DEP_PATH : gate_address_kind(s);
		at = strstr(s, "#egg=");
		gate_parts_setn(p, GATE_PART_SOURCE, s, (size_t)(word_end(s) - s));
		gate_buf_reset(&name);
		gate_buf_add(&name, at ? at + 5 : s, (size_t)(word_end(at ? at + 5 : s) - (at ? at + 5 : s)));
	} else if (*rest == '@') {
		rest = skip(rest + 1);
		kind = gate_address_kind(rest);
		gate_parts_setn(p, GATE_PART_SOURCE, rest, (size_t)(word_end(rest) - rest));
	} else if (n == 0) {
		return gate_err_set(err, GATE_E_SYNTAX, "%u: this is no requirement", r->number);
	} else {
		size_t len = strcspn(rest, ";");
		const char *hash = strstr(rest, "--");

		if (hash && (size_t)(hash - rest) < len)
			len = (size_t)(hash - rest);
		while (len && strchr(" \t", rest[len - 1]))
			len--;
		if (len > 2 && gate_starts_with(rest, "==") && !memchr(rest, ',', len) && !memchr(rest, '*', len)) {
			rest = skip(rest + strspn(rest, "="));
			len = strcspn(rest, "; \t");
		}
		gate_parts_setn(p, GATE_PART_VERSION, rest, len);
	}
	gate_parts_set(p, GATE_PART_NAME, gate_buf_cstr(&name));
	if (kind == GATE_DEP_GIT || kind == GATE_DEP_URL) { /* "git+https://host/a.git@rev", "url#sha256=..." */
		const char *src = gate_parts_get(p, GATE_PART_SOURCE), *sep = strstr(src, "://"), *rev;

		rev = sep ? strrchr(sep + 3, '@') : NULL;
		if (kind == GATE_DEP_GIT && rev && strchr(sep + 3, '/') && rev > strchr(sep + 3, '/')) {
			gate_parts_setn(p, GATE_PART_REV, rev + 1, strcspn(rev + 1, "#"));
			p->f[GATE_PART_SOURCE].len = (size_t)(rev - src);
			p->f[GATE_PART_SOURCE].s[rev - src] = '\0';
		} else if (gate_address_rev(src) && gate_starts_with(gate_address_rev(src), "sha")) {
			gate_parts_set(p, GATE_PART_HASH, gate_address_rev(src));
		}
	}
	p->flags = r->via_other ? GATE_DEP_INDIRECT : 0;
	rc = hashes(r, s, err);
	return rc == 0 ? gate_parts_add(r->s, p, GATE_ECO_PYPI, r->constraints ? GATE_DEP_OVERRIDE : GATE_DEP_PACKAGE, kind, err)
		       : rc;
}

static int flush(struct reading *r, struct gate_err *err)
{
	const char *s = skip(gate_buf_cstr(&r->line));
	int rc = 0;

	if (*s)
		rc = *s == '-' ? option(r, s, err) : requirement(r, s, err);
	gate_buf_reset(&r->line);
	return rc;
}

/* pip-compile writes "# via" and who wants it, in the line or below. Only looked for in the text up to the next line that is
 * no comment. */
static bool via_other(const char *at, const char *end)
{
	struct gate_line l = { 0 };
	bool via = false;

	for (int k = 0; k < 40 && gate_line_next(&at, end, &l); k++) {
		const char *hash = memchr(l.s, '#', l.len);
		const char *word = hash ? memmem(hash, (size_t)(l.s + l.len - hash), "via", 3) : NULL;
		size_t left;

		if (k && (!hash || strspn(l.s, " \t") != (size_t)(hash - l.s)))
			break;
		if (word)
			via = true;
		left = hash ? (size_t)(l.s + l.len - hash) : 0;
		if (via && hash && (memmem(hash, left, "-r ", 3) || memmem(hash, left, "(pyproject", 10) ||
				    memmem(hash, left, ".in", 3) || memmem(hash, left, "setup.", 6)))
			return false; /* the project wants it too */
	}
	return via;
}

static int read_lines(struct reading *r, const char *bytes, size_t len, struct gate_err *err)
{
	struct gate_line l = { 0 };
	const char *at = bytes, *end = bytes + len;
	int rc = 0;

	while (rc == 0 && gate_line_next(&at, end, &l)) {
		size_t n = l.len;
		bool joined;

		for (size_t i = 0; i < l.len; i++) {
			if (l.s[i] == '#' && (!i || l.s[i - 1] == ' ' || l.s[i - 1] == '\t')) {
				n = i;
				break;
			}
		}
		joined = n && n == l.len && l.s[n - 1] == '\\';
		if (!r->line.len) {
			r->number = l.number;
			r->via_other = false;
		}
		gate_buf_add(&r->line, l.s, joined ? n - 1 : n);
		if (memchr(l.s, '\0', l.len))
			rc = gate_err_set(err, GATE_E_SYNTAX, "%u: a NUL", l.number);
		if (joined) {
			gate_buf_char(&r->line, ' ');
			continue;
		}
		if (rc == 0 && r->line.len && *skip(gate_buf_cstr(&r->line)))
			r->via_other = via_other(l.s, end);
		if (rc == 0)
			rc = flush(r, err);
	}
	return rc == 0 ? flush(r, err) : rc;
}

static int read_all(bool constraints, const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	struct reading r = { .s = s, .constraints = constraints };
	int rc;

	if (len > 2 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
		bytes += 3;
		len -= 3;
	}
	rc = read_lines(&r, bytes, len, err);
	if (rc == 0)
		rc = gate_buf_check(&r.line, err);
	gate_parts_clear(&r.p);
	gate_buf_clear(&r.line);
	return rc;
}

int gate_lock_read_requirements(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	return read_all(false, bytes, len, s, err);
}

int gate_lock_read_constraints(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	return read_all(true, bytes, len, s, err);
}
