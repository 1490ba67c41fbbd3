#include "gate/chain.h"

#include "base/io.h"

#include <string.h>

extern char **environ;

char *gate_chain_path(const struct gate_repo *r, const char *name)
{
	return gate_fmt("%s/hooks/%s.chained", r->dir, name);
}

struct running {
	const char *name;
	const char *const *args;
	const void *in;
	size_t in_len;
	const char *const *env;
	struct gate_buf *errs; /* NULL: its stderr is ours */
};

static int run(const struct gate_repo *r, const struct running *h, struct gate_buf *out, int *code, struct gate_err *err)
{
	gate_autofree char *path = gate_chain_path(r, h->name);
	gate_auto(gate_proc) struct gate_proc p = { 0 };
	const char *argv[8] = { path };

	*code = 0;
	if (!path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (access(path, X_OK) < 0)
		return 0;
	for (size_t i = 0; h->args && h->args[i] && i + 2 < GATE_ARRAY_LEN(argv); i++)
		argv[i + 1] = h->args[i];
	p.argv = argv;
	p.env = h->env ? h->env : (const char *const *)environ;
	p.cwd = r->dir;
	p.in = h->in;
	p.in_len = h->in_len;
	p.out = out;
	p.errs = h->errs;
	p.max_out = (size_t)16 << 20;
	if (gate_proc_run(&p, GATE_CHAIN_MS, err) < 0)
		return gate_err_wrap(err, "the repository's own hook %s", h->name);
	if (out->len)
		gate_write_all(STDERR_FILENO, out->s, out->len, err);
	*code = gate_proc_exit(&p);
	return err->code == GATE_OK ? 0 : -(int)err->code;
}

int gate_chain_run(const struct gate_repo *r, const char *name, const char *const *args, const void *in, size_t in_len,
		   const char *const *env, int *code, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	struct running h = { .name = name, .args = args, .in = in, .in_len = in_len, .env = env };

	return run(r, &h, &out, code, err);
}

int gate_chain_ask_update(const struct gate_repo *r, const char *ref, const char *old, const char *new, struct gate_buf *said, int *code,
			  struct gate_err *err)
{
	const char *const args[] = { ref, old, new, NULL };
	struct running h = { .name = "update", .args = args, .errs = said };

	return run(r, &h, said, code, err);
}
