/* update: the second wall. A ref moves only by an accepting decision of this same push, taken away before the answer. */
#include "gate/chain.h"
#include "gate/inflight.h"
#include "hooks/hook.h"
#include "hooks/push.h"

#include <stdio.h>
#include <string.h>

static int check_policy(const struct gate_server *s, const char *decided_under, struct gate_err *err)
{
	struct gate_ref now;

	if (gate_ref_read(s->refs, GATE_REF_POLICY, &now, err) < 0)
		return -(int)err->code;
	if (now.kind != GATE_REF_DIRECT && gate_ref_read(s->refs, GATE_REF_BOOTSTRAP, &now, err) < 0)
		return -(int)err->code;
	return strcmp(now.oid, decided_under) == 0 ? 0 : gate_err_set(err, GATE_E_STALE, "the policy changed meanwhile; push again");
}

static int check_present(const struct gate_server *s, const char *ref, const char *old, struct gate_err *err)
{
	struct gate_ref now;

	if (gate_ref_read(s->refs, ref, &now, err) < 0)
		return -(int)err->code;
	if (now.kind == GATE_REF_SYMBOLIC || strcmp(now.oid, old) != 0)
		return gate_err_set(err, GATE_E_STALE, "%s moved meanwhile; fetch and push again", ref);
	return 0;
}

static int own_hook(const struct gate_server *s, char **argv, struct gate_err *err)
{
	const char *const args[] = { argv[1], argv[2], argv[3], NULL };
	int code;

	if (gate_chain_run(&s->repo, "update", args, NULL, 0, NULL, &code, err) < 0)
		return -(int)err->code;
	return code ? gate_err_set(err, GATE_E_REF, "the repository's own update hook refused %s (exit %d)", argv[1], code) : 0;
}

int gate_hook_update(int argc, char **argv)
{
	gate_auto(gate_server) struct gate_server s = { 0 };
	struct gate_err err = { 0 };
	char key[64], policy[GATE_HEXSZ + 1];

	if (argc != 4 || !gate_is_oid(argv[2]) || !gate_is_oid(argv[3]))
		gate_err_set(&err, GATE_E_USAGE, "update takes a ref and two object ids");
	else if (gate_server_open(NULL, &s, &err) == 0 && gate_inflight_key(key, &err) == 0 &&
		 gate_inflight_take(&s, key, argv[1], argv[2], argv[3], policy, &err) == 0 && check_policy(&s, policy, &err) == 0 &&
		 check_present(&s, argv[1], argv[2], &err) == 0 && own_hook(&s, argv, &err) == 0)
		return 0;
	return gate_push_refuse(&err);
}
