#include "gate/refnames.h"

#include "base/fold.h"
#include "gate/shadows.h"

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

/* What cannot be seen, or cannot be shown. */
static const char *unseen(const char *name, size_t n)
{
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

/* What a folded name reads like: HEAD in fullwidth letters is HEAD to whoever looks at it. */
static const char *reads_like(const char *name)
{
	size_t n = strlen(name);

	if ((n == 40 || n == 64) && strspn(name, "0123456789abcdef") == n)
		return "a name that reads like an object id";
	for (const char *p = name; p; p = strchr(p, '/')) {
		p += *p == '/';
		if (*p == '-')
			return "a name with a component that begins with '-'";
		if (*p == '/' || *p == '\0')
			return "a name with a component that nobody sees";
		if (strncmp(p, "refs/", 5) == 0)
			return "a name with 'refs/' inside";
		if (strncmp(p, "head", 4) == 0 && (p[4] == '\0' || p[4] == '/'))
			return "a name with 'HEAD' as a component";
	}
	return NULL;
}

/* Names that a person or a tool would take for something else. */
static int check_deceptive(const char *ref, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf folded = { 0 }, safe = { 0 };
	const char *name = gate_ref_short(ref), *why;

	if (name == ref)
		name += strlen("refs/"); /* a room that the policy opened */
	if (gate_fold(&folded, name, strlen(name), err) < 0)
		return -(int)err->code;
	why = unseen(name, strlen(name));
	if (!why)
		why = reads_like(gate_buf_cstr(&folded));
	gate_escape(&safe, ref, strlen(ref));
	return why ? gate_err_set(err, GATE_E_REF, "%s: %s is refused", gate_buf_cstr(&safe), why) : 0;
}

/* Nobody may squat the place of the policy ref or of a protected name, there or not: as a folder of it, in it, or by what would be
 * taken for it (HOLES 9). */
static int check_reserved(const struct gate_change *c, const char *reserved, const char *what, struct gate_err *err)
{
	bool takes;

	if (gate_shadows_squat(c->ref, reserved, &takes, err) < 0)
		return -(int)err->code;
	return takes ? gate_err_set(err, GATE_E_REF, "%s would take the place of the %s %s", c->ref, what, reserved) : 0;
}

static int check_protected_literals(const struct gate_server *s, const struct gate_change *c, struct gate_err *err)
{
	const struct gate_strs *p = &s->policy->protected_refs.patterns;

	if (check_reserved(c, s->policy_ref, "policy ref", err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < p->n; i++) {
		if (!strpbrk(p->v[i], "*?[") && check_reserved(c, p->v[i], "protected ref", err) < 0)
			return -(int)err->code;
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
	if ((!goes && check_deceptive(c->ref, err) < 0) || check_present(s, c, err) < 0)
		return -(int)err->code;
	if (c->is_policy_ref && goes)
		return gate_err_set(err, GATE_E_REF, "%s holds the policy and is never deleted", c->ref);
	if (!makes || goes)
		return 0;
	return check_protected_literals(s, c, err) < 0 ? -(int)err->code : gate_shadows_check(s, c->ref, shadows, err);
}
