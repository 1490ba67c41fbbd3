/* refgate: the only file that sees both the command's table (cli/) and the hooks' (hooks/). */
#include "cli/cli.h"
#include "hooks/hook.h"

#include <string.h>

int main(int argc, char **argv)
{
	if (argc >= 3 && strcmp(argv[1], "hook") == 0)
		return gate_hook_main(argc - 2, argv + 2);
	return gate_cli_main(argc, argv);
}
