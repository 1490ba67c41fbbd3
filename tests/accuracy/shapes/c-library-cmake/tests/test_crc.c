#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "ringlog.h"

static void check_value(void **state)
{
	(void)state;
	assert_int_equal(ringlog_crc("123456789", 9), 0xcbf43926);
	assert_int_equal(ringlog_crc("", 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(check_value) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
