#include "classifier/control/owners.h"

#include "classifier/lines.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define RULES_MAX 5000	 /* of one file */
#define PROBES_MAX 4000	 /* paths that are asked about */
#define TELL_MAX 40	 /* findings of one file */
#define WORK_MAX 20000000u /* patterns tried */

struct rule {
	char *pattern;
	struct gate_strs owners;
	uint32_t section;
	bool exclude;
};

struct section {
	char *name; /* lower case; "" for what stands before the first */
	struct gate_strs owners;
	bool optional;
	long approvals;
};

struct owners {
	struct rule *rules;
	size_t n, cap;
	struct section *sections;
	size_t n_sections, cap_sections;
	bool gitlab, full;
};

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

static void owners_clear(struct owners *o)
{
	for (size_t i = 0; i < o->n; i++) {
		free(o->rules[i].pattern);
		gate_strs_clear(&o->rules[i].owners);
	}
	for (size_t i = 0; i < o->n_sections; i++) {
		free(o->sections[i].name);
		gate_strs_clear(&o->sections[i].owners);
	}
	free(o->rules);
	free(o->sections);
	*o = (struct owners){ 0 };
}

/* ---- reading ---- */

static void *more(void *v, size_t n, size_t *cap, size_t size)
{
	size_t want = *cap ? *cap * 2 : 32;
	void *p;

	if (n < *cap)
		return v;
	p = realloc(v, want * size);
	if (p)
		*cap = want;
	return p;
}

static int open_section(struct owners *o, const char *name, size_t len, uint32_t *at, struct gate_err *err)
{
	struct section *v;

	for (size_t i = 0; i < o->n_sections; i++) {
		if (strlen(o->sections[i].name) == len && strncasecmp(o->sections[i].name, name, len) == 0) {
			*at = (uint32_t)i;
			return 0;
		}
	}
	if (o->n_sections >= 500) {
		o->full = true;
		return 0;
	}
	v = more(o->sections, o->n_sections, &o->cap_sections, sizeof(*v));
	if (!v)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	o->sections = v;
	v[o->n_sections] = (struct section){ .name = strndup(name, len), .approvals = 1 };
	if (!v[o->n_sections].name)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (char *p = v[o->n_sections].name; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	*at = (uint32_t)o->n_sections++;
	return 0;
}

/* One word; a blank behind a backslash belongs to it. */
static size_t word(const char *s, size_t len, struct gate_buf *out)
{
	size_t i = 0;

	gate_buf_reset(out);
	for (; i < len && !isspace((unsigned char)s[i]); i++) {
		if (s[i] == '\\' && i + 1 < len && strchr(" #\\", s[i + 1]))
			i++;
		gate_buf_char(out, s[i] ? s[i] : ' ');
	}
	return i;
}

static int read_owners(const char *s, size_t len, struct gate_strs *to, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf w = { 0 };

	for (size_t i = 0; i < len;) {
		while (i < len && isspace((unsigned char)s[i]))
			i++;
		if (i >= len || s[i] == '#')
			break;
		i += word(s + i, len - i, &w);
		for (size_t k = 0; k < w.len; k++)
			w.s[k] = (char)tolower((unsigned char)w.s[k]);
		/* an owner is @name, @@role or a mail address */
		if (gate_buf_check(&w, err) < 0 || (w.len && strchr(w.s, '@') && to->n < 200 && gate_strs_add_new(to, w.s, err) < 0))
			return -GATE_E_NOMEM;
	}
	return 0;
}

/* "[Name]", "^[Name]", "[Name][2] @default" */
static bool section_head(struct owners *o, const char *s, size_t len, uint32_t *section, int *rc, struct gate_err *err)
{
	const bool optional = *s == '^';
	const char *end;
	struct section *x;

	s += optional;
	len -= optional;
	end = len && *s == '[' ? memchr(s, ']', len) : NULL;
	if (!end)
		return false;
	o->gitlab = true;
	*rc = open_section(o, s + 1, (size_t)(end - s - 1), section, err);
	if (*rc < 0 || o->full)
		return true;
	x = &o->sections[*section];
	x->optional = optional;
	end++;
	if ((size_t)(end - s) < len && *end == '[') {
		x->approvals = 0;
		for (const char *p = end + 1; p < s + len && isdigit((unsigned char)*p) && x->approvals < 1000; p++)
			x->approvals = x->approvals * 10 + (*p - '0');
		end = memchr(end, ']', len - (size_t)(end - s));
		end = end ? end + 1 : s + len;
	}
	gate_strs_clear(&x->owners);
	*rc = read_owners(end, len - (size_t)(end - s), &x->owners, err);
	return true;
}

static int read_line(struct owners *o, const char *s, size_t len, uint32_t *section, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf w = { 0 };
	struct rule *v;
	int rc = 0;
	size_t n;

	while (len && isspace((unsigned char)*s))
		s++, len--;
	if (!len || *s == '#')
		return 0;
	if ((*s == '[' || *s == '^') && section_head(o, s, len, section, &rc, err))
		return rc;
	if (o->n >= RULES_MAX) {
		o->full = true;
		return 0;
	}
	n = word(s, len, &w);
	if (gate_buf_check(&w, err) < 0)
		return -GATE_E_NOMEM;
	v = more(o->rules, o->n, &o->cap, sizeof(*v));
	if (!v)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	o->rules = v;
	v[o->n] = (struct rule){ .exclude = *s == '!', .section = *section };
	v[o->n].pattern = strdup(w.s + (*s == '!'));
	if (!v[o->n].pattern)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	return read_owners(s + n, len - n, &v[o->n++].owners, err);
}

static int parse(const char *text, size_t len, struct owners *o, struct gate_err *err)
{
	uint32_t section = 0;
	int rc = open_section(o, "", 0, &section, err);

	for (size_t i = 0; rc == 0 && i < len;) {
		const char *nl = memchr(text + i, '\n', len - i);
		size_t n = nl ? (size_t)(nl - text) - i : len - i;

		rc = read_line(o, text + i, n, &section, err);
		i += n + 1;
	}
	return rc;
}

/* ---- asking ---- */

/* As .gitignore, but for a last '*', which does not reach into folders. */
static bool matches(const char *pattern, const char *path)
{
	char glob[GATE_GLOB_MAX];
	size_t n = strlen(pattern), len = strlen(path);
	const char *p = pattern + (*pattern == '/'), *slash = strchr(p, '/');
	const bool anchored = p != pattern || (slash && slash[1]);
	const bool folder = n && pattern[n - 1] == '/', star = strcmp(gate_path_last(p), "*") == 0;

	if (!*p)
		return n > 0;
	if (n > sizeof(glob) - 16)
		return false;
	snprintf(glob, sizeof(glob), "%s%.*s", anchored ? "" : "**/", (int)(strlen(p) - folder), p);
	if (!folder && gate_glob_match(glob, path, len, false))
		return true;
	if (strcmp(p, "*") == 0)
		return true;
	if (star)
		return false;
	snprintf(glob, sizeof(glob), "%s%.*s/**", anchored ? "" : "**/", (int)(strlen(p) - folder), p);
	return gate_glob_match(glob, path, len, false);
}

/* Everything's owner: what nobody in particular is asked for. */
static bool is_catch_all(const char *pattern)
{
	return strcmp(pattern, "*") == 0 || strcmp(pattern, "**") == 0 || strcmp(pattern, "/") == 0 || strcmp(pattern, "/**") == 0 || strcmp(pattern, "**/*") == 0;
}

static int answer(const struct owners *o, uint32_t section, const char *path, struct gate_strs *out, bool *special, struct gate_err *err)
{
	const struct rule *last = NULL;
	const struct section *x = &o->sections[section];
	const struct gate_strs *who;

	for (size_t i = 0; i < o->n; i++) {
		const struct rule *r = &o->rules[i];

		if (r->section != section || (r->exclude && !o->gitlab) || (!o->gitlab && *r->pattern == '[') || !matches(r->pattern, path))
			continue;
		if (r->exclude)
			return 0;
		last = r;
	}
	if (!last)
		return 0;
	*special |= !is_catch_all(last->pattern);
	who = last->owners.n ? &last->owners : &x->owners;
	for (size_t i = 0; i < who->n; i++) {
		gate_auto(gate_buf) struct gate_buf b = { 0 };

		gate_buf_fmt(&b, "%s%s%s", x->name, *x->name ? ": " : "", who->v[i]);
		if (gate_buf_check(&b, err) < 0 || gate_strs_add_new(out, b.s, err) < 0)
			return -GATE_E_NOMEM;
	}
	return 0;
}

static int ask(const struct owners *o, const char *path, struct gate_strs *out, bool *special, struct gate_err *err)
{
	int rc = 0;

	*special = false;

	for (uint32_t s = 0; rc == 0 && s < o->n_sections; s++) {
		if (!o->sections[s].optional && o->sections[s].approvals > 0)
			rc = answer(o, s, path, out, special, err);
	}
	if (rc == 0)
		gate_strs_sort(out);
	return rc;
}

int gate_owners_of(const char *text, size_t len, const char *path, struct gate_strs *out, struct gate_err *err)
{
	struct owners o = { 0 };
	bool special;
	int rc = parse(text, len, &o, err);

	if (rc == 0)
		rc = ask(&o, path, out, &special, err);
	owners_clear(&o);
	return rc;
}

/* ---- comparing ---- */

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

static int probes_of(const struct owners *o, struct gate_strs *to, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	for (size_t i = 0; i < o->n && to->n < PROBES_MAX; i++) {
		probe_of(o->rules[i].pattern, &b);
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

static bool all_known(const struct owners *o, const struct gate_strs *who)
{
	for (size_t i = 0; i < who->n; i++) {
		const char *name = strrchr(who->v[i], ' ') ? strrchr(who->v[i], ' ') + 1 : who->v[i];
		bool known = false;

		for (size_t k = 0; !known && k < o->n; k++)
			known = gate_strs_has(&o->rules[k].owners, name);
		for (size_t k = 0; !known && k < o->n_sections; k++)
			known = gate_strs_has(&o->sections[k].owners, name);
		if (!known)
			return false;
	}
	return true;
}

static int probe(struct gate_detect *d, const struct file *f, const struct owners *old, const struct owners *new, const char *path, struct gate_strs *told, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs was = { 0 }, is = { 0 };
	gate_auto(gate_buf) struct gate_buf loss = { 0 };
	bool was_special, is_special;
	int rc = ask(old, path, &was, &was_special, err);

	if (rc == 0)
		rc = ask(new, path, &is, &is_special, err);
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

static int sections(struct gate_detect *d, const struct file *f, const struct owners *old, const struct owners *new, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < old->n_sections; i++) {
		const struct section *a = &old->sections[i], *b = NULL;

		for (size_t k = 0; k < new->n_sections; k++) {
			if (strcasecmp(new->sections[k].name, a->name) == 0)
				b = &new->sections[k];
		}
		if (b && b->optional && !a->optional)
			rc = tell(d, f, a->name, NULL, NULL, &high, "a section of owners is only optional now: look at what needs no review any more", err);
		else if (b && b->approvals < a->approvals)
			rc = tell(d, f, a->name, NULL, NULL, &high, "a section of owners asks for fewer approvals: look at what one person may now decide", err);
	}
	return rc;
}

static int compare(struct gate_detect *d, const struct file *f, const char *before, const char *now, struct gate_err *err)
{
	struct owners old = { 0 }, new = { 0 };
	gate_auto(gate_strs) struct gate_strs paths = { 0 };
	gate_auto(gate_strs) struct gate_strs told = { 0 };
	uint64_t work = 0;
	int rc = parse(before, strlen(before), &old, err);

	if (rc == 0)
		rc = parse(now, strlen(now), &new, err);
	if (rc == 0 && (old.full || new.full))
		rc = gate_detect_limit(d, f->change, f->path, NULL, false, "more owners than can be compared: make the file smaller", err);
	if (rc == 0)
		rc = sections(d, f, &old, &new, err);
	rc = rc < 0 ? rc : probes_of(&old, &paths, err);
	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(guards); i++)
		rc = gate_strs_add(&paths, guards[i], err);
	rc = rc < 0 ? rc : probes_of(&new, &paths, err);
	for (size_t i = 0; rc == 0 && i < d->owners->probes.n; i++)
		rc = gate_strs_add(&paths, d->owners->probes.v[i], err);
	for (size_t i = 0; rc == 0 && i < paths.n && told.n < TELL_MAX; i++) {
		work += (old.n + 1) * old.n_sections + (new.n + 1) * new.n_sections;
		if (work > WORK_MAX) {
			rc = gate_detect_limit(d, f->change, f->path, NULL, false, "more owners than can be compared: make the file smaller", err);
			break;
		}
		rc = probe(d, f, &old, &new, paths.v[i], &told, err);
	}
	owners_clear(&old);
	owners_clear(&new);
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
		const struct file *f = &s->files[i], *to = NULL;

		if (rank(f->path) == 100 || !f->before)
			continue;
		for (size_t k = 0; !f->now && k < s->n; k++) { /* moved to another place of the same meaning */
			if (s->files[k].change == f->change && !s->files[k].before && s->files[k].now && rank(s->files[k].path) < 100)
				to = &s->files[k];
		}
		if (!f->now && !to)
			rc = tell(d, f, "removed", NULL, NULL, NULL, "the list of owners is gone, so nobody in particular is asked for review", err);
		else
			rc = compare(d, f, f->before, f->now ? f->now : to->now, err);
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
