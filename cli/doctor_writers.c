/* Who may write where a writer passes the hooks: doctor's probe of the local path (HOLES 26). */
#include "base/io.h"
#include "cli/doctor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define PLACES_MAX 100000
#define NOBODY 65534

/* ---- the places ---- */

/* Objects of a fan-out folder are many and named by their content; the folder tells enough. */
static bool goes_below(const struct gate_repo *r, const char *dir)
{
	size_t n = strlen(r->objects);

	return strncmp(dir, r->objects, n) != 0 || dir[n] != '/' || strlen(dir + n + 1) != 2;
}

static int list_folder(const struct gate_repo *r, const char *dir, struct gate_strs *all, struct gate_err *err)
{
	DIR *d = goes_below(r, dir) ? opendir(dir) : NULL;
	const struct dirent *e;

	while (d && all->n < PLACES_MAX && (e = readdir(d))) {
		gate_autofree char *path = gate_fmt("%s/%s", dir, e->d_name);

		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 && (!path || gate_strs_add(all, path, err) < 0))
			break;
	}
	if (d)
		closedir(d);
	return err->code == GATE_OK ? 0 : -(int)err->code;
}

/* Everything of the repository, the folders first found are read first. Links are told, not followed. */
static int list_repository(const struct gate_repo *r, struct gate_strs *all, struct gate_err *err)
{
	if (gate_strs_add(all, r->dir, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < all->n; i++) {
		struct stat st;

		if (lstat(all->v[i], &st) == 0 && S_ISDIR(st.st_mode) && list_folder(r, all->v[i], all, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

/* Who may write a folder above replaces what is in it, unless the sticky bit keeps others' things. */
static int list_above(const char *path, struct gate_strs *all, struct gate_err *err)
{
	gate_autofree char *up = strdup(path);
	char *slash;
	struct stat st;

	while (up && (slash = strrchr(up, '/')) && slash != up) {
		*slash = '\0';
		if (stat(up, &st) == 0 && !(st.st_mode & S_ISVTX) && gate_strs_add_new(all, up, err) < 0)
			return -(int)err->code;
	}
	return up ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

static int list_places(const struct gate_doctor *d, struct gate_strs *all, struct gate_err *err)
{
	const char *exe = gate_config_get(&d->server.config, "refgate.exe", "");

	if (list_repository(&d->server.repo, all, err) < 0 || list_above(d->server.repo.dir, all, err) < 0)
		return -(int)err->code;
	return *exe == '/' && (gate_strs_add(all, exe, err) < 0 || list_above(exe, all, err) < 0) ? -(int)err->code : 0;
}

/* ---- who ---- */

/* A process of its own becomes the other account and asks the kernel; a byte a place comes back. */
static bool ask_as(uid_t uid, gid_t gid, const struct gate_strs *places, char *may)
{
	int fd[2];
	pid_t pid;
	gate_auto(gate_buf) struct gate_buf got = { 0 };
	struct gate_err err = { 0 };
	int status = 1;

	if (pipe2(fd, O_CLOEXEC) < 0)
		return false;
	pid = fork();
	if (pid == 0) {
		if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
			_exit(1);
		for (size_t i = 0; i < places->n; i++)
			may[i] = faccessat(AT_FDCWD, places->v[i], W_OK, AT_EACCESS) == 0;
		_exit(gate_write_all(fd[1], may, places->n, &err) < 0);
	}
	close(fd[1]);
	if (pid > 0)
		gate_read_all(fd[0], places->n, &got, "probe", &err);
	close(fd[0]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0 || got.len != places->n)
		return false;
	memcpy(may, gate_buf_cstr(&got), got.len);
	return true;
}

/* Only root can be somebody else: for others the mode bits tell, without ACLs. */
static bool bits_allow(const char *path, gid_t gid)
{
	gate_autofree char *up = strdup(path);
	mode_t want = 02;
	struct stat st;

	while (up) {
		char *slash = strrchr(up, '/');

		if (stat(*up ? up : "/", &st) < 0 || S_ISLNK(st.st_mode) || !(st.st_mode & (st.st_gid == gid ? want << 3 : want)))
			return false;
		if (!*up || !slash)
			return true;
		*slash = '\0';
		want = 01; /* of each folder above: to go through it */
	}
	return false;
}

static bool look(uid_t uid, gid_t gid, const struct gate_strs *places, char *may)
{
	if (geteuid() == 0)
		return ask_as(uid, gid, places, may);
	for (size_t i = 0; i < places->n; i++)
		may[i] = bits_allow(places->v[i], gid);
	return true;
}

/* ---- rows ---- */

static size_t list_writable(const struct gate_strs *places, const char *may, struct gate_buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < places->n; i++) {
		if (may[i] && n++ < 3)
			gate_buf_fmt(b, "%s%s", n == 1 ? "writable: " : ", ", places->v[i]);
	}
	if (n > 3)
		gate_buf_fmt(b, ", %zu in all", n);
	if (n == 0)
		gate_buf_fmt(b, "%zu places, none is writable", places->n);
	return n;
}

static void others(struct gate_doctor *d, const char *name, const char *tried, uid_t uid, gid_t gid, const struct gate_strs *places)
{
	gate_autofree char *may = calloc(places->n + 1, 1);
	gate_auto(gate_buf) struct gate_buf found = { 0 };
	bool open;

	if (!may || !look(uid, gid, places, may)) {
		gate_doctor_row(d, GATE_GRADE_WARN, name, tried, "could not be tried", "run doctor as root where processes may change their account");
		return;
	}
	open = list_writable(places, may, &found);
	gate_doctor_row(d, open ? GATE_GRADE_BAD : GATE_GRADE_OK, name, tried, gate_buf_cstr(&found),
			open ? "whoever writes there pushes around the hooks: `chmod go-w` these; pushers go through `refgate serve`" : NULL);
}

static void own_account(struct gate_doctor *d, const struct stat *repo, const struct gate_strs *places)
{
	gate_autofree char *may = calloc(places->n + 1, 1);
	gate_auto(gate_buf) struct gate_buf found = { 0 };

	if (repo->st_uid == geteuid() || geteuid() == 0) {
		gate_doctor_row(d, GATE_GRADE_NOTE, "local: the owner", NULL,
				"who runs programs as the owner of the repository (or as root) needs no hooks to move a ref; no pusher may have a shell "
				"of that account", NULL);
		return;
	}
	for (size_t i = 0; may && i < places->n; i++)
		may[i] = faccessat(AT_FDCWD, places->v[i], W_OK, AT_EACCESS) == 0;
	if (may && list_writable(places, may, &found))
		gate_doctor_row(d, GATE_GRADE_BAD, "local: this account", "writing as the present account", gate_buf_cstr(&found),
				"it is not the owner; `chmod go-w` these, and look for ACLs with getfacl");
	else
		gate_doctor_row(d, GATE_GRADE_OK, "local: this account", "writing as the present account", gate_buf_cstr(&found), NULL);
}

void gate_doctor_writers(struct gate_doctor *d)
{
	gate_auto(gate_strs) struct gate_strs places = { 0 }, shared = { 0 };
	const char *how = geteuid() == 0 ? "writing as an account without rights (uid 65534)" : "the mode bits, for an account without rights";
	const char *how_group = geteuid() == 0 ? "writing as a member of the repository's group" : "the mode bits, for the repository's group";
	struct gate_err err = { 0 };
	struct stat st;
	uid_t uid;

	if (stat(d->server.repo.dir, &st) < 0 || list_places(d, &places, &err) < 0 || gate_repo_alternates(&d->server.repo, &shared, &err) < 0) {
		gate_doctor_row(d, GATE_GRADE_BAD, "local", "listing the repository", err.code ? err.text : strerror(errno), NULL);
		return;
	}
	if (places.n >= PLACES_MAX)
		gate_doctor_row(d, GATE_GRADE_NOTE, "local", NULL, "the repository has more than 100000 files; only the first were looked at", NULL);
	uid = st.st_uid == NOBODY ? NOBODY - 1 : NOBODY;
	own_account(d, &st, &places);
	others(d, "local: other accounts", how, uid, (gid_t)uid, &places);
	others(d, "local: the group", how_group, uid, st.st_gid, &places);
	if (shared.n)
		others(d, "local: alternates", how, uid, (gid_t)uid, &shared);
}
