#include "classifier/build/tasks.h"

#include "classifier/values/gains.h"

#include <string.h>

struct compare {
	struct gate_detect *d;
	uint32_t change;
	const struct gate_delta *delta;
	const struct gate_task *task; /* of before */
	const struct gate_task *now;  /* or NULL */
	struct gate_commands *all;    /* what all tasks of the new side run */
	struct gate_commands *all_before;
	unsigned *steps;
	struct gate_err *err;
};

static int tell(const struct compare *x, int tier, const char *what, const char *word, const char *message)
{
	gate_auto(gate_buf) struct gate_buf subject = { 0 };
	struct gate_weight w = gate_weight_of((enum gate_tier)tier);
	struct gate_sighting s = { .id = "BLD-TESTCMD", .path = x->delta->path, .at_most = &w, .message = message };

	gate_buf_fmt(&subject, "%.80s: %.60s: %.60s", x->task->name, what, word);
	if (gate_buf_check(&subject, x->err) < 0)
		return -GATE_E_NOMEM;
	s.subject = subject.s;
	s.old_value = what;
	s.line = x->now ? x->now->line : x->task->line;
	s.new_value = x->now ? word : "removed";
	return gate_detect_add(x->d, x->change, &s, x->err);
}

static struct gate_command *partner(struct gate_commands *l, const struct gate_command *c, bool equal)
{
	struct gate_command *same = NULL;

	for (size_t i = 0; i < l->n; i++) {
		struct gate_command *a = &l->v[i];

		if (a->claimed || !(equal ? gate_commands_equal(a, c) : strcmp(a->words.v[0], c->words.v[0]) == 0))
			continue;
		if (!equal && a->words.n > 1 && c->words.n > 1 && strcmp(a->words.v[1], c->words.v[1]) != 0) {
			same = same ? same : a; /* `cargo clippy` is not `cargo test`, unless there is no other */
			continue;
		}
		return a;
	}
	return same;
}

/* Programs whose first word is the command: `go vet` and `go test` are two. */
static bool has_subcommands(const char *program)
{
	static const char *const list[] = { "go",    "cargo", "npm",  "pnpm", "yarn", "mix",   "dotnet", "gradle", "./gradlew", "mvn",
					    "./mvnw", "docker", "bundle", "rails", "bin/rails", "rake", "ruff", "deno", "bun", "node",
					    "python", "python3", "bash", "sh", "make", "hatch", "nx", "turbo", "lerna", "ng" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(list); i++) {
		if (strcmp(program, list[i]) == 0)
			return true;
	}
	return false;
}

static int changed_command(const struct compare *x, const struct gate_command *b, const struct gate_command *a)
{
	const char *word;
	int tier = gate_command_weaker(b, a, &word);

	if (tier < 0)
		return 0;
	return tell(x, tier, b->words.v[0], word,
		    "a test or lint command leaves something out, lost a flag, or its failure no longer counts: compare what it checks now with "
		    "what it checked before");
}

static size_t times(const struct gate_commands *l, const struct gate_command *c)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += gate_commands_equal(&l->v[i], c);
	return n;
}

/* The command is gone from its task. It has moved when the tasks together still run it as often as before; one that another task ran all along
 * is gone. */
static int lost_command(const struct compare *x, const struct gate_command *b, struct gate_commands *now)
{
	const char *cls = gate_command_class(b);
	bool nothing = false, other = false;

	if (gate_command_is_chore(b))
		return 0;
	for (size_t i = 0; i < now->n; i++) {
		struct gate_command *a = &now->v[i];
		const char *theirs = gate_command_class(a);

		if (a->claimed)
			continue;
		if (cls && theirs && strcmp(cls, theirs) == 0) {
			a->claimed = true; /* one runner instead of another */
			return a->swallowed && !b->swallowed ? changed_command(x, b, a) : 0;
		}
		nothing |= gate_command_is_nothing(a);
		if (!gate_command_is_chore(a) && !(cls && theirs) && !other) {
			other = true;
			a->claimed = true;
		}
	}
	if (times(x->all, b) && times(x->all, b) >= times(x->all_before, b))
		return tell(x, GATE_TIER_MEDIUM, b->words.v[0], "moved to another task",
			    "a step of this check runs in another task only: is that one still called everywhere this one is?");
	if (other && !nothing)
		return tell(x, GATE_TIER_MEDIUM, b->words.v[0], "replaced",
			    "a step of a check is another program now: does it look at the same things?");
	return tell(x, GATE_TIER_HIGH, b->words.v[0], nothing ? "does nothing now" : "removed",
		    "a step of a test, lint or check command is gone or does nothing now: who finds what it found?");
}

static void claim_equal(struct gate_commands *before, struct gate_commands *now)
{
	for (size_t i = 0; i < before->n; i++) {
		struct gate_command *b = &before->v[i], *a = partner(now, b, true);

		if (a && (!a->swallowed || b->swallowed))
			b->claimed = a->claimed = true;
	}
}

static int compare_commands(const struct compare *x, struct gate_commands *before, struct gate_commands *now)
{
	int rc = 0;

	claim_equal(before, now);
	for (size_t i = 0; rc == 0 && i < before->n; i++) {
		struct gate_command *b = &before->v[i], *a;

		if (b->claimed)
			continue;
		a = partner(now, b, false);
		if (a && has_subcommands(b->words.v[0]) && b->words.n > 1 &&
		    (a->words.n < 2 || strcmp(a->words.v[1], b->words.v[1]) != 0))
			a = NULL;
		if (!a)
			continue;
		b->claimed = a->claimed = true;
		rc = changed_command(x, b, a);
	}
	for (size_t i = 0; rc == 0 && i < before->n; i++) {
		if (!before->v[i].claimed)
			rc = lost_command(x, &before->v[i], now);
	}
	return rc;
}

/* The task is gone: whatever runs its commands now is its new name. */
static int lost_task(const struct compare *x, struct gate_commands *before)
{
	for (size_t i = 0; i < before->n; i++) {
		if (!gate_command_is_chore(&before->v[i]) && !partner(x->all, &before->v[i], true))
			return tell(x, GATE_TIER_HIGH, "task", "removed",
				    "a test, lint or check command is gone and nothing runs what it ran: who finds what it found?");
	}
	return 0;
}

static int compare_task(struct compare *x, const struct gate_tasks *before, const struct gate_tasks *now)
{
	gate_auto(gate_commands) struct gate_commands b = { 0 }, a = { 0 };
	int rc = gate_task_commands(before, x->task, x->steps, &b, x->err);

	x->now = gate_tasks_find(now, x->task->name);
	if (rc == 0)
		rc = gate_task_commands(now, x->now, x->steps, &a, x->err);
	if (rc == 0 && (a.cut || b.cut))
		return gate_detect_limit(x->d, x->change, x->delta->path, NULL, false,
					 "a task runs too many commands to compare them: read it by hand", x->err);
	if (rc < 0)
		return rc;
	return x->now ? compare_commands(x, &b, &a) : lost_task(x, &b);
}

/* Whether a hook stands with the script it belongs to: then it is judged there. */
static bool is_hook(const struct gate_tasks *t, const char *name)
{
	size_t skip = gate_starts_with(name, "pre") ? 3 : gate_starts_with(name, "post") ? 4 : 0;

	return t->hooks && skip && gate_tasks_find(t, name + skip);
}

int gate_tasks_compare(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, const struct gate_tasks *before,
		       const struct gate_tasks *now, struct gate_err *err)
{
	gate_auto(gate_commands) struct gate_commands all = { 0 }, all_before = { 0 };
	struct compare x = { .d = d, .change = change, .delta = delta, .all = &all, .err = err };
	unsigned steps = 0;
	int rc = 0;

	x.steps = &steps;
	x.all_before = &all_before;
	if (before->cut || now->cut || before->n >= GATE_TASKS_MAX || now->n >= GATE_TASKS_MAX)
		return gate_detect_limit(d, change, delta->path, NULL, false, "too many tasks to compare them: read them by hand", err);
	for (size_t i = 0; rc == 0 && i < now->n; i++)
		rc = gate_task_commands(now, &now->v[i], &steps, &all, err);
	for (size_t i = 0; rc == 0 && i < before->n; i++)
		rc = gate_task_commands(before, &before->v[i], &steps, &all_before, err);
	for (size_t i = 0; rc == 0 && i < before->n; i++) {
		const struct gate_task *same = gate_tasks_find(now, before->v[i].name);

		x.task = &before->v[i];
		if (!gate_task_is_check(x.task->name) || is_hook(before, x.task->name))
			continue;
		if (same && same->body.len == x.task->body.len && !before->hooks &&
		    memcmp(gate_buf_cstr(&same->body), gate_buf_cstr(&x.task->body), same->body.len) == 0 && !strchr(gate_buf_cstr(&same->body), '@'))
			continue;
		rc = compare_task(&x, before, now);
	}
	return rc;
}
