#include "gate/refnames.h"

#include "base/io.h"

#include <ctype.h>
#include <string.h>

static bool below(const char *ref, const char *prefix)
{
	return gate_starts_with(ref, prefix);
}

enum gate_ref_room gate_ref_room(const char *ref, const struct gate_globs *namespaces)
{
	/* refs/replace forges what the server reads, the others are the gate's, git's own or a forge's (HOLES 8). */
	static const char *const never[] = {
		"refs/replace/", "refs/original/", "refs/refgate/", "refs/pending/", "refs/meta/",
		"refs/pull/",	 "refs/remotes/",  "refs/stash",    "refs/bisect/",  "refs/worktree/", "refs/rewritten/",
	};

	if (below(ref, "refs/heads/") || below(ref, "refs/tags/"))
		return GATE_ROOM_CONTENT;
	if (below(ref, GATE_INBOX_APPROVALS))
		return GATE_ROOM_APPROVALS;
	if (below(ref, GATE_INBOX_TRACE))
		return GATE_ROOM_TRACE;
	for (size_t i = 0; i < GATE_ARRAY_LEN(never); i++) {
		if (strncasecmp(ref, never[i], strlen(never[i])) == 0)
			return GATE_ROOM_CLOSED;
	}
	return below(ref, "refs/") && gate_globs_match(namespaces, ref, strlen(ref)) ? GATE_ROOM_CONTENT : GATE_ROOM_CLOSED;
}

const char *gate_ref_short(const char *ref)
{
	static const char *const prefixes[] = { "refs/heads/", "refs/tags/" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(prefixes); i++) {
		if (below(ref, prefixes[i]))
			return ref + strlen(prefixes[i]);
	}
	return ref;
}

/* Names that a person or a tool would take for something else. */
static const char *deceptive(const char *ref)
{
	const char *name = gate_ref_short(ref);
	size_t n;

	if (name == ref)
		name += strlen("refs/"); /* a room that the policy opened */
	n = strlen(name);
	if ((n == 40 || n == 64) && strspn(name, "0123456789abcdefABCDEF") == n)
		return "a name that reads like an object id";
	for (const char *p = name; p; p = strchr(p, '/')) {
		p += *p == '/';
		if (*p == '-')
			return "a name with a component that begins with '-'";
		if (strncasecmp(p, "refs/", 5) == 0)
			return "a name with 'refs/' inside";
		if (strncasecmp(p, "HEAD", 4) == 0 && (p[4] == '\0' || p[4] == '/'))
			return "a name with 'HEAD' as a component";
		if (!*p)
			break;
	}
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		size_t step = gate_utf8_next(name + i, n - i, &cp);
		gate_auto(gate_buf) struct gate_buf b = { 0 };

		if (step == 0)
			return "a name that is no UTF-8";
		if (gate_escape(&b, name + i, step))
			return "a name with an invisible character";
		i += step;
	}
	return NULL;
}

/* "<short name in lower case>\x01<full name>", so that names that would be taken for each other stand side by side once sorted.
 * Only letter case of ASCII is folded; names outside ASCII are compared byte by byte (docs/THREAT-MODEL.md says so). */
static char *shadow_key(const char *ref)
{
	char *key = gate_fmt("%s\x01%s", gate_ref_short(ref), ref);

	for (char *p = key; p && *p != '\x01'; p++)
		*p = (char)tolower((unsigned char)*p);
	return key;
}

struct collecting {
	struct gate_strs *keys;
	struct gate_err *err;
};

static int collect_key(const char *name, const struct gate_ref *ref, void *arg)
{
	struct collecting *c = arg;
	gate_autofree char *key = shadow_key(name);

	(void)ref;
	return !key || gate_strs_add(c->keys, key, c->err) < 0;
}

int gate_ref_shadows_load(const struct gate_server *s, const struct gate_changes *all, struct gate_strs *keys, struct gate_err *err)
{
	struct collecting c = { keys, err };
	bool makes = false;

	for (size_t i = 0; i < all->n; i++)
		makes |= gate_is_zero_oid(all->v[i].old);
	if (!makes)
		return 0;
	if (gate_refs_each(s->refs, "refs/heads/", collect_key, &c, err) < 0 ||
	    gate_refs_each(s->refs, "refs/tags/", collect_key, &c, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < all->n; i++) {
		if (!gate_is_zero_oid(all->v[i].new) && collect_key(all->v[i].ref, NULL, &c))
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	gate_strs_sort(keys);
	return 0;
}

/* The first key that is not below the first n bytes of this one. */
static size_t first_key(const struct gate_strs *keys, const char *key, size_t n)
{
	size_t lo = 0, hi = keys->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strncmp(keys->v[mid], key, n) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int beside(const char *ref, const char *other, struct gate_err *err)
{
	return gate_err_set(err, GATE_E_REF, "%s and %s cannot both exist, since one name is a folder of the other; delete the other "
					     "first, in a push of its own, or choose another name", ref, other);
}

/* What git would refuse after all was decided is refused here, so that the pusher gets our line (HOLES 4). */
static int check_folders(const struct gate_change *c, const struct gate_strs *keys, struct gate_err *err)
{
	gate_autofree char *key = shadow_key(c->ref), *name = strdup(c->ref);
	size_t folded = strlen(gate_ref_short(c->ref)), head = strlen(c->ref) - folded;

	if (!key || !name)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (size_t i = folded; i-- > 0;) {
		gate_autofree char *above = NULL;
		size_t at;

		if (key[i] != '/' || head + i == 0)
			continue;
		name[head + i] = '\0';
		above = shadow_key(name);
		at = above ? first_key(keys, above, strlen(above) + 1) : keys->n;
		if (at < keys->n && strcmp(keys->v[at], above) == 0)
			return beside(c->ref, name, err);
	}
	key[folded] = '/';
	for (size_t at = first_key(keys, key, folded + 1); at < keys->n && strncmp(keys->v[at], key, folded + 1) == 0; at++) {
		const char *other = strchr(keys->v[at], '\x01');
		size_t n = strlen(c->ref);

		if (other && strncmp(other + 1, c->ref, n) == 0 && other[1 + n] == '/')
			return beside(c->ref, other + 1, err);
	}
	return 0;
}

static int check_shadow(const struct gate_change *c, const struct gate_strs *keys, struct gate_err *err)
{
	gate_autofree char *key = shadow_key(c->ref);
	size_t stem = key ? strcspn(key, "\x01") + 1 : 0, lo = key ? first_key(keys, key, stem) : 0;

	for (; key && lo < keys->n && strncmp(keys->v[lo], key, stem) == 0; lo++) {
		if (strcmp(keys->v[lo], key) != 0)
			return gate_err_set(err, GATE_E_REF, "%s would be taken for %s; choose another name", c->ref,
					    keys->v[lo] + stem);
	}
	return key ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

/* refs/heads/main/x and refs/heads/main cannot both exist: nobody may squat the place of the policy ref (HOLES 9). */
static bool squats(const char *ref, const char *other)
{
	size_t n = strlen(other);

	return (strncmp(ref, other, n) == 0 && ref[n] == '/') ||
	       (strncmp(other, ref, strlen(ref)) == 0 && other[strlen(ref)] == '/');
}

static int check_protected_literals(const struct gate_server *s, const struct gate_change *c, struct gate_err *err)
{
	const struct gate_strs *p = &s->policy->protected_refs.patterns;

	if (squats(c->ref, s->policy_ref))
		return gate_err_set(err, GATE_E_REF, "%s would take the place of the policy ref %s", c->ref, s->policy_ref);
	for (size_t i = 0; i < p->n; i++) {
		if (!strpbrk(p->v[i], "*?[") && squats(c->ref, p->v[i]))
			return gate_err_set(err, GATE_E_REF, "%s would take the place of the protected ref %s", c->ref, p->v[i]);
	}
	return 0;
}

static int check_present(const struct gate_server *s, const struct gate_change *c, struct gate_err *err)
{
	struct gate_ref now;

	if (gate_ref_read(s->refs, c->ref, &now, err) < 0)
		return -(int)err->code;
	if (now.kind == GATE_REF_SYMBOLIC) {
		gate_auto(gate_buf) struct gate_buf b = { 0 };

		gate_escape(&b, now.target, strlen(now.target));
		return gate_err_set(err, GATE_E_REF, "%s is a symbolic ref to %s; push to %s by its own name", c->ref,
				    gate_buf_cstr(&b), gate_buf_cstr(&b));
	}
	if (strcmp(c->old, c->new) == 0)
		return gate_err_set(err, GATE_E_REF, "%s: old and new are the same", c->ref);
	if (strcmp(now.oid, c->old) != 0)
		return gate_err_set(err, GATE_E_STALE, "%s is at %.12s, not at %.12s as the push says; fetch and push again", c->ref,
				    now.oid, c->old);
	return 0;
}

int gate_ref_change_check(const struct gate_server *s, const struct gate_change *c, const struct gate_strs *shadows,
			  struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf safe = { 0 };
	enum gate_ref_room room = gate_ref_room(c->ref, &s->policy->namespaces);
	bool makes = gate_is_zero_oid(c->old), goes = gate_is_zero_oid(c->new);
	const char *why;

	gate_escape(&safe, c->ref, strlen(c->ref));
	if (!gate_ref_name_valid(c->ref))
		return gate_err_set(err, GATE_E_REF, "%s: not a name that git takes for a ref", gate_buf_cstr(&safe));
	if (room == GATE_ROOM_CLOSED)
		return gate_err_set(err, GATE_E_REF, "%s: this name space is closed to pushes; open are refs/heads and refs/tags",
				    gate_buf_cstr(&safe));
	if (room == GATE_ROOM_TRACE)
		return gate_err_set(err, GATE_E_LATER, "%s: traces are not in this version", gate_buf_cstr(&safe));
	if (room == GATE_ROOM_APPROVALS && goes)
		return gate_err_set(err, GATE_E_REF, "%s: an approval can only be added here", gate_buf_cstr(&safe));
	if (room == GATE_ROOM_APPROVALS)
		return check_present(s, c, err);
	why = goes ? NULL : deceptive(c->ref);
	if (why)
		return gate_err_set(err, GATE_E_REF, "%s: %s is refused", gate_buf_cstr(&safe), why);
	if (check_present(s, c, err) < 0)
		return -(int)err->code;
	if (c->is_policy_ref && goes)
		return gate_err_set(err, GATE_E_REF, "%s holds the policy and is never deleted", c->ref);
	if (!makes || goes)
		return 0;
	if (check_protected_literals(s, c, err) < 0 || check_folders(c, shadows, err) < 0)
		return -(int)err->code;
	return check_shadow(c, shadows, err);
}
