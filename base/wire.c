#include "base/wire.h"

#include "base/msg.h"

#include <string.h>

#define ASK_MAGIC 0x314b5341u	/* "ASK1" */
#define REPLY_MAGIC 0x31504552u /* "REP1" */

void gate_ask_clear(struct gate_ask *a)
{
	gate_strs_clear(&a->alternates);
	gate_changes_clear(&a->changes);
	gate_strs_clear(&a->hidden);
	gate_strs_clear(&a->accepted);
	gate_strs_clear(&a->open);
	gate_files_clear(&a->policy);
	free(a->floor);
	*a = (struct gate_ask){ 0 };
}

void gate_reply_clear(struct gate_reply *r)
{
	for (size_t i = 0; i < r->n_facts; i++)
		gate_strs_clear(&r->facts[i].mails);
	free(r->facts);
	gate_findings_clear(&r->findings);
	gate_files_clear(&r->inbox);
	*r = (struct gate_reply){ 0 };
}

static void put_strs(struct gate_buf *b, const struct gate_strs *l)
{
	gate_msg_put_u32(b, (uint32_t)l->n);
	for (size_t i = 0; i < l->n; i++)
		gate_msg_put_str(b, l->v[i]);
}

static void get_strs(struct gate_msg *m, struct gate_strs *l, size_t max_each, struct gate_err *err)
{
	uint32_t n = gate_msg_u32(m);

	for (uint32_t i = 0; i < n && !m->bad; i++) {
		gate_autofree char *s = gate_msg_dup(m, max_each);

		if (!s || gate_strs_add(l, s, err) < 0)
			m->bad = true;
	}
}

static void put_files(struct gate_buf *b, const struct gate_files *l)
{
	gate_msg_put_u32(b, (uint32_t)l->n);
	for (size_t i = 0; i < l->n; i++) {
		gate_msg_put_str(b, l->v[i].path);
		gate_msg_put_bytes(b, l->v[i].bytes, l->v[i].len);
	}
}

static void get_files(struct gate_msg *m, struct gate_files *l, size_t max_each, struct gate_err *err)
{
	uint32_t n = gate_msg_u32(m);

	for (uint32_t i = 0; i < n && !m->bad; i++) {
		gate_autofree char *path = gate_msg_dup(m, GATE_PATH_MAX_BYTES);
		size_t len;
		const char *p = gate_msg_bytes(m, max_each, &len);

		if (!path || !p || gate_files_add(l, path, p, len, err) < 0)
			m->bad = true;
	}
}

/* "" or a full lower-case oid. */
static void get_oid(struct gate_msg *m, char to[GATE_HEXSZ + 1])
{
	gate_msg_str(m, to, GATE_HEXSZ + 1);
	if (to[0] && !gate_is_oid(to)) {
		to[0] = '\0';
		m->bad = true;
	}
}

int gate_ask_encode(const struct gate_ask *a, struct gate_buf *out, struct gate_err *err)
{
	gate_msg_put_u32(out, ASK_MAGIC);
	gate_msg_put_u8(out, (uint8_t)a->mode);
	gate_msg_put_str(out, a->objects);
	gate_msg_put_str(out, a->quarantine);
	put_strs(out, &a->alternates);
	gate_msg_put_u32(out, (uint32_t)a->changes.n);
	for (size_t i = 0; i < a->changes.n; i++) {
		const struct gate_change *c = &a->changes.v[i];

		gate_msg_put_str(out, c->ref);
		gate_msg_put_str(out, c->old);
		gate_msg_put_str(out, c->new);
		gate_msg_put_u8(out, c->is_protected);
		gate_msg_put_u8(out, c->is_policy_ref);
	}
	put_strs(out, &a->hidden);
	gate_msg_put_str(out, a->policy_tip);
	put_strs(out, &a->accepted);
	put_strs(out, &a->open);
	put_files(out, &a->policy);
	gate_msg_put_u8(out, a->floor != NULL);
	if (a->floor)
		gate_msg_put_str(out, a->floor);
	gate_msg_put_u8(out, a->no_policy);
	gate_msg_put_u8(out, a->human);
	gate_msg_put_str(out, a->osv);
	gate_msg_put_u64(out, (uint64_t)a->now);
	gate_msg_put_u32(out, a->judging_ms);
	gate_msg_put_str(out, a->fingerprint_key);
	return gate_buf_check(out, err);
}

int gate_ask_decode(const char *p, size_t len, struct gate_ask *a, struct gate_err *err)
{
	struct gate_msg m = { p, len, false };
	uint32_t n;

	if (gate_msg_u32(&m) != ASK_MAGIC)
		m.bad = true;
	a->mode = (enum gate_ask_mode)gate_msg_enum(&m, GATE_ASK_COUNT);
	gate_msg_str(&m, a->objects, sizeof(a->objects));
	gate_msg_str(&m, a->quarantine, sizeof(a->quarantine));
	get_strs(&m, &a->alternates, PATH_MAX, err);
	n = gate_msg_u32(&m);
	for (uint32_t i = 0; i < n && !m.bad; i++) {
		struct gate_change *c = gate_changes_add(&a->changes);

		if (!c)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		gate_msg_str(&m, c->ref, sizeof(c->ref));
		get_oid(&m, c->old);
		get_oid(&m, c->new);
		c->is_protected = gate_msg_enum(&m, 2);
		c->is_policy_ref = gate_msg_enum(&m, 2);
	}
	get_strs(&m, &a->hidden, GATE_HEXSZ, err);
	get_oid(&m, a->policy_tip);
	get_strs(&m, &a->accepted, GATE_HEXSZ, err);
	get_strs(&m, &a->open, GATE_HEXSZ, err);
	get_files(&m, &a->policy, GATE_POLICY_MAX, err);
	if (gate_msg_enum(&m, 2))
		a->floor = gate_msg_dup(&m, GATE_POLICY_MAX);
	a->no_policy = gate_msg_enum(&m, 2);
	a->human = gate_msg_enum(&m, 2);
	gate_msg_str(&m, a->osv, sizeof(a->osv));
	a->now = (int64_t)gate_msg_u64(&m);
	a->judging_ms = gate_msg_u32(&m);
	gate_msg_str(&m, a->fingerprint_key, sizeof(a->fingerprint_key));
	return gate_msg_done(&m) ? 0 : gate_err_set(err, GATE_E_WORKER, "the request to refgate-worker is malformed");
}

static void put_facts(struct gate_buf *b, const struct gate_facts *f)
{
	gate_msg_put_u8(b, (uint8_t)f->kind);
	gate_msg_put_str(b, f->commit);
	gate_msg_put_str(b, f->tree);
	gate_msg_put_str(b, f->base);
	gate_msg_put_u8(b, f->fast_forward);
	gate_msg_put_str(b, f->rules_old);
	gate_msg_put_str(b, f->rules_new);
	gate_msg_put_u32(b, f->new_commits);
	gate_msg_put_str(b, f->commits);
	put_strs(b, &f->mails);
}

static void get_facts(struct gate_msg *m, struct gate_facts *f, struct gate_err *err)
{
	f->kind = (enum gate_kind)gate_msg_enum(m, GATE_KIND_COUNT);
	get_oid(m, f->commit);
	get_oid(m, f->tree);
	get_oid(m, f->base);
	f->fast_forward = gate_msg_enum(m, 2);
	get_oid(m, f->rules_old);
	get_oid(m, f->rules_new);
	f->new_commits = gate_msg_u32(m);
	gate_msg_str(m, f->commits, sizeof(f->commits));
	if (f->commits[0] && (strlen(f->commits) != 64 || !gate_is_hex(f->commits, 64)))
		m->bad = true;
	get_strs(m, &f->mails, 512, err);
}

static void put_finding(struct gate_buf *b, const struct gate_finding *f)
{
	gate_msg_put_str(b, f->id);
	gate_msg_put_u8(b, (uint8_t)f->floor);
	gate_msg_put_u32(b, f->points);
	gate_msg_put_u32(b, f->points_there);
	gate_msg_put_u8(b, f->deny);
	gate_msg_put_u32(b, f->change);
	gate_msg_put_u32(b, f->line);
	gate_msg_put_str(b, f->commit);
	gate_msg_put_str(b, f->subject);
	gate_msg_put_str(b, f->path);
	gate_msg_put_str(b, f->old_value);
	gate_msg_put_str(b, f->new_value);
	gate_msg_put_str(b, f->message);
}

static void get_finding(struct gate_msg *m, struct gate_findings *l, size_t n_changes, struct gate_err *err)
{
	struct gate_finding f = { 0 };

	gate_msg_str(m, f.id, sizeof(f.id));
	f.floor = (enum gate_tier)gate_msg_enum(m, GATE_TIER_COUNT);
	f.points = gate_msg_u32(m);
	f.points_there = gate_msg_u32(m);
	f.deny = gate_msg_enum(m, 2);
	f.change = gate_msg_u32(m);
	f.line = gate_msg_u32(m);
	get_oid(m, f.commit);
	f.subject = gate_msg_dup(m, GATE_FINDING_TEXT_MAX);
	f.path = gate_msg_dup(m, GATE_PATH_MAX_BYTES);
	f.old_value = gate_msg_dup(m, GATE_FINDING_TEXT_MAX);
	f.new_value = gate_msg_dup(m, GATE_FINDING_TEXT_MAX);
	f.message = gate_msg_dup(m, GATE_FINDING_TEXT_MAX);
	if (f.change >= n_changes || !f.id[0] || f.id[strspn(f.id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")])
		m->bad = true;
	if (!m->bad)
		gate_findings_add(l, &f, err);
	free(f.subject);
	free(f.path);
	free(f.old_value);
	free(f.new_value);
	free(f.message);
}

int gate_reply_encode(const struct gate_reply *r, struct gate_buf *out, struct gate_err *err)
{
	gate_msg_put_u32(out, REPLY_MAGIC);
	gate_msg_put_u8(out, 1);
	gate_msg_put_u32(out, (uint32_t)r->n_facts);
	for (size_t i = 0; i < r->n_facts; i++)
		put_facts(out, &r->facts[i]);
	gate_msg_put_u32(out, (uint32_t)r->findings.n);
	for (size_t i = 0; i < r->findings.n; i++)
		put_finding(out, &r->findings.v[i]);
	put_files(out, &r->inbox);
	gate_msg_put_u64(out, r->new_objects);
	gate_msg_put_u64(out, r->new_bytes);
	return gate_buf_check(out, err);
}

int gate_reply_encode_error(const struct gate_err *why, struct gate_buf *out, struct gate_err *err)
{
	gate_msg_put_u32(out, REPLY_MAGIC);
	gate_msg_put_u8(out, 0);
	gate_msg_put_u8(out, (uint8_t)why->code);
	gate_msg_put_str(out, why->text);
	return gate_buf_check(out, err);
}

static int get_error(struct gate_msg *m, struct gate_err *err)
{
	unsigned code = gate_msg_enum(m, GATE_CODE_COUNT);
	char text[sizeof(err->text)];
	gate_auto(gate_buf) struct gate_buf safe = { 0 };

	gate_msg_str(m, text, sizeof(text));
	if (!gate_msg_done(m) || code == GATE_OK)
		return gate_err_set(err, GATE_E_WORKER, "refgate-worker answered out of form");
	gate_escape(&safe, text, strlen(text));
	return gate_err_set(err, (enum gate_code)code, "%s", gate_buf_cstr(&safe));
}

int gate_reply_decode(const char *p, size_t len, size_t n_changes, struct gate_reply *r, struct gate_err *err)
{
	struct gate_msg m = { p, len, false };
	uint32_t n;

	if (gate_msg_u32(&m) != REPLY_MAGIC)
		return gate_err_set(err, GATE_E_WORKER, len ? "refgate-worker answered out of form" :
							      "refgate-worker died without an answer");
	if (gate_msg_enum(&m, 2) == 0)
		return get_error(&m, err);
	n = gate_msg_u32(&m);
	if (n != n_changes)
		m.bad = true;
	else
		r->facts = calloc(n + 1, sizeof(*r->facts));
	if (!m.bad && !r->facts)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (uint32_t i = 0; i < n && !m.bad; i++) {
		get_facts(&m, &r->facts[i], err);
		r->n_facts++;
	}
	n = gate_msg_u32(&m);
	if (n > GATE_FINDINGS_MAX)
		m.bad = true;
	for (uint32_t i = 0; i < n && !m.bad; i++)
		get_finding(&m, &r->findings, n_changes, err);
	get_files(&m, &r->inbox, GATE_APPROVAL_MAX, err);
	r->new_objects = gate_msg_u64(&m);
	r->new_bytes = gate_msg_u64(&m);
	if (err->code != GATE_OK)
		return -(int)err->code;
	return gate_msg_done(&m) ? 0 : gate_err_set(err, GATE_E_WORKER, "refgate-worker answered out of form");
}
