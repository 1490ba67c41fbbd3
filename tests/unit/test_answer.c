/* gate/answer: what is kept from pushers. */
#include "gate/answer.h"

/* cmocka.h needs these before it, in this order */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#define DIR "/srv/git/x.git"

static void the_path_is_hidden(void **state)
{
	struct gate_err err = { 0 };

	(void)state;
	gate_err_set(&err, GATE_E_CONFIG, "%s: gone; run `refgate init %s`, see %s/hooks and /srv/git", DIR, DIR, DIR);
	gate_answer_hide_err(DIR, &err);
	assert_string_equal(err.text, "<repo>: gone; run `refgate init <repo>`, see <repo>/hooks and /srv/git");
	assert_int_equal(err.code, GATE_E_CONFIG);
}

static void another_text_stays(void **state)
{
	static const char *const dirs[] = { DIR, "", "/" };

	(void)state;
	for (size_t i = 0; i < GATE_ARRAY_LEN(dirs); i++) {
		struct gate_err err = { 0 };

		gate_err_set(&err, GATE_E_REF, "refs/heads/srv/git/x.git is at a/b");
		gate_answer_hide_err(dirs[i], &err);
		assert_string_equal(err.text, "refs/heads/srv/git/x.git is at a/b");
	}
}

/* A text of full length may end in the middle of the path. */
static void a_torn_path_is_hidden(void **state)
{
	(void)state;
	for (size_t n = 2; n <= strlen(DIR); n++) {
		struct gate_err err = { 0 };
		size_t before = sizeof(err.text) - 1 - n;

		err.code = GATE_E_IO;
		memset(err.text, '-', before);
		memcpy(err.text + before, DIR, n);
		gate_answer_hide_err(DIR, &err);
		assert_null(strstr(err.text, "/s"));
		assert_int_equal(strspn(err.text, "-"), before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_path_is_hidden),
		cmocka_unit_test(another_text_stays),
		cmocka_unit_test(a_torn_path_is_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
