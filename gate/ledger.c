#include "gate/ledger.h"

#include "audit/log.h"
#include "base/crypto.h"
#include "base/io.h"
#include "base/json.h"
#include "base/num.h"

#include <string.h>

#define LEDGER_MAX ((size_t)32 << 20)
#define LEDGER_LINE_MAX 6000 /* bytes of one line; escaped as a string in a log entry it stays far below that one's limit */

/* ---- lines, and the log entries that hold them ---- */

static void put_key(struct gate_jw *w, int64_t now, const char *kind, const struct gate_actor *a)
{
	gate_jw_open(w, NULL);
	gate_jw_str(w, "k", kind);
	gate_jw_int(w, "t", now);
	gate_jw_str(w, "actor", a->name);
	gate_jw_str(w, "owner", a->owner);
}

static int add_entry(const struct gate_server *s, struct gate_buf *line, struct gate_strs *bodies, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_jw w = { .out = &b };

	gate_jw_str(&w, "ev", "ledger");
	gate_jw_str(&w, "repo_id", s->repo_id);
	gate_jw_text(&w, "ledger", gate_buf_cstr(line), line->len);
	gate_buf_reset(line);
	return gate_buf_check(&b, err) < 0 ? -(int)err->code : gate_strs_add(bodies, b.s, err);
}

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
			put_key(&w, s->now, "add", &j->actor);
			gate_jw_str(&w, "ref", j->ask.changes.v[i].ref);
			gate_jw_array(&w, "findings");
		}
		put_finding(&w, f);
		if (line.len > LEDGER_LINE_MAX) {
			gate_buf_str(&line, "]}");
			if (add_entry(s, &line, bodies, err) < 0)
				return -(int)err->code;
		}
	}
	if (line.len == 0)
		return 0;
	gate_buf_str(&line, "]}");
	return add_entry(s, &line, bodies, err);
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
			put_key(&w, s->now, "clear", &r->actor);
			gate_jw_array(&w, "refs");
			for (size_t k = 0; k < r->n_refs; k++)
				gate_jw_str(&w, NULL, r->refs[k].ref);
			gate_jw_end(&w);
			gate_jw_array(&w, "keys");
		}
		gate_jw_str(&w, NULL, r->carried.v[i]);
		if (line.len > LEDGER_LINE_MAX || i + 1 == r->carried.n) {
			gate_buf_str(&line, "]}");
			if (add_entry(s, &line, bodies, err) < 0)
				return -(int)err->code;
		}
	}
	return 0;
}

/* ---- the cache ---- */

struct catching_up {
	struct gate_buf *lines;
	uint64_t from, seen;
	bool found; /* the entry before `from` is there: the log is as long as the cache remembers it */
	struct gate_err *err;
};

static char *line_of(const char *entry, size_t len, struct gate_err *err)
{
	static const char key[] = "\"ev\":\"ledger\"";
	gate_autojson struct gate_json *o = NULL;

	if (!memmem(entry, len, key, sizeof(key) - 1))
		return NULL;
	o = gate_json_load(entry, len, "log entry", err);
	return o ? strdup(gate_json_str(o, "ledger", "")) : NULL;
}

static int from_entry(uint64_t seq, const char *entry, size_t len, void *arg)
{
	struct catching_up *c = arg;
	gate_autofree char *line = seq < c->from ? NULL : line_of(entry, len, c->err);

	c->found |= seq + 1 == c->from;
	c->seen = seq + 1;
	if (line)
		gate_buf_fmt(c->lines, "%s\n", line);
	return c->err->code ? -(int)c->err->code : 0;
}

/* What the cache holds: how far it read the log, and its lines. Anything odd about it: nothing, from the beginning. */
static uint64_t read_cache(const char *path, struct gate_buf *lines)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err ignored = { 0 };
	char digest[GATE_SHA256_HEX], want[65];
	unsigned long seen;
	const char *rest;

	if (!gate_file_exists(path) || gate_read_file(path, LEDGER_MAX, &b, &ignored) < 0)
		return 0;
	rest = strchr(gate_buf_cstr(&b), '\n');
	if (!rest || sscanf(b.s, "%lu %64s", &seen, want) != 2)
		return 0;
	rest++;
	gate_sha256_hex(rest, b.len - (size_t)(rest - b.s), digest);
	if (strcmp(digest, want) != 0)
		return 0;
	gate_buf_add(lines, rest, b.len - (size_t)(rest - b.s));
	return seen;
}

static int load_text(const struct gate_server *s, struct gate_buf *out, uint64_t *seen, struct gate_err *err)
{
	gate_autofree char *path = gate_server_path(s, "ledger");
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	struct catching_up c = { .lines = out, .err = err };
	struct gate_err ignored = { 0 };
	char digest[GATE_SHA256_HEX];
	uint64_t from;

	if (!path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	from = c.from = c.seen = read_cache(path, out);
	if (gate_log_each(s->audit, from ? from - 1 : 0, from_entry, &c, err) < 0)
		return gate_err_wrap(err, "the ledger");
	if (from && !c.found) { /* another log than the one it was made of (log adopt) */
		gate_buf_reset(out);
		c.from = c.seen = 0;
		if (gate_log_each(s->audit, 0, from_entry, &c, err) < 0)
			return gate_err_wrap(err, "the ledger");
	}
	*seen = c.seen;
	gate_sha256_hex(gate_buf_cstr(out), out->len, digest);
	gate_buf_fmt(&text, "%lu %s\n%s", (unsigned long)c.seen, digest, gate_buf_cstr(out));
	/* A cache that cannot be written is only slower. */
	if (c.seen != from && !text.failed)
		gate_write_file(path, text.s, text.len, 0600, false, &ignored);
	return gate_buf_check(out, err);
}

/* ---- what is carried ---- */

struct carrying {
	const struct gate_actor *actor;
	const char *ref;
	int64_t oldest;
	struct gate_findings *out;
	struct gate_err *err;
};

static bool concerns(const struct carrying *c, const struct gate_json *line)
{
	const char *owner = gate_json_str(line, "owner", "");

	return strcmp(gate_json_str(line, "actor", ""), c->actor->name) == 0 ||
	       (owner[0] && strcmp(owner, c->actor->owner) == 0) || strcmp(gate_json_str(line, "ref", ""), c->ref) == 0;
}

static int add(struct carrying *c, const struct gate_json *line)
{
	const struct gate_json *list = gate_json_get(line, "findings");

	for (size_t i = 0; i < gate_json_len(list); i++) {
		const struct gate_json *o = gate_json_at(list, i);
		struct gate_finding f = { .change = 0 };

		gate_copy(f.id, sizeof(f.id), gate_json_str(o, "id", ""));
		gate_tier_parse(gate_json_str(o, "tier", "critical"), &f.floor);
		f.points = f.points_there = (uint32_t)gate_json_int(o, "milli", 0);
		f.subject = (char *)(uintptr_t)gate_json_str(o, "subject", "");
		f.message = (char *)(uintptr_t) "landed before without a signature, and counts until one covers it";
		if (gate_findings_add(c->out, &f, c->err) < 0)
			return -(int)c->err->code;
	}
	return 0;
}

static void drop(struct gate_findings *l, const char *key)
{
	for (size_t i = 0; i < l->n; i++) {
		gate_autofree char *mine = gate_fmt("%s %s", l->v[i].id, l->v[i].subject);

		if (!mine || strcmp(mine, key) != 0)
			continue;
		gate_finding_release(&l->v[i]);
		memmove(&l->v[i], &l->v[i + 1], (l->n - i - 1) * sizeof(*l->v));
		l->n--;
		return;
	}
}

/* A signature clears for the actor it was about, and for the refs it released. */
static void clear(struct carrying *c, const struct gate_json *line)
{
	const struct gate_json *keys = gate_json_get(line, "keys"), *refs = gate_json_get(line, "refs");
	bool mine = concerns(c, line);

	for (size_t i = 0; i < gate_json_len(refs); i++) {
		const char *ref = gate_json_string(gate_json_at(refs, i));

		mine |= ref && strcmp(ref, c->ref) == 0;
	}
	for (size_t i = 0; mine && i < gate_json_len(keys); i++) {
		const char *key = gate_json_string(gate_json_at(keys, i));

		if (key)
			drop(c->out, key);
	}
}

static int take_line(struct carrying *c, const char *text, size_t len)
{
	gate_autojson struct gate_json *line = gate_json_load(text, len, "refgate/ledger", c->err);

	if (!line)
		return -(int)c->err->code;
	if (gate_json_int(line, "t", 0) < c->oldest)
		return 0;
	if (strcmp(gate_json_str(line, "k", ""), "clear") == 0)
		clear(c, line);
	else if (concerns(c, line))
		return add(c, line);
	return 0;
}

int gate_ledger_carried(const struct gate_server *s, const struct gate_actor *actor, const char *ref, struct gate_findings *out,
			uint64_t *seen, struct gate_err *err)
{
	struct carrying c = { actor, ref, s->now - (int64_t)s->policy->ledger_days * 86400, out, err };
	gate_auto(gate_buf) struct gate_buf text = { 0 };

	if (load_text(s, &text, seen, err) < 0)
		return -(int)err->code;
	for (const char *p = gate_buf_cstr(&text); *p;) {
		size_t n = strcspn(p, "\n");

		if (n && take_line(&c, p, n) < 0)
			return -(int)err->code;
		p += n + (p[n] == '\n');
	}
	return 0;
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
	gate_autofree char *text = seq < o->mine ? line_of(entry, len, o->err) : NULL;
	gate_autojson struct gate_json *line = text ? gate_json_load(text, strlen(text), "log entry", o->err) : NULL;

	for (size_t i = 0; line && i < o->j->ask.changes.n; i++) {
		const struct carrying c = { .actor = &o->j->actor, .ref = o->j->ask.changes.v[i].ref };

		o->found |= strcmp(gate_json_str(line, "k", ""), "add") == 0 && concerns(&c, line);
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
