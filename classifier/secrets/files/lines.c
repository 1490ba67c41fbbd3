/* Formats of one entry a line: .netrc (the manual of ftp(1)), .pgpass (PostgreSQL's documentation), .git-credentials
 * (git-credential-store), shadow(5) and htpasswd, and files that are one secret. */
#include "classifier/secrets/files/reader.h"

#include "base/mem.h"

#include <string.h>

struct line {
	const char *s;
	size_t len;
	uint32_t nr;
};

struct lines {
	const char *at, *end;
	uint32_t nr;
};

static bool next_line(struct lines *l, struct line *out)
{
	const char *nl;

	if (l->at >= l->end)
		return false;
	nl = memchr(l->at, '\n', (size_t)(l->end - l->at));
	*out = (struct line){ l->at, (size_t)((nl ? nl : l->end) - l->at), ++l->nr };
	l->at = nl ? nl + 1 : l->end;
	while (out->len && strchr(" \t\r", out->s[out->len - 1]) && out->s[out->len - 1])
		out->len--;
	while (out->len && (*out->s == ' ' || *out->s == '\t')) {
		out->s++;
		out->len--;
	}
	return true;
}

static int tell(gate_file_value_fn *fn, void *arg, const char *key, const char *s, size_t len, uint32_t nr,
		enum gate_value_kind kind, struct gate_err *err)
{
	struct gate_file_value v = { key, s, len, nr, kind };

	return len ? fn(arg, &v, err) : 0;
}

/* The next word of a line, "" at its end. */
static struct line word(struct line *l)
{
	struct line w = { l->s, 0, l->nr };

	while (l->len && (*l->s == ' ' || *l->s == '\t')) {
		l->s++;
		l->len--;
	}
	w.s = l->s;
	while (l->len && *l->s != ' ' && *l->s != '\t') {
		l->s++;
		l->len--;
		w.len++;
	}
	return w;
}

static bool is(struct line w, const char *name)
{
	return w.len == strlen(name) && memcmp(w.s, name, w.len) == 0;
}

/* "password" and "account" are followed by their value, on this line or the next. */
int gate_file_netrc(const struct gate_file_text *t, gate_file_value_fn *fn, void *arg, struct gate_err *err)
{
	struct lines all = { t->s, t->s + t->len, 0 };
	bool wanted = false;
	struct line l, w;
	int rc = 0;

	while (rc == 0 && next_line(&all, &l)) {
		while (rc == 0 && (w = word(&l)).len && *w.s != '#') {
			if (wanted)
				rc = tell(fn, arg, "password", w.s, w.len, w.nr, GATE_VALUE_PLAIN, err);
			wanted = !wanted && (is(w, "password") || is(w, "passwd"));
		}
	}
	return rc;
}

int gate_file_pgpass(const struct gate_file_text *t, gate_file_value_fn *fn, void *arg, struct gate_err *err)
{
	struct lines all = { t->s, t->s + t->len, 0 };
	struct line l;
	int rc = 0;

	while (rc == 0 && next_line(&all, &l)) {
		size_t at = 0, colons = 0;

		for (; at < l.len && colons < 4; at++) {
			if (l.s[at] == '\\')
				at++;
			else
				colons += l.s[at] == ':';
		}
		if (colons == 4 && *l.s != '#' && at < l.len)
			rc = tell(fn, arg, "password", l.s + at, l.len - at, l.nr, GATE_VALUE_PLAIN, err);
	}
	return rc;
}

int gate_file_urls(const struct gate_file_text *t, gate_file_value_fn *fn, void *arg, struct gate_err *err)
{
	struct lines all = { t->s, t->s + t->len, 0 };
	struct line l;
	int rc = 0;

	while (rc == 0 && next_line(&all, &l)) {
		const char *scheme = memmem(l.s, l.len, "://", 3), *from = scheme ? scheme + 3 : NULL;
		const char *at = from ? memchr(from, '@', l.len - (size_t)(from - l.s)) : NULL;
		const char *colon = at ? memchr(from, ':', (size_t)(at - from)) : NULL;

		if (colon && *l.s != '#')
			rc = tell(fn, arg, "password", colon + 1, (size_t)(at - colon) - 1, l.nr, GATE_VALUE_PLAIN, err);
	}
	return rc;
}

/* crypt(3)'s forms, {SHA} and the like, and the old one of 13 characters. "x", "*", "!" are none. */
static bool is_hash(const char *s, size_t len)
{
	if (len < 13)
		return false;
	if (*s == '$' || *s == '{')
		return true;
	for (size_t i = 0; i < len; i++) {
		if (s[i] != '.' && s[i] != '/' && !(s[i] >= '0' && s[i] <= '9') && !((s[i] | 32) >= 'a' && (s[i] | 32) <= 'z'))
			return false;
	}
	return len == 13 || len == 32;
}

int gate_file_hashes(const struct gate_file_text *t, gate_file_value_fn *fn, void *arg, struct gate_err *err)
{
	struct lines all = { t->s, t->s + t->len, 0 };
	struct line l;
	int rc = 0;

	while (rc == 0 && next_line(&all, &l)) {
		const char *colon = memchr(l.s, ':', l.len), *from = colon ? colon + 1 : NULL, *end;
		size_t left = from ? l.len - (size_t)(from - l.s) : 0;

		end = left ? memchr(from, ':', left) : NULL;
		left = end ? (size_t)(end - from) : left;
		if (from && *l.s != '#' && is_hash(from, left))
			rc = tell(fn, arg, "password hash", from, left, l.nr, GATE_VALUE_HASHED, err);
	}
	return rc;
}

int gate_file_whole(const struct gate_file_text *t, gate_file_value_fn *fn, void *arg, struct gate_err *err)
{
	struct lines all = { t->s, t->s + t->len, 0 };
	struct line l;

	while (next_line(&all, &l)) {
		if (l.len && *l.s != '#')
			return *l.s == '$' || memchr(l.s, ' ', l.len) ?
				       0 :
				       tell(fn, arg, "", l.s, l.len, l.nr, GATE_VALUE_PLAIN, err);
	}
	return 0;
}
