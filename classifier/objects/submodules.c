#include "classifier/objects/submodules.h"

#include "classifier/docs.h"
#include "classifier/objects/git_address.h"
#include "classifier/values/gains.h"

#include <string.h>
#include <strings.h>

#define COMPARED_MAX 1000u /* submodules of one file */
#define PREFIX "submodule."

static const char unsafe_url[] = "git would take this url for an option, a program, a file of the machine or a connection that anybody can change";
static const char other_url[] = "a submodule comes from another place: look who owns the repository that it names";
static const char same_owner[] = "a submodule's url is written otherwise, and names the same repository at the same host";
static const char other_name[] = "a submodule comes from another repository of the same owner";
static const char runs[] = "git runs this command on each update of the submodule";
static const char bad_name[] = "git keeps a submodule in a folder of its name: this one leads out of its place, or into another submodule";
static const char bad_path[] = "the path of a submodule leads out of the work tree, or is taken for an option";
static const char moved[] = "a submodule lies in another place: look what stands there now";
static const char branch[] = "updates of a submodule follow another branch";
static const char hides[] = "changes of a submodule are no longer shown by status and diff";

struct look {
	struct gate_detect *d;
	const struct gate_look *l;
	const struct gate_node *now; /* the root */
	const char *name;	     /* of the submodule at hand */
};

/* What git will use of a key: the last value; NULL when the key is not there. */
static const struct gate_node *last(const struct gate_node *module, const char *key)
{
	const struct gate_node *n = gate_node_get(module, key), *v = n;

	for (const struct gate_node *e = n && n->type == GATE_NODE_LIST ? n->first : NULL; e; e = e->next)
		v = e;
	return v;
}

static const char *text_of(const struct gate_node *module, const char *key)
{
	const struct gate_node *v = last(module, key);

	return v ? gate_node_text(v) : NULL;
}

/* A url is shown without its user: that may be a password. */
static int show(struct gate_buf *b, const char *key, const char *value, struct gate_err *err)
{
	struct gate_git_address a;

	if (strcmp(key, "url") == 0) {
		gate_git_address(value, &a);
		gate_buf_fmt(b, "%.*s%s%.*s/%.*s/%.*s", (int)(a.scheme.n < 20 ? a.scheme.n : 20), a.scheme.n ? a.scheme.s : "", a.scheme.n ? "://" : "",
			     (int)(a.host.n < 80 ? a.host.n : 80), a.host.n ? a.host.s : "", (int)(a.owner.n < 80 ? a.owner.n : 80), a.owner.s,
			     (int)(a.name.n < 80 ? a.name.n : 80), a.name.s);
	} else {
		gate_buf_fmt(b, "%.120s", value);
	}
	return gate_buf_check(b, err);
}

static int tell(const struct look *k, const char *key, const struct gate_node *at, const char *was, enum gate_tier tier, const char *message,
		struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf subject = { 0 }, before = { 0 }, now = { 0 };
	const struct gate_weight w = gate_weight_of(tier);
	const char *text = at ? gate_node_text(at) : NULL;
	struct gate_sighting s = { .id = k->l->id, .path = k->l->delta->path, .line = at ? at->line : 0, .at_most = &w, .message = message };

	gate_buf_fmt(&subject, "%s: submodule %.120s %s", k->l->delta->path, k->name, key);
	if (gate_buf_check(&subject, err) < 0 || (was && show(&before, key, was, err) < 0) || (text && show(&now, key, text, err) < 0))
		return -GATE_E_NOMEM;
	s.subject = subject.s;
	s.old_value = was ? gate_buf_cstr(&before) : NULL;
	s.new_value = text ? gate_buf_cstr(&now) : NULL;
	return gate_detect_add(k->d, k->l->change, &s, err);
}

/* "a%0ab": git refuses what it decodes to, older ones hand it to a credential helper as two lines. */
static bool breaks_line(const char *url)
{
	return strpbrk(url, "\r\n") || strcasestr(url, "%0a") || strcasestr(url, "%0d");
}

static bool unsafe(const char *url)
{
	static const char *const schemes[] = { "http", "git", "file", "ftp", "ftps" };
	struct gate_git_address a;

	gate_git_address(url, &a);
	if (*url == '-' || breaks_line(url) || strstr(url, "::"))
		return true;
	if (!a.scheme.n)
		return strncmp(url, "../", 3) != 0; /* "../x" stays at the host of the repository itself */
	for (size_t i = 0; i < GATE_ARRAY_LEN(schemes); i++) {
		if (gate_span_is(a.scheme, schemes[i]))
			return true;
	}
	return !a.host.n || *a.host.s == '-';
}

static int url(const struct look *k, const struct gate_node *at, const char *was, const char *now, struct gate_err *err)
{
	struct gate_git_address a, b;

	if (unsafe(now))
		return tell(k, "url", at, was, GATE_TIER_CRITICAL, unsafe_url, err);
	if (!was)
		return tell(k, "url", at, was, GATE_TIER_HIGH, other_url, err);
	gate_git_address(was, &a);
	gate_git_address(now, &b);
	if (!gate_span_same(a.host, b.host) || !gate_span_same(a.owner, b.owner) || !b.scheme.n)
		return tell(k, "url", at, was, GATE_TIER_HIGH, other_url, err);
	if (!gate_span_same(a.name, b.name))
		return tell(k, "url", at, was, GATE_TIER_MEDIUM, other_name, err);
	return tell(k, "url", at, was, GATE_TIER_LOW, same_owner, err);
}

static bool leads_out(const char *path)
{
	for (const char *p = path; p; p = strpbrk(p, "/\\")) {
		p += p != path;
		if (strncmp(p, "..", 2) == 0 && (!p[2] || p[2] == '/' || p[2] == '\\'))
			return true;
	}
	return *path == '-' || *path == '/' || *path == '\\' || strcasestr(path, ".git/") || !*path;
}

static int update(const struct look *k, const struct gate_node *at, const char *was, const char *now, struct gate_err *err)
{
	return tell(k, "update", at, was, *now == '!' ? GATE_TIER_CRITICAL : GATE_TIER_LOW, *now == '!' ? runs : NULL, err);
}

static int path(const struct look *k, const struct gate_node *at, const char *was, const char *now, struct gate_err *err)
{
	if (leads_out(now))
		return tell(k, "path", at, was, GATE_TIER_CRITICAL, bad_path, err);
	return was ? tell(k, "path", at, was, GATE_TIER_MEDIUM, moved, err) : 0;
}

static int follows(const struct look *k, const struct gate_node *at, const char *was, const char *now, struct gate_err *err)
{
	(void)now;
	return tell(k, "branch", at, was, GATE_TIER_MEDIUM, branch, err);
}

static int ignore(const struct look *k, const struct gate_node *at, const char *was, const char *now, struct gate_err *err)
{
	bool all = strcasecmp(now, "all") == 0;

	return tell(k, "ignore", at, was, all ? GATE_TIER_HIGH : GATE_TIER_LOW, all ? hides : NULL, err);
}

static const struct {
	const char *key;
	int (*fn)(const struct look *k, const struct gate_node *at, const char *was, const char *now, struct gate_err *err);
} keys[] = { { "url", url }, { "update", update }, { "path", path }, { "branch", follows }, { "ignore", ignore } };

/* Lies in the folder of another submodule: "a" beside "a/hooks". */
static bool nested(const struct look *k)
{
	for (const struct gate_node *o = k->now->first; o; o = o->next) {
		const char *other = o->key + sizeof(PREFIX) - 1;
		size_t n;

		if (strncmp(o->key, PREFIX, sizeof(PREFIX) - 1) != 0)
			continue;
		n = strlen(other);
		if (strncasecmp(k->name, other, n) == 0 && k->name[n] == '/')
			return true;
	}
	return false;
}

static int module(const struct look *k, const struct gate_node *was, const struct gate_node *now, struct gate_err *err)
{
	int rc = 0;

	if (!was && (leads_out(k->name) || nested(k)))
		rc = tell(k, "name", now, NULL, GATE_TIER_CRITICAL, bad_name, err);
	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(keys); i++) {
		const char *a = text_of(was, keys[i].key), *b = text_of(now, keys[i].key);

		if (b && (!a || strcmp(a, b) != 0))
			rc = keys[i].fn(k, last(now, keys[i].key), a, b, err);
	}
	return rc;
}

int gate_submodules_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err)
{
	struct look k = { .d = d, .l = l };
	struct gate_docs docs;
	size_t n = 0;
	int rc;

	if (!gate_mode_is_file(l->delta->new_mode)) {
		/* gone: git knows no url of any submodule any more */
		l->w = l->delta->new_mode ? l->w : gate_weight_of(GATE_TIER_MEDIUM);
		return 0;
	}
	rc = gate_detect_docs(d, l->change, l->delta, GATE_FORMAT_GIT_CONFIG, &docs, err);
	if (rc < 0 || docs.bad_now || docs.bad_before || !docs.now)
		return rc;
	l->w = gate_weight_of(GATE_TIER_LOW);
	k.now = docs.now;
	for (const struct gate_node *m = docs.now->type == GATE_NODE_MAP ? docs.now->first : NULL; rc == 0 && m; m = m->next) {
		if (strncmp(m->key, PREFIX, sizeof(PREFIX) - 1) != 0 || m->type != GATE_NODE_MAP)
			continue;
		if (++n > COMPARED_MAX)
			return gate_detect_limit(d, l->change, l->delta->path, NULL, false, "more submodules than are compared: read the file as a whole", err);
		k.name = m->key + sizeof(PREFIX) - 1;
		rc = module(&k, gate_node_get(docs.before, m->key), m, err);
	}
	return rc;
}
