#include "gate/record.h"

#include "base/when.h"

#include <string.h>

static const char *const states[GATE_STATE_COUNT] = { "open", "released", "denied", "expired", "stale", "superseded" };

const char *gate_state_name(enum gate_state s)
{
	return (unsigned)s < GATE_STATE_COUNT ? states[s] : "stale";
}

bool gate_state_parse(const char *name, enum gate_state *s)
{
	for (unsigned i = 0; i < GATE_STATE_COUNT; i++) {
		if (strcmp(states[i], name) == 0) {
			*s = (enum gate_state)i;
			return true;
		}
	}
	*s = GATE_STATE_STALE;
	return false;
}

bool gate_id_valid(const char *id)
{
	return strlen(id) == GATE_ID_LEN && strspn(id, "0123456789abcdefghjkmnpqrstvwxyz") == GATE_ID_LEN;
}

void gate_record_clear(struct gate_record *r)
{
	gate_strs_clear(&r->identities);
	gate_strs_clear(&r->environment);
	gate_strs_clear(&r->options);
	gate_strs_clear(&r->excluded);
	gate_strs_clear(&r->hidden);
	gate_strs_clear(&r->carried);
	for (size_t i = 0; i < r->n_needs; i++)
		gate_requirement_clear(&r->needs[i]);
	free(r->needs);
	free(r->refs);
	free(r->statement);
	free(r->findings);
	free(r->why);
	*r = (struct gate_record){ 0 };
}

/* ---- writing ---- */

static void put_strs(struct gate_jw *w, const char *key, const struct gate_strs *l)
{
	gate_jw_array(w, key);
	for (size_t i = 0; i < l->n; i++)
		gate_jw_str(w, NULL, l->v[i]);
	gate_jw_end(w);
}

static void put_when(struct gate_jw *w, const char *key, int64_t t)
{
	char text[GATE_WHEN_SIZE];

	gate_when_format(t, text);
	gate_jw_str(w, key, t ? text : NULL);
}

static void put_need(struct gate_jw *w, const struct gate_requirement *n)
{
	gate_jw_open(w, NULL);
	gate_jw_int(w, "approvals", n->approvals);
	put_strs(w, "roles", &n->roles);
	gate_jw_bool(w, "distinct_roles", n->distinct_roles);
	gate_jw_bool(w, "any_of", n->any_of);
	gate_jw_bool(w, "touch", n->touch);
	gate_jw_bool(w, "pin", n->pin);
	gate_jw_int(w, "expires_s", n->expires_s);
	gate_jw_close(w);
}

static void put_ref(struct gate_jw *w, const struct gate_record_ref *r)
{
	gate_jw_open(w, NULL);
	gate_jw_str(w, "ref", r->ref);
	gate_jw_str(w, "old", r->old);
	gate_jw_str(w, "new", r->new);
	gate_jw_strn(w, "tree", r->tree);
	gate_jw_strn(w, "base", r->base);
	gate_jw_strn(w, "pending", r->pending_ref);
	gate_jw_strn(w, "rules", r->rules);
	if (r->was_new[0]) {
		gate_jw_open(w, "was");
		gate_jw_str(w, "old", r->was_old);
		gate_jw_str(w, "new", r->was_new);
		gate_jw_close(w);
	}
	gate_jw_bool(w, "fast_forward", r->fast_forward);
	gate_jw_bool(w, "protected", r->is_protected);
	gate_jw_str(w, "tier", gate_tier_name(r->tier));
	gate_jw_close(w);
}

int gate_record_write(const struct gate_record *r, struct gate_buf *out, struct gate_err *err)
{
	struct gate_jw w = { .out = out };

	gate_jw_open(&w, NULL);
	gate_jw_int(&w, "schema", 1);
	gate_jw_str(&w, "id", r->id);
	gate_jw_str(&w, "state", gate_state_name(r->state));
	if (r->rebased[0])
		gate_jw_str(&w, "rebased", r->rebased);
	put_when(&w, "created", r->created);
	put_when(&w, "expires", r->expires);
	gate_jw_open(&w, "actor");
	gate_jw_str(&w, "name", r->actor.name);
	gate_jw_bool(&w, "human", r->actor.human);
	gate_jw_strn(&w, "owner", r->actor.owner);
	put_strs(&w, "identities", &r->identities);
	put_strs(&w, "environment", &r->environment);
	put_strs(&w, "options", &r->options);
	gate_jw_close(&w);
	gate_jw_str(&w, "tier", gate_tier_name(r->tier));
	gate_jw_int(&w, "score_milli", r->score);
	gate_jw_bool(&w, "atomic", r->atomic);
	gate_jw_int(&w, "bytes", r->bytes);
	if (r->recovered_by[0])
		gate_jw_str(&w, "recovered_by", r->recovered_by);
	gate_jw_str(&w, "policy", r->policy);
	gate_jw_str(&w, "statement", r->statement);
	gate_jw_array(&w, "needs");
	for (size_t i = 0; i < r->n_needs; i++)
		put_need(&w, &r->needs[i]);
	gate_jw_end(&w);
	put_strs(&w, "excluded", &r->excluded);
	put_strs(&w, "hidden", &r->hidden);
	put_strs(&w, "carried", &r->carried);
	gate_jw_array(&w, "refs");
	for (size_t i = 0; i < r->n_refs; i++)
		put_ref(&w, &r->refs[i]);
	gate_jw_end(&w);
	gate_jw_raw(&w, "findings", r->findings && *r->findings ? r->findings : "[]");
	if (r->state != GATE_STATE_OPEN) {
		gate_jw_open(&w, "closed");
		put_when(&w, "at", r->closed);
		gate_jw_str(&w, "why", r->why);
		gate_jw_strn(&w, "by", r->by);
		gate_jw_strn(&w, "next", r->next);
		gate_jw_close(&w);
	}
	gate_jw_close(&w);
	gate_buf_char(out, '\n');
	return gate_buf_check(out, err);
}

/* ---- reading ---- */

struct reading {
	bool bad;
	struct gate_err *err;
};

static void get_text(struct reading *rd, const struct gate_json *o, const char *key, char *to, size_t size, bool need)
{
	const char *s = gate_json_str(o, key, NULL);

	if ((!s && need) || !gate_copy(to, size, s ? s : ""))
		rd->bad = true;
}

static int64_t get_when(struct reading *rd, const struct gate_json *o, const char *key)
{
	const char *s = gate_json_str(o, key, NULL);
	int64_t t = 0;

	if (s && !gate_when_parse(s, &t))
		rd->bad = true;
	return t;
}

static void get_strs(struct reading *rd, const struct gate_json *o, const char *key, struct gate_strs *l)
{
	const struct gate_json *a = gate_json_get(o, key);

	for (size_t i = 0; i < gate_json_len(a); i++) {
		const char *s = gate_json_string(gate_json_at(a, i));

		if (!s || gate_strs_add(l, s, rd->err) < 0)
			rd->bad = true;
	}
}

static enum gate_tier get_tier(struct reading *rd, const struct gate_json *o)
{
	enum gate_tier t;

	if (!gate_tier_parse(gate_json_str(o, "tier", ""), &t))
		rd->bad = true;
	return t;
}

static void get_need(struct reading *rd, const struct gate_json *o, struct gate_requirement *n)
{
	n->approvals = (uint32_t)gate_json_int(o, "approvals", 1);
	get_strs(rd, o, "roles", &n->roles);
	n->distinct_roles = gate_json_bool(o, "distinct_roles", false);
	n->any_of = gate_json_bool(o, "any_of", false);
	n->touch = gate_json_bool(o, "touch", false);
	n->pin = gate_json_bool(o, "pin", false);
	n->expires_s = gate_json_int(o, "expires_s", 0);
}

static void get_oid(struct reading *rd, const struct gate_json *o, const char *key, char to[GATE_HEXSZ + 1], bool need)
{
	get_text(rd, o, key, to, GATE_HEXSZ + 1, need);
	if (to[0] && !gate_is_oid(to))
		rd->bad = true;
}

static void get_ref(struct reading *rd, const struct gate_json *o, struct gate_record_ref *r)
{
	const struct gate_json *was = gate_json_get(o, "was");

	get_text(rd, o, "ref", r->ref, sizeof(r->ref), true);
	get_oid(rd, o, "old", r->old, true);
	get_oid(rd, o, "new", r->new, true);
	get_oid(rd, o, "tree", r->tree, false);
	get_oid(rd, o, "base", r->base, false);
	get_text(rd, o, "pending", r->pending_ref, sizeof(r->pending_ref), false);
	get_oid(rd, o, "rules", r->rules, false);
	if (was) {
		get_oid(rd, was, "old", r->was_old, true);
		get_oid(rd, was, "new", r->was_new, true);
	}
	r->fast_forward = gate_json_bool(o, "fast_forward", false);
	r->is_protected = gate_json_bool(o, "protected", true);
	r->tier = get_tier(rd, o);
}

static void get_actor(struct reading *rd, const struct gate_json *o, struct gate_record *r)
{
	get_text(rd, o, "name", r->actor.name, sizeof(r->actor.name), true);
	get_text(rd, o, "owner", r->actor.owner, sizeof(r->actor.owner), false);
	r->actor.human = gate_json_bool(o, "human", false);
	get_strs(rd, o, "identities", &r->identities);
	get_strs(rd, o, "environment", &r->environment);
	get_strs(rd, o, "options", &r->options);
}

static char *copy_array(const char *text, size_t len)
{
	/* The findings travel as written: from `"findings":` to the end of that array. */
	static const char key[] = "\"findings\":";
	const char *p = memmem(text, len, key, sizeof(key) - 1);
	const char *end = text + len;
	int depth = 0;
	bool in_string = false;

	if (!p)
		return strdup("[]");
	p += sizeof(key) - 1;
	for (const char *q = p; q < end; q++) {
		if (in_string) {
			if (*q == '\\')
				q++;
			else if (*q == '"')
				in_string = false;
		} else if (*q == '"') {
			in_string = true;
		} else if (*q == '[' || *q == '{') {
			depth++;
		} else if ((*q == ']' || *q == '}') && --depth == 0) {
			return strndup(p, (size_t)(q + 1 - p));
		}
	}
	return strdup("[]");
}

int gate_record_load(const char *s, size_t len, struct gate_record *r, struct gate_err *err)
{
	gate_autojson struct gate_json *root = gate_json_load(s, len, "pending record", err);
	const struct gate_json *needs, *refs, *closed;
	struct reading rd = { .err = err };

	if (!root)
		return -(int)err->code;
	if (gate_json_int(root, "schema", 0) != 1)
		return gate_err_set(err, GATE_E_SYNTAX, "pending record: schema %ld is not known to this version",
				    (long)gate_json_int(root, "schema", 0));
	get_text(&rd, root, "id", r->id, sizeof(r->id), true);
	rd.bad |= !gate_state_parse(gate_json_str(root, "state", ""), &r->state) || !gate_id_valid(r->id);
	get_text(&rd, root, "rebased", r->rebased, sizeof(r->rebased), false);
	r->created = get_when(&rd, root, "created");
	r->expires = get_when(&rd, root, "expires");
	get_actor(&rd, gate_json_get(root, "actor"), r);
	r->tier = get_tier(&rd, root);
	r->score = gate_json_int(root, "score_milli", 0);
	r->atomic = gate_json_bool(root, "atomic", false);
	r->bytes = gate_json_int(root, "bytes", 0);
	get_text(&rd, root, "recovered_by", r->recovered_by, sizeof(r->recovered_by), false);
	get_text(&rd, root, "policy", r->policy, sizeof(r->policy), true);
	r->statement = strdup(gate_json_str(root, "statement", ""));
	needs = gate_json_get(root, "needs");
	refs = gate_json_get(root, "refs");
	get_strs(&rd, root, "excluded", &r->excluded);
	get_strs(&rd, root, "hidden", &r->hidden);
	get_strs(&rd, root, "carried", &r->carried);
	r->needs = calloc(gate_json_len(needs) + 1, sizeof(*r->needs));
	r->refs = calloc(gate_json_len(refs) + 1, sizeof(*r->refs));
	r->findings = copy_array(s, len);
	if (!r->statement || !r->needs || !r->refs || !r->findings)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (size_t i = 0; i < gate_json_len(needs); i++)
		get_need(&rd, gate_json_at(needs, i), &r->needs[r->n_needs++]);
	for (size_t i = 0; i < gate_json_len(refs); i++)
		get_ref(&rd, gate_json_at(refs, i), &r->refs[r->n_refs++]);
	closed = gate_json_get(root, "closed");
	if (closed) {
		r->closed = get_when(&rd, closed, "at");
		r->why = strdup(gate_json_str(closed, "why", ""));
		get_text(&rd, closed, "by", r->by, sizeof(r->by), false);
		get_text(&rd, closed, "next", r->next, sizeof(r->next), false);
	}
	if (rd.bad || r->n_refs == 0 || r->n_needs == 0)
		return gate_err_set(err, GATE_E_SYNTAX, "pending record: a field is missing or malformed");
	return 0;
}

static char *text_of(const struct gate_json *o, const char *key)
{
	return (char *)(uintptr_t)gate_json_str(o, key, "");
}

int gate_record_findings(const struct gate_record *r, struct gate_findings *out, struct gate_err *err)
{
	gate_autojson struct gate_json *list = gate_json_load(r->findings, strlen(r->findings), "findings", err);

	if (!list)
		return -(int)err->code;
	for (size_t i = 0; i < gate_json_len(list); i++) {
		const struct gate_json *o = gate_json_at(list, i);
		struct gate_finding f = { .line = (uint32_t)gate_json_int(o, "line", 0), .deny = gate_json_bool(o, "deny", false) };

		gate_copy(f.id, sizeof(f.id), gate_json_str(o, "id", ""));
		gate_copy(f.commit, sizeof(f.commit), gate_json_str(o, "commit", ""));
		gate_tier_parse(gate_json_str(o, "tier", "critical"), &f.floor);
		f.points = f.points_there = (uint32_t)gate_json_milli(o, "points");
		f.subject = text_of(o, "subject");
		f.path = text_of(o, "path");
		f.old_value = text_of(o, "old");
		f.new_value = text_of(o, "new");
		f.message = text_of(o, "message");
		if (gate_findings_add(out, &f, err) < 0)
			return -(int)err->code;
	}
	return 0;
}
