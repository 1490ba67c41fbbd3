#include "approval/statement.h"

#include "approval/sshsig.h"
#include "base/crypto.h"
#include "base/num.h"
#include "base/when.h"

#include <stddef.h>

#define FIRST_LINE "refgate/approval/v1"
#define NONE "none"

static const char *const decision_names[GATE_DECISION_COUNT] = {
	[GATE_DECISION_NONE] = "none", [GATE_DECISION_APPROVE] = "approve", [GATE_DECISION_DENY] = "deny",
	[GATE_DECISION_REBASE] = "rebase",
};

const char *gate_decision_name(enum gate_decision d)
{
	return (unsigned)d < GATE_DECISION_COUNT ? decision_names[d] : decision_names[GATE_DECISION_NONE];
}

bool gate_decision_parse(const char *s, enum gate_decision *d)
{
	*d = GATE_DECISION_NONE;
	for (unsigned i = GATE_DECISION_NONE + 1; i < GATE_DECISION_COUNT; i++) {
		if (strcmp(decision_names[i], s) == 0)
			*d = (enum gate_decision)i;
	}
	return *d != GATE_DECISION_NONE;
}

void gate_statement_clear(struct gate_statement *s)
{
	free(s->refs);
	*s = (struct gate_statement){ 0 };
}

/* ---- values: each form has a check of the plain value; RAW ones are escaped in the text ---- */

static bool is_hex32(const char *v)
{
	return strlen(v) == 32 && gate_is_hex(v, 32);
}

static bool is_id(const char *v)
{
	return strlen(v) == 8 && strspn(v, "0123456789abcdefghjkmnpqrstvwxyz") == 8;
}

static bool is_digest(const char *v)
{
	return strlen(v) == 64 && gate_is_hex(v, 64);
}

static bool is_oid(const char *v)
{
	return gate_is_oid(v);
}

/* Printable ASCII, not empty, and no space at either end, where no eye sees it. */
static bool is_plain(const char *v)
{
	size_t n = strlen(v);

	for (size_t i = 0; i < n; i++) {
		if (v[i] < 0x20 || v[i] > 0x7e)
			return false;
	}
	return n > 0 && v[0] != ' ' && v[n - 1] != ' ';
}

static bool is_raw(const char *v)
{
	size_t n = strlen(v);

	return n > 0 && v[0] != ' ' && v[n - 1] != ' ';
}

static bool is_when(const char *v)
{
	int64_t t;

	return gate_when_parse(v, &t);
}

static bool is_log(const char *v)
{
	size_t origin = strcspn(v, " "), size_at = origin + 1, size_len;
	gate_auto(gate_buf) struct gate_buf root = { 0 };
	uint64_t n;

	if (!is_plain(v) || v[origin] == '\0')
		return false;
	size_len = strcspn(v + size_at, " ");
	if (v[size_at + size_len] == '\0' || !gate_parse_u64(v + size_at, size_len, &n) ||
	    (v[size_at] == '0' && size_len > 1))
		return false;
	v += size_at + size_len + 1;
	return gate_b64_decode(&root, v, strlen(v), NULL) && root.len == GATE_SHA256_LEN;
}

/* ---- the lines, in their order ---- */

/* How a line's value is kept in the struct and written in the text. */
enum form {
	FORM_TEXT,     /* as it stands */
	FORM_RAW,      /* escaped */
	FORM_DIGEST,   /* sha256:<hex> */
	FORM_DIGEST_0, /* the same, or `none` for "" */
	FORM_TEXT_0,   /* as it stands, or `none` for "" */
	FORM_TIER,
	FORM_DECISION,
	FORM_REFS, /* one group of four lines for each ref */
};

struct line {
	const char *key;
	bool (*valid)(const char *value);
	enum form form;
	bool six;      /* the signer's: in struct gate_signer_part */
	bool optional; /* no line when empty */
	size_t at, size;
};

#define IN(type, field) offsetof(type, field), sizeof(((type *)0)->field)
#define OURS(field) false, false, IN(struct gate_statement, field)
#define SIX(field) true, false, IN(struct gate_signer_part, field)

static const struct line lines[] = {
	{ "repo-id", is_hex32, FORM_TEXT, OURS(repo_id) },
	{ "repo", is_raw, FORM_RAW, OURS(repo) },
	{ "decision", NULL, FORM_DECISION, SIX(decision) },
	{ "reason", is_plain, FORM_TEXT, true, true, IN(struct gate_signer_part, reason) },
	{ "pending", is_id, FORM_TEXT, OURS(pending) },
	{ "challenge", is_hex32, FORM_TEXT, OURS(challenge) },
	{ "ref", NULL, FORM_REFS, OURS(refs) },
	{ "commits", is_digest, FORM_DIGEST, OURS(commits) },
	{ "policy", is_digest, FORM_DIGEST, OURS(policy) },
	{ "findings", is_digest, FORM_DIGEST, OURS(findings) },
	{ "carried", is_digest, FORM_DIGEST_0, OURS(carried) },
	{ "trace", is_digest, FORM_DIGEST_0, OURS(trace) },
	{ "tier", NULL, FORM_TIER, OURS(tier) },
	{ "role", is_plain, FORM_TEXT_0, SIX(role) },
	{ "agent", is_raw, FORM_RAW, OURS(agent) },
	{ "signer", is_plain, FORM_TEXT, SIX(signer) },
	{ "not-before", is_when, FORM_TEXT, SIX(not_before) },
	{ "not-after", is_when, FORM_TEXT, SIX(not_after) },
	{ "log", is_log, FORM_TEXT, OURS(log) },
};

/* The group of one ref. */
static const struct line ref_lines[] = {
	{ "ref", is_raw, FORM_RAW, false, false, IN(struct gate_statement_ref, ref) },
	{ "old", is_oid, FORM_TEXT, false, false, IN(struct gate_statement_ref, old) },
	{ "new", is_oid, FORM_TEXT, false, false, IN(struct gate_statement_ref, new) },
	{ "tree", is_oid, FORM_TEXT, false, false, IN(struct gate_statement_ref, tree) },
};

/* ---- writing ---- */

static void escape(struct gate_buf *out, const char *v)
{
	for (; *v; v++) {
		if (*v < 0x20 || *v > 0x7e || *v == '\\')
			gate_buf_fmt(out, "\\x%02x", (unsigned char)*v);
		else
			gate_buf_char(out, *v);
	}
}

/* The value of an enum or a string field as text. */
static const char *value_of(const struct line *l, const void *from)
{
	const char *field = (const char *)from + l->at;

	if (l->form == FORM_TIER)
		return gate_tier_name(((const struct gate_statement *)from)->tier);
	if (l->form == FORM_DECISION)
		return gate_decision_name(((const struct gate_signer_part *)from)->decision);
	return field;
}

static bool writable(const struct line *l, const void *from, const char *v)
{
	enum gate_decision d;

	if (l->form == FORM_TIER)
		return (unsigned)((const struct gate_statement *)from)->tier < GATE_TIER_COUNT;
	if (l->form == FORM_DECISION)
		return gate_decision_parse(v, &d);
	if (!*v && (l->form == FORM_TEXT_0 || l->form == FORM_DIGEST_0))
		return true;
	return memchr(v, '\0', l->size) && l->valid(v);
}

static int put_line(const struct line *l, const void *from, struct gate_buf *out, struct gate_err *err)
{
	const char *v = value_of(l, from);
	bool zero = l->form == FORM_TEXT_0 || l->form == FORM_DIGEST_0;

	if (l->optional && !*v)
		return 0;
	if (!writable(l, from, v))
		return gate_err_set(
			err, GATE_E_STATEMENT,
			"statement: the value of %s is missing or out of form (printable ASCII, no line breaks)",
			l->key);
	gate_buf_fmt(out, "%s ", l->key);
	if (zero && !*v)
		gate_buf_str(out, NONE);
	else if (l->form == FORM_RAW)
		escape(out, v);
	else
		gate_buf_fmt(out, "%s%s", l->form == FORM_DIGEST || l->form == FORM_DIGEST_0 ? "sha256:" : "", v);
	gate_buf_char(out, '\n');
	return 0;
}

static int put_refs(const struct gate_statement *s, struct gate_buf *out, struct gate_err *err)
{
	if (s->n_refs == 0)
		return gate_err_set(err, GATE_E_STATEMENT, "statement: it names no ref");
	for (size_t i = 0; i < s->n_refs; i++) {
		if (i && strcmp(s->refs[i - 1].ref, s->refs[i].ref) >= 0)
			return gate_err_set(err, GATE_E_STATEMENT,
					    "statement: its refs are not sorted, or one stands there twice");
		for (size_t k = 0; k < GATE_ARRAY_LEN(ref_lines); k++) {
			if (put_line(&ref_lines[k], &s->refs[i], out, err) < 0)
				return -(int)err->code;
		}
	}
	return 0;
}

static int check_window(const struct gate_signer_part *six, struct gate_err *err)
{
	int64_t from, to;

	if (!gate_when_parse(six->not_before, &from) || !gate_when_parse(six->not_after, &to) || from >= to)
		return gate_err_set(err, GATE_E_STATEMENT, "statement: not-after is not later than not-before");
	return 0;
}

/* All lines; without `six` the server's alone. Appends only when all is well. */
static int render(const struct gate_statement *s, const struct gate_signer_part *six, struct gate_buf *out,
		  struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	const size_t max = six ? GATE_STATEMENT_MAX : GATE_SERVER_PART_MAX;

	gate_buf_str(&text, FIRST_LINE "\n");
	for (size_t i = 0; i < GATE_ARRAY_LEN(lines); i++) {
		const struct line *l = &lines[i];
		const void *from = l->six ? (const void *)six : (const void *)s;

		if (!from)
			continue;
		if ((l->form == FORM_REFS ? put_refs(s, &text, err) : put_line(l, from, &text, err)) < 0)
			return -(int)err->code;
	}
	if (six && check_window(six, err) < 0)
		return -(int)err->code;
	if (text.len > max)
		return gate_err_set(err, GATE_E_LIMIT,
				    "statement: %zu bytes, at most %zu are signed at once; push fewer refs together, "
				    "or refs with shorter "
				    "names",
				    text.len, max);
	gate_buf_add(out, gate_buf_cstr(&text), text.len);
	return gate_buf_check(&text, err) < 0 ? -(int)err->code : gate_buf_check(out, err);
}

int gate_statement_server_part(const struct gate_statement *s, struct gate_buf *out, struct gate_err *err)
{
	return render(s, NULL, out, err);
}

/* ---- reading ---- */

struct reader {
	const char *p;
	size_t left;
	unsigned line; /* of the line under p, from 1 */
	size_t cap;    /* of the refs */
};

static size_t line_len(const struct reader *r)
{
	const char *nl = memchr(r->p, '\n', r->left);

	return nl ? (size_t)(nl - r->p) : r->left;
}

static bool line_has_key(const struct reader *r, const char *key)
{
	size_t n = strlen(key);

	return line_len(r) > n && memcmp(r->p, key, n) == 0 && r->p[n] == ' ';
}

static void next_line(struct reader *r)
{
	size_t n = line_len(r);

	n += n < r->left; /* the LF */
	r->p += n;
	r->left -= n;
	r->line++;
}

static int wrong_line(const struct reader *r, const char *wanted, const char *why, struct gate_err *err)
{
	size_t n = line_len(r);
	gate_autofree char *seen = gate_escape_dup(r->p, n < 120 ? n : 120);

	return gate_err_set(err, GATE_E_STATEMENT, "statement: line %u must be `%s`%s, and reads `%s`", r->line, wanted,
			    why,
			    !r->left ? "(end of text)"
			    : seen   ? seen
				     : "");
}

/* Only bytes that must be escaped may be: one text for one value. */
static bool unescape(const char *v, size_t len, struct gate_buf *out)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t c;

		if (v[i] != '\\') {
			gate_buf_char(out, v[i]);
			continue;
		}
		if (len - i < 4 || v[i + 1] != 'x' || !gate_unhex(v + i + 2, &c, 1) ||
		    (c >= 0x20 && c <= 0x7e && c != '\\') || c == 0)
			return false;
		gate_buf_char(out, (char)c);
		i += 3;
	}
	return !out->failed;
}

/* Undoes what put_line does to a value of this form. */
static bool decode(const struct line *l, const char *v, size_t len, struct gate_buf *out)
{
	static const char prefix[] = "sha256:";

	if ((l->form == FORM_TEXT_0 || l->form == FORM_DIGEST_0) && len == sizeof(NONE) - 1 && memcmp(v, NONE, len) == 0)
		return true;
	if (l->form == FORM_RAW)
		return unescape(v, len, out);
	if (l->form == FORM_DIGEST || l->form == FORM_DIGEST_0) {
		if (len < sizeof(prefix) - 1 || memcmp(v, prefix, sizeof(prefix) - 1) != 0)
			return false;
		v += sizeof(prefix) - 1;
		len -= sizeof(prefix) - 1;
	}
	gate_buf_add(out, v, len);
	return !out->failed;
}

/* The value at v of len bytes (printable ASCII, as the whole text is) into its field of `to`. */
static bool set_value(const struct line *l, const char *v, size_t len, void *to)
{
	gate_auto(gate_buf) struct gate_buf plain = { 0 };
	const char *value;

	if (len == 0 || !decode(l, v, len, &plain))
		return false;
	value = gate_buf_cstr(&plain);
	if (l->form == FORM_TIER)
		return gate_tier_parse(value, &((struct gate_statement *)to)->tier);
	if (l->form == FORM_DECISION)
		return gate_decision_parse(value, &((struct gate_signer_part *)to)->decision);
	if (plain.len && !l->valid(value))
		return false;
	if (!plain.len && l->form != FORM_TEXT_0 && l->form != FORM_DIGEST_0)
		return false;
	return gate_copy((char *)to + l->at, l->size, value);
}

static int take_line(struct reader *r, const struct line *l, void *to, struct gate_err *err)
{
	size_t skip = strlen(l->key) + 1;

	if (l->optional && !line_has_key(r, l->key))
		return 0;
	if (!line_has_key(r, l->key))
		return wrong_line(r, l->key, " and its value", err);
	if (!set_value(l, r->p + skip, line_len(r) - skip, to))
		return wrong_line(r, l->key, " and a value of its form", err);
	next_line(r);
	return 0;
}

static struct gate_statement_ref *add_ref(struct reader *r, struct gate_statement *s)
{
	if (s->n_refs == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 4;
		struct gate_statement_ref *bigger = reallocarray(s->refs, cap, sizeof(*bigger));

		if (!bigger)
			return NULL;
		s->refs = bigger;
		r->cap = cap;
	}
	s->refs[s->n_refs] = (struct gate_statement_ref){ 0 };
	return &s->refs[s->n_refs++];
}

/* One group at least; the size of the text bounds how many. */
static int take_refs(struct reader *r, struct gate_statement *s, struct gate_err *err)
{
	do {
		struct reader before = *r;
		struct gate_statement_ref *ref = add_ref(r, s);

		if (!ref)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		for (size_t k = 0; k < GATE_ARRAY_LEN(ref_lines); k++) {
			if (take_line(r, &ref_lines[k], ref, err) < 0)
				return -(int)err->code;
		}
		if (s->n_refs > 1 && strcmp(ref[-1].ref, ref->ref) >= 0)
			return wrong_line(&before, "ref", " with a name that sorts after the one before", err);
	} while (line_has_key(r, "ref"));
	return 0;
}

/* Every byte of a text is printable ASCII or LF, and its last one is LF. */
static int check_bytes(const char *text, size_t len, size_t max, struct gate_err *err)
{
	unsigned line = 1;

	if (len > max)
		return gate_err_set(err, GATE_E_LIMIT, "statement: more than %zu bytes", max);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			line++;
		else if (text[i] < 0x20 || text[i] > 0x7e)
			return gate_err_set(
				err, GATE_E_STATEMENT,
				"statement: line %u has the byte 0x%02x; only printable ASCII and LF may stand there",
				line, (unsigned char)text[i]);
	}
	if (len == 0 || text[len - 1] != '\n')
		return gate_err_set(err, GATE_E_STATEMENT, "statement: its last line does not end");
	return 0;
}

/* The whole of text; without `six` a server's part. */
static int parse(const char *text, size_t len, struct gate_statement *s, struct gate_signer_part *six,
		 struct gate_err *err)
{
	struct reader r = { .p = text, .left = len, .line = 1 };

	if (check_bytes(text, len, six ? GATE_STATEMENT_MAX : GATE_SERVER_PART_MAX, err) < 0)
		return -(int)err->code;
	if (line_len(&r) != sizeof(FIRST_LINE) - 1 || memcmp(r.p, FIRST_LINE, sizeof(FIRST_LINE) - 1) != 0)
		return wrong_line(&r, FIRST_LINE, "", err);
	next_line(&r);
	for (size_t i = 0; i < GATE_ARRAY_LEN(lines); i++) {
		const struct line *l = &lines[i];
		void *to = l->six ? (void *)six : (void *)s;

		if (!to)
			continue;
		if ((l->form == FORM_REFS ? take_refs(&r, s, err) : take_line(&r, l, to, err)) < 0)
			return -(int)err->code;
	}
	if (r.left)
		return wrong_line(&r, "(end of text)", "", err);
	return six ? check_window(six, err) : 0;
}

int gate_statement_load(const char *server_part, size_t len, struct gate_statement *out, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf again = { 0 };

	*out = (struct gate_statement){ 0 };
	/* A second way to write the same values would be a second text for one decision. */
	if (parse(server_part, len, out, NULL, err) == 0 && render(out, NULL, &again, err) == 0 &&
	    (again.len != len || memcmp(again.s, server_part, len) != 0))
		gate_err_set(err, GATE_E_STATEMENT, "statement: not in the one form that refgate writes");
	if (err->code != GATE_OK)
		gate_statement_clear(out);
	return -(int)err->code;
}

int gate_statement_text(const char *server_part, size_t len, const struct gate_signer_part *six, struct gate_buf *out,
			struct gate_err *err)
{
	gate_auto(gate_statement) struct gate_statement s = { 0 };

	if (gate_statement_load(server_part, len, &s, err) < 0)
		return -(int)err->code;
	return render(&s, six, out, err);
}

int gate_approval_split(const char *blob, size_t len, const char **text, size_t *text_len, const char **armor,
			size_t *armor_len, struct gate_err *err)
{
	static const char cut[] = "\n" GATE_SSHSIG_BEGIN;
	const char *at, *second;

	if (len > GATE_APPROVAL_MAX)
		return gate_err_set(err, GATE_E_LIMIT, "approval: more than %d bytes", GATE_APPROVAL_MAX);
	at = memmem(blob, len, cut, sizeof(cut) - 1);
	if (!at)
		return gate_err_set(err, GATE_E_STATEMENT,
				    "approval: no line " GATE_SSHSIG_BEGIN
				    "; push the signed text followed by its signature");
	*text = blob;
	*text_len = (size_t)(at - blob) + 1;
	*armor = at + 1;
	*armor_len = len - *text_len;
	second = memmem(*armor, *armor_len, cut, sizeof(cut) - 1);
	if (second)
		return gate_err_set(err, GATE_E_STATEMENT, "approval: more than one signature; push one for each signer");
	if (*text_len > GATE_STATEMENT_MAX)
		return gate_err_set(err, GATE_E_LIMIT, "approval: its text has more than %d bytes", GATE_STATEMENT_MAX);
	return 0;
}

int gate_statement_read_six(const char *text, size_t len, struct gate_signer_part *six, struct gate_err *err)
{
	gate_auto(gate_statement) struct gate_statement scratch = { 0 };

	*six = (struct gate_signer_part){ 0 };
	if (parse(text, len, &scratch, six, err) < 0) {
		*six = (struct gate_signer_part){ 0 };
		return -(int)err->code;
	}
	return 0;
}

/* The texts are known to differ: names the first line that does. */
static int first_difference(const struct gate_buf *want, const char *text, size_t len, struct gate_err *err)
{
	struct reader a = { .p = want->s, .left = want->len, .line = 1 }, b = { .p = text, .left = len, .line = 1 };
	gate_autofree char *ours = NULL;
	gate_autofree char *theirs = NULL;
	size_t n, m;

	while (a.left && b.left && line_len(&a) == line_len(&b) && memcmp(a.p, b.p, line_len(&a)) == 0) {
		next_line(&a);
		next_line(&b);
	}
	n = line_len(&a);
	m = line_len(&b);
	ours = gate_escape_dup(a.p, n < 120 ? n : 120);
	theirs = gate_escape_dup(b.p, m < 120 ? m : 120);
	return gate_err_set(
		err, GATE_E_STATEMENT,
		"statement: line %u must be `%s`, and the signed text has `%s`; look at `refgate show` again and sign "
		"the text it prints",
		a.line,
		!a.left ? "(end of text)"
		: ours	? ours
			: "",
		!b.left	 ? "(end of text)"
		: theirs ? theirs
			 : "");
}

int gate_statement_same(const char *server_part, size_t part_len, const struct gate_signer_part *six, const char *text,
			size_t len, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf want = { 0 };

	if (gate_statement_text(server_part, part_len, six, &want, err) < 0)
		return -(int)err->code;
	if (want.len == len && memcmp(want.s, text, len) == 0)
		return 0;
	return first_difference(&want, text, len, err);
}
