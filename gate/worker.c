#include "gate/worker.h"

#include "base/io.h"
#include "base/proc.h"
#include "base/when.h"

#include <stdio.h>
#include <string.h>

char *gate_worker_path(struct gate_err *err)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *slash;

	if (n <= 0) {
		gate_err_errno(err, "/proc/self/exe");
		return NULL;
	}
	exe[n] = '\0';
	slash = strrchr(exe, '/');
	if (slash)
		*slash = '\0';
	for (int i = 0; i < 2; i++) {
		char *path = i == 0 ? gate_fmt("%s/refgate-worker", exe) : gate_fmt("%s/../libexec/refgate/refgate-worker", exe);

		if (path && access(path, X_OK) == 0)
			return path;
		free(path);
	}
	gate_err_set(err, GATE_E_WORKER, "refgate-worker is neither beside refgate in %s nor in ../libexec/refgate", exe);
	return NULL;
}

static bool same_facts(const struct gate_facts *a, const struct gate_facts *b)
{
	if (a->mails.n != b->mails.n)
		return false;
	for (size_t i = 0; i < a->mails.n; i++) {
		if (strcmp(a->mails.v[i], b->mails.v[i]) != 0)
			return false;
	}
	return a->kind == b->kind && a->fast_forward == b->fast_forward && a->new_commits == b->new_commits &&
	       strcmp(a->commit, b->commit) == 0 && strcmp(a->base, b->base) == 0 && strcmp(a->tree, b->tree) == 0 && strcmp(a->rules_old, b->rules_old) == 0 &&
	       strcmp(a->rules_new, b->rules_new) == 0 && strcmp(a->commits, b->commits) == 0;
}

static int compare(const struct gate_reply *judged, const struct gate_reply *facts, const struct gate_changes *changes,
		   struct gate_err *err)
{
	for (size_t i = 0; i < judged->n_facts; i++) {
		if (!same_facts(&judged->facts[i], &facts->facts[i]))
			return gate_err_set(err, GATE_E_WORKER, "two readings of %s do not agree; the push is refused and an admin should look",
					    changes->v[i].ref);
	}
	return 0;
}

static void progress(void *arg)
{
	int *seconds = arg;

	*seconds += 5;
	fprintf(stderr, "refgate: judging, %d s\n", *seconds);
}

struct run {
	struct gate_buf in, judged, facts;
	struct gate_proc p;
};

static void run_clear(struct run *r)
{
	gate_proc_clear(&r->p);
	gate_buf_clear(&r->in);
	gate_buf_clear(&r->judged);
	gate_buf_clear(&r->facts);
}

static int start(struct run *r, const char *const *argv, const struct gate_ask *ask, struct gate_err *err)
{
	if (gate_ask_encode(ask, &r->in, err) < 0)
		return -(int)err->code;
	r->p.argv = argv;
	r->p.in = r->in.s;
	r->p.in_len = r->in.len;
	r->p.out = &r->judged;
	r->p.errs = &r->facts;
	r->p.max_out = GATE_WORKER_ANSWER_MAX;
	r->p.own_group = true;
	r->p.dies_with_us = true; /* a push that git gave up needs no judgement */
	return gate_proc_start(&r->p, err);
}

static int check_end(const struct run *r, struct gate_err *err)
{
	int code = gate_proc_exit(&r->p);

	if (code == 0)
		return 0;
	return gate_err_set(err, GATE_E_WORKER, "refgate-worker %s %d; the push is refused",
			    code > 128 ? "was killed by signal" : "ended with", code > 128 ? code - 128 : code);
}

int gate_worker_judge(const struct gate_server *s, struct gate_ask *ask, bool talk, struct gate_reply *out, struct gate_err *err)
{
	gate_autofree char *path = gate_worker_path(err);
	const char *argv[] = { path, NULL };
	__attribute__((cleanup(run_clear))) struct run r = { 0 };
	struct gate_proc *one = &r.p;
	gate_auto(gate_reply) struct gate_reply second = { 0 };
	int seconds = 0;

	(void)s;
	ask->mode = GATE_ASK_JUDGE;
	if (!path)
		return -(int)err->code;
	if (start(&r, argv, ask, err) < 0)
		return gate_err_wrap(err, "refgate-worker");
	if (gate_proc_wait(&one, 1, gate_monotonic_ms() + ask->judging_ms, talk ? progress : NULL, &seconds, err) < 0) {
		if (err->code == GATE_E_TIMEOUT) {
			gate_err_reset(err);
			return gate_err_set(err, GATE_E_TIMEOUT, "judging took over %u s; push fewer commits at once, or ask an admin to "
								 "raise limits.judging", ask->judging_ms / 1000);
		}
		return -(int)err->code;
	}
	if (check_end(&r, err) < 0 || gate_reply_decode(gate_buf_cstr(&r.judged), r.judged.len, ask->changes.n, out, err) < 0 ||
	    gate_reply_decode(gate_buf_cstr(&r.facts), r.facts.len, ask->changes.n, &second, err) < 0)
		return -(int)err->code;
	return compare(out, &second, &ask->changes, err);
}
