#include "gate/decided.h"

#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define RECENT_BYTES 65536

static int append(const struct gate_server *s, const struct gate_buf *lines, struct gate_err *err)
{
	gate_autofree char *path = gate_server_path(s, "decided");

	if (!path || gate_buf_check(lines, err) < 0)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	return gate_append_lines(path, gate_buf_cstr(lines), lines->len, err);
}

int gate_decided_add(const struct gate_server *s, const struct gate_changes *changes, bool signed_by_persons, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	for (size_t i = 0; i < changes->n; i++) {
		const struct gate_change *c = &changes->v[i];

		if (gate_is_zero_oid(c->new))
			continue;
		gate_buf_fmt(&b, "%s %s\n", c->new, c->ref);
		if (signed_by_persons || c->is_protected)
			gate_buf_fmt(&b, "%s protected %s\n", c->new, c->ref);
	}
	return append(s, &b, err);
}

static int add_line(const char *name, const struct gate_ref *ref, void *arg)
{
	if (ref->kind == GATE_REF_DIRECT)
		gate_buf_fmt(arg, "%s %s\n%s protected %s\n", ref->oid, name, ref->oid, name);
	return 0;
}

int gate_decided_init(const struct gate_server *s, const char *only_ref, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_ref one;

	if (only_ref) {
		if (gate_ref_read(s->refs, only_ref, &one, err) < 0)
			return -(int)err->code;
		add_line(only_ref, &one, &b);
	} else if (gate_refs_each(s->refs, "refs/", add_line, &b, err) < 0) {
		return -(int)err->code;
	}
	return append(s, &b, err);
}

int gate_decided_has(const struct gate_server *s, const char *ref, const char *oid, bool *has, struct gate_err *err)
{
	gate_autofree char *path = gate_server_path(s, "decided");
	gate_autofree char *line = gate_fmt("%s %s\n", oid, ref);
	gate_autoclose int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	struct stat st;
	char *map;
	const char *end;
	size_t n = line ? strlen(line) : 0;

	*has = gate_is_zero_oid(oid);
	if (*has)
		return 0;
	if (!line || fd < 0 || fstat(fd, &st) < 0)
		return gate_err_errno(err, "refgate/decided (run `refgate init` to make it again)");
	if (st.st_size == 0)
		return 0;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return gate_err_errno(err, "refgate/decided");
	/* Newest first: the value a ref stands at was decided lately more often than not. */
	end = map + st.st_size;
	while (!*has && end > map) {
		const char *lf = memrchr(map, '\n', (size_t)(end - 1 - map));
		const char *start = lf ? lf + 1 : map;

		*has = (size_t)(end - start) == n && memcmp(start, line, n) == 0;
		end = start;
	}
	munmap(map, (size_t)st.st_size);
	return 0;
}

/* A held value stands in the same file under a name that no ref has. */
int gate_decided_held(const struct gate_server *s, const char *oid, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	gate_buf_fmt(&b, "%s held\n", oid);
	return append(s, &b, err);
}

int gate_decided_protected(const struct gate_server *s, const char *ref, const char *oid, bool *has, struct gate_err *err)
{
	gate_autofree char *name = gate_fmt("protected %s", ref);

	return name ? gate_decided_has(s, name, oid, has, err) : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

int gate_decided_recent(const struct gate_server *s, struct gate_strs *oids, struct gate_err *err)
{
	gate_autofree char *path = gate_server_path(s, "decided");
	gate_autoclose int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct stat st;
	const char *p;

	if (fd < 0 || fstat(fd, &st) < 0)
		return gate_err_errno(err, "refgate/decided (run `refgate init` to make it again)");
	if (st.st_size > RECENT_BYTES && lseek(fd, -RECENT_BYTES, SEEK_END) < 0)
		return gate_err_errno(err, "refgate/decided");
	if (gate_read_all(fd, 2 * RECENT_BYTES, &b, "refgate/decided", err) < 0)
		return -(int)err->code;
	p = gate_buf_cstr(&b);
	if (st.st_size > RECENT_BYTES)
		p += strcspn(p, "\n") + 1; /* the first line may be half */
	for (; *p; p += strcspn(p, "\n") + 1) {
		char oid[GATE_HEXSZ + 1];

		if (strcspn(p, "\n") <= GATE_HEXSZ || p[GATE_HEXSZ] != ' ') {
			if (!p[strcspn(p, "\n")])
				break;
			continue; /* a line that a crash cut short */
		}
		memcpy(oid, p, GATE_HEXSZ);
		oid[GATE_HEXSZ] = '\0';
		if (gate_is_oid(oid) && gate_strs_add(oids, oid, err) < 0)
			return -(int)err->code;
	}
	return 0;
}
