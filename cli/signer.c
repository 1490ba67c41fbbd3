#include "cli/signer.h"

#include "base/io.h"
#include "base/when.h"
#include "gate/pending.h"

#include <string.h>

/* ---- who signed already, and in which roles ---- */

struct reading {
	const struct gate_repo *repo;
	const char *but; /* one's own statement is replaced by the new one */
	struct gate_strs *roles;
	struct gate_err *err;
};

bool gate_signer_read(const struct gate_repo *repo, const char *oid, struct gate_signer_part *six)
{
	gate_auto(gate_buf) struct gate_buf blob = { 0 };
	struct gate_err ignored = { 0 };
	const char *text, *armor;
	size_t len, armor_len;

	return gate_git_read(repo, oid, "blob", GATE_APPROVAL_MAX, &blob, &ignored) == 0 &&
	       gate_approval_split(gate_buf_cstr(&blob), blob.len, &text, &len, &armor, &armor_len, &ignored) == 0 &&
	       gate_statement_read_six(text, len, six, &ignored) == 0;
}

static int read_one(const char *ref, const struct gate_ref *at, void *arg)
{
	struct reading *rd = arg;
	struct gate_signer_part six = { 0 };

	(void)ref;
	if (!gate_signer_read(rd->repo, at->oid, &six) || six.decision != GATE_DECISION_APPROVE ||
	    strcmp(six.signer, rd->but) == 0)
		return 0;
	return gate_strs_add_new(rd->roles, six.role, rd->err);
}

static int signed_roles(struct gate_target *t, const char *id, const char *but, struct gate_strs *roles, struct gate_err *err)
{
	struct reading rd = { gate_target_repo(t), but, roles, err };
	gate_autorefs struct gate_refs *refs = NULL;
	gate_autofree char *prefix = NULL;

	if (gate_target_statements(t, id, &prefix, err) < 0 || gate_refs_open(rd.repo, &refs, err) < 0 ||
	    gate_refs_each(refs, prefix, read_one, &rd, err) < 0)
		return -(int)err->code;
	return err->code == GATE_OK ? 0 : -(int)err->code;
}

/* ---- the role ---- */

/* The roles that the requirements list and the person has, but for those in `filled` (may be NULL). */
static int candidates(const struct gate_signer *s, const struct gate_record *r, const struct gate_strs *filled, struct gate_strs *can,
		      struct gate_err *err)
{
	for (size_t i = 0; s->person && i < r->n_needs; i++) {
		const struct gate_strs *listed = &r->needs[i].roles;

		for (size_t k = 0; k < listed->n; k++) {
			if (gate_strs_has(&s->person->roles, listed->v[k]) && !(filled && gate_strs_has(filled, listed->v[k])) &&
			    gate_strs_add_new(can, listed->v[k], err) < 0)
				return -(int)err->code;
		}
	}
	return 0;
}

static bool asks_for_roles(const struct gate_record *r)
{
	for (size_t i = 0; i < r->n_needs; i++) {
		if (r->needs[i].roles.n)
			return true;
	}
	return false;
}

/* Several roles would do: what nobody has signed in yet decides. */
static int narrow(struct gate_target *t, const struct gate_record *r, const struct gate_signer *s, struct gate_strs *can,
		  struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs filled = { 0 }, left = { 0 };

	if (signed_roles(t, r->id, s->name, &filled, err) < 0 || candidates(s, r, &filled, &left, err) < 0)
		return -(int)err->code;
	if (left.n == 0)
		return 0;
	gate_strs_clear(can);
	return gate_strs_copy(can, &left, err);
}

static int none_fits(const struct gate_record *r, const struct gate_signer *s, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs asked = { 0 };
	gate_auto(gate_buf) struct gate_buf list = { 0 };

	for (size_t i = 0; i < r->n_needs; i++) {
		for (size_t k = 0; k < r->needs[i].roles.n; k++) {
			if (gate_strs_add_new(&asked, r->needs[i].roles.v[k], err) < 0)
				return -(int)err->code;
		}
	}
	gate_strs_join(&list, &asked, ", ");
	return gate_err_set(err, GATE_E_SIGNER, "%s has none of the roles that %s asks for (%s)", s->name, r->id, gate_buf_cstr(&list));
}

static int choose_role(struct gate_target *t, const struct gate_record *r, const struct gate_signer *s, char role[64],
		       struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs can = { 0 };
	gate_auto(gate_buf) struct gate_buf list = { 0 };

	role[0] = '\0';
	if (s->role)
		return gate_copy(role, 64, s->role) ? 0 : gate_err_set(err, GATE_E_USAGE, "--role: too long");
	if (candidates(s, r, NULL, &can, err) < 0)
		return -(int)err->code;
	if (s->decision != GATE_DECISION_APPROVE || !asks_for_roles(r)) {
		if (can.n || (s->person && s->person->roles.n))
			gate_copy(role, 64, can.n ? can.v[0] : s->person->roles.v[0]);
		return 0;
	}
	if (can.n > 1 && narrow(t, r, s, &can, err) < 0)
		return -(int)err->code;
	if (can.n == 1) {
		gate_copy(role, 64, can.v[0]);
		return 0;
	}
	if (can.n == 0)
		return s->person ? none_fits(r, s, err) : 0;
	gate_strs_join(&list, &can, ", ");
	return gate_err_set(err, GATE_E_USAGE, "%s may sign %s in several roles (%s); choose one with --role", s->name, r->id,
			    gate_buf_cstr(&list));
}

int gate_signer_fill(struct gate_target *t, const struct gate_record *r, const struct gate_signer *s, struct gate_signer_part *six,
		     struct gate_err *err)
{
	int64_t now = gate_now(), longest = 0;

	for (size_t i = 0; i < r->n_needs; i++) {
		if (!longest || r->needs[i].expires_s < longest)
			longest = r->needs[i].expires_s;
	}
	six->decision = s->decision;
	if (!gate_copy(six->reason, sizeof(six->reason), s->reason ? s->reason : ""))
		return gate_err_set(err, GATE_E_USAGE, "-m: a reason is at most %zu characters", sizeof(six->reason) - 1);
	if (!gate_copy(six->signer, sizeof(six->signer), s->name))
		return gate_err_set(err, GATE_E_USAGE, "--as: too long");
	gate_when_format(now, six->not_before);
	gate_when_format(now + longest < r->expires ? now + longest : r->expires, six->not_after);
	return choose_role(t, r, s, six->role, err);
}
