#include "gate/chain.h"

#include "base/io.h"

#include <string.h>

extern char **environ;

char *gate_chain_path(const struct gate_repo *r, const char *name)
{
	return gate_fmt("%s/hooks/%s.chained", r->dir, name);
}

int gate_chain_run(const struct gate_repo *r, const char *name, const char *const *args, const void *in, size_t in_len,
		   const char *const *env, int *code, struct gate_err *err)
{
	gate_autofree char *path = gate_chain_path(r, name);
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	gate_auto(gate_proc) struct gate_proc p = { 0 };
	const char *argv[8] = { path };

	*code = 0;
	if (!path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (access(path, X_OK) < 0)
		return 0;
	for (size_t i = 0; args && args[i] && i + 2 < GATE_ARRAY_LEN(argv); i++)
		argv[i + 1] = args[i];
	p.argv = argv;
	p.env = env ? env : (const char *const *)environ;
	p.cwd = r->dir;
	p.in = in;
	p.in_len = in_len;
	p.out = &out;
	p.max_out = (size_t)16 << 20;
	if (gate_proc_run(&p, GATE_CHAIN_MS, err) < 0)
		return gate_err_wrap(err, "the repository's own hook %s", name);
	if (out.len)
		gate_write_all(STDERR_FILENO, out.s, out.len, err);
	*code = gate_proc_exit(&p);
	return err->code == GATE_OK ? 0 : -(int)err->code;
}
