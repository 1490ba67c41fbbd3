#include "base/io.h"
#include "cli/cli.h"
#include "gate/inflight.h"
#include "gate/pending.h"
#include "gate/settle.h"

#include <stdio.h>
#include <string.h>

/* Closes what has expired or gone stale, sweeps dead decisions, packs refs. */
static int run(const struct gate_args *a, struct gate_err *err)
{
	gate_auto(gate_server) struct gate_server s = { 0 };
	gate_auto(gate_strs) struct gate_strs ids = { 0 };
	const char *dir = a->words.n ? a->words.v[0] : a->repo ? a->repo : ".";
	size_t closed = 0;

	if (gate_server_start(dir, &s, err) < 0 || gate_pending_ids(&s, &ids, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < ids.n; i++) {
		__attribute__((cleanup(gate_record_clear))) struct gate_record r = { 0 };
		enum gate_state now;

		if (gate_pending_load(&s, ids.v[i], &r, err) < 0)
			return -(int)err->code;
		now = gate_pending_state_now(&s, &r);
		if (now != GATE_STATE_EXPIRED && now != GATE_STATE_STALE)
			continue;
		if (gate_settle_close(&s, ids.v[i], now, now == GATE_STATE_STALE ? "the target moved" : "nobody decided in time", NULL, err) < 0)
			return -(int)err->code;
		closed++;
	}
	gate_inflight_sweep(&s);
	if (gate_git(&s.repo, (const char *const[]){ "pack-refs", "--all", NULL }, NULL, 0, NULL, err) < 0)
		return -(int)err->code;
	printf("closed %zu of %zu pendings, packed the refs\n", closed, ids.n);
	return GATE_EXIT_OK;
}

const struct gate_command gate_cmd_gc = {
	.name = "gc",
	.run = run,
	.usage = "[REPO]",
	.help = "close what has expired or gone stale, tidy up",
	.example = "refgate gc /srv/git/app.git",
	.min_words = 0,
	.max_words = 1,
};
