#include "audit/log.h"
#include "base/io.h"
#include "base/num.h"
#include "cli/cli.h"
#include "gate/anchors.h"
#include "gate/server.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

static const struct gate_option options[] = {
	{ "--key", "FILE", "verify: the log's vkey, instead of .refgate/log.vkey of the policy in force" },
	{ "--reason", "TEXT", "adopt: why the present file is the log from now on" },
	{ "--follow", NULL, "tail: wait for more" },
	{ "-n", "N", "tail: how many entries (default 10)" },
	{ NULL, NULL, NULL },
};

static int print_line(uint64_t seq, const char *line, size_t len, void *arg)
{
	(void)seq;
	(void)arg;
	return fwrite(line, 1, len, stdout) != len || putchar('\n') == EOF;
}

/* The key that the log's checkpoints are checked against: never from the log's own folder (HOLES 32). */
static int find_vkey(const struct gate_args *a, struct gate_server *s, struct gate_buf *out, struct gate_err *err)
{
	const char *file = gate_arg(a, "--key");
	const struct gate_file *f;

	if (file)
		return gate_read_file(file, 4096, out, err);
	if (gate_server_configure(s, err) < 0 || gate_server_load_policy(s, err) < 0)
		return -(int)err->code;
	f = gate_files_get(&s->policy_files, "log.vkey");
	if (!f)
		return gate_err_set(err, GATE_E_LOG, ".refgate/log.vkey is not in the policy in force; name the key with --key FILE");
	gate_buf_add(out, f->bytes, f->len);
	return gate_buf_check(out, err);
}

static int verify(const struct gate_args *a, struct gate_server *s, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf vkey = { 0 }, orphans = { 0 };
	gate_auto(gate_log_report) struct gate_log_report report = { 0 };
	gate_autofree struct gate_checkpoint *anchors = NULL;
	size_t n = 0;

	if (find_vkey(a, s, &vkey, err) < 0 || gate_anchors_collect(s, &anchors, &n, err) < 0)
		return -(int)err->code;
	if (gate_log_verify(s->audit, gate_buf_cstr(&vkey), anchors, n, &report, err) < 0) {
		gate_cli_complain(err);
		return err->code == GATE_E_LOG ? GATE_EXIT_NO : GATE_EXIT_ERROR;
	}
	if (gate_anchors_unexplained(s, &orphans, err) < 0)
		return -(int)err->code;
	if (gate_arg_json(a)) {
		printf("{\"schema\":1,\"verdict\":\"ok\",\"entries\":%lu,\"anchors\":%zu}\n", (unsigned long)report.entries, n);
		return GATE_EXIT_OK;
	}
	printf("%s", gate_buf_cstr(&report.text));
	fputs(gate_buf_cstr(&orphans), stdout);
	return GATE_EXIT_OK;
}

static int prove(const struct gate_args *a, struct gate_server *s, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	uint64_t seq;

	if (a->words.n != 2 || !gate_parse_u64(a->words.v[1], strlen(a->words.v[1]), &seq))
		return gate_err_set(err, GATE_E_USAGE, "usage: refgate log prove SEQ");
	return gate_log_prove(s->audit, seq, &out, err) < 0 ? -(int)err->code : gate_cli_print(&out, err);
}

static int tail(const struct gate_args *a, struct gate_server *s, struct gate_err *err)
{
	struct gate_checkpoint cp;
	const char *n = gate_arg(a, "-n");
	uint64_t want = 10, from;

	if (n && !gate_parse_u64(n, strlen(n), &want))
		return gate_err_set(err, GATE_E_USAGE, "-n %s: a number is needed", n);
	if (gate_log_checkpoint(s->audit, &cp, err) < 0)
		return -(int)err->code;
	for (from = cp.size > want ? cp.size - want : 0;; from = cp.size) {
		if (gate_log_each(s->audit, from, print_line, NULL, err) < 0)
			return -(int)err->code;
		fflush(stdout);
		if (!gate_arg_has(a, "--follow"))
			return GATE_EXIT_OK;
		do {
			poll(NULL, 0, 250);
			from = cp.size;
			if (gate_log_checkpoint(s->audit, &cp, err) < 0)
				return -(int)err->code;
		} while (cp.size == from);
		cp.size = from; /* print from here; the loop head takes the new end on its next turn */
	}
}

static int all(const struct gate_args *a, struct gate_server *s, struct gate_err *err)
{
	(void)a;
	return gate_log_each(s->audit, 0, print_line, NULL, err) < 0 ? -(int)err->code : GATE_EXIT_OK;
}

static int adopt(const struct gate_args *a, struct gate_server *s, struct gate_err *err)
{
	const char *reason = gate_arg(a, "--reason");

	if (!reason || !*reason)
		return gate_err_set(err, GATE_E_USAGE, "log adopt needs --reason TEXT; it is recorded");
	return gate_log_adopt(s->audit, reason, s->now, err) < 0 ? -(int)err->code : GATE_EXIT_OK;
}

static const struct {
	const char *name;
	int (*run)(const struct gate_args *a, struct gate_server *s, struct gate_err *err);
} verbs[] = { { "verify", verify }, { "prove", prove }, { "tail", tail }, { "adopt", adopt } };

static int run(const struct gate_args *a, struct gate_err *err)
{
	gate_auto(gate_server) struct gate_server s = { 0 };
	gate_autofree char *here = a->repo ? NULL : realpath(".", NULL);

	if (strcmp(a->format, "otlp") == 0)
		return gate_err_set(err, GATE_E_LATER, "log --format otlp: not in this version");
	if (gate_server_open(a->repo ? a->repo : here, &s, err) < 0)
		return -(int)err->code;
	if (a->words.n == 0)
		return all(a, &s, err);
	for (size_t i = 0; i < GATE_ARRAY_LEN(verbs); i++) {
		if (strcmp(verbs[i].name, a->words.v[0]) == 0)
			return verbs[i].run(a, &s, err);
	}
	return gate_err_set(err, GATE_E_USAGE, "log %s: known are verify, prove, tail, adopt", a->words.v[0]);
}

const struct gate_command gate_cmd_log = {
	.name = "log",
	.run = run,
	.usage = "[tail|verify|prove SEQ|adopt] [OPTIONS]",
	.help = "the record: print, verify, prove",
	.example = "refgate log verify --repo /srv/git/app.git",
	.options = options,
	.min_words = 0,
	.max_words = 2,
	.formats = "otlp",
};
