/* The policy that init writes: the sample of DESIGN section 6 fitted to the people given (CONTRACT, init). */
#include "gate/install.h"

#include <string.h>

static bool all_sk(const struct gate_install *in)
{
	for (size_t i = 0; i < in->n_maintainers; i++) {
		if (!gate_starts_with(in->maintainers[i].key_type, "sk-"))
			return false;
	}
	return in->n_maintainers > 0;
}

static size_t persons(const struct gate_install *in)
{
	gate_auto(gate_strs) struct gate_strs names = { 0 };
	struct gate_err ignored = { 0 };

	for (size_t i = 0; i < in->n_maintainers; i++)
		gate_strs_add_new(&names, in->maintainers[i].name, &ignored);
	return names.n;
}

static void put_protected(const char *policy_ref, struct gate_buf *b)
{
	static const char *const refs[] = { "refs/heads/main", "refs/heads/master", "refs/heads/release/*", "refs/tags/*" };

	gate_buf_str(b, "protected:\n");
	gate_buf_fmt(b, "  - %s\n", policy_ref);
	for (size_t i = 0; i < GATE_ARRAY_LEN(refs); i++) {
		if (strcmp(refs[i], policy_ref) != 0)
			gate_buf_fmt(b, "  - %s\n", refs[i]);
	}
}

static void put_people(const struct gate_install *in, struct gate_buf *b)
{
	gate_auto(gate_strs) struct gate_strs done = { 0 };
	struct gate_err ignored = { 0 };

	gate_buf_str(b, "people:\n");
	for (size_t i = 0; i < in->n_maintainers; i++) {
		const struct gate_maintainer *m = &in->maintainers[i];

		if (gate_strs_has(&done, m->name))
			continue;
		gate_strs_add(&done, m->name, &ignored);
		gate_buf_fmt(b, "  %s:\n    roles: [maintainer, security]\n", m->name);
		if (m->mail[0])
			gate_buf_fmt(b, "    mails: [%s]\n", m->mail);
	}
}

/* The critical tier of the sample asks two persons in two roles; with one person there is one signature and one role. */
static void put_tiers(size_t n, bool touch, struct gate_buf *b)
{
	gate_buf_str(b, "tiers:\n"
			"  low:\n    action: accept\n"
			"  medium:\n    action: accept\n    protected:\n      action: hold\n      approvals: 1\n"
			"  high:\n    action: hold\n    approvals: 1\n    roles: [maintainer]\n"
			"  critical:\n    action: hold\n");
	gate_buf_fmt(b, "    approvals: %d\n    roles: [%s]\n    expires: 4h\n", n >= 2 ? 2 : 1,
		     n >= 2 ? "maintainer, security" : "maintainer");
	if (touch)
		gate_buf_str(b, "    touch: true\n");
}

static void put_notes(size_t n, bool touch, struct gate_buf *notes)
{
	if (n == 0)
		gate_buf_str(notes, "nobody can sign yet: what would be held is rejected. `refgate init REPO --recover --maintainer "
				    "NAME:KEY.pub` names somebody\n");
	if (n == 1)
		gate_buf_str(notes, "weaker than the sample: critical changes need 1 person, not 2, and that person's own changes can be signed "
				    "by nobody. Add a second person under people: and in .refgate/allowed_signers, then set approvals: 2 "
				    "and roles: [maintainer, security] for critical\n");
	if (n > 0 && !touch)
		gate_buf_str(notes, "weaker than the sample: critical changes need no touch of a hardware key. Give everybody a key made with "
				    "`ssh-keygen -t ed25519-sk`, then set touch: true for critical\n");
}

int gate_install_policy(const struct gate_install *in, const char *policy_ref, struct gate_files *out, struct gate_buf *notes,
			struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf policy = { 0 }, signers = { 0 };
	size_t n = persons(in);
	bool touch = all_sk(in);

	gate_buf_str(&policy, "version: 1\n");
	put_protected(policy_ref, &policy);
	gate_buf_str(&policy, "actors:\n  default: agent\n");
	if (n)
		put_people(in, &policy);
	put_tiers(n, touch, &policy);
	for (size_t i = 0; i < in->n_maintainers; i++)
		gate_buf_fmt(&signers, "%s namespaces=\"git,approval.v1@refgate\" %s %s\n", in->maintainers[i].name,
			     in->maintainers[i].key_type, in->maintainers[i].key_base64);
	put_notes(n, touch, notes);
	if (gate_buf_check(&policy, err) < 0 || gate_buf_check(&signers, err) < 0 ||
	    gate_files_add(out, "policy.yml", gate_buf_cstr(&policy), policy.len, err) < 0 ||
	    gate_files_add(out, "allowed_signers", gate_buf_cstr(&signers), signers.len, err) < 0)
		return -(int)err->code;
	return 0;
}
