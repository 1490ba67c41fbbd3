#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/io.h"
#include "rules/amend.h"

#include <string.h>

#define ED1 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
#define ED2 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC"
#define ED3 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMD"
#define NS " namespaces=\"git,approval.v1@refgate\" "
#define NOW 1800000000

static void put(struct gate_files *f, const char *path, const char *text)
{
	struct gate_err err = { 0 };

	if (text)
		assert_int_equal(gate_files_add(f, path, text, strlen(text), &err), 0);
}

static struct gate_policy *load(const struct gate_files *f)
{
	struct gate_policy *p = NULL;
	struct gate_err err = { 0 };

	if (gate_policy_load(f, NULL, 0, &p, &err) < 0)
		fail_msg("%s", err.text);
	return p;
}

/* bob with ED2 and role cook is put into these files; NULL: a file that is not there. */
static void amends(const char *yaml, const char *signers, const char *want_yaml, const char *want_signers, bool want_rewritten)
{
	gate_auto(gate_files) struct gate_files f = { 0 }, out = { 0 };
	gate_autopolicy struct gate_policy *now = NULL, *then = NULL;
	struct gate_amend_person bob = { .name = "bob" };
	struct gate_err err = { 0 };
	bool rewritten = !want_rewritten, same = false;

	put(&f, "policy.yml", yaml);
	put(&f, "allowed_signers", signers);
	put(&f, "log.vkey", "kept");
	now = load(&f);
	gate_strs_add(&bob.roles, "cook", &err);
	gate_strs_add(&bob.mails, "bob@x.y", &err);
	gate_strs_add(&bob.keys, ED2, &err);
	if (gate_amend_people(&f, now, &bob, 1, &out, &rewritten, &err) < 0)
		fail_msg("%s", err.text);
	gate_amend_person_clear(&bob);
	assert_string_equal(gate_files_get(&out, "policy.yml")->bytes, want_yaml);
	assert_string_equal(gate_files_get(&out, "allowed_signers")->bytes, want_signers);
	assert_string_equal(gate_files_get(&out, "log.vkey")->bytes, "kept");
	assert_int_equal(rewritten, want_rewritten);
	then = load(&out);
	assert_int_equal(gate_amend_same_rules(now, then, &same, &err), 0);
	assert_true(same);
	assert_int_equal(gate_policy_person(then, "bob")->n_keys, 1);
}

static void lines_are_kept(void **state)
{
	(void)state;
	/* nobody yet, no signers, no LF at the end */
	amends("version: 1 # one", NULL, "version: 1 # one\npeople:\n  bob:\n    roles: [cook]\n    mails: [bob@x.y]\n", "bob" NS ED2 "\n", false);
	/* added behind the others, with their indentation; what follows keeps its comments */
	amends("version: 1\npeople:\n   al: {} # first\n   # last\n\n# modes\nmode: enforce\n", "al " ED1,
	       "version: 1\npeople:\n   al: {} # first\n   # last\n   bob:\n     roles: [cook]\n     mails: [bob@x.y]\n\n# modes\nmode: enforce\n",
	       "al " ED1 "\nbob" NS ED2 "\n", false);
	/* replaced where they stand, with their other names */
	amends("people:\n  \"bob\": {roles: [x]}\n  # of al\n  al: {}\nversion: 1\n", "# keys\nbob,robert " ED3 "\nal " ED1 "\nbob " ED2 "\n",
	       "people:\n  bob:\n    roles: [cook]\n    mails: [bob@x.y]\n  # of al\n  al: {}\nversion: 1\n",
	       "# keys\nal " ED1 "\nbob,robert" NS ED2 "\n", false);
	amends("version: 1\npeople:\n  al: {}\n  bob:\n    roles: [x]\n    # away", "al " ED1,
	       "version: 1\npeople:\n  al: {}\n  bob:\n    roles: [cook]\n    mails: [bob@x.y]\n    # away\n", "al " ED1 "\nbob" NS ED2 "\n", false);
}

static void other_forms_are_written_anew(void **state)
{
	static const char anew[] = "version: 1\npeople:\n  al:\n    roles: [chef]\n  bob:\n    roles: [cook]\n    mails: [bob@x.y]\nmode: enforce\n";

	(void)state;
	amends("version: 1\npeople: {al: {roles: [chef]}}\nmode: enforce\n", NULL, anew, "bob" NS ED2 "\n", true);
	amends("version: 1\npeople: {bob: {},\n  al: {roles: [chef]}}\nmode: enforce\n", NULL,
	       "version: 1\npeople:\n  bob:\n    roles: [cook]\n    mails: [bob@x.y]\n  al:\n    roles: [chef]\nmode: enforce\n", "bob" NS ED2 "\n",
	       true);
	amends("version: 1\npeople:\n  {al: {roles: [chef]}}\nmode: enforce\n", NULL, anew, "bob" NS ED2 "\n", true);
	amends("version: 1\npeople: {}\n", NULL, "version: 1\npeople:\n  bob:\n    roles: [cook]\n    mails: [bob@x.y]\n", "bob" NS ED2 "\n", false);
}

static void a_file_without_lines_is_refused(void **state)
{
	gate_auto(gate_files) struct gate_files f = { 0 }, out = { 0 };
	gate_autopolicy struct gate_policy *now = NULL;
	struct gate_amend_person bob = { .name = "bob" };
	struct gate_err err = { 0 };
	bool rewritten;

	(void)state;
	put(&f, "policy.yml", "{version: 1, people: {al: {}}}\n");
	now = load(&f);
	assert_int_equal(gate_amend_people(&f, now, &bob, 1, &out, &rewritten, &err), -GATE_E_POLICY);
	assert_non_null(strstr(err.text, "policy.yml:1"));
	assert_int_equal(out.n, 0);
}

static void names_that_yaml_would_misread_are_quoted(void **state)
{
	gate_auto(gate_files) struct gate_files f = { 0 }, out = { 0 };
	gate_autopolicy struct gate_policy *now = load(&f), *then = NULL;
	struct gate_amend_person odd = { .name = "_x=1" };
	struct gate_err err = { 0 };
	bool rewritten;

	(void)state;
	gate_strs_add(&odd.roles, "=all", &err);
	gate_strs_add(&odd.keys, ED1, &err);
	assert_int_equal(gate_amend_people(&f, now, &odd, 1, &out, &rewritten, &err), 0);
	gate_amend_person_clear(&odd);
	then = load(&out);
	assert_true(gate_strs_has(&gate_policy_person(then, "_x=1")->roles, "=all"));
}

static void lost_keys_are_revoked(void **state)
{
	gate_auto(gate_files) struct gate_files f = { 0 }, out = { 0 }, none = { 0 };
	gate_autopolicy struct gate_policy *now = NULL;
	gate_auto(gate_strs) struct gate_strs names = { 0 };
	struct gate_err err = { 0 };

	(void)state;
	put(&f, "policy.yml", "version: 1\npeople: {al: {}, bob: {}}\n");
	put(&f, "allowed_signers", "al,albert " ED1 "\nal " ED3 "\nbob " ED2 "\n");
	put(&f, "revoked_keys", "# gone\n" ED3);
	now = load(&f);
	gate_strs_add(&names, "albert", &err);
	gate_strs_add(&names, "al", &err);
	assert_int_equal(gate_amend_revoke(&f, now, &names, &out, &err), 0);
	assert_string_equal(gate_files_get(&out, "revoked_keys")->bytes, "# gone\n" ED3 "\n" ED1 " al\n");
	gate_strs_add(&names, "carol", &err);
	assert_int_equal(gate_amend_revoke(&f, now, &names, &none, &err), -GATE_E_USAGE);
	assert_non_null(strstr(err.text, "carol"));
}

static void other_rules_are_told(void **state)
{
	gate_auto(gate_files) struct gate_files a = { 0 }, b = { 0 }, c = { 0 };
	gate_autopolicy struct gate_policy *one = NULL, *two = NULL, *three = NULL;
	struct gate_err err = { 0 };
	bool same;

	(void)state;
	put(&a, "policy.yml", "version: 1\nrules: [{id: A-b, paths: [x], points: 1, message: m}]\n");
	put(&b, "policy.yml", "version: 1\npeople:\n  al: {}\nrules: [{id: A-b, paths: [x], points: 1, message: m}]\n");
	put(&c, "policy.yml", "version: 1\npeople:\n  al: {}\nrules: [{id: A-b, paths: [x], points: 2, message: m}]\n");
	one = load(&a);
	two = load(&b);
	three = load(&c);
	assert_int_equal(gate_amend_same_rules(one, two, &same, &err), 0);
	assert_true(same);
	assert_int_equal(gate_amend_same_rules(one, three, &same, &err), 0);
	assert_false(same);
}

static void who_and_which_roles(void **state)
{
	gate_auto(gate_files) struct gate_files f = { 0 };
	gate_autopolicy struct gate_policy *p = NULL;
	gate_auto(gate_strs) struct gate_strs roles = { 0 }, able = { 0 };
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	struct gate_err err = { 0 };

	(void)state;
	put(&f, "policy.yml", "version: 1\npeople: {al: {roles: [dba]}, bob: {roles: [boss]}, eve: {roles: [boss]}}\n"
			      "tiers: {low: {action: accept}, medium: {action: accept}, high: {action: hold, approvals: 1, roles: [chef]},\n"
			      "  critical: {action: hold, approvals: 2, roles: [chef, cook]}}\n"
			      "owners: [{paths: [db], roles: [dba]}, {paths: [a], roles: [boss]}, {paths: [b], roles: [boss], approvals: 2}]\n");
	put(&f, "allowed_signers", "al " ED1 "\nbob " ED2 "\neve valid-before=\"20200101\" " ED3 "\n");
	p = load(&f);
	assert_int_equal(gate_policy_roles_needed(p, NOW, &roles, &err), 0);
	gate_strs_join(&text, &roles, " ");
	assert_string_equal(gate_buf_cstr(&text), "chef cook boss"); /* dba has its person; boss lacks one for b */
	assert_int_equal(gate_policy_able(p, NOW, &able, &err), 0);
	gate_buf_reset(&text);
	gate_strs_join(&text, &able, " ");
	assert_string_equal(gate_buf_cstr(&text), "al bob");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_kept),
		cmocka_unit_test(other_forms_are_written_anew),
		cmocka_unit_test(a_file_without_lines_is_refused),
		cmocka_unit_test(names_that_yaml_would_misread_are_quoted),
		cmocka_unit_test(lost_keys_are_revoked),
		cmocka_unit_test(other_rules_are_told),
		cmocka_unit_test(who_and_which_roles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
