#include "gate/answer.h"

#include "base/json.h"

#include <ctype.h>
#include <string.h>

#define SHOWN_FINDINGS 12
#define SHOWN_REFS 12
#define REFS_ROOM 3000 /* bytes of the JSON line that refs may take */

/* Indices of findings by points downward, denies first; stable, so that equal ones keep their order. */
static size_t *by_weight(const struct gate_findings *f)
{
	size_t *order = calloc(f->n + 1, sizeof(*order));

	for (size_t i = 0; order && i < f->n; i++) {
		size_t k = i;
		const struct gate_finding *x = &f->v[i];

		for (; k > 0; k--) {
			const struct gate_finding *y = &f->v[order[k - 1]];

			if (y->deny > x->deny || (y->deny == x->deny && y->points >= x->points))
				break;
			order[k] = order[k - 1];
		}
		order[k] = i;
	}
	return order;
}

static void put_finding_line(const struct gate_finding *f, struct gate_buf *out)
{
	char points[32];

	gate_points_format(f->points, points);
	gate_buf_fmt(out, "refgate:   %s%s %s ", f->deny ? "deny +" : "+", points, f->id);
	gate_escape(out, f->path, strlen(f->path));
	if (f->line)
		gate_buf_fmt(out, ":%u", f->line);
	if (f->commit[0])
		gate_buf_fmt(out, " (%.10s)", f->commit);
	gate_buf_str(out, f->path[0] || f->commit[0] ? ": " : "");
	gate_escape(out, f->message, strlen(f->message));
	gate_buf_char(out, '\n');
}

static const char *headline(const struct gate_judged *j, const char *id)
{
	return j->verdict == GATE_VERDICT_REJECT ? "rejected" : id ? "held for approval" : "accepted";
}

static void put_refs_lines(const struct gate_judged *j, struct gate_buf *out)
{
	size_t shown = 0, others = 0;

	for (size_t i = 0; i < j->ask.changes.n; i++) {
		char points[32];

		if (j->refs[i].verdict != j->verdict) {
			others++;
			continue;
		}
		if (shown++ >= SHOWN_REFS)
			continue;
		gate_points_format((int64_t)j->refs[i].score.points, points);
		gate_buf_fmt(out, "refgate:   ");
		gate_escape(out, j->ask.changes.v[i].ref, strlen(j->ask.changes.v[i].ref));
		gate_buf_fmt(out, ": %s, %s points\n", gate_tier_name(j->refs[i].score.tier), points);
	}
	if (shown > SHOWN_REFS)
		gate_buf_fmt(out, "refgate:   and %zu more refs\n", shown - SHOWN_REFS);
	if (others && j->verdict == GATE_VERDICT_REJECT)
		gate_buf_fmt(out, "refgate:   the other %zu of this push may be pushed alone\n", others);
}

static void put_notes(const struct gate_buf *notes, struct gate_buf *out)
{
	const char *p = gate_buf_cstr(notes);

	while (*p) {
		size_t n = strcspn(p, "\n");

		gate_buf_str(out, "refgate: ");
		gate_escape(out, p, n);
		gate_buf_char(out, '\n');
		p += n + (p[n] == '\n');
	}
}

/* What to do next, by the first finding that stands in the way. */
static const char *advice(const struct gate_judged *j, const size_t *order, const char *id)
{
	static const struct {
		const char *id;
		const char *next;
	} table[] = {
		{ "SEC-", "git rebase -i --root" }, /* replaced by a better one below when the base is known */
		{ "GIT-REF", "git fetch" },
		{ "GATE-LIMIT", "git push with fewer or smaller objects" },
		{ "GATE-RULES", "refgate policy check" },
	};

	(void)id;
	for (size_t i = 0; i < GATE_ARRAY_LEN(table) && j->reply.findings.n; i++) {
		if (gate_starts_with(j->reply.findings.v[order[0]].id, table[i].id))
			return table[i].next;
	}
	return "git fetch";
}

static void put_next(const struct gate_judged *j, const size_t *order, const char *id, struct gate_buf *next)
{
	const struct gate_finding *first = j->reply.findings.n ? &j->reply.findings.v[order[0]] : NULL;
	const char *base;

	if (j->verdict == GATE_VERDICT_HOLD && id) {
		gate_buf_fmt(next, "refgate wait %s", id);
		return;
	}
	base = first && j->reply.n_facts > first->change ? j->reply.facts[first->change].base : "";
	if (first && gate_starts_with(first->id, "SEC-") && base[0])
		gate_buf_fmt(next, "git rebase -i %.12s", base);
	else
		gate_buf_str(next, advice(j, order, id));
}

/* Those that decide the push come first, so that they are there when not all fit. */
static void put_json_refs(const struct gate_judged *j, const char *id, struct gate_jw *w)
{
	size_t left = 0, n = j->ask.changes.n;

	gate_jw_array(w, "refs");
	for (size_t k = 0; k < 2 * n; k++) {
		size_t i = k % n;

		if ((j->refs[i].verdict == j->verdict) != (k < n))
			continue;
		if (w->out->len > REFS_ROOM) {
			left++;
			continue;
		}
		gate_jw_open(w, NULL);
		gate_jw_str(w, "ref", j->ask.changes.v[i].ref);
		gate_jw_str(w, "verdict", gate_verdict_name(j->refs[i].verdict));
		gate_jw_str(w, "pending", j->refs[i].verdict == GATE_VERDICT_HOLD ? id : NULL);
		gate_jw_close(w);
	}
	gate_jw_end(w);
	if (left)
		gate_jw_int(w, "more_refs", (int64_t)left);
}

static void put_json_finding(const struct gate_finding *f, struct gate_jw *w)
{
	gate_jw_open(w, NULL);
	gate_jw_str(w, "id", f->id);
	gate_jw_str(w, "tier", gate_tier_name(f->deny ? GATE_TIER_CRITICAL : f->floor));
	gate_jw_points(w, "points", f->points);
	if (f->deny)
		gate_jw_bool(w, "deny", true);
	gate_jw_strn(w, "path", f->path);
	if (f->line)
		gate_jw_int(w, "line", f->line);
	else
		gate_jw_null(w, "line");
	gate_jw_close(w);
}

static int put_json(const struct gate_judged *j, const size_t *order, const char *id, const char *next, struct gate_buf *out,
		    struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf line = { 0 };
	struct gate_jw w = { .out = &line };
	size_t more = 0;

	gate_jw_open(&w, NULL);
	gate_jw_int(&w, "schema", 1);
	gate_jw_str(&w, "verdict", gate_verdict_name(j->verdict));
	gate_jw_str(&w, "id", id);
	gate_jw_str(&w, "tier", gate_tier_name(j->tier));
	gate_jw_points(&w, "score", (int64_t)j->total.points);
	put_json_refs(j, id, &w);
	gate_jw_array(&w, "findings");
	for (size_t i = 0; i < j->reply.findings.n; i++) {
		gate_auto(gate_buf) struct gate_buf one = { 0 };
		struct gate_jw ow = { .out = &one };

		put_json_finding(&j->reply.findings.v[order[i]], &ow);
		if (line.len + one.len + strlen(next) * 2 + 80 > GATE_JSON_LINE_MAX)
			more++;
		else
			gate_jw_raw(&w, NULL, gate_buf_cstr(&one));
	}
	gate_jw_end(&w);
	gate_jw_int(&w, "more", (int64_t)(more + j->reply.findings.dropped));
	gate_jw_str(&w, "next", next);
	gate_jw_close(&w);
	gate_buf_fmt(out, "refgate: %s\n", gate_buf_cstr(&line));
	return gate_buf_check(&line, err);
}

int gate_answer_push(const struct gate_server *s, const struct gate_judged *j, const char *id, struct gate_buf *out,
		     struct gate_err *err)
{
	gate_autofree size_t *order = by_weight(&j->reply.findings);
	gate_auto(gate_buf) struct gate_buf next = { 0 };
	size_t n = j->reply.findings.n;

	(void)s;
	if (!order)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	put_next(j, order, id, &next);
	gate_buf_fmt(out, "refgate: %s%s%s\n", headline(j, id), id ? " as " : "", id ? id : "");
	put_refs_lines(j, out);
	for (size_t i = 0; i < n && i < SHOWN_FINDINGS; i++)
		put_finding_line(&j->reply.findings.v[order[i]], out);
	if (n > SHOWN_FINDINGS)
		gate_buf_fmt(out, "refgate:   and %zu more findings\n", n - SHOWN_FINDINGS);
	put_notes(&j->notes, out);
	if (id)
		gate_buf_fmt(out, "refgate: a maintainer runs `refgate approve %s`; you may wait with `refgate wait %s`\n", id, id);
	if (put_json(j, order, id, gate_buf_cstr(&next), out, err) < 0)
		return -(int)err->code;
	return gate_buf_check(out, err);
}

int gate_answer_accepted(const struct gate_judged *j, struct gate_buf *out, struct gate_err *err)
{
	char points[32];

	put_notes(&j->notes, out);
	if (j->reply.findings.n == 0)
		return 0;
	gate_points_format((int64_t)j->total.points, points);
	gate_buf_fmt(out, "refgate: accepted, %s, %s\n", gate_tier_name(j->tier), points);
	return gate_buf_check(out, err);
}

/* Those that are rejected come first, so that they are there when not all fit. Gives the number of those that did not. */
static size_t put_error_refs(const struct gate_changes *c, const enum gate_verdict *verdicts, struct gate_jw *w)
{
	size_t left = 0, n = c ? c->n : 0;

	gate_jw_array(w, "refs");
	for (size_t k = 0; k < 2 * n; k++) {
		size_t i = k % n;

		if ((verdicts[i] == GATE_VERDICT_REJECT) != (k < n))
			continue;
		if (w->out->len > REFS_ROOM) {
			left++;
			continue;
		}
		gate_jw_open(w, NULL);
		gate_jw_str(w, "ref", c->v[i].ref);
		gate_jw_str(w, "verdict", gate_verdict_name(verdicts[i]));
		gate_jw_null(w, "pending");
		gate_jw_close(w);
	}
	gate_jw_end(w);
	return left;
}

void gate_answer_error(const struct gate_err *why, const struct gate_changes *refs, const enum gate_verdict *verdicts, struct gate_buf *out)
{
	size_t left;

	gate_auto(gate_buf) struct gate_buf line = { 0 };
	struct gate_jw w = { .out = &line };

	gate_buf_fmt(out, "refgate: rejected: %s\n", why->text);
	gate_jw_open(&w, NULL);
	gate_jw_int(&w, "schema", 1);
	gate_jw_str(&w, "verdict", "reject");
	gate_jw_null(&w, "id");
	gate_jw_str(&w, "tier", "critical");
	gate_jw_int(&w, "score", 0);
	left = put_error_refs(refs, verdicts, &w);
	if (left)
		gate_jw_int(&w, "more_refs", (int64_t)left);
	gate_jw_array(&w, "findings");
	gate_jw_end(&w);
	gate_jw_int(&w, "more", 0);
	gate_jw_str(&w, "next", "git push");
	gate_jw_str(&w, "error", gate_code_name(why->code));
	gate_jw_str(&w, "text", why->text);
	gate_jw_close(&w);
	gate_buf_fmt(out, "refgate: %s\n", gate_buf_cstr(&line));
}

/* ---- what is not for the pusher ---- */

/* In refs/heads/srv/x.git stands a name, not the path /srv/x.git. */
static bool begins_here(const char *text, const char *at)
{
	return at == text || !(isalnum((unsigned char)at[-1]) || strchr("/._-", at[-1]));
}

void gate_answer_hide(const char *dir, const char *text, struct gate_buf *out)
{
	const char *from = text, *at = text;
	size_t n = strlen(dir);

	while (n > 1 && (at = strstr(at, dir))) {
		if (begins_here(text, at)) {
			gate_buf_add(out, from, (size_t)(at - from));
			gate_buf_str(out, "<repo>");
			from = at + n;
		}
		at += n;
	}
	gate_buf_str(out, from);
}

/* A text that was cut where the path stood in it shows the beginning of the path. */
static void hide_torn(const char *dir, struct gate_err *err)
{
	size_t len = strlen(err->text), n = strlen(dir);

	for (n = n > len ? len : n; len + 1 == sizeof(err->text) && n > 1; n--) {
		if (strncmp(err->text + len - n, dir, n) == 0) {
			err->text[len - n] = '\0';
			return;
		}
	}
}

void gate_answer_hide_err(const char *dir, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	hide_torn(dir, err);
	gate_answer_hide(dir, err->text, &b);
	gate_copy(err->text, sizeof(err->text), gate_buf_cstr(&b));
}
