#include "classifier/values/risk.h"

#include "classifier/values/needles.h"

#include <string.h>

#define MATCHES_MAX 2000u /* of one row in one text */
#define PIECE_MAX 600u	  /* bytes of a call with its arguments */

void gate_code_sides_clear(struct gate_code_sides *s)
{
	gate_buf_clear(&s->before);
	gate_buf_clear(&s->now);
}

int gate_code_sides_read(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, enum gate_comments how,
			 struct gate_code_sides *out, struct gate_err *err)
{
	gate_auto(gate_sides) struct gate_sides raw = { 0 };
	struct gate_err why = { 0 };

	if (gate_detect_sides(d, delta, &raw, &why) < 0) {
		out->unread = true;
		return gate_detect_limit(d, change, delta->path, NULL, false,
					 "too big or unreadable: nobody looked at what it runs", err);
	}
	if (raw.before.len)
		gate_code_strip(raw.before.s, raw.before.len, how, &out->before);
	gate_code_strip(raw.now, raw.now_len, how, &out->now);
	if (gate_buf_check(&out->before, err) < 0 || gate_buf_check(&out->now, err) < 0)
		return -GATE_E_NOMEM;
	return gate_code_same(&out->before, &out->now, &out->same, err);
}

/* The end of the piece that a match begins: behind the bracket that closes, or of the match. */
static size_t piece_end(const char *s, size_t len, size_t start, size_t end)
{
	size_t most = len - start > PIECE_MAX ? start + PIECE_MAX : len;
	size_t i = end;
	int depth = 0;

	if (end > start && (s[end - 1] == '(' || s[end - 1] == '[' || s[end - 1] == '{'))
		i = end - 1;
	if (i >= most || (s[i] != '(' && s[i] != '[' && s[i] != '{'))
		return end;
	for (; i < most; i++) {
		depth += s[i] == '(' || s[i] == '[' || s[i] == '{';
		depth -= s[i] == ')' || s[i] == ']' || s[i] == '}';
		if (depth == 0)
			return i + 1;
	}
	return most;
}

static uint32_t short_digest(const struct gate_buf *b)
{
	uint32_t h = 0x811c9dc5u;

	for (size_t i = 0; i < b->len; i++)
		h = (h ^ (unsigned char)b->s[i]) * 0x01000193u;
	return h;
}

/* The subject shows what matched, never the arguments: these may hold a secret. */
static int one(const struct gate_gain_place *p, const struct gate_risk *r, const char *s, size_t len, size_t start,
	       size_t end, uint32_t line, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf piece = { 0 }, shown = { 0 };

	gate_code_squeeze(s + start, piece_end(s, len, start, end) - start, true, &piece);
	for (size_t i = start; i < end && shown.len < 60; i++) {
		bool digit = s[i] >= '0' && s[i] <= '9';
		char c = (unsigned char)s[i] <= ' ' ? ' ' : s[i] == '\'' ? '"' : digit ? '0' : s[i];

		if ((c == ' ' || c == '0') && shown.len && shown.s[shown.len - 1] == c)
			continue;
		if (digit && shown.len > 1 && shown.s[shown.len - 1] == '.' && shown.s[shown.len - 2] == '0')
			shown.len--; /* 1.2 and 1.2.3 are shown alike */
		else
			gate_buf_char(&shown, c);
	}
	if (gate_buf_check(&piece, err) < 0 || gate_buf_check(&shown, err) < 0)
		return -GATE_E_NOMEM;
	return gate_gain_add(p, &r->kind, line, err, "%s: %s #%08x", r->name, gate_buf_cstr(&shown), short_digest(&piece));
}

static int one_row(const struct gate_gain_place *p, const struct gate_risk *r, const char *s, size_t len, uint32_t line,
		   struct gate_err *err)
{
	struct gate_regex *re = gate_gains_regex(p->d, r->pattern, err);
	size_t from = 0, counted = 0, start, end;
	int rc = re ? 0 : -GATE_E_NOMEM;

	for (unsigned n = 0; rc == 0 && from <= len; n++) {
		enum gate_match m = n < MATCHES_MAX ? gate_regex_find(re, s, len, from, &start, &end) : GATE_MATCH_LIMIT;

		if (m == GATE_MATCH_LIMIT)
			return gate_detect_limit(p->d, p->change, p->delta->path, NULL, false,
						 "too much to look through for what it runs: read it by hand", err);
		if (m == GATE_MATCH_NO)
			break;
		for (; counted < start; counted++)
			line += s[counted] == '\n';
		rc = one(p, r, s, len, start, end, line, err);
		from = end > start ? end : end + 1;
	}
	return rc;
}

bool gate_risks_any(struct gate_detect *d, const struct gate_risk_table *t, const char *s, size_t len)
{
	bool has[GATE_NEEDLE_ROWS], any = t->n > GATE_NEEDLE_ROWS;

	if (!len || any)
		return any;
	gate_needles_find(gate_gains_needles(d), t, s, len, has);
	for (size_t i = 0; !any && i < t->n; i++)
		any = has[i];
	return any;
}

int gate_risks_of(const struct gate_gain_place *p, const struct gate_risk_table *t, const char *s, size_t len,
		  uint32_t first_line, struct gate_err *err)
{
	bool has[GATE_NEEDLE_ROWS];
	int rc = 0;

	if (t->n > GATE_ARRAY_LEN(has))
		return gate_err_set(err, GATE_E_BUG, "a table of %zu risks", t->n);
	if (len)
		gate_needles_find(gate_gains_needles(p->d), t, s, len, has);
	for (size_t i = 0; rc == 0 && len && i < t->n; i++) {
		if (has[i])
			rc = one_row(p, &t->v[i], s, len, first_line, err);
	}
	return rc;
}

int gate_risks_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, const char *id,
		     const struct gate_risk_table *t, const struct gate_code_sides *c, enum gate_tier most,
		     struct gate_err *err)
{
	struct gate_gain_place p = { .d = d, .change = change, .delta = delta, .id = id, .most = most };
	int rc = c->unread ? 0 : gate_risks_of(&p, t, c->before.s, c->before.len, 1, err);

	p.now = true;
	return rc < 0 || c->unread ? rc : gate_risks_of(&p, t, c->now.s, c->now.len, 1, err);
}
