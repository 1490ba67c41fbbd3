#include "classifier/explain.h"

#include "base/json.h"
#include "classifier/classify.h"

#include <string.h>

#define COLUMNS 80
#define INDENT 12

static void put_points(struct gate_buf *b, uint64_t milli, const char *sign)
{
	char number[32], text[40];

	gate_points_format((int64_t)milli, number);
	snprintf(text, sizeof(text), "%s%s", sign, number);
	gate_buf_fmt(b, "%10s", text);
}

static void put_escaped(struct gate_buf *b, const char *s)
{
	gate_escape(b, s, strlen(s));
}

static void put_change(struct gate_buf *b, const struct gate_finding *f)
{
	if (!*f->old_value && !*f->new_value)
		return;
	gate_buf_str(b, "  ");
	if (*f->old_value) {
		put_escaped(b, f->old_value);
		gate_buf_str(b, *f->new_value ? " -> " : " before");
	}
	put_escaped(b, f->new_value);
}

static void put_place(struct gate_buf *b, const struct gate_finding *f)
{
	put_escaped(b, *f->path ? f->path : f->subject);
	if (f->line)
		gate_buf_fmt(b, ":%u", f->line);
}

/* What else a reader needs to see why it counts as it does. */
static void put_marks(struct gate_buf *b, const struct gate_finding *f)
{
	char number[32];

	if (f->deny)
		gate_buf_str(b, "  [deny]");
	else if (f->floor > GATE_TIER_LOW)
		gate_buf_fmt(b, "  [%s]", gate_tier_name(f->floor));
	if (f->points == 0 && f->points_there) {
		gate_points_format(f->points_there, number);
		gate_buf_fmt(b, "  [%s on a protected ref]", number);
	}
	if (*f->commit)
		gate_buf_fmt(b, "  in %.12s", f->commit);
}

/* Words of the message, broken before the last column. */
static void put_message(struct gate_buf *b, const char *message)
{
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	size_t column = COLUMNS;
	const char *s;

	put_escaped(&text, message);
	for (s = gate_buf_cstr(&text); *s;) {
		size_t word = strcspn(s, " ");

		if (column + 1 + word > COLUMNS) {
			gate_buf_fmt(b, "%s%*s", s == text.s ? "" : "\n", INDENT, "");
			column = INDENT;
		} else {
			gate_buf_char(b, ' ');
			column++;
		}
		gate_buf_add(b, s, word);
		column += word;
		s += word + strspn(s + word, " ");
	}
	if (text.len)
		gate_buf_char(b, '\n');
	b->failed |= text.failed;
}

static bool same_class(const struct gate_finding *a, const struct gate_finding *b)
{
	size_t n = gate_finding_class(a->id);

	return n == gate_finding_class(b->id) && memcmp(a->id, b->id, n) == 0;
}

static void put_sum(struct gate_buf *b, const struct gate_finding *f, uint64_t sum, uint64_t total)
{
	char all[32];

	put_points(b, sum, "= ");
	gate_points_format((int64_t)total, all);
	gate_buf_fmt(b, "  class %.*s, so far %s\n", (int)gate_finding_class(f->id), f->id, all);
}

int gate_explain(struct gate_buf *out, const struct gate_findings *f, const struct gate_score *s, struct gate_err *err)
{
	uint64_t sum = 0, total = 0;
	char number[32];

	for (size_t i = 0; i < s->n_terms; i++) {
		const struct gate_finding *x = &f->v[s->terms[i].finding];
		bool first = !i || strcmp(f->v[s->terms[i - 1].finding].message, x->message) != 0;
		bool last = i + 1 == s->n_terms || !same_class(x, &f->v[s->terms[i + 1].finding]);

		put_points(out, s->terms[i].points, "+");
		gate_buf_fmt(out, "  %-12s ", x->id);
		put_place(out, x);
		put_change(out, x);
		put_marks(out, x);
		gate_buf_char(out, '\n');
		if (first)
			put_message(out, x->message);
		sum += s->terms[i].points;
		total += s->terms[i].points;
		if (last) {
			put_sum(out, x, sum, total);
			sum = 0;
		}
	}
	gate_points_format((int64_t)s->points, number);
	gate_buf_fmt(out, "%10s  points: %s%s\n", number, gate_tier_name(s->tier),
		     s->deny ? ", refused whatever the points" : "");
	return gate_buf_check(out, err);
}
