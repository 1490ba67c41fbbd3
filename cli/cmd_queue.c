#include "base/json.h"
#include "base/when.h"
#include "cli/recoveries.h"
#include "gate/pending.h"

#include <stdio.h>
#include <string.h>

struct row {
	struct gate_summary s;
	enum gate_state state;
};

struct rows {
	struct row *v;
	size_t n, cap;
	struct gate_strs recoveries; /* ids */
	struct gate_recoveries recovered;
	struct gate_err *err;
};

static int add(const struct gate_summary *s, enum gate_state now, void *arg)
{
	struct rows *rows = arg;

	if (s->recovery)
		return gate_strs_add(&rows->recoveries, s->id, rows->err) < 0;
	if (rows->n == rows->cap) {
		size_t cap = rows->cap ? rows->cap * 2 : 64;
		struct row *v = reallocarray(rows->v, cap, sizeof(*v));

		if (!v)
			return gate_err_set(rows->err, GATE_E_NOMEM, "out of memory");
		rows->v = v;
		rows->cap = cap;
	}
	rows->v[rows->n++] = (struct row){ *s, now };
	return 0;
}

/* What to look at first: what still can be signed, the higher tier, the older one. */
static int by_need(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if ((x->state == GATE_STATE_OPEN) != (y->state == GATE_STATE_OPEN))
		return x->state == GATE_STATE_OPEN ? -1 : 1;
	if (x->s.tier != y->s.tier)
		return x->s.tier > y->s.tier ? -1 : 1;
	if (x->s.created != y->s.created)
		return x->s.created < y->s.created ? -1 : 1;
	return strcmp(x->s.id, y->s.id);
}

static void age(int64_t seconds, char out[16])
{
	if (seconds < 3600)
		snprintf(out, 16, "%dm", (int)(seconds / 60));
	else if (seconds < 2 * 86400)
		snprintf(out, 16, "%dh", (int)(seconds / 3600));
	else
		snprintf(out, 16, "%dd", (int)(seconds / 86400));
}

static void as_text(const struct rows *rows, struct gate_buf *b)
{
	int64_t now = gate_now();

	gate_recoveries_text(&rows->recovered, b);
	if (rows->n == 0)
		gate_buf_str(b, "nothing waits\n");
	for (size_t i = 0; i < rows->n; i++) {
		const struct row *r = &rows->v[i];
		char old[16];

		age(now - r->s.created, old);
		gate_buf_fmt(b, "%s  %-8s %-5s %-16.16s %s", r->s.id, gate_tier_name(r->s.tier), old, r->s.agent, r->s.ref);
		if (r->s.n_refs > 1)
			gate_buf_fmt(b, " and %zu more", r->s.n_refs - 1);
		if (r->state != GATE_STATE_OPEN)
			gate_buf_fmt(b, " (%s%s)", gate_state_name(r->state),
				     r->state == GATE_STATE_STALE ? "; next: git fetch && git rebase && git push" : "");
		gate_buf_char(b, '\n');
	}
}

static void as_json(const struct rows *rows, struct gate_buf *b)
{
	struct gate_jw w = { .out = b };
	char when[GATE_WHEN_SIZE];

	gate_jw_open(&w, NULL);
	gate_jw_int(&w, "schema", 1);
	gate_jw_array(&w, "pending");
	for (size_t i = 0; i < rows->n; i++) {
		const struct row *r = &rows->v[i];

		gate_jw_open(&w, NULL);
		gate_jw_str(&w, "id", r->s.id);
		gate_jw_str(&w, "state", gate_state_name(r->state));
		gate_jw_str(&w, "tier", gate_tier_name(r->s.tier));
		gate_jw_points(&w, "score", r->s.score);
		gate_jw_str(&w, "agent", r->s.agent);
		gate_jw_str(&w, "ref", r->s.ref);
		gate_jw_int(&w, "refs", (int64_t)r->s.n_refs);
		gate_when_format(r->s.created, when);
		gate_jw_str(&w, "created", when);
		gate_when_format(r->s.expires, when);
		gate_jw_str(&w, "expires", when);
		gate_jw_close(&w);
	}
	gate_jw_end(&w);
	gate_recoveries_json(&rows->recovered, &w);
	gate_jw_close(&w);
	gate_buf_char(b, '\n');
}

static int add_recoveries(struct gate_target *t, struct rows *rows, struct gate_err *err)
{
	for (size_t i = 0; i < rows->recoveries.n; i++) {
		__attribute__((cleanup(gate_record_clear))) struct gate_record r = { 0 };

		if (gate_target_record(t, rows->recoveries.v[i], &r, err) < 0)
			return -(int)err->code;
		if (r.state == GATE_STATE_OPEN && gate_recoveries_add(&rows->recovered, t, &r, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

static int run(const struct gate_args *a, struct gate_err *err)
{
	struct gate_target t = { 0 };
	struct rows rows = { .err = err };
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	if (gate_target_open(a, &t, err) == 0 && gate_target_each(&t, add, &rows, err) == 0 && err->code == GATE_OK &&
	    add_recoveries(&t, &rows, err) == 0) {
		if (rows.n)
			qsort(rows.v, rows.n, sizeof(*rows.v), by_need);
		if (gate_arg_json(a))
			as_json(&rows, &b);
		else
			as_text(&rows, &b);
		gate_cli_print(&b, err);
	}
	free(rows.v);
	gate_strs_clear(&rows.recoveries);
	gate_recoveries_clear(&rows.recovered);
	gate_target_close(&t);
	return err->code == GATE_OK ? GATE_EXIT_OK : -(int)err->code;
}

const struct gate_command gate_cmd_queue = {
	.name = "queue",
	.run = run,
	.usage = "",
	.help = "the pushes that wait, what to look at first on top",
	.example = "refgate queue",
	.min_words = 0,
	.max_words = 0,
};
