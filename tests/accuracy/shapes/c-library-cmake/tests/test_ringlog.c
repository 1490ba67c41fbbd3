#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "ringlog.h"
#include <string.h>

static void put_and_get(void **state)
{
	(void)state;
	uint8_t room[16], out[16];
	struct ringlog log;

	assert_int_equal(ringlog_init(&log, room, sizeof(room)), 0);
	assert_int_equal(ringlog_put(&log, "hello", 5), 0);
	assert_int_equal(ringlog_get(&log, out, sizeof(out)), 5);
	assert_memory_equal(out, "hello", 5);
}

static void the_oldest_falls_out(void **state)
{
	(void)state;
	uint8_t room[8], out[8];
	struct ringlog log;

	ringlog_init(&log, room, sizeof(room));
	ringlog_put(&log, "abc", 3);
	ringlog_put(&log, "def", 3);
	ringlog_put(&log, "g", 1);
	assert_int_equal(ringlog_get(&log, out, sizeof(out)), 3);
	assert_memory_equal(out, "def", 3);
}

static void too_long(void **state)
{
	(void)state;
	uint8_t room[8];
	struct ringlog log;

	ringlog_init(&log, room, sizeof(room));
	assert_int_equal(ringlog_put(&log, "12345678", 8), -1);
	assert_int_equal(ringlog_init(&log, room, 7), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put_and_get),
		cmocka_unit_test(the_oldest_falls_out),
		cmocka_unit_test(too_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
