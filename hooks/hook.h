/* What git runs: `refgate hook NAME`. A table of entries; whatever falls off the end is a refusal. */
#ifndef GATE_HOOKS_HOOK_H
#define GATE_HOOKS_HOOK_H

#define GATE_EXIT_REJECT 1

/* argv[0] is the hook's name, the rest its arguments. Gives the exit code for git. */
int gate_hook_main(int argc, char **argv);

int gate_hook_pre_receive(int argc, char **argv);
int gate_hook_proc_receive(int argc, char **argv);
int gate_hook_update(int argc, char **argv);
int gate_hook_post_receive(int argc, char **argv);

#endif
