#include "gate/bootstrap.h"

#include "gate/decided.h"
#include "gate/entries.h"
#include "gate/rules_commit.h"

#include <string.h>

int gate_bootstrap_finish(struct gate_server *s, struct gate_err *err)
{
	static const char zeros[] = "0000000000000000000000000000000000000000";
	gate_auto(gate_ref_updates) struct gate_ref_updates u = { 0 };
	gate_auto(gate_strs) struct gate_strs bodies = { 0 };
	gate_auto(gate_changes) struct gate_changes landed = { 0 };
	struct gate_change *c;
	struct gate_ref boot, tip;
	char commit[GATE_HEXSZ + 1], present[GATE_HEXSZ + 1];

	if (gate_server_refresh(s, err) < 0 || gate_ref_read(s->refs, GATE_REF_BOOTSTRAP, &boot, err) < 0)
		return -(int)err->code;
	if (boot.kind != GATE_REF_DIRECT)
		return 0;
	if ((!s->has_config && gate_server_configure(s, err) < 0) || gate_ref_read(s->refs, s->policy_ref, &tip, err) < 0)
		return -(int)err->code;
	if (tip.kind != GATE_REF_DIRECT)
		return 0;
	if (gate_rules_at(&s->repo, tip.oid, present, err) < 0)
		return -(int)err->code;
	if (present[0])
		return 0;
	if (gate_rules_commit(&s->repo, tip.oid, boot.oid, "Add .refgate/: the gate's policy and signers", commit, err) < 0 ||
	    gate_ref_updates_add(&u, s->policy_ref, commit, tip.oid, err) < 0 ||
	    gate_ref_updates_add(&u, GATE_REF_POLICY, boot.oid, zeros, err) < 0 ||
	    gate_ref_updates_add(&u, GATE_REF_BOOTSTRAP, zeros, boot.oid, err) < 0 ||
	    gate_entry_plain(s, "policy_changed", (const char *const[]){ "ref", s->policy_ref, "old", tip.oid, "new", commit, "tree", boot.oid,
									  "by", "bootstrap", NULL }, &bodies, err) < 0)
		return -(int)err->code;
	c = gate_changes_add(&landed);
	if (!c)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	gate_copy(c->ref, sizeof(c->ref), s->policy_ref);
	gate_copy(c->new, sizeof(c->new), commit);
	if (gate_entries_append(s, &bodies, true, true, NULL, err) < 0 || gate_decided_add(s, &landed, true, err) < 0)
		return -(int)err->code;
	return gate_refs_commit(&s->repo, &u, "refgate: bootstrap", err);
}
