#include "base/num.h"
#include "base/when.h"
#include "cli/target.h"
#include "gate/pending.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

static const struct gate_option options[] = {
	{ "--timeout", "S", "give up after S seconds, exit code 4 (default: never)" },
	{ NULL, NULL, NULL },
};

static int look(const struct gate_args *a, const char *id, struct gate_record *r, enum gate_state *now, struct gate_err *err)
{
	struct gate_target t = { 0 };

	if (gate_target_open(a, &t, err) == 0 && gate_target_record(&t, id, r, err) == 0)
		gate_target_state(&t, r, now, err);
	gate_target_close(&t);
	return err->code == GATE_OK ? 0 : -(int)err->code;
}

static int tell(const struct gate_record *r, enum gate_state now)
{
	printf("%s %s", r->id, gate_state_name(now));
	if (now == GATE_STATE_RELEASED)
		for (size_t i = 0; i < r->n_refs; i++)
			printf(" %s %s..%s", r->refs[i].ref, r->refs[i].old, r->refs[i].new);
	if (r->next[0])
		printf(" %s", r->next);
	printf("\n");
	if (now == GATE_STATE_STALE && r->next[0])
		fprintf(stderr, "refgate: a maintainer had it rebased; next: refgate wait %s\n", r->next);
	else if (now == GATE_STATE_STALE)
		fprintf(stderr, "refgate: next: git fetch && git rebase && git push\n");
	return now == GATE_STATE_RELEASED ? GATE_EXIT_OK : GATE_EXIT_NO;
}

static int run(const struct gate_args *a, struct gate_err *err)
{
	const char *text = gate_arg(a, "--timeout");
	uint64_t seconds = 0;
	int64_t until;
	int pause = 200;
	bool moved = false;

	if (text && !gate_parse_u64(text, strlen(text), &seconds))
		return gate_err_set(err, GATE_E_USAGE, "--timeout %s: a number of seconds is needed", text);
	until = gate_monotonic_ms() + (int64_t)seconds * 1000;
	for (;;) {
		__attribute__((cleanup(gate_record_clear))) struct gate_record r = { 0 };
		enum gate_state now = GATE_STATE_OPEN;
		int64_t left;

		if (look(a, a->words.v[0], &r, &now, err) < 0)
			return -(int)err->code;
		/* A release moves the target a moment before its record closes: what looks stale is looked at once more. */
		if (now != GATE_STATE_OPEN && (r.state != GATE_STATE_OPEN || now != GATE_STATE_STALE || moved))
			return tell(&r, now);
		moved = now == GATE_STATE_STALE;
		left = until - gate_monotonic_ms();
		if (text && left <= 0 && !moved) {
			printf("%s open\n", a->words.v[0]);
			return GATE_EXIT_UNDECIDED;
		}
		poll(NULL, 0, moved ? 200 : text && left < pause ? (int)left : pause);
		pause = pause < 5000 ? pause * 2 : 5000; /* a person takes minutes: the server is asked less and less often */
	}
}

const struct gate_command gate_cmd_wait = {
	.name = "wait",
	.run = run,
	.usage = "ID [--timeout S]",
	.help = "for agents: block until a held push is decided",
	.example = "refgate wait 7k3m2qf9 --timeout 600",
	.options = options,
	.min_words = 1,
	.max_words = 1,
};
