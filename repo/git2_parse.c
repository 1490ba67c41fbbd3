#include "repo/git2_parse.h"

#include "base/num.h"

/* What is left of an object while its header lines are taken off the front. */
struct lines {
	const char *p;
	size_t left;
};

/* Takes one line without its LF. False at the end or without an LF. */
static bool take_line(struct lines *l, struct gate_piece *line)
{
	const char *lf = l->left ? memchr(l->p, '\n', l->left) : NULL;

	if (!lf)
		return false;
	*line = (struct gate_piece){ l->p, (size_t)(lf - l->p) };
	l->left -= line->len + 1;
	l->p = lf + 1;
	return true;
}

static bool has_key(struct gate_piece line, const char *key)
{
	size_t n = strlen(key);

	return line.len > n && memcmp(line.s, key, n) == 0 && line.s[n] == ' ';
}

static bool take_key(struct lines *l, const char *key, struct gate_piece *value)
{
	struct lines at = *l;
	struct gate_piece line;
	size_t skip = strlen(key) + 1;

	if (!take_line(&at, &line) || !has_key(line, key))
		return false;
	*value = (struct gate_piece){ line.s + skip, line.len - skip };
	*l = at;
	return true;
}

static bool piece_oid(struct gate_piece v, struct gate_oid *o)
{
	char hex[GATE_HEXSZ + 1];

	if (v.len != GATE_HEXSZ)
		return false;
	memcpy(hex, v.s, GATE_HEXSZ);
	hex[GATE_HEXSZ] = '\0';
	return gate_oid_parse(hex, o);
}

static void flaw(const char **first, const char *what)
{
	if (!*first)
		*first = what;
}

/* "Name <mail> 1700000000 +0100": gives the time; false when the form is another. */
static bool ident_time(struct gate_piece v, int64_t *when)
{
	const char *gt = memrchr(v.s, '>', v.len), *end = v.s + v.len, *sp;
	uint64_t t;

	if (!gt || !memchr(v.s, '<', (size_t)(gt - v.s)) || end - gt < 3 || gt[1] != ' ')
		return false;
	gt += 2;
	sp = memchr(gt, ' ', (size_t)(end - gt));
	if (!sp || end - sp < 6 || (sp[1] != '+' && sp[1] != '-') ||
	    !gate_parse_u64(gt, (size_t)(sp - gt), &t) || t > INT64_MAX / 2)
		return false;
	for (const char *d = sp + 2; d < end; d++) {
		if (*d < '0' || *d > '9')
			return false;
	}
	*when = (int64_t)t;
	return true;
}

/* The headers after the fixed ones, up to the empty line. Those of `once` may stand once, those of `never` not at all. */
static void further_headers(struct lines *l, const char *const *never, const char **first)
{
	static const char *const once[] = { "encoding", "gpgsig", "gpgsig-sha256" };
	bool seen[GATE_ARRAY_LEN(once)] = { false };
	struct gate_piece line;

	while (l->left && l->p[0] != '\n') {
		if (!take_line(l, &line)) {
			flaw(first, "a header line has no end");
			l->left = 0;
			return;
		}
		for (size_t i = 0; never[i]; i++) {
			if (has_key(line, never[i]))
				flaw(first, "a header stands twice, or in the wrong place");
		}
		for (size_t i = 0; i < GATE_ARRAY_LEN(once); i++) {
			if (!has_key(line, once[i]))
				continue;
			if (seen[i])
				flaw(first, "a header stands twice");
			seen[i] = true;
		}
	}
}

static struct gate_piece message_of(struct lines *l)
{
	if (l->left) { /* the empty line */
		l->p++;
		l->left--;
	}
	return (struct gate_piece){ l->p, l->left };
}

static void commit_idents(struct lines *l, struct gate_commit_view *out)
{
	int64_t when = 0;

	if (!take_key(l, "author", &out->author))
		flaw(&out->flaw, "no author line after tree and parents");
	else if (!ident_time(out->author, &when))
		flaw(&out->flaw, "the author line is not 'name <mail> time zone'");
	if (!take_key(l, "committer", &out->committer))
		flaw(&out->flaw, "no committer line after the author");
	else if (!ident_time(out->committer, &when))
		flaw(&out->flaw, "the committer line is not 'name <mail> time zone'");
	out->when = when;
}

bool gate_parse_commit(const char *bytes, size_t len, struct gate_commit_view *out)
{
	static const char *const never[] = { "tree", "parent", "author", "committer", NULL };
	struct lines l = { bytes, len };
	struct gate_piece v;
	struct gate_oid o;

	*out = (struct gate_commit_view){ .author = { "", 0 }, .committer = { "", 0 } };
	if (!take_key(&l, "tree", &v) || !piece_oid(v, &out->tree))
		return false;
	out->parents = l.p;
	while (take_key(&l, "parent", &v)) {
		if (!piece_oid(v, &o))
			return false;
		out->n_parents++;
	}
	out->headers.s = l.p;
	commit_idents(&l, out);
	further_headers(&l, never, &out->flaw);
	out->headers.len = (size_t)(l.p - out->headers.s);
	out->message = message_of(&l);
	if (memchr(bytes, '\0', len))
		flaw(&out->flaw, "a NUL byte stands in it");
	return true;
}

void gate_commit_parent(const struct gate_commit_view *c, uint32_t i, struct gate_oid *out)
{
	const char *line = c->parents + i * GATE_PARENT_LINE;

	/* gate_parse_commit has read it once, so that this holds. */
	if (!piece_oid((struct gate_piece){ line + sizeof("parent ") - 1, GATE_HEXSZ }, out))
		*out = (struct gate_oid){ { 0 } };
}

static bool kind_named(struct gate_piece v, enum gate_kind *kind)
{
	static const char *const names[GATE_KIND_COUNT] = { NULL, "commit", "tree", "blob", "tag" };

	for (size_t i = 1; i < GATE_KIND_COUNT; i++) {
		if (v.len == strlen(names[i]) && memcmp(v.s, names[i], v.len) == 0) {
			*kind = (enum gate_kind)i;
			return true;
		}
	}
	return false;
}

bool gate_parse_tag(const char *bytes, size_t len, struct gate_tag_view *out)
{
	static const char *const never[] = { "object", "type", "tag", "tagger", NULL };
	struct lines l = { bytes, len };
	struct gate_piece v;
	int64_t when;

	*out = (struct gate_tag_view){ 0 };
	if (!take_key(&l, "object", &v) || !piece_oid(v, &out->target) || !take_key(&l, "type", &v) ||
	    !kind_named(v, &out->kind))
		return false;
	out->headers.s = l.p;
	if (!take_key(&l, "tag", &v))
		flaw(&out->flaw, "no tag line after the type");
	/* Tags older than 2005 have no tagger. */
	if (take_key(&l, "tagger", &v) && !ident_time(v, &when))
		flaw(&out->flaw, "the tagger line is not 'name <mail> time zone'");
	further_headers(&l, never, &out->flaw);
	out->headers.len = (size_t)(l.p - out->headers.s);
	out->message = message_of(&l);
	if (memchr(bytes, '\0', len))
		flaw(&out->flaw, "a NUL byte stands in it");
	return true;
}

static int mail_out(const char *s, size_t len, gate_mail_fn *fn, void *arg, struct gate_err *err)
{
	char mail[512];
	size_t n = 0;

	while (len && (*s == ' ' || *s == '\t'))
		s++, len--;
	while (len && (s[len - 1] == ' ' || s[len - 1] == '\t' || s[len - 1] == '\r'))
		len--;
	for (; n < len && n < sizeof(mail) - 1 && s[n]; n++)
		mail[n] = s[n] >= 'A' && s[n] <= 'Z' ? (char)(s[n] - 'A' + 'a') : s[n];
	mail[n] = '\0';
	return n ? fn(arg, mail, err) : 0;
}

/* Readers differ about a line with several brackets, so that every bracketed text counts. */
int gate_mails_of_ident(struct gate_piece ident, gate_mail_fn *fn, void *arg, struct gate_err *err)
{
	const char *p = ident.s, *end = ident.s + ident.len;

	while (p < end) {
		const char *lt = memchr(p, '<', (size_t)(end - p));
		const char *gt = lt ? memchr(lt, '>', (size_t)(end - lt)) : NULL;
		int rc;

		if (!gt)
			return 0;
		rc = mail_out(lt + 1, (size_t)(gt - lt - 1), fn, arg, err);
		if (rc != 0)
			return rc;
		p = lt + 1;
	}
	return 0;
}

static const char *trailer_value(struct gate_piece line)
{
	static const char *const keys[] = { "co-authored-by:", "signed-off-by:" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(keys); i++) {
		size_t n = strlen(keys[i]);

		if (line.len > n && strncasecmp(line.s, keys[i], n) == 0)
			return line.s + n;
	}
	return NULL;
}

static int trailer_mails(struct gate_piece line, gate_mail_fn *fn, void *arg, struct gate_err *err)
{
	const char *value = trailer_value(line), *end = line.s + line.len;
	struct gate_piece v;

	if (!value)
		return 0;
	v = (struct gate_piece){ value, (size_t)(end - value) };
	if (memchr(v.s, '<', v.len) || !memchr(v.s, '@', v.len))
		return gate_mails_of_ident(v, fn, arg, err);
	return mail_out(v.s, v.len, fn, arg, err);
}

int gate_mails_of_message(struct gate_piece message, gate_mail_fn *fn, void *arg, struct gate_err *err)
{
	const char *p = message.s, *end = message.s + message.len;

	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		const char *stop = lf ? lf : end;
		int rc = trailer_mails((struct gate_piece){ p, (size_t)(stop - p) }, fn, arg, err);

		if (rc != 0)
			return rc;
		p = stop + 1;
	}
	return 0;
}
