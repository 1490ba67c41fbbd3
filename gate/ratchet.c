#include "gate/ratchet.h"

#include "base/io.h"
#include "classifier/values/ratchet.h"
#include "gate/ledger.h"
#include "gate/ledger_reach.h"
#include "gate/ledger_text.h"

#include <string.h>

#define BASES_MAX 20000 /* steps of the findings of one push; of more than that the oldest count, which hold the values signed last */
#define KEY_MAX 400	/* bytes of a subject; with id and base it stays below GATE_FINDING_TEXT_MAX */
#define LANDED_BACK 2000 /* steps before the news that one landed */
#define BASE_MAX 64	/* bytes of a value */

/* One step that landed without a signature, of a value that this push makes worse too. */
struct step {
	size_t finding; /* of j->reply.findings */
	char *base;
	char tip[GATE_HEXSZ + 1];
	bool landed, gone;
};

/* What a finding is found by. */
struct name {
	const char *ref, *id, *subject;
	size_t finding;
};

static int by_name(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	int d = strcmp(x->ref, y->ref);

	if (!d)
		d = strcmp(x->id, y->id);
	return d ? d : strcmp(x->subject, y->subject);
}

struct reading {
	const struct gate_server *s;
	struct gate_judged *j;
	struct name *takes; /* the findings that can be steps, sorted */
	size_t n_takes;
	struct step *v;
	size_t n, cap;
	struct gate_err *err;
};

static void reading_clear(struct reading *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->v[i].base);
	free(r->v);
	free(r->takes);
}

static const struct gate_finding *finding(const struct reading *r, size_t i)
{
	return &r->j->reply.findings.v[i];
}

static const char *ref_of(const struct reading *r, size_t i)
{
	return r->j->ask.changes.v[finding(r, i)->change].ref;
}

static int add_step(struct reading *r, size_t i, const char *base, const char *tip)
{
	if (r->n == BASES_MAX)
		return 0;
	if (r->n == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 16;
		struct step *v = reallocarray(r->v, cap, sizeof(*v));

		if (!v)
			return gate_err_set(r->err, GATE_E_NOMEM, "out of memory");
		r->v = v;
		r->cap = cap;
	}
	r->v[r->n] = (struct step){ .finding = i, .base = strdup(base) };
	gate_copy(r->v[r->n].tip, sizeof(r->v[r->n].tip), tip);
	return r->v[r->n++].base ? 0 : gate_err_set(r->err, GATE_E_NOMEM, "out of memory");
}

static int take_values(struct reading *r, const struct gate_json *line)
{
	const struct gate_json *values = gate_json_get(line, "values");

	for (size_t i = 0; i < gate_json_len(values); i++) {
		const struct gate_json *o = gate_json_at(values, i);
		const struct name n = { gate_json_str(line, "ref", ""), gate_json_str(o, "id", ""), gate_json_str(o, "subject", ""), 0 };
		const struct name *to = bsearch(&n, r->takes, r->n_takes, sizeof(n), by_name);

		if (to && add_step(r, to->finding, gate_json_str(o, "old", ""), gate_json_str(line, "tip", "")) < 0)
			return -(int)r->err->code;
	}
	return 0;
}

/* "RATCHET <id> <subject> since <value>", which no finding of the ledger begins like; a subject may hold " since " too, a value never. */
static bool covers(const char *key, const struct gate_finding *f)
{
	gate_autofree char *start = gate_fmt("%s %s %s since ", GATE_RATCHET_ID, f->id, f->subject);

	return start && gate_starts_with(key, start) && !strchr(key + strlen(start), ' ');
}

static void clear(struct reading *r, const struct gate_json *line)
{
	const struct gate_json *refs = gate_json_get(line, "refs"), *keys = gate_json_get(line, "keys");

	for (size_t i = 0; i < gate_json_len(keys); i++) {
		const char *key = gate_json_string(gate_json_at(keys, i));

		if (!key || !gate_starts_with(key, GATE_RATCHET_ID " "))
			continue;
		for (size_t k = 0; k < r->n; k++) {
			struct step *p = &r->v[k];

			for (size_t m = 0; !p->gone && m < gate_json_len(refs); m++) {
				const char *ref = gate_json_string(gate_json_at(refs, m));

				p->gone = ref && strcmp(ref, ref_of(r, p->finding)) == 0 && covers(key, finding(r, p->finding));
			}
		}
	}
}

static int take_line(const struct gate_json *line, void *arg)
{
	struct reading *r = arg;
	const char *kind = gate_json_str(line, "k", ""), *ref = gate_json_str(line, "ref", ""), *tip = gate_json_str(line, "tip", "");

	if (strcmp(kind, "ratchet") == 0)
		return take_values(r, line);
	if (strcmp(kind, "clear") == 0)
		clear(r, line);
	for (size_t i = r->n > LANDED_BACK ? r->n - LANDED_BACK : 0; strcmp(kind, "landed") == 0 && i < r->n; i++)
		r->v[i].landed |= strcmp(r->v[i].tip, tip) == 0 && strcmp(ref_of(r, r->v[i].finding), ref) == 0;
	return 0;
}

/* A ref that was set back, or deleted and made anew, is without the steps that its former history took. */
static int leave_dropped(struct reading *r, uint32_t change)
{
	const struct gate_change *c = &r->j->ask.changes.v[change];
	const struct gate_reach where = gate_reach_of(c, &r->j->reply.facts[change], false);
	gate_auto(gate_strs) struct gate_strs tips = { 0 }, lost = { 0 };

	for (size_t i = 0; i < r->n && tips.n < GATE_REACH_MAX; i++) {
		const struct step *p = &r->v[i];

		if (finding(r, p->finding)->change == change && !p->gone && p->landed && p->tip[0] &&
		    gate_strs_add_new(&tips, p->tip, r->err) < 0)
			return -(int)r->err->code;
	}
	if (tips.n == 0 || r->j->looked++ >= GATE_REACH_ASKED)
		return 0;
	if (gate_reach_lost(r->s, &where, &tips, &lost, r->err) < 0)
		return -(int)r->err->code;
	for (size_t i = 0; i < r->n; i++) {
		struct step *p = &r->v[i];

		p->gone |= finding(r, p->finding)->change == change && p->landed && gate_strs_has(&lost, p->tip);
	}
	return 0;
}

static int note_carried(struct reading *r, const struct gate_finding *f)
{
	gate_autofree char *subject = gate_fmt("%s %s since %s", f->id, f->subject, f->old_value);
	struct gate_finding c = *f;

	if (!subject)
		return gate_err_set(r->err, GATE_E_NOMEM, "out of memory");
	for (char *p = subject + strlen(subject) - strlen(f->old_value); *p; p++)
		*p = *p == ' ' ? '_' : *p;
	gate_copy(c.id, sizeof(c.id), GATE_RATCHET_ID);
	c.subject = subject;
	return gate_findings_add(&r->j->carried, &c, r->err);
}

/* The finding now tells the step from the last signed value. */
static int raise(struct reading *r, size_t i, const char *base, size_t pushes, const struct gate_weight *w)
{
	struct gate_finding *f = &r->j->reply.findings.v[i];
	char *old = strdup(base), *message;

	message = gate_fmt("%.400s (measured from the last signed value, %zu push%s ago)", f->message, pushes, pushes == 1 ? "" : "es");
	if (!old || !message) {
		free(old);
		free(message);
		return gate_err_set(r->err, GATE_E_NOMEM, "out of memory");
	}
	free(f->old_value);
	free(f->message);
	f->old_value = old;
	f->message = message;
	f->points = w->points;
	f->points_there = w->points > f->points_there ? w->points : f->points_there;
	f->floor = w->floor;
	return note_carried(r, f);
}

static int judge(struct reading *r, size_t i)
{
	const struct gate_finding *f = finding(r, i);
	struct gate_weight w, best = { 0 };
	const char *base = NULL;
	size_t pushes = 0;
	struct gate_finding from = *f;

	for (size_t k = 0; k < r->n; k++) {
		const struct step *p = &r->v[k];

		if (p->finding != i || p->gone)
			continue;
		pushes++;
		if (!gate_ratchet_weigh(r->s->policy, &from, p->base, &w))
			continue;
		base = p->base;
		best = w;
		from.old_value = p->base; /* the next one must be stricter still */
	}
	if (base)
		return raise(r, i, base, pushes, &best);
	/* It went back up in between, so this step is the whole one: who signs it signs the value that it begins at, too. */
	return pushes ? note_carried(r, f) : 0;
}

static bool takes(const struct gate_server *s, const struct gate_finding *f)
{
	return strlen(f->subject) < KEY_MAX && strlen(f->old_value) < BASE_MAX && gate_ratchet_takes(s->policy, f);
}

static int find_takes(struct reading *r)
{
	const struct gate_findings *l = &r->j->reply.findings;

	r->takes = calloc(l->n + 1, sizeof(*r->takes));
	if (!r->takes)
		return gate_err_set(r->err, GATE_E_NOMEM, "out of memory");
	for (size_t i = 0; i < l->n; i++) {
		if (takes(r->s, &l->v[i]))
			r->takes[r->n_takes++] = (struct name){ ref_of(r, i), l->v[i].id, l->v[i].subject, i };
	}
	qsort(r->takes, r->n_takes, sizeof(*r->takes), by_name);
	return 0;
}

int gate_ratchet_apply(const struct gate_server *s, struct gate_judged *j, struct gate_err *err)
{
	__attribute__((cleanup(reading_clear))) struct reading r = { .s = s, .j = j, .err = err };
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	uint64_t seen;

	if (find_takes(&r) < 0)
		return -(int)err->code;
	if (r.n_takes == 0)
		return 0;
	if (gate_ledger_text(s, &text, &seen, err) < 0 || gate_ledger_lines(gate_buf_cstr(&text), take_line, &r, err) < 0)
		return -(int)err->code;
	for (uint32_t i = 0; r.n && i < j->ask.changes.n; i++) {
		if (leave_dropped(&r, i) < 0)
			return -(int)err->code;
	}
	for (size_t t = 0; r.n && t < r.n_takes; t++) {
		if (judge(&r, r.takes[t].finding) < 0)
			return -(int)err->code;
	}
	return 0;
}

static int entries_of_ref(const struct gate_server *s, const struct gate_judged *j, size_t i, struct gate_strs *bodies,
			  struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf line = { 0 };
	struct gate_jw w = { .out = &line };

	for (size_t k = 0; k < j->reply.findings.n; k++) {
		const struct gate_finding *f = &j->reply.findings.v[k];

		if (f->change != i || !takes(s, f))
			continue;
		if (line.len == 0) {
			w.need_comma = false;
			gate_ledger_begin(&w, s->now, "ratchet", &j->actor);
			gate_ledger_place(&w, j, i);
			gate_jw_array(&w, "values");
		}
		gate_jw_open(&w, NULL);
		gate_jw_str(&w, "id", f->id);
		gate_jw_str(&w, "subject", f->subject);
		gate_jw_str(&w, "old", f->old_value);
		gate_jw_close(&w);
		if (line.len > GATE_LEDGER_LINE_MAX) {
			gate_buf_str(&line, "]}");
			if (gate_ledger_put(s, &line, bodies, err) < 0)
				return -(int)err->code;
		}
	}
	if (line.len == 0)
		return 0;
	gate_buf_str(&line, "]}");
	return gate_ledger_put(s, &line, bodies, err);
}

int gate_ratchet_entries(const struct gate_server *s, const struct gate_judged *j, struct gate_strs *bodies, struct gate_err *err)
{
	for (size_t i = 0; j->verdict != GATE_VERDICT_REJECT && i < j->ask.changes.n; i++) {
		if (j->refs[i].verdict == GATE_VERDICT_ACCEPT && entries_of_ref(s, j, i, bodies, err) < 0)
			return -(int)err->code;
	}
	return 0;
}
