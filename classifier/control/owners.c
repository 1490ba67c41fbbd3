#include "classifier/control/owners.h"

#include "classifier/control/owned.h"
#include "classifier/lines.h"

#include <string.h>

#define PROBES_MAX 4000	 /* paths that are asked about */
#define TELL_MAX 40	 /* findings of one file */
#define WORK_MAX 20000000u /* patterns tried */

struct file {
	char *path, *before, *now; /* texts; NULL: absent */
	uint32_t change;
};

struct gate_owners_state {
	struct file files[16];
	size_t n;
	struct gate_strs probes; /* paths of the push */
};

int gate_owners_init(struct gate_detect *d, struct gate_err *err)
{
	d->owners = calloc(1, sizeof(*d->owners));
	return d->owners ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

void gate_owners_release(struct gate_detect *d)
{
	for (size_t i = 0; d->owners && i < d->owners->n; i++) {
		free(d->owners->files[i].path);
		free(d->owners->files[i].before);
		free(d->owners->files[i].now);
	}
	if (d->owners)
		gate_strs_clear(&d->owners->probes);
	free(d->owners);
	d->owners = NULL;
}

static bool is_codeowners(const char *path)
{
	return strcmp(gate_path_last(path), "CODEOWNERS") == 0;
}

static char *side(const char *s, size_t len)
{
	return strndup(s, strnlen(s, len));
}

int gate_owners_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	struct gate_owners_state *s = d->owners;
	gate_auto(gate_sides) struct gate_sides sides = { 0 };
	struct gate_err why = { 0 };
	struct file *f;

	if (s->probes.n < PROBES_MAX / 2 && gate_strs_add(&s->probes, delta->path, err) < 0)
		return -GATE_E_NOMEM;
	if (!is_codeowners(delta->path) || s->n >= GATE_ARRAY_LEN(s->files))
		return 0;
	if (gate_detect_sides(d, delta, &sides, &why) < 0)
		return gate_detect_limit(d, change, delta->path, NULL, false, "too big or unreadable: owners were not compared", err);
	f = &s->files[s->n];
	*f = (struct file){ .path = strdup(delta->path), .change = change };
	s->n++;
	f->before = gate_mode_is_file(delta->old_mode) ? side(gate_buf_cstr(&sides.before), sides.before.len) : NULL;
	f->now = gate_mode_is_file(delta->new_mode) ? side(sides.now, sides.now_len) : NULL;
	if (!f->path || (gate_mode_is_file(delta->old_mode) && !f->before) || (gate_mode_is_file(delta->new_mode) && !f->now))
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	return 0;
}

/* A path that a pattern is about: '*' becomes a name. */
static void probe_of(const char *pattern, struct gate_buf *out)
{
	const char *p = pattern + (*pattern == '/');

	gate_buf_reset(out);
	for (; *p; p++) {
		if (p[0] == '*' && p[1] == '*') {
			gate_buf_str(out, "any");
			p++;
		} else if (*p == '*' || *p == '?') {
			gate_buf_str(out, "any");
		} else {
			gate_buf_char(out, *p);
		}
	}
	if (!out->len || out->s[out->len - 1] == '/')
		gate_buf_str(out, "any");
}

static int probes_of(const struct gate_owned *o, struct gate_strs *to, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	for (size_t i = 0; i < o->list.n && to->n < PROBES_MAX; i++) {
		probe_of(o->list.v[i].pattern, &b);
		if (gate_buf_check(&b, err) < 0 || gate_strs_add(to, b.s, err) < 0)
			return -GATE_E_NOMEM;
		/* below it as well: a pattern without an end is a file or a folder */
		gate_buf_str(&b, "/any");
		if (gate_buf_check(&b, err) < 0 || (to->n < PROBES_MAX && gate_strs_add(to, b.s, err) < 0))
			return -GATE_E_NOMEM;
	}
	return 0;
}

static const char *const guards[] = { "any", "any/any", ".github/workflows/ci.yml", ".github/CODEOWNERS", "CODEOWNERS", ".gitlab-ci.yml", ".refgate/policy.yml", "package.json",
				      "package-lock.json", "yarn.lock", "go.mod", "go.sum", "Cargo.toml", "Cargo.lock", "Dockerfile", "Makefile", "src/main.c", "src/index.ts", "SECURITY.md" };

static const struct gate_weight high = { GATE_TIER_HIGH, 50000, false };
static const struct gate_weight medium = { GATE_TIER_MEDIUM, 20000, false };

static int tell(struct gate_detect *d, const struct file *f, const char *what, const struct gate_strs *was, const struct gate_strs *is, const struct gate_weight *w,
		const char *message, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf subject = { 0 }, old = { 0 }, now = { 0 };
	struct gate_sighting s = { .id = "OWN-CODE", .path = f->path, .message = message, .at_most = w };

	gate_buf_fmt(&subject, "%s: %.200s", f->path, what);
	if (was)
		gate_strs_join(&old, was, ", ");
	if (is && is->n)
		gate_strs_join(&now, is, ", ");
	else
		gate_buf_str(&now, "nobody");
	if (gate_buf_check(&subject, err) < 0 || gate_buf_check(&old, err) < 0 || gate_buf_check(&now, err) < 0)
		return -GATE_E_NOMEM;
	s.subject = subject.s;
	s.old_value = gate_buf_cstr(&old);
	s.new_value = now.s;
	return gate_detect_add(d, f->change, &s, err);
}

static bool lost_one(const struct gate_strs *was, const struct gate_strs *is)
{
	for (size_t i = 0; i < was->n; i++) {
		if (!gate_strs_has(is, was->v[i]))
			return true;
	}
	return false;
}

static bool all_known(const struct gate_owned *o, const struct gate_strs *who)
{
	for (size_t i = 0; i < who->n; i++) {
		const char *name = strrchr(who->v[i], ' ') ? strrchr(who->v[i], ' ') + 1 : who->v[i];
		bool known = false;

		for (size_t k = 0; !known && k < o->list.n; k++)
			known = gate_strs_has(&o->list.v[k].owners, name);
		for (size_t k = 0; !known && k < o->list.n_sections; k++)
			known = gate_strs_has(&o->list.sections[k].owners, name);
		if (!known)
			return false;
	}
	return true;
}

static int probe(struct gate_detect *d, const struct file *f, const struct gate_owned *old, const struct gate_owned *new, const char *path, struct gate_strs *told, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs was = { 0 }, is = { 0 };
	gate_auto(gate_buf) struct gate_buf loss = { 0 };
	bool was_special, is_special;
	int rc = gate_owned_ask(old, path, &was, &was_special, err);

	if (rc == 0)
		rc = gate_owned_ask(new, path, &is, &is_special, err);
	if (rc < 0 || !was.n || !lost_one(&was, &is))
		return rc;
	/* out of what everybody owns to owners of its own, whom the list knew: that is more care, not less */
	if (!was_special && is_special && is.n && all_known(old, &is))
		return 0;
	/* many paths that go from the same owners to the same others are one loss */
	gate_strs_join(&loss, &was, ", ");
	gate_buf_str(&loss, " > ");
	gate_strs_join(&loss, &is, ", ");
	if (gate_buf_check(&loss, err) < 0)
		return -GATE_E_NOMEM;
	if (gate_strs_has(told, loss.s))
		return 0;
	if (gate_strs_add(told, loss.s, err) < 0)
		return -GATE_E_NOMEM;
	return tell(d, f, path, &was, &is, &high, is.n ? "an owner of this path is no longer asked: look at who may now approve it alone" :
							   "nobody owns this path any more: look at who would see a change of it", err);
}

/* The heading of the same name, and as manyth of it. */
static const struct gate_codeowners_section *same_heading(const struct gate_codeowners *c, const struct gate_codeowners_section *a)
{
	for (size_t k = 0; k < c->n_sections; k++) {
		if (c->sections[k].nth == a->nth && strcmp(c->sections[k].name, a->name) == 0)
			return &c->sections[k];
	}
	return NULL;
}

static int sections(struct gate_detect *d, const struct file *f, const struct gate_codeowners *old, const struct gate_codeowners *new, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < old->n_sections; i++) {
		const struct gate_codeowners_section *a = &old->sections[i], *b = same_heading(new, a);

		if (b && b->optional && !a->optional)
			rc = tell(d, f, a->name, NULL, NULL, &high, "a section of owners is only optional now: look at what needs no review any more", err);
		else if (b && b->approvals < a->approvals)
			rc = tell(d, f, a->name, NULL, NULL, &high, "a section of owners asks for fewer approvals: look at what one person may now decide", err);
	}
	return rc;
}

static int compare(struct gate_detect *d, const struct file *f, const struct file *to, struct gate_err *err)
{
	struct gate_owned old = { 0 }, new = { 0 };
	gate_auto(gate_strs) struct gate_strs paths = { 0 };
	gate_auto(gate_strs) struct gate_strs told = { 0 };
	uint64_t work = 0;
	int rc = gate_owned_read(f->path, f->before, strlen(f->before), &old, err);

	if (rc == 0)
		rc = gate_owned_read(to->path, to->now, strlen(to->now), &new, err);
	if (rc == 0 && (old.cut || new.cut))
		rc = gate_detect_limit(d, f->change, f->path, NULL, false, "more owners than can be compared: make the file smaller", err);
	if (rc == 0)
		rc = sections(d, f, &old.list, &new.list, err);
	rc = rc < 0 ? rc : probes_of(&old, &paths, err);
	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(guards); i++)
		rc = gate_strs_add(&paths, guards[i], err);
	rc = rc < 0 ? rc : probes_of(&new, &paths, err);
	for (size_t i = 0; rc == 0 && i < d->owners->probes.n; i++)
		rc = gate_strs_add(&paths, d->owners->probes.v[i], err);
	for (size_t i = 0; rc == 0 && i < paths.n && told.n < TELL_MAX; i++) {
		work += (old.list.n + 1) * old.list.n_sections + (new.list.n + 1) * new.list.n_sections;
		if (work > WORK_MAX) {
			rc = gate_detect_limit(d, f->change, f->path, NULL, false, "more owners than can be compared: make the file smaller", err);
			break;
		}
		rc = probe(d, f, &old, &new, paths.v[i], &told, err);
	}
	gate_owned_clear(&old);
	gate_owned_clear(&new);
	return rc;
}

/* The place that a forge reads first. */
static int rank(const char *path)
{
	static const char *const places[] = { ".github/CODEOWNERS", ".gitlab/CODEOWNERS", ".gitea/CODEOWNERS", ".forgejo/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(places); i++) {
		if (strcmp(places[i], path) == 0)
			return (int)i;
	}
	return 100;
}

int gate_owners_end(struct gate_detect *d, struct gate_err *err)
{
	struct gate_owners_state *s = d->owners;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < s->n; i++) {
		const struct file *f = &s->files[i], *to = f->now ? f : NULL;

		if (rank(f->path) == 100 || !f->before)
			continue;
		for (size_t k = 0; !f->now && k < s->n; k++) { /* moved to another place of the same meaning */
			if (s->files[k].change == f->change && !s->files[k].before && s->files[k].now && rank(s->files[k].path) < 100)
				to = &s->files[k];
		}
		if (!to)
			rc = tell(d, f, "removed", NULL, NULL, NULL, "the list of owners is gone, so nobody in particular is asked for review", err);
		else
			rc = compare(d, f, to, err);
	}
	return rc;
}

/* OWNERS of Kubernetes and Chromium: names in a list; a line that goes is an owner that goes. */
static int plain(struct gate_detect *d, struct gate_look *l, struct gate_err *err)
{
	gate_auto(gate_sides) struct gate_sides sides = { 0 };
	gate_auto(gate_line_diff) struct gate_line_diff lost = { 0 };
	struct gate_err why = { 0 };
	int rc;

	if (!l->delta->new_mode || gate_detect_sides(d, l->delta, &sides, &why) < 0)
		return 0;
	rc = gate_line_diff_compare(sides.now, sides.now_len, sides.before.s, sides.before.len, &lost, err);
	l->w = medium;
	for (size_t i = 0; rc == 0 && i < lost.n; i++) {
		const char *p = lost.text.s + lost.at[i].offset;

		while (*p == ' ' || *p == '\t')
			p++;
		if (*p != '#' && *p != '\n' && *p)
			l->w = high;
	}
	return rc;
}

/* What cannot be read keeps the row's weight; the rest is told at the end. Where no forge reads it, it owns nothing. */
static int known(struct gate_detect *d, struct gate_look *l)
{
	gate_auto(gate_sides) struct gate_sides sides = { 0 };
	struct gate_err why = { 0 };

	l->keep = rank(l->delta->path) < 100 && gate_detect_sides(d, l->delta, &sides, &why) < 0;
	if (l->keep && l->delta->new_mode)
		l->w = high;
	return 0;
}

int gate_owners_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err)
{
	if (!is_codeowners(l->delta->path) || !gate_mode_is_file(l->delta->new_mode ? l->delta->new_mode : l->delta->old_mode))
		return is_codeowners(l->delta->path) ? 0 : plain(d, l, err);
	return known(d, l);
}
