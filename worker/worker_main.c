/* refgate-worker: one request in; the judgement out on descriptor 1 and the facts, read by a second process, on 2; confined before it reads a byte of what was pushed (HOLES 13). Started by
 * refgate with an empty environment; whatever goes wrong is said in the answer, and the parent refuses the push. */
#include "base/io.h"
#include "base/json.h"
#include "sandbox/sandbox.h"
#include "worker/work.h"

#include <fcntl.h>
#include <sys/stat.h>

#define ASK_MAX ((size_t)64 << 20)
#define MEMORY ((uint64_t)2 << 30)

/* Alternates that are gone hold nothing to read; git passes over them too. The other two must be there. */
static int readable(const struct gate_ask *a, struct gate_strs *dirs, struct gate_strs *alternates, struct gate_err *err)
{
	int rc = gate_strs_add(dirs, a->objects, err);

	if (rc == 0 && a->quarantine[0])
		rc = gate_strs_add(dirs, a->quarantine, err);
	for (size_t i = 0; rc == 0 && i < a->alternates.n; i++) {
		struct stat st;

		if (stat(a->alternates.v[i], &st) < 0 || !S_ISDIR(st.st_mode))
			continue;
		rc = gate_strs_add(dirs, a->alternates.v[i], err);
		if (rc == 0)
			rc = gate_strs_add(alternates, a->alternates.v[i], err);
	}
	return rc;
}

static int confine(struct gate_ask *a, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs dirs = { 0 };
	struct gate_strs alternates = { 0 };
	int rc = readable(a, &dirs, &alternates, err);

	gate_strs_clear(&a->alternates);
	a->alternates = alternates;
	return rc == 0 ? gate_sandbox_enter_worker(&dirs, a->judging_ms / 1000 + 1, MEMORY, err) : rc;
}

/* Two runs for one request (HOLES 13): the judging one answers on descriptor 1, the separate one for the facts that protect the gate
 * itself on 2. They part here, before either has read a byte of the push, into two address spaces that cannot reach each other once
 * confined; neither keeps the other's descriptor. An exec less than two programs, for the same separation (docs/adr/0008). */
static int part(struct gate_ask *ask, struct gate_err *err)
{
	int nowhere;
	pid_t pid;

	if (ask->mode != GATE_ASK_JUDGE)
		return 0;
	pid = fork();
	if (pid < 0)
		return gate_err_errno(err, "fork");
	nowhere = open("/dev/null", O_WRONLY);
	if (nowhere < 0)
		return gate_err_errno(err, "/dev/null");
	if (pid == 0) {
		ask->mode = GATE_ASK_FACTS;
		if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
			return gate_err_errno(err, "dup2");
	}
	return dup2(nowhere, STDERR_FILENO) < 0 ? gate_err_errno(err, "dup2") : 0;
}

static int work(struct gate_reply *reply, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf in = { 0 };
	struct gate_ask ask = { 0 };
	struct gate_osv osv;
	int rc = gate_read_all(STDIN_FILENO, ASK_MAX, &in, "the request", err);

	if (rc == 0)
		rc = gate_ask_decode(gate_buf_cstr(&in), in.len, &ask, err);
	gate_buf_clear(&in);
	if (rc == 0)
		rc = part(&ask, err);
	if (rc == 0)
		rc = gate_work_map_osv(&ask, &osv, err);
	if (rc == 0)
		rc = confine(&ask, err);
	if (rc == 0)
		rc = gate_work_run(&ask, &osv, reply, err);
	gate_ask_clear(&ask);
	return rc;
}

static int answer(void)
{
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	struct gate_err err = { 0 }, again = { 0 };
	struct gate_reply reply = { 0 };
	int rc = work(&reply, &err);

	if (rc == 0)
		rc = gate_reply_encode(&reply, &out, &err);
	if (rc == 0 && out.len > GATE_WORKER_ANSWER_MAX)
		rc = gate_err_set(&err, GATE_E_LIMIT, "the answer about this push is too long: push in smaller parts");
	gate_reply_clear(&reply);
	if (rc < 0) {
		gate_buf_clear(&out);
		out.failed = false;
		rc = gate_reply_encode_error(&err, &out, &again);
	}
	if (rc == 0)
		rc = gate_write_all(STDOUT_FILENO, out.s, out.len, &again);
	return rc == 0 ? 0 : 1;
}

/* What this host gives the worker, proved from inside: a file that Landlock must refuse is tried. */
static int self_test(void)
{
	gate_auto(gate_buf) struct gate_buf out = { 0 };
	struct gate_jw w = { .out = &out };
	struct gate_sandbox_state s;
	struct gate_strs none = { 0 };
	struct gate_err err = { 0 };
	int rc = gate_sandbox_enter_worker_state(&none, 5, MEMORY, &s, &err);
	bool refused = rc == 0 && open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0;

	gate_jw_open(&w, NULL);
	gate_jw_int(&w, "schema", 1);
	gate_jw_bool(&w, "confined", rc == 0 && refused);
	gate_jw_int(&w, "landlock_abi", s.landlock_abi);
	gate_jw_bool(&w, "landlock", refused);
	gate_jw_bool(&w, "seccomp", s.seccomp);
	gate_jw_bool(&w, "no_new_privs", s.no_new_privs);
	gate_jw_bool(&w, "limits", s.limits);
	gate_jw_bool(&w, "descriptors", s.descriptors);
	gate_jw_strn(&w, "error", err.text);
	gate_jw_close(&w);
	gate_buf_char(&out, '\n');
	gate_err_reset(&err);
	return gate_write_all(STDOUT_FILENO, gate_buf_cstr(&out), out.len, &err) == 0 && refused ? 0 : 1;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--self-test") == 0)
		return self_test();
	return argc == 1 ? answer() : 2;
}
