#include "classifier/tests/counts.h"

#include "base/io.h"
#include "classifier/tests/functions.h"
#include "rules/match.h"

#include <stdlib.h>

#define NAMES_MAX 50000u
#define FILES_MAX 4000u
#define COMMENTED_LINES 3u /* of a row (section 8) */

enum { ANY, WEAK, SWALLOW, RETURN, KINDS };
static const char *const patterns[KINDS] = {
	[ANY] = "(?<![\\w])(?:(?:self\\.|this\\.|Assert(?:ions)?\\.|t\\.)?(?:assert|Assert|ASSERT|expect|EXPECT|verify|REQUIRE|CHECK|should|must_|wont_)"
		"\\w*!?|t\\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow|ok|is|equal|equals|deepEqual|same|not|throws|like|true|false|is_deeply)"
		"|require\\.\\w+|assert\\.\\w+|pytest\\.raises|@test(?:_throws)?|is_deeply|ok|fail)(?=[\\s(.!])",
	[WEAK] = "\\b(?:assertTrue|assertIsNotNone|assertIn|assertIsInstance|assertNotNull|assertIsNot|assert_not_nil|assertNotEqual|"
		 "assertGreater\\w*|assertLess\\w*|toBeTruthy|toBeDefined|toBeFalsy|toBeInstanceOf|toContain|anything|"
		 "be_truthy|not_to be_nil|to be_present|NotNull|NotNil|IsTrue)\\b|\\btoThrow\\(\\s*\\)|\\bnot\\.toThrow|\\bis not None\\b|"
		 "^[ \\t]*assert\\s+[\\w.()\\[\\]]+\\s*(?:$|\\bin\\b|>=|<=|>|<)",
	[SWALLOW] = "\\bexcept\\b[^\\n]*:\\s*(?:\\n\\s*)?(?:pass|\\.\\.\\.|continue)\\b|\\bcatch\\s*(?:\\([^)]*\\))?\\s*\\{\\s*\\}|"
		    "\\.catch\\(\\s*(?:\\(\\)|\\w+|_)\\s*=>\\s*\\{\\s*\\}\\s*\\)|\\brescue\\b[^\\n]*(?:=>[^\\n]*)?\\n\\s*(?:nil\\s*\\n\\s*)?end\\b|"
		    "\\bcontextlib\\.suppress|\\bsuppress\\(",
	[RETURN] = "^[ \\t]*return\\s*;?\\s*$",
};

struct counts {
	uint32_t n[KINDS];
};

struct side {
	struct gate_lexed lex;
	struct gate_tests tests;
};

/* Names gained, and names lost by kept files. */
struct name {
	uint64_t name;
	uint32_t change, file;
};

struct kept {
	char *path;
	uint32_t change, before, now, first, n; /* the lost names, in `lost` */
	bool tables; /* more tables of cases than before */
};

struct gate_count_state {
	struct gate_test_starts *starts;
	struct gate_regex *regex[KINDS];
	struct name *gained, *lost;
	size_t n_gained, n_lost;
	struct kept *files;
	uint32_t n_files;
	/* the delta that was judged last */
	char *path;
	struct gate_tests before, now;
};

int gate_test_counts_init(struct gate_detect *d, struct gate_err *err)
{
	struct gate_count_state *st = d->counts = calloc(1, sizeof(*st));

	if (!st)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	st->starts = gate_test_starts_new(err);
	for (size_t i = 0; i < KINDS; i++)
		st->regex[i] = gate_regex_lazy(patterns[i], false, err);
	return st->starts ? 0 : -GATE_E_NOMEM;
}

static void forget(struct gate_count_state *st)
{
	free(st->path);
	st->path = NULL;
	gate_tests_clear(&st->before);
	gate_tests_clear(&st->now);
}

void gate_test_counts_release(struct gate_detect *d)
{
	struct gate_count_state *st = d->counts;

	if (!st)
		return;
	forget(st);
	gate_test_starts_free(st->starts);
	for (size_t i = 0; i < KINDS; i++)
		gate_regex_free(st->regex[i]);
	for (uint32_t i = 0; i < st->n_files; i++)
		free(st->files[i].path);
	free(st->files);
	free(st->gained);
	free(st->lost);
	free(st);
	d->counts = NULL;
}

static void side_clear(struct side *s)
{
	gate_lexed_clear(&s->lex);
	gate_tests_clear(&s->tests);
}

static int read_side(struct gate_detect *d, const char *path, const char *s, size_t len, struct side *out,
		     struct gate_err *err)
{
	int rc = gate_lex(gate_lexis_of(path), s, len, &out->lex, err);

	return rc < 0 ? rc : gate_tests_find(d->counts->starts, path, &out->lex, &out->tests, err);
}

static int note_name(struct name **v, size_t *n, const struct name *x, struct gate_err *err)
{
	if (*n >= NAMES_MAX)
		return 0;
	if (!(*n & (*n - 1)) || !*n) { /* at each power of two */
		void *bigger = reallocarray(*v, *n ? *n * 2 : 1, sizeof(**v));

		if (!bigger)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		*v = bigger;
	}
	(*v)[(*n)++] = *x;
	return 0;
}

static int note_file(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, const struct side *before,
		     const struct side *now, struct gate_err *err)
{
	struct gate_count_state *st = d->counts;
	uint32_t file = st->n_files, tables = 0;
	struct kept *k;
	int rc = 0;

	for (size_t i = 0; i < now->tests.n && rc == 0; i++) {
		struct name x = { now->tests.v[i].name, change, file };

		tables += now->tests.v[i].table;
		if (!gate_tests_have(&before->tests, x.name))
			rc = note_name(&st->gained, &st->n_gained, &x, err);
	}
	if (st->n_files >= FILES_MAX || rc < 0)
		return rc;
	k = reallocarray(st->files, st->n_files + 1, sizeof(*k));
	if (!k)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	st->files = k;
	k = &k[st->n_files];
	*k = (struct kept){ .path = strdup(delta->path), .change = change, .before = (uint32_t)before->tests.n,
			    .now = (uint32_t)now->tests.n, .first = (uint32_t)st->n_lost };
	if (!k->path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	st->n_files++;
	for (size_t i = 0; i < before->tests.n && rc == 0; i++) {
		struct name x = { before->tests.v[i].name, change, file };

		tables -= before->tests.v[i].table && tables;
		if (!gate_tests_have(&now->tests, x.name))
			rc = note_name(&st->lost, &st->n_lost, &x, err);
	}
	st->files[file].n = (uint32_t)st->n_lost - st->files[file].first;
	st->files[file].tables = tables > 0;
	return rc;
}

/* ---- assertions ---- */

static uint32_t count(struct gate_regex *r, const char *s, size_t len)
{
	uint32_t n = 0;
	size_t from = 0, start, end;

	while (n < 1000 && gate_regex_find(r, s, len, from, &start, &end) == GATE_MATCH_YES) {
		n++;
		from = end > start ? end : end + 1;
	}
	return n;
}

static void count_test(const struct gate_count_state *st, const struct side *s, const struct gate_test *t,
		       struct counts *out)
{
	for (size_t i = 0; i < KINDS; i++)
		out->n[i] = count(st->regex[i], s->lex.code.s + t->start, t->end - t->start);
}

static int tell_assert(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, const struct side *now,
		       const struct gate_test *t, const char *what, uint32_t from, uint32_t to, uint32_t points,
		       struct gate_err *err)
{
	gate_autofree char *subject = gate_fmt("%s:%.*s: %s", delta->path, (int)(t->name_len < 100 ? t->name_len : 100),
					       now->lex.text.s + t->name_at, what);
	struct gate_weight w = { points >= 20000 ? GATE_TIER_MEDIUM : GATE_TIER_LOW, points, false };
	char old[16], new[16];
	struct gate_sighting s = { .id = "TST-ASSERT", .subject = subject, .path = delta->path, .line = t->line,
				   .old_value = old, .new_value = new, .at_most = &w,
				   .message = "a test that stays asserts less than before: ask what it no longer proves" };

	if (!subject)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	snprintf(old, sizeof(old), "%u", from);
	snprintf(new, sizeof(new), "%u", to);
	return gate_detect_add(d, change, &s, err);
}

uint32_t gate_test_points(uint32_t times)
{
	return times > 5 ? 50000 : times * 10000;
}

static int compare_test(struct gate_detect *d, uint32_t change, const struct gate_delta *delta,
			const struct side *before, const struct side *now, const struct gate_test *was,
			const struct gate_test *is, struct gate_err *err)
{
	struct counts a, b;
	int rc = 0;

	if (was->end - was->start == is->end - is->start &&
	    memcmp(before->lex.text.s + was->start, now->lex.text.s + is->start, is->end - is->start) == 0)
		return 0;
	count_test(d->counts, before, was, &a);
	count_test(d->counts, now, is, &b);
	if (b.n[ANY] < a.n[ANY])
		rc = tell_assert(d, change, delta, now, is, "assertions", a.n[ANY], b.n[ANY],
				 gate_test_points(a.n[ANY] - b.n[ANY] + (b.n[ANY] == 0)), err);
	else if (b.n[WEAK] > a.n[WEAK] && b.n[ANY] - a.n[ANY] < b.n[WEAK] - a.n[WEAK])
		rc = tell_assert(d, change, delta, now, is, "weak assertions", a.n[WEAK], b.n[WEAK],
				 gate_test_points(b.n[WEAK] - a.n[WEAK]) + 10000, err);
	if (rc == 0 && b.n[SWALLOW] > a.n[SWALLOW])
		rc = tell_assert(d, change, delta, now, is, "swallowed errors", a.n[SWALLOW], b.n[SWALLOW], 20000, err);
	if (rc == 0 && b.n[RETURN] > a.n[RETURN])
		rc = tell_assert(d, change, delta, now, is, "early returns", a.n[RETURN], b.n[RETURN], 20000, err);
	return rc;
}

static int compare_tests(struct gate_detect *d, uint32_t change, const struct gate_delta *delta,
			 const struct side *before, const struct side *now, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; i < now->tests.n && rc == 0; i++) {
		for (size_t k = 0; k < before->tests.n && rc == 0; k++) {
			if (before->tests.v[k].name == now->tests.v[i].name) {
				rc = compare_test(d, change, delta, before, now, &before->tests.v[k], &now->tests.v[i],
						  err);
				break;
			}
		}
	}
	return rc;
}

/* ---- lines that went behind a comment ---- */

struct line_set {
	uint64_t *v;
	size_t n;
};

static uint64_t line_digest(const char *s, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r') {
			h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
			n++;
		}
	}
	return n > 3 ? h : 0; /* "}" stands everywhere */
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int code_lines(const struct gate_buf *b, struct line_set *out, struct gate_err *err)
{
	size_t cap = 1;

	for (size_t i = 0; i < b->len; i++)
		cap += b->s[i] == '\n';
	out->v = calloc(cap, sizeof(*out->v));
	if (!out->v)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (const char *p = gate_buf_cstr(b), *end = p + b->len; p < end && out->n < cap;) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		uint64_t h = line_digest(p, (size_t)((nl ? nl : end) - p));

		if (h)
			out->v[out->n++] = h;
		p = nl ? nl + 1 : end;
	}
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), by_value);
	return 0;
}

static bool has_line(const struct line_set *l, uint64_t h)
{
	return h && l->n && bsearch(&h, l->v, l->n, sizeof(h), by_value);
}

/* Rows of comment lines whose text was code before and is none now. */
static uint32_t commented_row(const struct gate_buf *comments, const struct line_set *before, const struct line_set *now,
			      uint32_t *first)
{
	uint32_t row = 0, best = 0, number = 0;

	for (const char *p = gate_buf_cstr(comments), *end = p + comments->len; p < end;) {
		const char *nl = memchr(p, '\n', (size_t)(end - p)), *stop = nl ? nl : end, *s = p;
		uint64_t h;

		number++;
		while (s < stop && strchr(" \t/*#%;<!-", *s))
			s++;
		h = line_digest(s, (size_t)(stop - s));
		if (has_line(before, h) && !has_line(now, h))
			row++;
		else if (h)
			row = 0;
		if (row > best) {
			best = row;
			*first = number + 1 - row;
		}
		p = nl ? nl + 1 : end;
	}
	return best;
}

static int look_for_comments(struct gate_detect *d, uint32_t change, const struct gate_delta *delta,
			     const struct side *before, const struct side *now, struct gate_err *err)
{
	struct line_set a = { 0 }, b = { 0 };
	struct gate_sighting s = { .id = "TST-COMMENT", .path = delta->path };
	uint32_t n = 0;
	int rc = code_lines(&before->lex.text, &a, err);

	if (rc == 0)
		rc = code_lines(&now->lex.text, &b, err);
	if (rc == 0)
		n = commented_row(&now->lex.comments, &a, &b, &s.line);
	free(a.v);
	free(b.v);
	return rc == 0 && n >= COMMENTED_LINES ? gate_detect_add(d, change, &s, err) : rc;
}

/* ---- pieces ---- */

int gate_test_counts_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	gate_auto(gate_sides) struct gate_sides sides = { 0 };
	__attribute__((cleanup(side_clear))) struct side before = { 0 }, now = { 0 };
	struct gate_err why = { 0 };
	int rc;

	forget(d->counts);
	if (!gate_mode_is_file(delta->new_mode) || !gate_is_test_path(delta->path) ||
	    gate_lexis_of(delta->path) == GATE_LEXIS_NONE)
		return 0;
	if (gate_detect_sides(d, delta, &sides, &why) < 0)
		return gate_detect_limit(d, change, delta->path, NULL, false,
					 "too big or unreadable: its tests were not compared", err);
	rc = read_side(d, delta->path, sides.before.s, sides.before.len, &before, err);
	if (rc == 0)
		rc = read_side(d, delta->path, sides.now, sides.now_len, &now, err);
	if (rc == 0 && (before.tests.cut || now.tests.cut))
		rc = gate_detect_limit(d, change, delta->path, NULL, false, "more tests in one file than are compared: part the file", err);
	if (rc == 0)
		rc = note_file(d, change, delta, &before, &now, err);
	if (rc == 0 && gate_mode_is_file(delta->old_mode))
		rc = compare_tests(d, change, delta, &before, &now, err);
	if (rc == 0 && gate_mode_is_file(delta->old_mode))
		rc = look_for_comments(d, change, delta, &before, &now, err);
	if (rc < 0)
		return rc;
	d->counts->path = strdup(delta->path);
	d->counts->before = before.tests;
	d->counts->now = now.tests;
	before.tests = now.tests = (struct gate_tests){ 0 };
	return d->counts->path ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

bool gate_test_is_born(struct gate_detect *d, const struct gate_delta *delta, uint32_t line)
{
	const struct gate_count_state *st = d->counts;
	const struct gate_test *in = NULL;

	if (!st->path || strcmp(st->path, delta->path) != 0)
		return false;
	for (size_t i = 0; i < st->now.n; i++) {
		const struct gate_test *t = &st->now.v[i];

		/* the mark of a test stands in its first lines, or just above it */
		if (t->line <= line || (t->line - line <= 4 && (!in || in->line + 1 < line)))
			in = t;
	}
	return in && !gate_tests_have(&st->before, in->name);
}

static int by_name(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	int d = (x->change > y->change) - (x->change < y->change);

	return d ? d : (x->name > y->name) - (x->name < y->name);
}

static bool came(const struct gate_count_state *st, uint32_t change, uint64_t name)
{
	struct name x = { name, change, 0 };

	return st->n_gained && bsearch(&x, st->gained, st->n_gained, sizeof(x), by_name);
}

int gate_tests_elsewhere(struct gate_detect *d, uint32_t change, const struct gate_delta *gone, uint32_t *found,
			 uint32_t *total, struct gate_err *err)
{
	gate_auto(gate_sides) struct gate_sides sides = { 0 };
	__attribute__((cleanup(side_clear))) struct side before = { 0 };
	struct gate_err why = { 0 };
	int rc;

	*found = *total = 0;
	if (gate_detect_sides(d, gone, &sides, &why) < 0)
		return 0;
	rc = read_side(d, gone->path, sides.before.s, sides.before.len, &before, err);
	if (d->counts->n_gained)
		qsort(d->counts->gained, d->counts->n_gained, sizeof(struct name), by_name);
	for (size_t i = 0; i < before.tests.n; i++)
		*found += came(d->counts, change, before.tests.v[i].name);
	*total = (uint32_t)before.tests.n;
	return rc;
}

static int judge_file(struct gate_detect *d, const struct kept *k, struct gate_err *err)
{
	struct gate_count_state *st = d->counts;
	uint32_t gone = 0, less = k->before - k->now;
	struct gate_weight w = { GATE_TIER_MEDIUM, 0, false };
	char old[16], new[16];
	struct gate_sighting s = { .id = "TST-NDEC", .path = k->path, .old_value = old, .new_value = new, .at_most = &w };

	if (k->now >= k->before)
		return 0;
	for (uint32_t i = k->first; i < k->first + k->n; i++)
		gone += !came(st, k->change, st->lost[i].name);
	if (gone > less)
		gone = less;
	if (!gone)
		return 0;
	w.points = k->tables ? 5000 : gate_test_points(gone);
	w.floor = k->tables || gone < 2 ? GATE_TIER_LOW : GATE_TIER_MEDIUM;
	snprintf(old, sizeof(old), "%u", k->before);
	snprintf(new, sizeof(new), "%u", k->now);
	s.message = "fewer tests stand in this file than before: ask what those that went proved, and who proves it now";
	return gate_detect_add(d, k->change, &s, err);
}

int gate_test_counts_end(struct gate_detect *d, struct gate_err *err)
{
	struct gate_count_state *st = d->counts;
	int rc = 0;

	if (st->n_gained)
		qsort(st->gained, st->n_gained, sizeof(struct name), by_name);
	for (uint32_t i = 0; i < st->n_files && rc == 0; i++)
		rc = judge_file(d, &st->files[i], err);
	return rc;
}
