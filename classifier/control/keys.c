#include "classifier/control/keys.h"

#include "classifier/control/facts.h"
#include "classifier/docs.h"
#include "classifier/lines.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const struct gate_weight weights[] = { [GATE_TIER_LOW] = { GATE_TIER_LOW, 5000, false },
					      [GATE_TIER_MEDIUM] = { GATE_TIER_MEDIUM, 20000, false },
					      [GATE_TIER_HIGH] = { GATE_TIER_HIGH, 50000, false },
					      [GATE_TIER_CRITICAL] = { GATE_TIER_CRITICAL, 100000, false } };
#define TELL_MAX 40

static const struct gate_key_file *file_of(const char *path, const char *id)
{
	for (size_t i = 0; i < gate_key_files_n; i++) {
		for (const char *const *g = gate_key_files[i].globs; *g; g++) {
			const char *name = strchr(*g, '/') ? path : gate_path_last(path);

			if ((!id || strcmp(gate_key_files[i].id, id) == 0) && gate_glob_match(*g, name, strlen(name), true))
				return &gate_key_files[i];
		}
	}
	return NULL;
}

/* A leaf: key holds path and value, job the path, note the value (never shown: it may be a secret). */
static int leaf(struct gate_factbag *out, const char *path, const struct gate_node *n, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf key = { 0 };
	struct gate_fact f = { .line = n->line ? n->line : n->key_line, .job = gate_lend(path), .note = gate_lend(n->text) };

	gate_buf_fmt(&key, "%s=%s", path, n->text);
	if (gate_buf_check(&key, err) < 0)
		return -GATE_E_NOMEM;
	f.key = key.s;
	return gate_factbag_add(out, &f, err);
}

static int leaves(struct gate_factbag *out, struct gate_buf *path, const struct gate_node *n, int depth, struct gate_err *err)
{
	const size_t len = path->len;
	int rc = 0;

	if (!n || depth > 100 || len > 2000)
		return 0;
	if (n->type != GATE_NODE_MAP && n->type != GATE_NODE_LIST)
		return leaf(out, gate_buf_cstr(path), n, err);
	for (const struct gate_node *e = n->first; rc == 0 && e; e = e->next) {
		gate_buf_fmt(path, "%s%s", len ? "." : "", e->key ? e->key : "*");
		rc = gate_buf_check(path, err);
		if (rc == 0)
			rc = leaves(out, path, e, depth + 1, err);
		path->len = len;
		if (path->s)
			path->s[len] = '\0';
	}
	return rc;
}

static bool one_of(const char *list, const char *v)
{
	size_t len = strlen(v);

	for (const char *p = list; p && *p; p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL) {
		size_t n = strcspn(p, "|");

		if (n == len && strncasecmp(p, v, n) == 0)
			return true;
	}
	return false;
}

/* "14 days", "1 week", 7, "72h", in days. */
static double amount(const char *s)
{
	char *end;
	double v = strtod(s, &end);

	while (*end == ' ')
		end++;
	return v * (*end == 'w' ? 7 : *end == 'y' ? 365 : strncmp(end, "mo", 2) == 0 ? 30 : *end == 'h' ? 1.0 / 24 : *end == 'm' ? 1.0 / 1440 : 1);
}

static const struct gate_fact *same_leaf(const struct gate_factbag *l, const struct gate_fact *f)
{
	for (size_t i = 0; i < l->n && i < 2000; i++) {
		if (strcmp(l->v[i].job, f->job) == 0)
			return &l->v[i];
	}
	return NULL;
}

static bool grows(const char *was, const char *now)
{
	for (const char *p = now; p && *p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL) {
		gate_auto(gate_buf) struct gate_buf one = { 0 };
		size_t n;

		while (*p == ' ')
			p++;
		n = strcspn(p, ",");
		while (n && p[n - 1] == ' ')
			n--;
		gate_buf_add(&one, p, n);
		if (n && !strstr(was, gate_buf_cstr(&one)))
			return true;
	}
	return false;
}

/* Whether a leaf that came or went is what the row is about. */
static bool worse(const struct gate_key_row *r, const struct gate_fact *f, bool gone, const struct gate_factbag *other)
{
	const struct gate_fact *o;

	switch (r->way) {
	case GATE_KEY_GAINED:
		return !gone;
	case GATE_KEY_LOST:
		return gone;
	case GATE_KEY_EITHER:
		return true;
	case GATE_KEY_BECOMES:
		return !gone && one_of(r->arg, f->note);
	case GATE_KEY_GROWS:
		o = same_leaf(other, f);
		return !gone && grows(o ? o->note : "", f->note);
	case GATE_KEY_LOWER:
		o = same_leaf(other, f);
		return gone ? !o : o && amount(f->note) < amount(o->note);
	}
	return true;
}

static int tell(struct gate_detect *d, uint32_t change, const char *path, const struct gate_key_file *file, const struct gate_key_row *r, const struct gate_fact *f, bool gone,
		const struct gate_factbag *other, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf subject = { 0 };
	const bool plain = r->way == GATE_KEY_BECOMES || r->way == GATE_KEY_LOWER;
	const struct gate_fact *o = plain ? same_leaf(other, f) : NULL;
	struct gate_sighting s = {
		.id = file->id,
		.path = path,
		.line = f->line,
		.old_value = gone ? (plain ? f->note : "set") : o ? o->note : NULL,
		.new_value = gone ? (o ? o->note : "removed") : plain ? f->note : NULL,
		.message = r->message,
		.at_most = &weights[r->tier],
	};

	gate_buf_fmt(&subject, "%s: %.160s line %u", path, f->job, f->line);
	if (gate_buf_check(&subject, err) < 0)
		return -GATE_E_NOMEM;
	s.subject = subject.s;
	return gate_detect_add(d, change, &s, err);
}

static int judge(struct gate_detect *d, uint32_t change, const char *path, const struct gate_key_file *file, const struct gate_factbag *list, const struct gate_factbag *other, bool gone,
		 struct gate_err *err)
{
	size_t told = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < list->n && told < TELL_MAX; i++) {
		for (const struct gate_key_row *r = file->rows; r->leaf; r++) {
			if (!gate_glob_match(r->leaf, list->v[i].job, strlen(list->v[i].job), true))
				continue;
			if (!worse(r, &list->v[i], gone, other))
				continue;
			rc = tell(d, change, path, file, r, &list->v[i], gone, other, err);
			told++;
			break;
		}
	}
	return rc;
}

static int compare(struct gate_detect *d, uint32_t change, const char *path, const struct gate_key_file *file, const struct gate_docs *docs, struct gate_err *err)
{
	gate_auto(gate_factbag) struct gate_factbag before = { 0 }, now = { 0 };
	gate_auto(gate_buf) struct gate_buf at = { 0 };
	int rc = leaves(&before, &at, docs->before, 0, err);

	if (rc == 0)
		rc = leaves(&now, &at, docs->now, 0, err);
	if (rc == 0 && (before.full || now.full))
		rc = gate_detect_limit(d, change, path, NULL, false, "this file says more than can be compared: make it smaller", err);
	if (rc < 0)
		return rc;
	gate_factbag_cancel(&now, &before);
	rc = judge(d, change, path, file, &now, &before, false, err);
	/* a file that goes takes its own protection along; the path's row says so */
	return rc < 0 || !docs->now ? rc : judge(d, change, path, file, &before, &now, true, err);
}

int gate_keys_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	const struct gate_key_file *file = file_of(delta->path, NULL);
	struct gate_docs docs;
	int rc;

	if (!file || file->format == GATE_FORMATS || !gate_mode_is_file(delta->new_mode))
		return 0;
	rc = gate_detect_docs(d, change, delta, file->format, &docs, err);
	if (rc < 0 || docs.bad_now || !docs.now)
		return rc;
	return compare(d, change, delta->path, file, &docs, err);
}

/* Lists of exceptions by lines: a line that came is one more. */
static int by_lines(struct gate_detect *d, struct gate_look *l, const struct gate_key_file *file, struct gate_err *err)
{
	gate_auto(gate_sides) struct gate_sides sides = { 0 };
	gate_auto(gate_line_diff) struct gate_line_diff got = { 0 };
	struct gate_err why = { 0 };
	int rc;

	if (gate_detect_sides(d, l->delta, &sides, &why) < 0)
		return 0;
	rc = gate_line_diff_compare(sides.before.s, sides.before.len, sides.now, sides.now_len, &got, err);
	for (size_t i = 0; rc == 0 && i < got.n; i++) {
		const char *p = got.text.s + got.at[i].offset;

		while (*p == ' ' || *p == '\t' || *p == '\r')
			p++;
		if (*p && *p != '#' && *p != '\n' && *p != ';')
			return 0;
	}
	if (rc == 0)
		l->w = weights[file->rest];
	return rc;
}

int gate_keys_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err)
{
	const struct gate_key_file *file = file_of(l->delta->path, l->id);
	struct gate_docs docs;
	int rc;

	if (!file || !gate_mode_is_file(l->delta->new_mode))
		return 0;
	if (file->format == GATE_FORMATS)
		return file->rows ? by_lines(d, l, file, err) : ((l->w = weights[file->rest]), 0);
	rc = gate_detect_docs(d, l->change, l->delta, file->format, &docs, err);
	if (rc < 0 || docs.bad_now || docs.bad_before)
		return rc;
	if (l->w.floor > file->rest)
		l->w = weights[file->rest];
	return 0;
}
