/* SEC-TXT for credentials: where they are found, what they weigh, what stood before, what is known, and that no output holds
 * one. Texts are templates: no credential stands here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "classifier/classify.h"
#include "tests/unit/secret_template.h"

#include <string.h>

#define GOOD "ghp_{alnum:30}{github_crc32}"
#define MADE_UP "ghp_{alnum:36}"

static struct gate_changes changes;
static struct gate_change one_change;

static struct gate_policy *policy_of(const char *extra_path, const char *extra)
{
	static const char base[] = "version: 1\n";
	struct gate_files files = { 0 };
	struct gate_policy *p = NULL;
	struct gate_err err = { 0 };

	assert_int_equal(gate_files_add(&files, "policy.yml", base, sizeof(base) - 1, &err), 0);
	if (extra)
		assert_int_equal(gate_files_add(&files, extra_path, extra, strlen(extra), &err), 0);
	if (gate_policy_load(&files, NULL, 0, &p, &err) < 0)
		fail_msg("%s", err.text);
	gate_files_clear(&files);
	return p;
}

static const char *before_text;
static size_t before_len;

static int load(void *arg, const char *oid, const char **bytes, size_t *len, struct gate_err *err)
{
	(void)arg;
	if (oid[0] != 'a')
		return gate_err_set(err, GATE_E_OBJECT, "none");
	*bytes = before_text;
	*len = before_len;
	return 0;
}

static void judge(const struct gate_policy *p, enum gate_text kind, const char *path, const struct gate_buf *text,
		  const struct gate_delta *delta, struct gate_findings *out)
{
	struct gate_err err = { 0 };
	struct gate_classifier *c;
	struct gate_object o = { .text = kind, .path = path, .commit = "cccccccccccccccccccccccccccccccccccccccc", .bytes = text->s, .len = text->len };

	gate_copy(one_change.ref, sizeof(one_change.ref), "refs/heads/x");
	changes = (struct gate_changes){ &one_change, 1, 1 };
	c = gate_classifier_new(p, &changes, load, NULL, out, &err);
	assert_non_null(c);
	assert_int_equal(gate_classify_object(c, 0, &o, &err), 0);
	if (delta)
		assert_int_equal(gate_classify_delta(c, 0, delta, &err), 0);
	assert_int_equal(gate_classify_done(c, &err), 0);
	gate_classifier_free(c);
}

static const struct gate_finding *worst(const struct gate_findings *l)
{
	const struct gate_finding *f = NULL;

	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i].id, "SEC-TXT") == 0 && (!f || l->v[i].points > f->points))
			f = &l->v[i];
	}
	return f;
}

/* No part of the text of eight bytes or more, beyond a public prefix, may be shown. */
static void assert_silent(const struct gate_findings *l, const struct gate_buf *text)
{
	const char *at = memmem(text->s, text->len, "ghp_", 4);
	char part[9] = "";

	for (size_t k = 4; at && k + 8 <= 40 && at + k + 8 <= text->s + text->len; k++) {
		memcpy(part, at + k, 8);
		for (size_t i = 0; i < l->n; i++) {
			assert_null(strstr(l->v[i].message, part));
			assert_null(strstr(l->v[i].subject, part));
			assert_null(strstr(l->v[i].new_value, part));
			assert_null(strstr(l->v[i].old_value, part));
		}
	}
}

static void test_found(void **state)
{
	static const struct {
		enum gate_text kind;
		const char *path, *template;
		int deny; /* 1: refused, 0: told, -1: nothing */
		uint32_t line;
	} cases[] = {
		{ GATE_TEXT_BLOB, "a.txt", "x\ny\nt = \"" GOOD "\"\n", 1, 3 },
		{ GATE_TEXT_BLOB, "a.txt", "t = " MADE_UP "\n", 1, 1 },
		{ GATE_TEXT_BLOB, "a.txt", "t = " GOOD " # gitleaks:allow\n", 1, 1 },
		{ GATE_TEXT_BLOB, "a.bin", "{nul}{nul}t = " GOOD "\n", 1, 1 },
		{ GATE_TEXT_BLOB, "a.txt", "\xff\xfe{utf16le(}t = " GOOD "\n{)}", 1, 1 },
		{ GATE_TEXT_BLOB, "a.txt", "\xfe\xff{utf16be(}x\nt = " GOOD "\n{)}", 1, 2 },
		{ GATE_TEXT_BLOB, "a.txt", "{utf16le(}t = " GOOD " and some more text{)}", 1, 1 },
		{ GATE_TEXT_BLOB, "a.txt", "\xff\xfe" "t = " GOOD "\n", 1, 1 },
		{ GATE_TEXT_BLOB, "a.txt", "\xfe\xff" "x\nt = " GOOD "\n", 1, 2 },
		{ GATE_TEXT_BLOB, "k.yml", "data:\n  t: {base64(}" GOOD "{)}\n", 1, 2 },
		{ GATE_TEXT_BLOB, "k.yml", "h: {hex(}" GOOD "{)}\n", 1, 1 },
		{ GATE_TEXT_BLOB, "k.txt", "u: {percent(}" GOOD "{)}\n", 1, 1 },
		{ GATE_TEXT_BLOB, "package-lock.json", "\"x\": \"" GOOD "\"\n", 1, 1 },
		{ GATE_TEXT_COMMIT, "", "fix\n\n" GOOD "\n", 1, 3 },
		{ GATE_TEXT_TAG, "", GOOD, 1, 1 },
		{ GATE_TEXT_REF, "", "refs/heads/" GOOD, 1, 1 },
		{ GATE_TEXT_LINK, "l", "/x/" GOOD, 1, 1 },
		{ GATE_TEXT_BLOB, "a.py", "password = '{alnum:24}'\n", 0, 1 },
		{ GATE_TEXT_BLOB, "src/user.mapper.ts", "password = '{alnum:24}'\n", 0, 1 },
		{ GATE_TEXT_BLOB, "dist/user.js.map", "password = '{alnum:24}'\n", -1, 0 },
		{ GATE_TEXT_BLOB, "vendor/a.py", "password = '{alnum:24}'\n", -1, 0 },
		{ GATE_TEXT_BLOB, "a.py", "password = os.environ['X_PASSWORD']\n", -1, 0 },
		{ GATE_TEXT_BLOB, "a.py", "api_key = 'your-api-key-goes-here'\n", -1, 0 },
		{ GATE_TEXT_BLOB, "a.py", "t = 'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'\n", -1, 0 },
		{ GATE_TEXT_BLOB, "a.c", "token = parser->next_token(parser);\n", -1, 0 },
	};
	struct gate_policy *p = policy_of(NULL, NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		gate_auto(gate_buf) struct gate_buf text = { 0 };
		struct gate_findings out = { 0 };
		const struct gate_finding *f;

		assert_true(secret_template_fill(cases[i].template, i, &text));
		judge(p, cases[i].kind, cases[i].path, &text, NULL, &out);
		f = worst(&out);
		if (!f != (cases[i].deny < 0) || (f && f->deny != cases[i].deny) || (f && f->line != cases[i].line))
			fail_msg("case %zu: %s %d line %u: %s", i, f ? f->subject : "nothing", f ? f->deny : -1,
				 f ? f->line : 0, cases[i].template);
		assert_silent(&out, &text);
		gate_findings_clear(&out);
	}
	gate_policy_free(p);
}

static void test_name(void **state)
{
	struct gate_policy *p = policy_of(NULL, NULL);
	gate_auto(gate_buf) struct gate_buf path = { 0 }, text = { 0 };
	struct gate_findings out = { 0 };

	(void)state;
	assert_true(secret_template_fill("keys/" GOOD ".txt", 3, &path));
	gate_buf_str(&text, "nothing");
	judge(p, GATE_TEXT_BLOB, path.s, &text, NULL, &out);
	assert_true(worst(&out) && worst(&out)->deny);
	gate_findings_clear(&out);
	gate_policy_free(p);
}

static void test_old(void **state)
{
	struct gate_policy *p = policy_of(NULL, NULL);
	struct gate_delta same = { .path = "a", .old_mode = 0100644, .new_mode = 0100644, .old_oid = "a", .new_oid = "b" };
	struct gate_delta gone = { .path = "b", .old_mode = 0100644, .old_oid = "a" };
	struct gate_delta beside = { .path = "b", .old_mode = 0100644, .new_mode = 0100644, .old_oid = "a", .new_oid = "b" };
	struct gate_delta other = { .path = "a", .old_mode = 0100644, .new_mode = 0100644, .old_oid = "b", .new_oid = "b" };
	const struct {
		const struct gate_delta *d;
		bool deny;
	} cases[] = { { &same, false }, { &gone, false }, { &beside, true }, { &other, true } };
	gate_auto(gate_buf) struct gate_buf text = { 0 };

	(void)state;
	assert_true(secret_template_fill("t = " GOOD "\n", 3, &text));
	before_text = text.s;
	before_len = text.len;
	for (size_t i = 0; i < 4; i++) {
		struct gate_findings out = { 0 };

		judge(p, GATE_TEXT_BLOB, "a", &text, cases[i].d, &out);
		assert_non_null(worst(&out));
		if (worst(&out)->deny != cases[i].deny)
			fail_msg("case %zu: %s", i, worst(&out)->message);
		gate_findings_clear(&out);
	}
	gate_policy_free(p);
}

static void test_known(void **state)
{
	static const struct {
		const char *rest;
		int64_t now;
		bool deny;
	} cases[] = {
		{ "", 0, false },
		{ ", paths: [\"a\"]", 0, false },
		{ ", paths: [\"docs/**\"]", 0, true },
		{ ", expires: 2026-01-01", 1760000000, false },
		{ ", expires: 2026-01-01", 1790000000, true },
	};
	struct gate_policy *p = policy_of(NULL, NULL);
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	struct gate_findings first = { 0 };

	(void)state;
	assert_true(secret_template_fill("t = " GOOD "\n", 3, &text));
	judge(p, GATE_TEXT_BLOB, "a", &text, NULL, &first);
	gate_policy_free(p);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		gate_auto(gate_buf) struct gate_buf file = { 0 };
		struct gate_findings out = { 0 };

		gate_buf_fmt(&file, "version: 1\nknown:\n  - {fingerprint: \"%s\", reason: r, signer: alice%s}\n",
			     worst(&first)->new_value, cases[i].rest);
		p = policy_of("secrets.yml", file.s);
		p->now = cases[i].now;
		judge(p, GATE_TEXT_BLOB, "a", &text, NULL, &out);
		if (!worst(&out) || worst(&out)->deny != cases[i].deny)
			fail_msg("case %zu", i);
		gate_findings_clear(&out);
		/* another key, another fingerprint: the entry of one repository says nothing in another */
		memset(p->fingerprint_key, 'a', 64);
		judge(p, GATE_TEXT_BLOB, "a", &text, NULL, &out);
		assert_true(worst(&out)->deny);
		gate_findings_clear(&out);
		gate_policy_free(p);
	}
	gate_findings_clear(&first);
}

static void test_own(void **state)
{
	static const char file[] = "version: 1\nsecrets:\n  - id: acme-key\n    name: \"Acme key\"\n    keywords: [acmk_]\n"
				   "    regex: 'acmk_[0-9a-f]{40}'\n    tier: high\n    prefix: acmk_\n";
	static const char *const bad[] = {
		"version: 1\nsecrets:\n  - {id: github-ghp, name: n, keywords: [ab], regex: 'ab', tier: low}\n",
		"version: 1\nsecrets:\n  - {id: x, name: n, keywords: [ab], regex: 'a(b', tier: low}\n",
		"version: 1\nsecrets:\n  - {id: x, name: n, keywords: [ab], regex: 'a?b', tier: low}\n",
	};
	struct gate_policy *p = policy_of("rules/acme.yml", file);
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	struct gate_findings out = { 0 };

	(void)state;
	assert_true(secret_template_fill("k: acmk_{hex:40}\n", 3, &text));
	judge(p, GATE_TEXT_BLOB, "a", &text, NULL, &out);
	assert_true(worst(&out) && worst(&out)->deny && strstr(worst(&out)->message, "Acme key"));
	gate_findings_clear(&out);
	gate_policy_free(p);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct gate_files files = { 0 };
		struct gate_err err = { 0 };

		p = NULL;
		assert_int_equal(gate_files_add(&files, "policy.yml", "version: 1\n", 11, &err), 0);
		assert_int_equal(gate_files_add(&files, "rules/a.yml", bad[i], strlen(bad[i]), &err), 0);
		assert_true(gate_policy_load(&files, NULL, 0, &p, &err) < 0);
		assert_non_null(strstr(err.text, ".refgate/rules/a.yml:3"));
		gate_files_clear(&files);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found), cmocka_unit_test(test_name), cmocka_unit_test(test_old),
		cmocka_unit_test(test_known), cmocka_unit_test(test_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
