#include "base/proc.h"

#include "base/when.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define MAX_AT_ONCE 16

/* Everything in the child between fork and exec is async-signal-safe. */
static void child(const struct gate_proc *p, int in, int out, int errs)
{
	static const char *const no_env[] = { NULL };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL); /* the only one that is ever ignored here */
	if (p->own_group)
		setpgid(0, 0);
	if (p->dies_with_us)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || (errs >= 0 && dup2(errs, 2) < 0))
		_exit(127);
	if (p->cwd && chdir(p->cwd) < 0)
		_exit(127);
	/* Whatever a host left open (sockets, locks, the log) is not the child's business. */
	close_range(3, ~0U, 0);
	execvpe(p->argv[0], (char *const *)(uintptr_t)p->argv, (char *const *)(uintptr_t)(p->env ? p->env : no_env));
	_exit(127);
}

static int nonblock(int fd)
{
	return fcntl(fd, F_SETFL, O_NONBLOCK);
}

int gate_proc_start(struct gate_proc *p, struct gate_err *err)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, errs[2] = { -1, -1 };
	bool same = p->errs && p->errs == p->out;
	pid_t pid;

	p->fd_in = p->fd_out = p->fd_err = -1;
	if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 || (p->errs && !same && pipe2(errs, O_CLOEXEC) < 0)) {
		gate_err_errno(err, "%s: pipe", p->argv[0]);
		goto out;
	}
	/* vfork: the child only calls what is async-signal-safe before exec, and no page tables are copied. */
	pid = vfork();
	if (pid == 0)
		child(p, in[0], out[1], same ? out[1] : errs[1]);
	if (pid < 0) {
		gate_err_errno(err, "%s: fork", p->argv[0]);
		goto out;
	}
	p->pid = pid;
	p->started = true;
	p->fd_in = gate_steal_fd(&in[1]);
	p->fd_out = gate_steal_fd(&out[0]);
	p->fd_err = gate_steal_fd(&errs[0]);
	nonblock(p->fd_in);
	nonblock(p->fd_out);
	if (p->fd_err >= 0)
		nonblock(p->fd_err);
out:
	for (int i = 0; i < 2; i++) {
		gate_mem_closep(&in[i]);
		gate_mem_closep(&out[i]);
		gate_mem_closep(&errs[i]);
	}
	return p->started ? 0 : -(int)err->code;
}

static void reap(struct gate_proc *p, bool kill_first)
{
	if (!p->started || p->ended)
		return;
	if (kill_first)
		kill(p->own_group ? -p->pid : p->pid, SIGKILL);
	while (waitpid(p->pid, &p->status, 0) < 0 && errno == EINTR)
		;
	p->ended = true;
}

/* Until the child ends, or 50 ms. */
static void wait_a_little(pid_t pid)
{
	struct pollfd fd = { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };

	poll(fd.fd < 0 ? NULL : &fd, fd.fd >= 0, fd.fd < 0 ? 1 : 50);
	gate_mem_closep(&fd.fd);
}

/* A child that closed its output may live on: it is waited for until the deadline, not longer. */
static bool reap_until(struct gate_proc *p, int64_t deadline)
{
	pid_t got = 0;

	while (p->started && !p->ended) {
		got = waitpid(p->pid, &p->status, WNOHANG);
		if (got == p->pid)
			p->ended = true;
		else if (got < 0 && errno != EINTR)
			return false;
		else if (gate_monotonic_ms() >= deadline)
			return false;
		else if (got == 0)
			wait_a_little(p->pid);
	}
	return true;
}

void gate_proc_clear(struct gate_proc *p)
{
	if (!p->started)
		return;
	gate_mem_closep(&p->fd_in);
	gate_mem_closep(&p->fd_out);
	gate_mem_closep(&p->fd_err);
	reap(p, true);
}

static void feed(struct gate_proc *p)
{
	ssize_t w = write(p->fd_in, (const char *)p->in + p->in_done, p->in_len - p->in_done);

	if (w > 0)
		p->in_done += (size_t)w;
	else if (w < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (w <= 0 || p->in_done == p->in_len)
		gate_mem_closep(&p->fd_in); /* EPIPE: the child reads no more; its exit tells the rest */
}

static int drain(struct gate_proc *p, int *fd, struct gate_buf *to, struct gate_err *err)
{
	char discard[4096];
	size_t max = p->max_out ? p->max_out : (size_t)1 << 20;
	char *room = to ? gate_buf_room(to, 65536) : discard;
	ssize_t r;

	if (!room)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	r = read(*fd, room, to ? 65536 : sizeof(discard));
	if (r < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (r <= 0) {
		gate_mem_closep(fd);
		if (to)
			to->s[to->len] = '\0';
		return 0;
	}
	if (to) {
		to->len += (size_t)r;
		to->s[to->len] = '\0';
		if (to->len > max)
			return gate_err_set(err, GATE_E_LIMIT, "%s wrote more than %zu bytes", p->argv[0], max);
	}
	return 0;
}

static bool busy(const struct gate_proc *p)
{
	return p->fd_out >= 0 || p->fd_err >= 0;
}

static int serve_once(struct gate_proc *const *ps, size_t n, int64_t until, struct gate_err *err)
{
	struct pollfd fds[MAX_AT_ONCE * 3];
	struct {
		struct gate_proc *p;
		int kind;
	} of[MAX_AT_ONCE * 3];
	nfds_t count = 0;
	int64_t left = until - gate_monotonic_ms();

	for (size_t i = 0; i < n; i++) {
		int *const all[] = { &ps[i]->fd_in, &ps[i]->fd_out, &ps[i]->fd_err };

		for (int k = 0; k < 3; k++) {
			if (*all[k] < 0)
				continue;
			of[count].p = ps[i];
			of[count].kind = k;
			fds[count++] = (struct pollfd){ .fd = *all[k], .events = k == 0 ? POLLOUT : POLLIN };
		}
	}
	if (poll(fds, count, left < 0 ? 0 : (int)left) < 0 && errno != EINTR)
		return gate_err_errno(err, "poll");
	for (nfds_t i = 0; i < count; i++) {
		struct gate_proc *p = of[i].p;

		if (!fds[i].revents)
			continue;
		if (of[i].kind == 0)
			feed(p);
		else if (drain(p, of[i].kind == 1 ? &p->fd_out : &p->fd_err, of[i].kind == 1 ? p->out : p->errs, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

int gate_proc_wait(struct gate_proc *const *ps, size_t n, int64_t deadline, void (*progress)(void *arg), void *arg,
		   struct gate_err *err)
{
	int64_t next = gate_monotonic_ms() + 5000;
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);

	if (n > MAX_AT_ONCE)
		gate_err_set(err, GATE_E_BUG, "%zu processes at once", n);
	for (size_t i = 0; i < n; i++) {
		if (ps[i]->fd_in >= 0 && ps[i]->in_len == 0)
			gate_mem_closep(&ps[i]->fd_in);
	}
	while (err->code == GATE_OK) {
		int64_t now = gate_monotonic_ms();
		bool any = false;

		for (size_t i = 0; i < n; i++)
			any |= busy(ps[i]);
		if (!any)
			break;
		if (now >= deadline) {
			gate_err_set(err, GATE_E_TIMEOUT, "%s: not done in time", ps[0]->argv[0]);
			break;
		}
		if (now >= next) {
			if (progress)
				progress(arg);
			next = now + 5000;
		}
		serve_once(ps, n, next < deadline ? next : deadline, err);
	}
	for (size_t i = 0; i < n; i++) {
		if (err->code != GATE_OK) {
			gate_proc_clear(ps[i]);
		} else {
			gate_mem_closep(&ps[i]->fd_in);
			if (!reap_until(ps[i], deadline)) {
				gate_err_set(err, GATE_E_TIMEOUT, "%s: not done in time", ps[i]->argv[0]);
				gate_proc_clear(ps[i]);
			}
		}
	}
	signal(SIGPIPE, before == SIG_ERR ? SIG_DFL : before);
	return err->code == GATE_OK ? 0 : -(int)err->code;
}

int gate_proc_run(struct gate_proc *p, int timeout_ms, struct gate_err *err)
{
	struct gate_proc *one = p;

	if (gate_proc_start(p, err) < 0)
		return -(int)err->code;
	return gate_proc_wait(&one, 1, gate_monotonic_ms() + timeout_ms, NULL, NULL, err);
}

int gate_proc_exit(const struct gate_proc *p)
{
	return WIFEXITED(p->status) ? WEXITSTATUS(p->status) : 128 + WTERMSIG(p->status);
}
