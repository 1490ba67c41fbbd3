/* What build files say: Dockerfile, make, nox, mix, rake, shell commands, comments of each kind. */
#include "classifier/build/dockerfile.h"
#include "classifier/build/task_readers.h"
#include "classifier/values/code.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int (*const readers[])(const char *, size_t, struct gate_tasks *, struct gate_err *) = { gate_tasks_of_make, gate_tasks_of_nox,
													gate_tasks_of_mix, gate_tasks_of_rake };
	gate_autofree char *s = malloc(size + 1);
	gate_auto(gate_image_build) struct gate_image_build f = { 0 };
	gate_auto(gate_commands) struct gate_commands c = { 0 };
	struct gate_err err = { 0 };

	if (!s)
		return 0;
	memcpy(s, data, size);
	s[size] = 0;
	gate_image_build_read(s, size, &f, &err);
	gate_commands_parse(s, size, true, &c, &err);
	for (size_t i = 0; i < GATE_ARRAY_LEN(readers); i++) {
		gate_auto(gate_tasks) struct gate_tasks t = { 0 };

		readers[i](s, size, &t, &err);
	}
	for (int how = 0; how <= (int)GATE_COMMENTS_NONE; how++) {
		gate_auto(gate_buf) struct gate_buf b = { 0 }, sq = { 0 };

		gate_code_strip(s, size, (enum gate_comments)how, &b);
		if (b.len)
			gate_code_squeeze(b.s, b.len, true, &sq);
	}
	return 0;
}
