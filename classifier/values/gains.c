#include "classifier/values/gains.h"

#include "classifier/values/needles.h"

#include <stdarg.h>
#include <string.h>

#define FACTS_MAX 20000u
#define PATTERNS_MAX 400u

struct fact {
	const struct gate_gain_kind *kind;
	const char *id;
	char *subject, *path;
	uint32_t change, line;
	enum gate_tier most;
	bool now;
};

struct pattern {
	const char *text;
	struct gate_regex *re;
};

struct gate_gain_state {
	struct fact *v;
	size_t n, cap;
	bool full;
	struct pattern patterns[PATTERNS_MAX];
	size_t patterns_n;
	struct gate_needles needles;
};

struct gate_weight gate_weight_of(enum gate_tier tier)
{
	static const uint32_t points[] = {
		[GATE_TIER_LOW] = 5000,
		[GATE_TIER_MEDIUM] = 20000,
		[GATE_TIER_HIGH] = 50000,
		[GATE_TIER_CRITICAL] = 100000,
	};
	struct gate_weight w = { .floor = tier, .points = tier < GATE_ARRAY_LEN(points) ? points[tier] : 0 };

	return w;
}

int gate_gains_init(struct gate_detect *d, struct gate_err *err)
{
	d->gains = calloc(1, sizeof(*d->gains));
	return d->gains ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

void gate_gains_release(struct gate_detect *d)
{
	struct gate_gain_state *s = d->gains;

	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++) {
		free(s->v[i].subject);
		free(s->v[i].path);
	}
	for (size_t i = 0; i < s->patterns_n; i++)
		gate_regex_free(s->patterns[i].re);
	gate_needles_clear(&s->needles);
	free(s->v);
	free(s);
	d->gains = NULL;
}

struct gate_regex *gate_gains_regex(struct gate_detect *d, const char *pattern, struct gate_err *err)
{
	struct gate_gain_state *s = d->gains;
	struct pattern *p;

	for (size_t i = 0; i < s->patterns_n; i++) {
		if (s->patterns[i].text == pattern)
			return s->patterns[i].re;
	}
	if (s->patterns_n == PATTERNS_MAX) {
		gate_err_set(err, GATE_E_BUG, "too many patterns");
		return NULL;
	}
	p = &s->patterns[s->patterns_n];
	p->text = pattern;
	p->re = gate_regex_lazy(pattern, false, err);
	s->patterns_n += p->re != NULL;
	return p->re;
}

struct gate_needles *gate_gains_needles(struct gate_detect *d)
{
	return &d->gains->needles;
}

static uint64_t digest(const char *s, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
	return h ^ h >> 29;
}

/* Memory for one more; false once the push has too many, which is said once. */
static int room(const struct gate_gain_place *p, bool *yes, struct gate_err *err)
{
	struct gate_gain_state *s = p->d->gains;
	struct fact *bigger;

	*yes = s->n < FACTS_MAX;
	if (!*yes && s->full)
		return 0;
	if (!*yes) {
		s->full = true;
		return gate_detect_limit_all(p->d, "too many settings to compare in one push: push smaller parts", err);
	}
	if (s->n < s->cap)
		return 0;
	bigger = reallocarray(s->v, s->cap ? s->cap * 2 : 64, sizeof(*s->v));
	if (!bigger)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	s->v = bigger;
	s->cap = s->cap ? s->cap * 2 : 64;
	return 0;
}

int gate_gain_add(const struct gate_gain_place *p, const struct gate_gain_kind *kind, uint32_t line, struct gate_err *err,
		  const char *fmt, ...)
{
	gate_auto(gate_buf) struct gate_buf subject = { 0 };
	struct gate_gain_state *s = p->d->gains;
	char text[4096];
	size_t len;
	va_list ap;
	bool yes;
	int rc = room(p, &yes, err);

	if (rc < 0 || !yes)
		return rc;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	len = strlen(text);
	if (len > GATE_GAIN_SUBJECT) {
		gate_buf_add(&subject, text, GATE_GAIN_SUBJECT);
		gate_buf_fmt(&subject, "... #%08x", (unsigned)digest(text, len));
	} else {
		gate_buf_str(&subject, text);
	}
	s->v[s->n] = (struct fact){ .kind = kind, .id = p->id, .change = p->change, .line = line, .now = p->now };
	s->v[s->n].most = p->most;
	s->v[s->n].subject = gate_buf_steal(&subject);
	s->v[s->n].path = strdup(p->delta->path);
	s->n++;
	return s->v[s->n - 1].subject && s->v[s->n - 1].path ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

static int same_thing(const struct fact *a, const struct fact *b)
{
	int rc = a->change < b->change ? -1 : a->change > b->change;

	if (!rc)
		rc = strcmp(a->id, b->id);
	if (!rc)
		rc = strcmp(a->subject, b->subject);
	return rc ? rc : (int)a->kind->how - (int)b->kind->how;
}

static int by_thing(const void *a, const void *b)
{
	const struct fact *x = a, *y = b;
	int rc = same_thing(x, y);

	if (!rc)
		rc = (int)x->now - (int)y->now;
	if (!rc)
		rc = strcmp(x->path, y->path);
	return rc ? rc : x->line < y->line ? -1 : x->line > y->line;
}

/* Facts are sorted; whether the owner of a guard stands in the new state. */
static bool owner_stands(const struct gate_gain_state *s, const struct fact *f)
{
	static const struct gate_gain_kind owner = { GATE_GAIN_OWNER, GATE_TIER_LOW, "" };
	const char *end = strstr(f->subject, ": ");
	char name[GATE_GAIN_SUBJECT + 32];
	struct fact want = { .kind = &owner, .id = f->id, .change = f->change, .subject = name };
	size_t low = 0, high = s->n;

	snprintf(name, sizeof(name), "%.*s", end ? (int)(end - f->subject) : (int)strlen(f->subject), f->subject);
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (same_thing(&s->v[mid], &want) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < s->n && same_thing(&s->v[low], &want) == 0; low++) {
		if (s->v[low].now)
			return true;
	}
	return false;
}

static int tell(struct gate_detect *d, const struct fact *f, bool lost, struct gate_err *err)
{
	struct gate_weight w = gate_weight_of(f->kind->tier < f->most ? f->kind->tier : f->most);
	struct gate_sighting s = {
		.id = f->id,
		.subject = f->subject,
		.path = f->path,
		.line = f->line,
		.message = f->kind->message,
		.at_most = &w,
		.old_value = lost ? f->subject : NULL,
		.new_value = lost ? "removed" : f->subject,
	};

	return gate_detect_add(d, f->change, &s, err);
}

/* v[from..to) is one fact, the old side first. */
static int judge(struct gate_detect *d, size_t from, size_t to, struct gate_err *err)
{
	struct gate_gain_state *s = d->gains;
	enum gate_gain_how how = s->v[from].kind->how;
	size_t before = 0, now;

	while (from + before < to && !s->v[from + before].now)
		before++;
	now = to - from - before;
	if (how == GATE_GAIN_RISK && now > before)
		return tell(d, &s->v[to - 1], false, err);
	if (now >= before || how == GATE_GAIN_RISK || how == GATE_GAIN_OWNER)
		return 0;
	return how == GATE_GAIN_GUARD || owner_stands(s, &s->v[from]) ? tell(d, &s->v[from], true, err) : 0;
}

int gate_gains_end(struct gate_detect *d, struct gate_err *err)
{
	struct gate_gain_state *s = d->gains;
	int rc = 0;

	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_thing);
	for (size_t i = 0, k; rc == 0 && i < s->n; i = k) {
		for (k = i + 1; k < s->n && same_thing(&s->v[i], &s->v[k]) == 0;)
			k++;
		rc = judge(d, i, k, err);
	}
	return rc;
}
