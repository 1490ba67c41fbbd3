#include "sandbox/seccomp.h"

#include <seccomp.h>
#include <string.h>

static int add_row(scmp_filter_ctx ctx, const struct gate_seccomp_row *r)
{
	uint32_t action = r->fails ? SCMP_ACT_ERRNO((unsigned)r->fails) : SCMP_ACT_ALLOW;

	if (r->mask == 0)
		return seccomp_rule_add_exact(ctx, action, r->nr, 0);
	if (r->mask2)
		return seccomp_rule_add_exact(ctx, action, r->nr, 2, SCMP_CMP(r->arg, SCMP_CMP_MASKED_EQ, r->mask, r->value),
					      SCMP_CMP(r->arg2, SCMP_CMP_MASKED_EQ, r->mask2, r->value2));
	return seccomp_rule_add_exact(ctx, action, r->nr, 1, SCMP_CMP(r->arg, SCMP_CMP_MASKED_EQ, r->mask, r->value));
}

int gate_seccomp_install(const struct gate_seccomp_row *rows, size_t n, struct gate_err *err)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc = ctx ? 0 : -1;

	if (rc == 0)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (rc == 0)
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = add_row(ctx, &rows[i]);
	if (rc == 0)
		rc = seccomp_load(ctx);
	seccomp_release(ctx);
	if (rc == 0)
		return 0;
	return gate_err_set(err, GATE_E_SANDBOX, "seccomp: the filter cannot be installed: %s; the kernel must be built with "
			    "CONFIG_SECCOMP_FILTER", strerror(-rc));
}
