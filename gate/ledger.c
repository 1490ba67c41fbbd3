#include "gate/ledger.h"

#include "audit/log.h"
#include "base/crypto.h"
#include "base/io.h"
#include "base/json.h"
#include "classifier/values/ratchet.h"
#include "gate/ledger_text.h"
#include "gate/ledger_reach.h"

#include <string.h>

/* ---- what enters, and what leaves by a signature ---- */

static void put_finding(struct gate_jw *w, const struct gate_finding *f)
{
	gate_jw_open(w, NULL);
	gate_jw_str(w, "id", f->id);
	gate_jw_str(w, "subject", f->subject);
	gate_jw_int(w, "milli", f->points);
	gate_jw_str(w, "tier", gate_tier_name(f->floor));
	gate_jw_close(w);
}

bool gate_ledger_weighs(const struct gate_finding *f)
{
	return f->points > 0 && (f->floor >= GATE_TIER_MEDIUM || gate_band(f->points) >= GATE_TIER_MEDIUM);
}

/* What of a ref's findings counts later: low ones never enter, and what was carried already is there. */
static bool enters(const struct gate_judged *j, const struct gate_finding *f, size_t i)
{
	return f->change == i && gate_ledger_weighs(f) && !gate_judged_is_carried(j, f);
}

void gate_ledger_place(struct gate_jw *w, const struct gate_judged *j, size_t i)
{
	const struct gate_change *c = &j->ask.changes.v[i];

	gate_jw_str(w, "ref", c->ref);
	/* Of a value that is no commit git is not asked later: what it brought stays until a signature, or the days, end it. */
	if (!gate_is_zero_oid(c->new) && strcmp(j->reply.facts[i].commit, c->new) == 0)
		gate_jw_str(w, "tip", c->new);
}

static int entries_of_ref(const struct gate_server *s, const struct gate_judged *j, size_t i, struct gate_strs *bodies,
			  struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf line = { 0 };
	struct gate_jw w = { .out = &line };

	for (size_t k = 0; k < j->reply.findings.n; k++) {
		const struct gate_finding *f = &j->reply.findings.v[k];

		if (!enters(j, f, i))
			continue;
		if (line.len == 0) {
			w.need_comma = false;
			gate_ledger_begin(&w, s->now, "add", &j->actor);
			gate_ledger_place(&w, j, i);
			gate_jw_array(&w, "findings");
		}
		put_finding(&w, f);
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

int gate_ledger_entries(const struct gate_server *s, const struct gate_judged *j, struct gate_strs *bodies, struct gate_err *err)
{
	for (size_t i = 0; j->verdict != GATE_VERDICT_REJECT && i < j->ask.changes.n; i++) {
		if (j->refs[i].verdict == GATE_VERDICT_ACCEPT && j->refs[i].score.tier > GATE_TIER_LOW &&
		    entries_of_ref(s, j, i, bodies, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

int gate_ledger_clear_entries(const struct gate_server *s, const struct gate_record *r, struct gate_strs *bodies, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf line = { 0 };
	struct gate_jw w = { .out = &line };

	for (size_t i = 0; i < r->carried.n; i++) {
		if (line.len == 0) {
			w.need_comma = false;
			gate_ledger_begin(&w, s->now, "clear", &r->actor);
			gate_jw_array(&w, "refs");
			for (size_t k = 0; k < r->n_refs; k++)
				gate_jw_str(&w, NULL, r->refs[k].ref);
			gate_jw_end(&w);
			gate_jw_array(&w, "keys");
		}
		gate_jw_str(&w, NULL, r->carried.v[i]);
		if (line.len > GATE_LEDGER_LINE_MAX || i + 1 == r->carried.n) {
			gate_buf_str(&line, "]}");
			if (gate_ledger_put(s, &line, bodies, err) < 0)
				return -(int)err->code;
		}
	}
	return 0;
}

/* ---- what is carried ---- */

#define KEPT_MAX 4000 /* beyond, nobody asks whether a commit is still there: what was found counts */

#define LANDED_BACK 1000 /* the news that a line landed follows it closely; one that is not told landed stays */

/* A finding that landed without a signature. */
struct kept {
	struct gate_finding f;
	char *ref;
	char tip[GATE_HEXSZ + 1]; /* of the change it came with; "": unknown */
	bool landed;		  /* git moved the ref there */
	bool mine;		  /* by the actor or its owner; otherwise it counts for the ref alone */
	bool gone;
};

struct carrying {
	const struct gate_actor *actor;
	const struct gate_change *change;
	const struct gate_facts *facts;
	int64_t oldest;
	const struct gate_strs *counted; /* rules whose findings have no limit of time */
	struct kept *v;
	size_t n;
	struct gate_findings *out; /* those beyond KEPT_MAX at once, the others at the end */
	struct gate_err *err;
};

static void carrying_clear(struct carrying *c)
{
	for (size_t i = 0; i < c->n; i++) {
		gate_finding_release(&c->v[i].f);
		free(c->v[i].ref);
	}
	free(c->v);
}

static bool is_mine(const struct gate_actor *actor, const struct gate_json *line)
{
	const char *owner = gate_json_str(line, "owner", "");

	return strcmp(gate_json_str(line, "actor", ""), actor->name) == 0 || (owner[0] && strcmp(owner, actor->owner) == 0);
}

static int keep(struct carrying *c, const struct gate_json *line, const struct gate_finding *f, bool mine)
{
	struct kept *k;

	if (c->n == KEPT_MAX)
		return gate_findings_add(c->out, f, c->err);
	if (!c->v)
		c->v = calloc(KEPT_MAX, sizeof(*c->v));
	if (!c->v)
		return gate_err_set(c->err, GATE_E_NOMEM, "out of memory");
	k = &c->v[c->n];
	*k = (struct kept){ .f = *f, .mine = mine, .ref = strdup(gate_json_str(line, "ref", "")) };
	k->f.subject = strdup(f->subject);
	k->f.message = NULL;
	c->n++;
	gate_copy(k->tip, sizeof(k->tip), gate_json_str(line, "tip", ""));
	return k->ref && k->f.subject ? 0 : gate_err_set(c->err, GATE_E_NOMEM, "out of memory");
}

static int add(struct carrying *c, const struct gate_json *line)
{
	const struct gate_json *list = gate_json_get(line, "findings");
	bool mine = is_mine(c->actor, line), old = gate_json_int(line, "t", 0) < c->oldest;

	if ((old && c->counted->n == 0) || (!mine && strcmp(gate_json_str(line, "ref", ""), c->change->ref) != 0))
		return 0;
	for (size_t i = 0; i < gate_json_len(list); i++) {
		const struct gate_json *o = gate_json_at(list, i);
		struct gate_finding f = { .change = 0 };

		gate_copy(f.id, sizeof(f.id), gate_json_str(o, "id", ""));
		if (old && !gate_strs_has(c->counted, f.id))
			continue;
		gate_tier_parse(gate_json_str(o, "tier", "critical"), &f.floor);
		f.points = f.points_there = (uint32_t)gate_json_int(o, "milli", 0);
		f.subject = (char *)(uintptr_t)gate_json_str(o, "subject", "");
		if (keep(c, line, &f, mine) < 0)
			return -(int)c->err->code;
	}
	return 0;
}

/* "<id> <subject>" */
static bool has_key(const struct gate_finding *f, const char *key)
{
	size_t n = strlen(f->id);

	return strncmp(key, f->id, n) == 0 && key[n] == ' ' && strcmp(key + n + 1, f->subject) == 0;
}

static void drop(struct carrying *c, const char *key)
{
	for (size_t i = 0; i < c->n; i++)
		c->v[i].gone |= has_key(&c->v[i].f, key);
	for (size_t i = 0; i < c->out->n; i++) {
		if (!has_key(&c->out->v[i], key))
			continue;
		gate_finding_release(&c->out->v[i]);
		memmove(&c->out->v[i], &c->out->v[i + 1], (c->out->n - i - 1) * sizeof(*c->out->v));
		c->out->n--;
		return;
	}
}

/* A signature clears for the actor it was about, and for the refs it released. */
static void clear(struct carrying *c, const struct gate_json *line)
{
	const struct gate_json *keys = gate_json_get(line, "keys"), *refs = gate_json_get(line, "refs");
	bool mine = is_mine(c->actor, line);

	for (size_t i = 0; i < gate_json_len(refs); i++) {
		const char *ref = gate_json_string(gate_json_at(refs, i));

		mine |= ref && strcmp(ref, c->change->ref) == 0;
	}
	for (size_t i = 0; mine && i < gate_json_len(keys); i++) {
		const char *key = gate_json_string(gate_json_at(keys, i));

		if (key)
			drop(c, key);
	}
}

static void land(struct carrying *c, const struct gate_json *line)
{
	const char *ref = gate_json_str(line, "ref", ""), *tip = gate_json_str(line, "tip", "");

	for (size_t i = c->n; i > 0 && c->n - i < LANDED_BACK; i--) {
		struct kept *k = &c->v[i - 1];

		k->landed |= k->tip[0] && strcmp(k->tip, tip) == 0 && strcmp(k->ref, ref) == 0;
	}
}

static int take_line(const struct gate_json *line, void *arg)
{
	struct carrying *c = arg;
	const char *kind = gate_json_str(line, "k", "");

	if (strcmp(kind, "landed") == 0)
		land(c, line);
	else if (strcmp(kind, "clear") == 0)
		clear(c, line);
	else if (strcmp(kind, "add") == 0)
		return add(c, line);
	return 0;
}

/* What was dropped again counts no more: for its ref when the ref's history is without it, for its actor when no open ref leads to it. */
static int leave_dropped(const struct gate_server *s, struct carrying *c)
{
	const struct gate_reach anywhere = gate_reach_of(c->change, c->facts, true), here = gate_reach_of(c->change, c->facts, false);
	gate_auto(gate_strs) struct gate_strs mine = { 0 }, others = { 0 }, gone = { 0 }, left = { 0 };

	for (size_t i = 0; i < c->n; i++) {
		const struct kept *k = &c->v[i];

		if (!k->gone && k->landed && k->tip[0] && gate_strs_add_new(k->mine ? &mine : &others, k->tip, c->err) < 0)
			return -(int)c->err->code;
		if (mine.n + others.n == GATE_REACH_MAX)
			break;
	}
	if (gate_reach_lost(s, &anywhere, &mine, &gone, c->err) < 0 || gate_reach_lost(s, &here, &others, &left, c->err) < 0)
		return -(int)c->err->code;
	for (size_t i = 0; i < c->n; i++) {
		struct kept *k = &c->v[i];

		k->gone |= k->landed && k->tip[0] && gate_strs_has(k->mine ? &gone : &left, k->tip);
	}
	return 0;
}

static int give(struct carrying *c)
{
	static const char said[] = "landed before without a signature, and counts until one covers it";

	for (size_t i = 0; i < c->n; i++) {
		struct gate_finding f = c->v[i].f;

		if (c->v[i].gone)
			continue;
		f.message = (char *)(uintptr_t)said;
		if (gate_findings_add(c->out, &f, c->err) < 0)
			return -(int)c->err->code;
	}
	for (size_t i = 0; i < c->out->n; i++) {
		struct gate_finding *f = &c->out->v[i];

		if (*f->message)
			continue;
		free(f->message);
		f->message = strdup(said);
		if (!f->message)
			return gate_err_set(c->err, GATE_E_NOMEM, "out of memory");
	}
	return 0;
}

/* Skipped tests are counted from the last signature (DESIGN 7): once more are skipped, those of long ago count again. */
static int rules_counted(const struct gate_server *s, const struct gate_judged *j, size_t i, struct gate_strs *out, struct gate_err *err)
{
	for (size_t k = 0; k < j->reply.findings.n; k++) {
		const struct gate_finding *f = &j->reply.findings.v[k];

		if (f->change == i && gate_ledger_weighs(f) && !gate_strs_has(out, f->id) && gate_ratchet_counts(s->policy, f->id) &&
		    gate_strs_add(out, f->id, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

int gate_ledger_carried(const struct gate_server *s, const struct gate_judged *j, size_t i, bool look, struct gate_findings *out,
			uint64_t *seen, struct gate_err *err)
{
	__attribute__((cleanup(carrying_clear))) struct carrying c = {
		.actor = &j->actor, .change = &j->ask.changes.v[i], .facts = &j->reply.facts[i],
		.oldest = s->now - (int64_t)s->policy->ledger_days * 86400, .out = out, .err = err
	};
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	gate_auto(gate_strs) struct gate_strs counted = { 0 };

	c.counted = &counted;
	if (rules_counted(s, j, i, &counted, err) < 0 || gate_ledger_text(s, &text, seen, err) < 0 || gate_ledger_lines(gate_buf_cstr(&text), take_line, &c, err) < 0 ||
	    (look && leave_dropped(s, &c) < 0))
		return -(int)err->code;
	return give(&c);
}

struct overlooking {
	const struct gate_judged *j;
	uint64_t mine;
	bool found;
	struct gate_err *err;
};

static int overlooks(uint64_t seq, const char *entry, size_t len, void *arg)
{
	struct overlooking *o = arg;
	gate_autofree char *text = seq < o->mine ? gate_ledger_line_of(entry, len, o->err) : NULL;
	gate_autojson struct gate_json *line = text ? gate_json_load(text, strlen(text), "log entry", o->err) : NULL;

	for (size_t i = 0; line && i < o->j->ask.changes.n; i++) {
		bool same_ref = strcmp(gate_json_str(line, "ref", ""), o->j->ask.changes.v[i].ref) == 0;

		o->found |= strcmp(gate_json_str(line, "k", ""), "add") == 0 && (same_ref || is_mine(&o->j->actor, line));
	}
	return o->err->code ? -(int)o->err->code : seq >= o->mine || o->found;
}

int gate_ledger_overlooked(const struct gate_server *s, const struct gate_judged *j, uint64_t seen, uint64_t mine, bool *overlooked,
			   struct gate_err *err)
{
	struct overlooking o = { j, mine, false, err };

	*overlooked = false;
	/* A push that was judged without what was carried (all critical, let through by observe) cannot have missed any of it. */
	if (!j->ledger_read || seen >= mine)
		return 0;
	if (gate_log_each(s->audit, seen, overlooks, &o, err) < 0)
		return -(int)err->code;
	*overlooked = o.found;
	return 0;
}

int gate_ledger_digest(const struct gate_findings *carried, char hex[65], struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs lines = { 0 };
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	hex[0] = '\0';
	for (size_t i = 0; i < carried->n; i++) {
		gate_autofree char *line = gate_fmt("%s %s\n", carried->v[i].id, carried->v[i].subject);

		if (!line || gate_strs_add_new(&lines, line, err) < 0)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	if (lines.n == 0)
		return 0;
	gate_strs_sort(&lines);
	gate_strs_join(&b, &lines, "");
	gate_sha256_hex(gate_buf_cstr(&b), b.len, hex);
	return gate_buf_check(&b, err);
}
