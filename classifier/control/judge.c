/* What of the facts that were gained or lost is a finding, and how bad it is. */
#include "classifier/control/ci.h"
#include "classifier/control/shell.h"

#include <string.h>
#include <strings.h>

struct row {
	enum gate_fact_kind kind;
	const char *id;
	bool when_lost; /* the loss is worse; otherwise the gain */
	const char *what;
	const char *message;
};

static const struct row rows[] = {
	{ GATE_FACT_TRIGGER, "CI-TRIG", false, "trigger", "strangers can start this with the rights of the repository: look at what it checks out and runs" },
	{ GATE_FACT_PUSH, "CI-TRIG", false, "trigger", "pushes to more branches or tags start this: look at what it may do there" },
	{ GATE_FACT_NARROW, "CI-DROP", false, "filter", "a filter keeps checks from running on some changes: look at what is no longer checked" },
	{ GATE_FACT_EVENT, "CI-DROP", true, "checks on", "the checks of this file no longer run on this event: look at where they run now" },
	{ GATE_FACT_PERM, "CI-PERM", false, "permission", "the token of this job may do more than before: look at which step needs it" },
	{ GATE_FACT_INJECT, "CI-INJ", false, "expression", "text that others write becomes part of a script, so they can run commands: pass it in a variable" },
	{ GATE_FACT_SECRET, "CI-SECRET", false, "secret", "one secret more reaches this job: look at every step that could read it" },
	{ GATE_FACT_ECHO, "CI-SECRET", false, "output", "a secret is printed to the log: remove the line" },
	{ GATE_FACT_ENVIRON, "CI-SECRET", true, "environment", "a job with secrets no longer waits for its environment's rules: look at who can start it" },
	{ GATE_FACT_SOFT, "CI-SOFT", false, "failure ignored", "a failure here no longer fails the run: look at what may now break unseen" },
	{ GATE_FACT_COND, "CI-SOFT", false, "condition", "a check runs under a condition only: look at when it is skipped" },
	{ GATE_FACT_GATE, "CI-DROP", true, "check", "a command that checked something is gone: look at whether it runs elsewhere" },
	{ GATE_FACT_JOB, "CI-DROP", true, "job", "a job is gone or has another name: rules that require it by name wait in vain or ask nothing" },
	{ GATE_FACT_NEED, "CI-DROP", true, "order", "a job no longer waits for another, or is not run: look at what may go out unchecked" },
	{ GATE_FACT_HOST, "CI-HOST", false, "host", "the job reaches the machine that runs it: look at who can start it and what stays behind" },
	{ GATE_FACT_ENVFILE, "CI-ENV", false, "environment", "this steers every later step of the job: look at where the value comes from" },
	{ GATE_FACT_NOCRED, "CI-ENV", true, "credentials", "credentials of the checkout now stay on disk for every later step: keep persist-credentials: false" },
	{ GATE_FACT_CRED, "CI-ENV", false, "credentials", "credentials of the checkout stay on disk for every later step: look at what else runs there" },
	{ GATE_FACT_CURL, "CI-CURL", false, "download", "what is downloaded is run without a fixed version or hash: pin it, and look at where it comes from" },
	{ GATE_FACT_CACHE, "CI-CACHE", false, "cache", "a release takes files from a cache that other runs can write: build releases without one" },
	{ GATE_FACT_PROV, "CI-PROV", true, "step", "signing, provenance or analysis is gone: look at what now vouches for the result" },
	{ GATE_FACT_OBF, "CI-OBF", false, "hidden", "a script decodes or evaluates text, so nobody reads what runs: write it out" },
	{ GATE_FACT_REVIEW, "OWN-POL", false, "setting", "the review of dependencies lets more pass: look at each exception" },
};

static const struct gate_weight weights[] = { [GATE_TIER_LOW] = { GATE_TIER_LOW, 5000, false },
					      [GATE_TIER_MEDIUM] = { GATE_TIER_MEDIUM, 20000, false },
					      [GATE_TIER_HIGH] = { GATE_TIER_HIGH, 50000, false },
					      [GATE_TIER_CRITICAL] = { GATE_TIER_CRITICAL, 100000, false } };

static int tell(struct gate_detect *d, const struct gate_fact *f, const char *id, const char *what, bool gone, enum gate_tier tier, const char *old,
		const char *now, const char *message, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf subject = { 0 };
	/* a command may hold what nobody should see: its class and program are enough */
	const bool command = f->kind == GATE_FACT_GATE;
	struct gate_sighting s = {
		.id = id,
		.path = f->path,
		.line = f->line,
		.old_value = gone ? (command ? f->note : old ? old : f->key) : old,
		.new_value = gone ? (now ? now : "removed") : now ? now : f->key,
		.message = message,
		.at_most = &weights[tier],
	};

	gate_buf_fmt(&subject, "%s: %s%.60s%s%s: %.160s", f->path, *f->job && *f->job != '*' ? "job " : "", *f->job == '*' ? "" : f->job,
		     *f->job && *f->job != '*' ? ": " : "", what, command ? f->note : f->key);
	if (command)
		gate_buf_fmt(&subject, " line %u", f->line);
	if (gate_buf_check(&subject, err) < 0)
		return -GATE_E_NOMEM;
	s.subject = subject.s;
	return gate_detect_add(d, f->change, &s, err);
}

/* ---- what was only written in another way ---- */

static bool same_place(const struct gate_fact *a, const struct gate_fact *b)
{
	return a->change == b->change && a->kind == b->kind && strcmp(a->note, b->note) == 0;
}

#define JUDGED_MAX 5000u /* facts of each side that are left after all that is equal went; the worst kinds come first */
#define TOLD_MAX 500u    /* findings */
#define PAIRS_MAX 4000000u /* comparisons; beyond them nothing is paired, so more is reported */

/* A check that is written in another way: one of the same class came. A check of the class "check" may stand for all. */
static enum gate_tier lost_check(const struct gate_fact *f, struct gate_factbag *gained)
{
	enum gate_tier t = f->tier;

	for (size_t i = 0; i < gained->n; i++) {
		const struct gate_fact *g = &gained->v[i];

		if (g->kind != GATE_FACT_GATE || g->change != f->change)
			continue;
		if (strcmp(g->note, f->note) == 0)
			return GATE_TIER_LOW;
		if (strcmp(g->note, "check") == 0 || strcmp(f->note, "check") == 0)
			t = GATE_TIER_MEDIUM;
	}
	return t;
}

/* A softened command that stays soft under another wording. */
static void pair(struct gate_factbag *gained, struct gate_factbag *lost)
{
	uint64_t tries = 0;

	for (size_t i = 0; i < gained->n; i++) {
		struct gate_fact *g = &gained->v[i];

		if (g->kind != GATE_FACT_SOFT && g->kind != GATE_FACT_COND && g->kind != GATE_FACT_PUSH && g->kind != GATE_FACT_OBF && g->kind != GATE_FACT_ENVFILE)
			continue;
		for (size_t k = 0; k < lost->n && tries++ < PAIRS_MAX; k++) {
			struct gate_fact *l = &lost->v[k];

			if (!same_place(g, l) || strcmp(g->path, l->path) != 0 || l->tier < g->tier)
				continue;
			g->kind = GATE_FACT_KINDS;
			l->kind = GATE_FACT_KINDS;
			break;
		}
	}
}

/* Filters that were wider before. */
static bool was_wider(const struct gate_fact *g, const struct gate_factbag *lost)
{
	const char *want = strstr(g->key, "tags") ? "push: every tags" : "push: every branches";

	for (size_t i = 0; g->kind == GATE_FACT_PUSH && i < lost->n; i++) {
		if (lost->v[i].kind == GATE_FACT_PUSH && strcmp(lost->v[i].path, g->path) == 0 && strcmp(lost->v[i].key, want) == 0)
			return true;
	}
	return false;
}

/* ---- versions ---- */

static bool is_hex(const char *s, size_t n)
{
	return strspn(s, "0123456789abcdefABCDEF") == n;
}

/* How firm a reference is: 3 a hash, 2 a full version, 1 a tag, 0 a branch or nothing. */
static int firmness(const char *ref)
{
	static const char *const branches[] = { "main", "master", "develop", "dev", "trunk", "HEAD", "latest", "next", "edge", "nightly", "volatile", "stable", "head", "unstable", "default" };
	size_t n = ref ? strlen(ref) : 0;
	int dots = 0;

	if (!n)
		return 0;
	if (gate_starts_with(ref, "sha256:") || (is_hex(ref, n) && (n == 40 || n == 64)))
		return 3;
	for (size_t i = 0; i < GATE_ARRAY_LEN(branches); i++) {
		if (strcmp(branches[i], ref) == 0 || gate_starts_with(ref, "refs/heads/"))
			return 0;
	}
	for (const char *p = ref; *p; p++)
		dots += *p == '.';
	return dots >= 2 ? 2 : (strpbrk(ref, "0123456789") ? 1 : 0);
}

static size_t name_len(const char *key)
{
	const char *at = strrchr(key, '@');

	return at ? (size_t)(at - key) : strlen(key);
}

static const char *ref_of(const char *key)
{
	size_t n = name_len(key);

	return key[n] ? key + n + 1 : "";
}

static size_t owner_len(const char *key)
{
	return strcspn(key, "/@");
}

static bool first_party(const char *key)
{
	return gate_starts_with(key, "actions/") || gate_starts_with(key, "github/") || gate_starts_with(key, "docker://") || gate_starts_with(key, "https://code.forgejo.org/actions/") ||
	       gate_starts_with(key, "circleci/") || gate_starts_with(key, "atlassian/");
}

/* The reference of the same code before; and whether its name with another owner, or its owner, was there. */
static const struct gate_fact *before_of(const struct gate_fact *g, const struct gate_factbag *lost, bool *moved)
{
	const struct gate_fact *best = NULL;
	const char *repo = strchr(g->key, '/');

	for (size_t i = 0; i < lost->n; i++) {
		const struct gate_fact *l = &lost->v[i];
		const char *other = strchr(l->key, '/');

		if (l->kind != GATE_FACT_USES || l->change != g->change)
			continue;
		if (name_len(l->key) == name_len(g->key) && strncasecmp(l->key, g->key, name_len(g->key)) == 0) {
			if (!best || firmness(ref_of(l->key)) > firmness(ref_of(best->key)))
				best = l;
		} else if (repo && other && strcspn(repo, "@") == strcspn(other, "@") && strncasecmp(repo, other, strcspn(repo, "@")) == 0) {
			*moved = true;
		}
	}
	return best;
}

static int judge_uses(struct gate_detect *d, const struct gate_fact *g, const struct gate_factbag *lost, struct gate_err *err)
{
	bool moved = false;
	const struct gate_fact *l = before_of(g, lost, &moved);
	const int firm = firmness(ref_of(g->key));

	if (moved && !l)
		return tell(d, g, "CI-UNPIN", "owner", false, GATE_TIER_HIGH, NULL, NULL, "the same name comes from another owner: make sure that it is theirs", err);
	if (l && firmness(ref_of(l->key)) > firm && (firmness(ref_of(l->key)) == 3 || firm == 0))
		return tell(d, g, "CI-UNPIN", "pin", false, GATE_TIER_HIGH, ref_of(l->key), ref_of(g->key),
			    "the version is fixed less than before, so others can change what runs: keep the full hash", err);
	if (l && firm == 3 && firmness(ref_of(l->key)) == 3 && *g->note && strcmp(g->note, l->note) == 0)
		return tell(d, g, "CI-UNPIN", "comment", false, GATE_TIER_HIGH, ref_of(l->key), ref_of(g->key),
			    "the hash changed but the version named beside it did not: look up which commit this is", err);
	if (l || firm == 3)
		return 0;
	if (!first_party(g->key))
		return tell(d, g, "CI-UNPIN", "new", false, firm ? (owner_len(g->key) == 6 && gate_starts_with(g->key, "docker/") ? GATE_TIER_MEDIUM : GATE_TIER_HIGH) : GATE_TIER_HIGH, NULL, NULL,
			    "code of others runs here under a name that they can move: pin the full hash and read it once", err);
	return firm ? 0 : tell(d, g, "CI-UNPIN", "new", false, GATE_TIER_MEDIUM, NULL, NULL, "what runs here is a branch, which moves: pin a version", err);
}

/* "registry/owner/name:tag@digest": the part before tag and digest. */
static size_t image_len(const char *s)
{
	const char *slash = strrchr(s, '/'), *at = strchr(s, '@'), *colon = strchr(slash ? slash : s, ':');
	const char *end = at && (!colon || at < colon) ? at : colon;

	return end ? (size_t)(end - s) : strlen(s);
}

static bool image_floats(const char *s)
{
	size_t n = image_len(s);

	return !s[n] || strcmp(s + n, ":latest") == 0;
}

static int judge_image(struct gate_detect *d, const struct gate_fact *g, const struct gate_factbag *lost, struct gate_err *err)
{
	const size_t n = image_len(g->key);
	const char *last = memrchr(g->key, '/', n);

	last = last ? last + 1 : g->key;
	for (size_t i = 0; i < lost->n; i++) {
		const struct gate_fact *l = &lost->v[i];
		size_t m = image_len(l->key);
		const char *was = memrchr(l->key, '/', m);

		was = was ? was + 1 : l->key;
		if (l->kind != GATE_FACT_IMAGE || l->change != g->change || (size_t)(l->key + m - was) != (size_t)(g->key + n - last) ||
		    strncmp(was, last, (size_t)(l->key + m - was)) != 0)
			continue;
		if (n != m || strncmp(l->key, g->key, n) != 0)
			return tell(d, g, "CI-UNPIN", "image", false, GATE_TIER_HIGH, l->key, g->key, "the image comes from another owner or registry: make sure that it is theirs", err);
		if ((strchr(l->key, '@') && !strchr(g->key, '@')) || (image_floats(g->key) && !image_floats(l->key)))
			return tell(d, g, "CI-UNPIN", "image", false, GATE_TIER_HIGH, l->key, g->key,
				    "the image is fixed less than before, so others can change what runs: keep the digest", err);
		return 0;
	}
	return !strchr(g->key, '/') || strchr(g->key, '@') ? 0 :
	       tell(d, g, "CI-UNPIN", "image", false, GATE_TIER_MEDIUM, NULL, NULL, "an image of others runs here under a name that they can move: pin its digest", err);
}

/* ---- matrices ---- */

/* The oldest version goes: support ends. Anything else, or without a newer one: fewer things are checked. */
static int judge_matrix(struct gate_detect *d, const struct gate_fact *f, const struct gate_factbag *gained, struct gate_err *err)
{
	const char *value = strstr(f->key, ": ");

	for (size_t i = 0; i < gained->n; i++) {
		const struct gate_fact *g = &gained->v[i];

		if (g->kind == GATE_FACT_MATRIX && strcmp(g->note, f->note) == 0 && strcmp(g->path, f->path) == 0)
			return 0;
	}
	return tell(d, f, "CI-DROP", "matrix", true, value && strspn(value + 2, "0123456789.x") == strlen(value + 2) ? GATE_TIER_MEDIUM : GATE_TIER_HIGH, NULL, NULL,
		    "one entry of a matrix is gone, so nothing is checked there any more: look at whether it is still supported", err);
}

/* ---- words of commands ---- */
static int judge_words(struct gate_detect *d, const struct gate_fact *f, const struct gate_factbag *lost, const struct gate_factbag *gained, bool was_there,
		       struct gate_err *err)
{
	/* the command itself must have been there before and be there now */
	const struct gate_factbag *other = was_there ? gained : lost;

	for (size_t i = 0; i < other->n; i++) {
		if (other->v[i].kind == GATE_FACT_GATE && other->v[i].change == f->change && strcmp(other->v[i].note, f->note) == 0)
			return tell(d, f, "CI-DROP", was_there ? "strict" : "loose", was_there, GATE_TIER_HIGH, NULL, NULL,
				    "a check looks at less, or lets more pass, than before: look at what it no longer finds", err);
	}
	return 0;
}

static const struct row *row_of(enum gate_fact_kind kind, bool lost)
{
	for (size_t i = 0; i < GATE_ARRAY_LEN(rows); i++) {
		if (rows[i].kind == kind && rows[i].when_lost == lost)
			return &rows[i];
	}
	return NULL;
}

static int judge_gained(struct gate_detect *d, const struct gate_fact *g, const struct gate_factbag *gained, const struct gate_factbag *lost, struct gate_err *err)
{
	const struct row *r = row_of(g->kind, false);

	if (g->kind == GATE_FACT_USES)
		return judge_uses(d, g, lost, err);
	if (g->kind == GATE_FACT_IMAGE)
		return judge_image(d, g, lost, err);
	if (g->kind == GATE_FACT_LOOSE)
		return judge_words(d, g, lost, gained, false, err);
	/* a new job stands on the default as all others do */
	if (!r || g->tier == GATE_TIER_LOW || was_wider(g, lost) || (g->kind == GATE_FACT_PERM && *g->job == '*' && strcmp(g->key, "default") == 0))
		return 0;
	return tell(d, g, r->id, r->what, false, g->tier, NULL, NULL, r->message, err);
}

static bool came(const struct gate_factbag *gained, const struct gate_fact *f, enum gate_fact_kind kind, bool same_job)
{
	for (size_t i = 0; i < gained->n; i++) {
		const struct gate_fact *g = &gained->v[i];

		if (g->kind == kind && g->change == f->change && strcmp(g->path, f->path) == 0 && (!same_job || strcmp(g->job, f->job) == 0))
			return true;
	}
	return false;
}

static bool went(const struct gate_factbag *lost, const struct gate_fact *f, const char *job)
{
	for (size_t i = 0; i < lost->n; i++) {
		if (lost->v[i].kind == GATE_FACT_JOB && strcmp(lost->v[i].path, f->path) == 0 && strcmp(lost->v[i].key, job) == 0)
			return true;
	}
	return false;
}

/* A loss that only says again that a job is gone, or that something took its place. */
static bool is_told(const struct gate_fact *f, const struct gate_factbag *gained, const struct gate_factbag *lost)
{
	const bool job_gone = strcmp(f->job, "*") == 0 && !came(gained, f, GATE_FACT_JOB, false);

	if (f->kind == GATE_FACT_EVENT)
		return strcmp(f->key, "push") == 0;
	if (f->kind == GATE_FACT_ENVIRON)
		return job_gone || came(gained, f, GATE_FACT_ENVIRON, true);
	if (f->kind == GATE_FACT_NEED)
		return job_gone || came(gained, f, GATE_FACT_NEED, true) || (*f->note && went(lost, f, f->note));
	/* a checkout less is no loss; one that keeps them now is */
	return f->kind == GATE_FACT_NOCRED && !came(gained, f, GATE_FACT_CRED, false);
}

static int judge_lost(struct gate_detect *d, const struct gate_fact *f, struct gate_factbag *gained, const struct gate_factbag *lost, struct gate_err *err)
{
	const struct row *r = row_of(f->kind, true);
	enum gate_tier tier = f->kind == GATE_FACT_GATE ? lost_check(f, gained) : f->tier;

	if (f->kind == GATE_FACT_MATRIX)
		return judge_matrix(d, f, gained, err);
	if (f->kind == GATE_FACT_STRICT)
		return judge_words(d, f, lost, gained, true, err);
	if (!r || tier == GATE_TIER_LOW || is_told(f, gained, lost))
		return 0;
	return tell(d, f, r->id, r->what, true, tier, NULL, NULL, r->message, err);
}

int gate_ci_judge(struct gate_detect *d, struct gate_factbag *gained, struct gate_factbag *lost, struct gate_err *err)
{
	const size_t told = d->out->n;
	const bool many = gained->n > JUDGED_MAX || lost->n > JUDGED_MAX;
	int rc = many ? gate_detect_limit(d, gained->n ? gained->v[0].change : lost->v[0].change, gained->n ? gained->v[0].path : lost->v[0].path, NULL, false,
					  "more changes of CI than can be compared: push smaller parts", err) :
			0;

	pair(gained, lost);
	for (size_t i = 0; rc == 0 && i < gained->n && i < JUDGED_MAX && d->out->n < told + TOLD_MAX; i++)
		rc = judge_gained(d, &gained->v[i], gained, lost, err);
	for (size_t i = 0; rc == 0 && i < lost->n && i < JUDGED_MAX && d->out->n < told + TOLD_MAX; i++)
		rc = judge_lost(d, &lost->v[i], gained, lost, err);
	if (rc == 0 && !many && d->out->n >= told + TOLD_MAX)
		rc = gate_detect_limit(d, gained->n ? gained->v[0].change : 0, gained->n ? gained->v[0].path : "", NULL, false,
				       "more findings about CI than are told: push smaller parts", err);
	return rc;
}
