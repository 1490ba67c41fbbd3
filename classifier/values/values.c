#include "classifier/values/values.h"

#include "classifier/tests/counts.h"
#include "classifier/values/gather.h"

#include <stdlib.h>

#define SWAPS_MAX 300u /* elements of lists of one file that are looked at for a replacement */

/* A value that differs: gone, new, or worse in place. */
struct diff {
	struct gate_value old, new; /* text NULL: not there; both have the key when there */
	const char *key;
	const struct gate_rule *rule;
	const struct gate_value_row *row;
	char *path;
	uint32_t change;
	bool counts;   /* stands where a configuration takes effect */
	bool no_before; /* the file is new */
	bool no_now;	/* the file went */
	bool still;	/* an equal one stays in the same file */
	bool swapped;	/* came for one that went from the same list */
	bool born;	/* the mark of a test that is new */
	bool claimed;	/* one mark that went explains one that came */
};

struct gate_value_state {
	struct gate_value_places *places;
	struct gate_value_regexes *regexes;
	struct diff *v;
	size_t n, cap;
	bool full;
};

int gate_values_init(struct gate_detect *d, struct gate_err *err)
{
	d->values = calloc(1, sizeof(*d->values));
	if (!d->values)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	d->values->places = gate_value_places_new(d->policy, err);
	return d->values->places ? 0 : -(int)err->code;
}

static void value_clear(struct gate_value *v)
{
	free(v->key);
	free(v->text);
}

void gate_values_release(struct gate_detect *d)
{
	struct gate_value_state *st = d->values;

	if (!st)
		return;
	for (size_t i = 0; i < st->n; i++) {
		value_clear(&st->v[i].old);
		value_clear(&st->v[i].new);
		free(st->v[i].path);
	}
	free(st->v);
	gate_value_places_free(st->places);
	gate_value_regexes_free(st->regexes);
	free(st);
	d->values = NULL;
}

static int group_order(const struct gate_value *x, const struct gate_value *y)
{
	int d = strcmp(x->rule->id, y->rule->id);

	return d ? d : strcmp(x->key, y->key);
}

static int by_group(const void *a, const void *b)
{
	const struct gate_value *x = a, *y = b;
	int d = group_order(x, y);

	if (!d)
		d = (x->strict < y->strict) - (x->strict > y->strict);
	return d ? d : strcmp(x->text, y->text);
}

/* Marks in code are counted, one by one; other values stand for themselves. */
/* What is told by where a file stands, by what else stays in it, and by what is new, was said of tests and their settings (reference: classifier.md 2, 8).
 * A check of rights counts wherever it stands, and each for itself; so does what a project's own rule names. */
static bool of_tests(const struct gate_rule *rule)
{
	return strcmp(rule->cls, "TST") == 0;
}

static bool is_mark(const struct gate_value_row *row)
{
	return row->text && row->worse == GATE_WORSE_ADDED;
}

struct comparison {
	struct gate_detect *d;
	const struct gate_delta *delta;
	uint32_t change;
	size_t first; /* of the state's differences: those of this delta */
};

static int note(struct comparison *c, struct gate_value *old, struct gate_value *new, bool still, struct gate_err *err)
{
	struct gate_value_state *st = c->d->values;
	const struct gate_value *one = old ? old : new;
	struct diff x = { .rule = one->rule, .row = one->row, .change = c->change, .still = still,
			  .counts = !of_tests(one->rule) || gate_value_place_counts(c->delta->path),
			  .no_before = !gate_mode_is_file(c->delta->old_mode),
			  .no_now = !gate_mode_is_file(c->delta->new_mode) };

	if (!old && is_mark(one->row) && of_tests(one->rule))
		x.born = x.no_before || new->strict < 0;

	if (st->n >= GATE_VALUES_MAX) {
		st->full = true;
		return 0;
	}
	if (st->n == st->cap) {
		size_t want = st->cap ? st->cap * 2 : 16;
		void *bigger = reallocarray(st->v, want, sizeof(*st->v));

		if (!bigger)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		st->v = bigger;
		st->cap = want;
	}
	x.path = strdup(c->delta->path);
	if (!x.path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (old) {
		x.old = *old;
		old->key = old->text = NULL;
	}
	if (new) {
		x.new = *new;
		new->key = new->text = NULL;
	}
	x.key = x.old.key ? x.old.key : x.new.key;
	st->v[st->n++] = x;
	return 0;
}

/* Values of one key on both sides, each from strict to lax. */
struct group {
	struct gate_value *old, *new;
	size_t n_old, n_new;
};

static bool same(const struct gate_value *a, const struct gate_value *b)
{
	if (is_mark(a->row))
		return true;
	if (a->row->worse == GATE_WORSE_CHANGED || !a->known || !b->known)
		return strcmp(a->text, b->text) == 0 || (!a->known && !b->known);
	return a->strict == b->strict;
}

/* Takes out what both sides have; gives whether there was any. */
static bool cancel(struct group *g)
{
	size_t i = 0, k = 0, left_old = 0, left_new = 0;
	bool any = false;

	while (i < g->n_old || k < g->n_new) {
		int d = i == g->n_old ? 1 : k == g->n_new ? -1 : 0;

		if (!d && same(&g->old[i], &g->new[k])) {
			i++;
			k++;
			any = true;
			continue;
		}
		if (!d)
			d = g->old[i].strict > g->new[k].strict	 ? -1
			    : g->old[i].strict < g->new[k].strict ? 1
								  : strcmp(g->old[i].text, g->new[k].text);
		/* what stays moves to the front; what is in its place has been seen */
		if (d < 0) {
			struct gate_value t = g->old[left_old];

			g->old[left_old++] = g->old[i];
			g->old[i++] = t;
		} else {
			struct gate_value t = g->new[left_new];

			g->new[left_new++] = g->new[k];
			g->new[k++] = t;
		}
	}
	g->n_old = left_old;
	g->n_new = left_new;
	return any;
}

static bool worse(const struct gate_value *old, const struct gate_value *new)
{
	if (old->row->worse == GATE_WORSE_CHANGED)
		return true;
	if (!new->known)
		return old->known;
	/* at most N uncovered items, and then 0 per cent: no floor at all */
	if (old->row->worse == GATE_WORSE_DOWN && old->known && old->strict < 0 && old->strict > GATE_STRICT_LAXEST &&
	    new->strict == 0)
		return true;
	return new->strict < old->strict;
}

static int compare_group(struct comparison *c, struct group *g, struct gate_err *err)
{
	bool still = cancel(g);
	size_t pairs = g->n_old < g->n_new ? g->n_old : g->n_new;
	int rc = 0;

	for (size_t i = 0; i < pairs && rc == 0; i++) {
		if (worse(&g->old[i], &g->new[i]))
			rc = note(c, &g->old[i], &g->new[i], still, err);
	}
	for (size_t i = pairs; i < g->n_old && rc == 0; i++)
		rc = note(c, &g->old[i], NULL, still, err);
	for (size_t i = pairs; i < g->n_new && rc == 0; i++)
		rc = note(c, NULL, &g->new[i], still, err);
	return rc;
}

static size_t same_group(const struct gate_value *v, size_t at, size_t n)
{
	size_t k = at;

	while (k < n && group_order(&v[k], &v[at]) == 0)
		k++;
	return k - at;
}

/* Calls fn for each key of either side. */
typedef int group_fn(void *arg, struct group *g, struct gate_err *err);
static int each_group(struct gate_values *before, struct gate_values *now, group_fn *fn, void *arg, struct gate_err *err)
{
	size_t i = 0, k = 0;
	int rc = 0;

	if (before->n)
		qsort(before->v, before->n, sizeof(*before->v), by_group);
	if (now->n)
		qsort(now->v, now->n, sizeof(*now->v), by_group);
	while ((i < before->n || k < now->n) && rc == 0) {
		int d = i == before->n ? 1 : k == now->n ? -1 : group_order(&before->v[i], &now->v[k]);
		struct group g = { before->v + i, now->v + k, d <= 0 ? same_group(before->v, i, before->n) : 0,
				   d >= 0 ? same_group(now->v, k, now->n) : 0 };

		i += g.n_old;
		k += g.n_new;
		rc = fn(arg, &g, err);
	}
	return rc;
}

static int on_group(void *arg, struct group *g, struct gate_err *err)
{
	return compare_group(arg, g, err);
}

/* `omit: old.py` that becomes `omit: new.py` is no growth of the list. */
static void pair_swaps(struct diff *v, size_t n)
{
	for (size_t i = 0; n <= SWAPS_MAX && i < n; i++) {
		const char *end = v[i].new.text && gate_value_is_set(v[i].row) ? strrchr(v[i].key, '\x1f') : NULL;

		for (size_t k = 0; end && k < n && !v[i].swapped; k++) {
			if (v[k].old.text && !v[k].new.text && !v[k].swapped && v[k].rule == v[i].rule &&
			    strncmp(v[k].key, v[i].key, (size_t)(end - v[i].key) + 1) == 0)
				v[i].swapped = v[k].swapped = true;
		}
	}
}

int gate_values_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	gate_auto(gate_values) struct gate_values before = { 0 }, now = { 0 };
	struct gate_value_state *st = d->values;
	struct comparison c = { d, delta, change, st->n };
	int rc = gate_values_gather(d, st->places, &st->regexes, change, delta, &before, &now, err);

	/* sorted behind the others, so that of several marks those of new tests count as the ones that came */
	for (size_t i = 0; i < now.n; i++) {
		if (is_mark(now.v[i].row) && gate_test_is_born(d, delta, now.v[i].line))
			now.v[i].strict = -1;
	}
	if (rc == 0)
		rc = each_group(&before, &now, on_group, &c, err);
	if (rc == 0)
		pair_swaps(st->v + c.first, st->n - c.first);
	return rc;
}

/* ---- the whole push ---- */

static bool gone_is_worse(const struct diff *x)
{
	return !x->new.text && gate_value_missing(x->row) < x->old.strict;
}

static bool come_is_worse(const struct diff *x)
{
	int64_t missing = gate_value_missing(x->row);

	if (x->old.text)
		return false;
	/* a floor of nothing, written out, overrides one that stands elsewhere */
	if (x->row->worse == GATE_WORSE_DOWN && x->new.known && !x->row->fallback &&
	    (x->new.strict == 0 || x->new.strict == GATE_STRICT_LAXEST))
		return true;
	return x->new.known && x->new.strict < missing;
}

static int by_change(const void *a, const void *b)
{
	const struct diff *x = a, *y = b;
	int d = (x->change > y->change) - (x->change < y->change);

	if (!d)
		d = strcmp(x->rule->id, y->rule->id);
	return d ? d : strcmp(x->key, y->key);
}

/* A value takes effect for another's package: in its folder, or above it, or in the same file of a folder that was renamed. */
static bool covers(const struct diff *to, const struct diff *from)
{
	size_t a = gate_value_place(to->path), b = gate_value_place(from->path);

	if (!to->counts)
		return false;
	if (a <= b && strncmp(to->path, from->path, a) == 0)
		return true;
	return to->no_before && from->no_now && strcmp(gate_path_last(to->path), gate_path_last(from->path)) == 0;
}

/* The strictest value of the same key that came (or went) elsewhere in the push. */
static const struct diff *other(const struct gate_value_state *st, size_t at, bool came)
{
	const struct diff *x = &st->v[at], *best = NULL;
	size_t from = at, tried = 0;

	while (from && by_change(&st->v[from - 1], x) == 0 && tried++ < 500)
		from--;
	for (size_t i = from; i < st->n && i < from + 1000 && by_change(&st->v[i], x) == 0; i++) {
		const struct diff *y = &st->v[i];

		if (i == at || (came ? !y->new.text || y->old.text : !y->old.text || y->new.text))
			continue;
		if (came ? !covers(y, x) : !covers(x, y) && !is_mark(x->row))
			continue;
		if (!came && is_mark(x->row) && y->claimed)
			continue;
		if (!best || (came ? y->new.strict > best->new.strict : y->old.strict < best->old.strict))
			best = y;
	}
	return best;
}

/* A floor that went, while a status of codecov came that asks for as much: not the same tool, yet a human sees it there. */
static bool went_to_service(const struct gate_value_state *st, const struct diff *x)
{
	for (size_t i = 0; i < st->n && i < 2000; i++) {
		const struct diff *y = &st->v[i];

		if (y->change == x->change && y->counts && y->new.text && !y->old.text && y->row->tool &&
		    strcmp(y->row->tool, "codecov") == 0 && y->row->worse == GATE_WORSE_DOWN &&
		    x->row->worse == GATE_WORSE_DOWN && y->new.strict >= x->old.strict)
			return true;
	}
	return false;
}

/* Left out of coverage everywhere: tests themselves, generated and foreign code. */
static bool ordinary_exclusion(const char *s)
{
	static const char *const words[] = { "test",	  "spec",   "mock",	"node_modules", ".d.ts",	"generated",
					     "dist",	  "vendor", "migrations", ".config.",	"third_party", "__main__",
					     "version",	  "fixture", "stories",	"setup.py",	"build/",	"storybook",
					     "coverage/", "docs",   "example",	"TYPE_CHECKING", "NotImplemented",
					     "abstract",  "pragma: no cover", "__repr__", "overload", "Protocol", ".pb.",
					     "site-packages", "conftest" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(words); i++) {
		if (strstr(s, words[i]))
			return true;
	}
	return false;
}

static void at_most(struct gate_weight *w, enum gate_tier tier, uint32_t points)
{
	w->floor = tier < w->floor ? tier : w->floor;
	w->points = points < w->points ? points : w->points;
	w->deny = w->deny && tier == GATE_TIER_CRITICAL;
}

static struct gate_weight weigh(const struct diff *x)
{
	struct gate_weight w = { x->rule->floor, x->rule->points, x->rule->deny };
	bool number = gate_value_is_number(x->row);

	if (x->row->weighed) {
		at_most(&w, x->row->tier, x->row->points);
		w.deny = x->rule->deny;
	}
	/* section 8: five points of a percentage and more, nothing left, or no value at all weigh more */
	if (number && x->old.text && x->new.text && x->old.known && x->new.known && x->new.strict != 0 &&
	    x->new.strict > GATE_STRICT_LAXEST && x->old.strict - x->new.strict < 5000000 && w.floor == GATE_TIER_HIGH)
		at_most(&w, w.floor, 50000);
	if (x->born)
		at_most(&w, GATE_TIER_LOW, 5000);
	if (!x->old.text && x->no_before)
		at_most(&w, GATE_TIER_MEDIUM, 20000);
	if (!x->new.text && x->still && of_tests(x->rule))
		at_most(&w, GATE_TIER_MEDIUM, 20000);
	if (x->swapped || (gate_value_is_set(x->row) && x->new.text && strcmp(x->rule->id, "TST-SCOPE") == 0 &&
			   ordinary_exclusion(x->new.text)))
		at_most(&w, GATE_TIER_MEDIUM, 20000);
	if (!x->counts)
		at_most(&w, GATE_TIER_LOW, 5000);
	return w;
}

/* "jest:global:lines", "nyc:packages/a/:lines". */
static void put_subject(struct gate_buf *b, const char *key, const struct gate_rule *rule,
			const struct gate_value_row *row, const char *path)
{
	const char *scope = strchr(key, '\x1f'), *metric = scope ? strchr(scope + 1, '\x1f') : NULL;
	size_t place = gate_value_place(path);

	gate_buf_fmt(b, "%s:", row->tool ? row->tool : rule->id);
	if (place)
		gate_buf_fmt(b, "%.*s:", (int)(place < 200 ? place - 1 : 200), path);
	if (!metric)
		return;
	if (metric > scope + 1)
		gate_buf_fmt(b, "%.*s:", (int)(metric - scope - 1), scope + 1);
	for (const char *p = metric + 1; *p; p++)
		gate_buf_char(b, *p == '\x1f' ? ':' : *p);
}

static int tell(struct gate_detect *d, const struct diff *x, const char *old, const char *new, const char *path,
		uint32_t line, const struct gate_weight *w, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf subject = { 0 };
	struct gate_sighting s = { .id = x->rule->id, .path = path, .old_value = old, .new_value = new, .line = line,
				   .at_most = w, .message = x->rule->message };

	put_subject(&subject, x->key, x->rule, x->row, path);
	if (is_mark(x->row)) /* each counts for itself */
		gate_buf_fmt(&subject, ":%s:%u", path, line);
	if (gate_buf_check(&subject, err) < 0)
		return -GATE_E_NOMEM;
	s.subject = subject.s;
	return gate_detect_add(d, x->change, &s, err);
}

static int judge_gone(struct gate_detect *d, size_t at, struct gate_err *err)
{
	const struct diff *x = &d->values->v[at], *to;
	struct gate_weight w = weigh(x);

	if (!gone_is_worse(x))
		return 0;
	to = other(d->values, at, true);
	if (to && to->new.strict >= x->old.strict)
		return 0;
	if (to && to->new.known) {
		struct diff moved = *x;

		moved.new = to->new;
		moved.still = false;
		w = weigh(&moved);
		return tell(d, x, x->old.text, to->new.text, to->path, to->new.line, &w, err);
	}
	if (went_to_service(d->values, x))
		at_most(&w, GATE_TIER_LOW, 5000);
	return tell(d, x, x->old.text, "removed", x->path, x->old.line, &w, err);
}

static int judge_come(struct gate_detect *d, size_t at, struct gate_err *err)
{
	const struct diff *x = &d->values->v[at], *from;
	struct gate_weight w = weigh(x);

	if (!come_is_worse(x))
		return 0;
	from = other(d->values, at, false);
	if (from && is_mark(x->row)) {
		d->values->v[from - d->values->v].claimed = true;
		return 0;
	}
	if (from && from->old.strict <= x->new.strict)
		return 0;
	return tell(d, x, x->row->fallback ? x->row->fallback : "absent", x->new.text, x->path, x->new.line, &w, err);
}

int gate_values_end(struct gate_detect *d, struct gate_err *err)
{
	struct gate_value_state *st = d->values;
	int rc = 0;

	if (st->n)
		qsort(st->v, st->n, sizeof(*st->v), by_change);
	for (size_t i = 0; i < st->n && rc == 0; i++) {
		const struct diff *x = &st->v[i];

		if (x->old.text && x->new.text) {
			struct gate_weight w = weigh(x);

			rc = tell(d, x, x->old.text, x->new.text, x->path, x->new.line, &w, err);
		} else {
			rc = x->old.text ? judge_gone(d, i, err) : judge_come(d, i, err);
		}
	}
	if (rc == 0 && st->full)
		rc = gate_detect_limit_all(d, "more changed values than are compared: push smaller parts", err);
	return rc;
}
