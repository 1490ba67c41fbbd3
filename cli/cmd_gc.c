#include "cli/cli.h"
#include "gate/inflight.h"
#include "gate/pending.h"
#include "gate/renew.h"

#include <stdio.h>

static const struct gate_option options[] = {
	{ "--stale", NULL, "only close or renew pendings that have expired or gone stale" },
	{ NULL, NULL, NULL },
};

/* Closes what has expired, renews or closes what has gone stale, sweeps dead decisions, packs refs. */
static int run(const struct gate_args *a, struct gate_err *err)
{
	gate_auto(gate_server) struct gate_server s = { 0 };
	const char *dir = a->words.n ? a->words.v[0] : a->repo ? a->repo : ".";
	size_t closed, open;

	if (gate_server_start(dir, &s, err) < 0 || (!gate_arg_has(a, "--stale") && gate_pending_rebuild(&s, err) < 0) ||
	    gate_renew_statements(&s, err) < 0 || gate_renew_all(&s, &closed, &open, err) < 0)
		return -(int)err->code;
	if (gate_arg_has(a, "--stale"))
		return GATE_EXIT_OK;
	gate_inflight_sweep(&s, NULL, NULL);
	if (gate_git(&s.repo, (const char *const[]){ "pack-refs", "--all", NULL }, NULL, 0, NULL, err) < 0)
		return -(int)err->code;
	printf("closed %zu of %zu pendings, packed the refs\n", closed, open);
	return GATE_EXIT_OK;
}

const struct gate_command gate_cmd_gc = {
	.name = "gc",
	.run = run,
	.usage = "[REPO] [--stale]",
	.options = options,
	.help = "close what has expired or gone stale, tidy up",
	.example = "refgate gc /srv/git/app.git",
	.min_words = 0,
	.max_words = 1,
};
