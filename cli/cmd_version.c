#include "cli/cli.h"

#include <stdio.h>

static int run(const struct gate_args *a, struct gate_err *err)
{
	(void)err;
	printf(gate_arg_json(a) ? "{\"name\":\"refgate\",\"version\":\"%s\"}\n" : "refgate %s\n", GATE_VERSION);
	return GATE_EXIT_OK;
}

const struct gate_command gate_cmd_version = {
	.name = "version",
	.run = run,
	.usage = "",
	.help = "print the version",
	.example = "refgate version",
	.min_words = 0,
	.max_words = 0,
};
