#include "gate/inflight.h"

#include "base/crypto.h"
#include "base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Field 4 of /proc/PID/stat is the parent, field 22 the start time in ticks since boot; the command name before them may hold
 * spaces and brackets, so the line is read from its last ')'. */
static bool process(pid_t pid, pid_t *parent, unsigned long long *start)
{
	char path[64], line[1024];
	const char *p;
	long ppid;
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	n = fread(line, 1, sizeof(line) - 1, f);
	fclose(f);
	line[n] = '\0';
	p = strrchr(line, ')');
	if (!p || sscanf(p + 1, " %*c %ld %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &ppid, start) != 2)
		return false;
	*parent = (pid_t)ppid;
	return true;
}

/* argv of `git receive-pack DIR` or `git-receive-pack DIR`. */
static bool is_receive_pack(pid_t pid)
{
	char path[64], args[4096];
	const char *base;
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%ld/cmdline", (long)pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	n = fread(args, 1, sizeof(args) - 1, f);
	fclose(f);
	args[n] = '\0';
	base = strrchr(args, '/');
	base = base ? base + 1 : args;
	if (strcmp(base, "git-receive-pack") == 0)
		return true;
	if (strcmp(base, "git") != 0)
		return false;
	for (const char *p = args + strlen(args) + 1; p < args + n; p += strlen(p) + 1) {
		if (strcmp(p, "receive-pack") == 0)
			return true;
	}
	return false;
}

/* A hook is the child of receive-pack, or of a dispatcher of the host in between. */
static pid_t receive_pack(unsigned long long *start)
{
	pid_t pid = getppid(), parent;

	for (int up = 0; up < 8 && pid > 1; up++, pid = parent) {
		if (!process(pid, &parent, start))
			break;
		if (is_receive_pack(pid))
			return pid;
	}
	return 0;
}

int gate_inflight_key(char key[64], struct gate_err *err)
{
	unsigned long long start;
	pid_t pid = receive_pack(&start);

	if (pid == 0)
		return gate_err_set(err, GATE_E_DECISION,
				    "no git receive-pack is running this hook, so a decision could not be tied to its push");
	snprintf(key, 64, "%ld-%llu", (long)pid, start);
	return 0;
}

bool gate_inflight_was_given(const char *beginning)
{
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	struct gate_err ignored = { 0 };
	unsigned long long start;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%ld/environ", (long)receive_pack(&start));
	if (gate_read_file(path, (size_t)4 << 20, &text, &ignored) < 0)
		return true;
	for (const char *p = gate_buf_cstr(&text), *end = p + text.len; p < end; p += strlen(p) + 1) {
		if (gate_starts_with(p, beginning))
			return true;
	}
	return false;
}

static void token_name(const char *ref, const char *old, const char *new, char name[33])
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	char hex[GATE_SHA256_HEX];

	gate_buf_fmt(&b, "%s%c%s%c%s", ref, '\0', old, '\0', new);
	gate_sha256_hex(gate_buf_cstr(&b), b.len, hex);
	memcpy(name, hex, 32);
	name[32] = '\0';
}

static int put_file(const char *dir, const char *name, const char *p, size_t n, struct gate_err *err)
{
	gate_autofree char *path = gate_fmt("%s/%s", dir, name);
	gate_autoclose int fd = path ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;

	if (fd < 0)
		return gate_err_errno(err, "refgate/inflight/%s", name);
	return gate_write_all(fd, p, n, err);
}

int gate_inflight_begin(const struct gate_server *s, const char *key, const struct gate_changes *accepted, struct gate_err *err)
{
	gate_autofree char *dir = gate_fmt("%s/inflight/%s", s->repo.gate, key);

	if (!dir)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (mkdir(dir, 0700) < 0) {
		if (errno != EEXIST || gate_remove_tree(dir, err) < 0 || mkdir(dir, 0700) < 0)
			return gate_err_errno(err, "%s", dir);
	}
	for (size_t i = 0; i < accepted->n; i++) {
		char name[33];

		token_name(accepted->v[i].ref, accepted->v[i].old, accepted->v[i].new, name);
		if (put_file(dir, name, s->policy_tree, GATE_HEXSZ, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

int gate_inflight_put(const struct gate_server *s, const char *key, const char *name, const char *text, size_t len,
		      struct gate_err *err)
{
	gate_autofree char *dir = gate_fmt("%s/inflight/%s", s->repo.gate, key);

	return dir ? put_file(dir, name, text, len, err) : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

bool gate_inflight_has(const struct gate_server *s, const char *key, const char *name)
{
	gate_autofree char *path = gate_fmt("%s/inflight/%s/%s", s->repo.gate, key, name);

	return path && gate_file_exists(path);
}

bool gate_inflight_taken(const struct gate_server *s, const char *key, const char *ref, const char *old, const char *new)
{
	char name[33];
	gate_autofree char *spent = NULL;

	token_name(ref, old, new, name);
	spent = gate_fmt("%s.spent", name);
	return spent && gate_inflight_has(s, key, spent);
}

int gate_inflight_get(const struct gate_server *s, const char *key, const char *name, struct gate_buf *out, struct gate_err *err)
{
	gate_autofree char *path = gate_fmt("%s/inflight/%s/%s", s->repo.gate, key, name);

	if (!path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (!gate_file_exists(path))
		return gate_err_set(err, GATE_E_DECISION, "no decision of this push is known; push again");
	return gate_read_file(path, (size_t)64 << 20, out, err);
}

int gate_inflight_take(const struct gate_server *s, const char *key, const char *ref, const char *old, const char *new,
		       char policy[GATE_HEXSZ + 1], struct gate_err *err)
{
	gate_autofree char *from = NULL, *to = NULL;
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	char name[33];

	token_name(ref, old, new, name);
	from = gate_fmt("%s/inflight/%s/%s", s->repo.gate, key, name);
	to = gate_fmt("%s/inflight/%s/%s.spent", s->repo.gate, key, name);
	if (!from || !to)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (rename(from, to) < 0)
		return gate_err_set(err, GATE_E_DECISION, "no decision of this push lets %s move; push again", ref);
	if (gate_read_file(to, 128, &b, err) < 0)
		return -(int)err->code;
	if (sscanf(gate_buf_cstr(&b), "%40s", policy) != 1)
		return gate_err_set(err, GATE_E_DECISION, "the decision about %s is damaged; push again", ref);
	return 0;
}

void gate_inflight_drop(const struct gate_server *s, const char *key)
{
	gate_autofree char *dir = gate_fmt("%s/inflight/%s", s->repo.gate, key);
	struct gate_err ignored = { 0 };

	if (dir)
		gate_remove_tree(dir, &ignored);
}

static void sweep(const struct gate_server *s, const char *where, gate_inflight_lost_fn *lost, void *arg)
{
	gate_autofree char *path = gate_server_path(s, where);
	DIR *d = path ? opendir(path) : NULL;
	const struct dirent *e;

	while (d && (e = readdir(d))) {
		long pid;
		unsigned long long start, now;
		pid_t parent;

		if (sscanf(e->d_name, "%ld-%llu", &pid, &start) != 2)
			continue;
		if (!process((pid_t)pid, &parent, &now) || now != start) {
			gate_autofree char *old = gate_fmt("%s/%s", path, e->d_name);
			struct gate_err ignored = { 0 };

			if (lost)
				lost(s, e->d_name, arg);
			if (old)
				gate_remove_tree(old, &ignored);
		}
	}
	if (d)
		closedir(d);
}

int gate_inflight_serve_put(const struct gate_server *s, const char *actor, struct gate_err *err)
{
	unsigned long long start;
	gate_autofree char *dir = gate_server_path(s, "serve");
	gate_autofree char *path = NULL;
	pid_t parent;

	if (!process(getpid(), &parent, &start))
		return gate_err_set(err, GATE_E_IDENTITY, "/proc is not readable");
	path = gate_fmt("%s/%ld-%llu", dir ? dir : "", (long)getpid(), start);
	if (!dir || !path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (gate_mkdirs(dir, 0700, err) < 0)
		return -(int)err->code;
	sweep(s, "serve", NULL, NULL); /* a connection that pushed nothing started no hook to clear up behind it */
	return gate_write_file(path, actor, strlen(actor), 0600, false, err);
}

void gate_inflight_serve_get(const struct gate_server *s, char *actor, size_t size)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err ignored = { 0 };
	gate_autofree char *path = NULL;
	char key[64];

	actor[0] = '\0';
	if (gate_inflight_key(key, &ignored) < 0)
		return;
	path = gate_fmt("%s/serve/%s", s->repo.gate, key);
	if (path && gate_read_file(path, 1024, &b, &ignored) == 0 && strlen(gate_buf_cstr(&b)) == b.len)
		gate_copy(actor, size, gate_buf_cstr(&b));
}

void gate_inflight_serve_drop(const struct gate_server *s)
{
	gate_autofree char *path = NULL;
	struct gate_err ignored = { 0 };
	char key[64];

	if (gate_inflight_key(key, &ignored) < 0)
		return;
	path = gate_fmt("%s/serve/%s", s->repo.gate, key);
	if (path)
		unlink(path);
}

void gate_inflight_sweep(const struct gate_server *s, gate_inflight_lost_fn *lost, void *arg)
{
	sweep(s, "inflight", lost, arg);
	sweep(s, "serve", NULL, NULL);
}
