#include "classifier/objects/link.h"

#include "base/name.h"

#include <string.h>
#include <strings.h>

static const struct gate_weight low = { GATE_TIER_LOW, 5000, false };
static const struct gate_weight medium = { GATE_TIER_MEDIUM, 20000, false };

/* To Windows a backslash parts components. */
static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Why a target leads out whatever folder the link stands in; NULL when it is relative. */
static const char *absolute(const char *s, size_t len)
{
	if (len == 0)
		return "the link names nothing";
	if (memchr(s, '\0', len))
		return "the link's target holds a NUL: what is read ends there, what is shown may not";
	if (is_slash(s[0]))
		return "the link names an absolute path";
	if (s[0] == '~')
		return "the link names a home folder";
	return len >= 2 && is_letter(s[0]) && s[1] == ':' ? "the link names a drive" : NULL;
}

struct walk {
	int depth;    /* folders below the root */
	bool out;     /* was above it */
	bool named;   /* went into a folder by name */
	bool turned;  /* and out of it again */
	bool gitdir;
};

static void step(struct walk *w, const char *s, size_t len)
{
	bool up = len == 2 && memcmp(s, "..", 2) == 0;

	if (len == 0 || (len == 1 && *s == '.'))
		return;
	if (up) {
		w->turned |= w->named;
		w->out |= --w->depth < 0;
		return;
	}
	w->gitdir |= gate_name_unsafe(s, len) != NULL;
	w->named = true;
	w->depth++;
}

static void follow(struct walk *w, const char *s, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && !is_slash(s[i]))
			continue;
		step(w, s + from, i - from);
		from = i + 1;
	}
}

static int depth_of(const char *path)
{
	int n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

/* Names whose content git or a rule reads: a link in their place shows that reader something else. */
static bool is_git_file(const char *path)
{
	static const char *const names[] = { ".gitmodules", ".gitattributes", ".gitignore", ".mailmap", ".lfsconfig" };
	const char *last = gate_path_last(path);

	for (size_t i = 0; i < GATE_ARRAY_LEN(names); i++) {
		if (strcasecmp(last, names[i]) == 0)
			return true;
	}
	return false;
}

static bool has_rule(struct gate_detect *d, const char *path)
{
	const uint32_t *hits;

	return gate_path_index_find(d->index, path, &hits) > 0;
}

static int control(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_sighting *s,
		   struct gate_err *err)
{
	bool beside = !memchr(o->bytes, '/', o->len) && !memchr(o->bytes, '\\', o->len);

	s->id = "GIT-SYM-CTRL";
	s->at_most = NULL;
	if (is_git_file(o->path))
		return gate_detect_add(d, change, s, err);
	if (!has_rule(d, o->path))
		return 0;
	s->at_most = beside ? &low : NULL;
	s->message = "a file that rules look at is a link to its neighbour: what the neighbour says counts here, too";
	return gate_detect_add(d, change, s, err);
}

static int judge(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_sighting *s,
		 struct gate_err *err)
{
	struct walk w = { .depth = depth_of(o->path) };
	const char *why = absolute(o->bytes, o->len);
	struct gate_weight certain = { GATE_TIER_CRITICAL, UINT32_MAX, true };
	int rc = 0;

	follow(&w, o->bytes, o->len);
	if (w.gitdir) {
		s->id = "GIT-SYM-GITDIR";
		rc = gate_detect_add(d, change, s, err);
	}
	s->id = "GIT-SYM-OUT";
	s->at_most = &certain;
	if (!why && w.out)
		why = "the link climbs out of the working tree";
	if (!why && w.turned) {
		why = "the link goes into a folder and out of it again: when that folder is a link itself, it leads elsewhere";
		s->at_most = &medium;
	}
	s->message = why;
	return rc == 0 && why ? gate_detect_add(d, change, s, err) : rc;
}

int gate_link_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf target = { 0 };
	struct gate_sighting s = { .path = o->path, .commit = o->commit };
	int rc;

	if (!o->bytes)
		return o->len ? gate_detect_limit(d, change, o->path, o->commit, false, "a link too long to be read", err) : 0;
	gate_escape(&target, o->bytes, o->len < 200 ? o->len : 200);
	if (gate_buf_check(&target, err) < 0)
		return -GATE_E_NOMEM;
	s.new_value = gate_buf_cstr(&target);
	rc = judge(d, change, o, &s, err);
	s.message = NULL;
	return rc == 0 ? control(d, change, o, &s, err) : rc;
}
