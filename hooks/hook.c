#include "hooks/hook.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int (*entry)(int argc, char **argv);
} hooks[] = {
	{ "pre-receive", gate_hook_pre_receive },
	{ "proc-receive", gate_hook_proc_receive },
	{ "update", gate_hook_update },
	{ "post-receive", gate_hook_post_receive },
};

int gate_hook_main(int argc, char **argv)
{
	for (size_t i = 0; argc > 0 && i < sizeof(hooks) / sizeof(hooks[0]); i++) {
		if (strcmp(argv[0], hooks[i].name) == 0)
			return hooks[i].entry(argc, argv);
	}
	fprintf(stderr, "refgate: no such hook; known are pre-receive, proc-receive, update, post-receive\n");
	return GATE_EXIT_REJECT;
}
