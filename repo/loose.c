#include "repo/loose.h"

#include "base/crypto.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <sha1.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define HEAD_MAX 32 /* "commit 18446744073709551615" and the NUL */

static void name_of(const struct gate_buf *whole, char oid[GATE_HEXSZ + 1])
{
	uint8_t sum[SHA1_DIGEST_LENGTH];
	SHA1_CTX c;

	SHA1Init(&c);
	SHA1Update(&c, (const uint8_t *)gate_buf_cstr(whole), whole->len);
	SHA1Final(sum, &c);
	gate_hex(sum, sizeof(sum), oid);
}

static char *path_of(const struct gate_repo *r, const char *oid)
{
	return gate_fmt("%s/%.2s/%s", r->objects, oid, oid + 2);
}

/* ---- writing ---- */

static int deflate_all(const struct gate_buf *in, struct gate_buf *out, struct gate_err *err)
{
	uLong room = compressBound(in->len);
	gate_autofree Bytef *z = malloc(room);

	if (!z || compress2(z, &room, (const Bytef *)gate_buf_cstr(in), in->len, Z_BEST_SPEED) != Z_OK)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	gate_buf_add(out, z, room);
	return gate_buf_check(out, err);
}

/* git's own name for a file that is not yet an object: `git gc` removes what a crash leaves. */
static int write_aside(const struct gate_repo *r, const char *oid, const struct gate_buf *z, char **path, struct gate_err *err)
{
	gate_autofree char *dir = gate_fmt("%s/%.2s", r->objects, oid);
	char *tmp = gate_fmt("%s/%.2s/tmp_obj_XXXXXX", r->objects, oid);
	gate_autoclose int fd = -1;

	*path = tmp;
	if (!dir || !tmp)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (mkdir(dir, 0777) < 0 && errno != EEXIST)
		return gate_err_errno(err, "%s", dir);
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0) {
		gate_err_errno(err, "%s", tmp);
		free(tmp);
		*path = NULL;
		return -(int)err->code;
	}
	if (gate_write_all(fd, z->s, z->len, err) < 0)
		return gate_err_wrap(err, "%s", tmp);
	if (fchmod(fd, 0444) < 0 || (r->sync_objects && fsync(fd) < 0))
		return gate_err_errno(err, "%s", tmp);
	return 0;
}

int gate_loose_write(const struct gate_repo *r, const char *type, const void *p, size_t n, char oid[GATE_HEXSZ + 1], struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf whole = { 0 }, z = { 0 };
	gate_autofree char *path = NULL, *tmp = NULL;

	gate_buf_fmt(&whole, "%s %zu%c", type, n, '\0');
	gate_buf_add(&whole, p, n);
	if (gate_buf_check(&whole, err) < 0)
		return -(int)err->code;
	name_of(&whole, oid);
	path = path_of(r, oid);
	if (!path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (utimensat(AT_FDCWD, path, NULL, 0) == 0)
		return 0;
	if (deflate_all(&whole, &z, err) == 0 && write_aside(r, oid, &z, &tmp, err) == 0 && rename(tmp, path) < 0)
		gate_err_errno(err, "%s", path);
	if (err->code == GATE_OK)
		return 0;
	if (tmp)
		unlink(tmp);
	return -(int)err->code;
}

/* ---- reading ---- */

/* Inflates the whole file; at most max bytes of content behind the header. */
static bool inflate_all(const struct gate_buf *z, size_t max, struct gate_buf *out)
{
	z_stream s = { .next_in = (Bytef *)(uintptr_t)z->s, .avail_in = (uInt)z->len };
	Bytef chunk[16384];
	int rc = Z_OK;

	if (z->len > UINT32_MAX || inflateInit(&s) != Z_OK)
		return false;
	while (rc == Z_OK && out->len <= max + HEAD_MAX && !out->failed) {
		s.next_out = chunk;
		s.avail_out = sizeof(chunk);
		rc = inflate(&s, Z_NO_FLUSH);
		gate_buf_add(out, chunk, sizeof(chunk) - s.avail_out);
		/* A stream cut short makes no progress: no further turn of this loop would. */
		if (rc == Z_OK && s.avail_in == 0 && s.avail_out != 0)
			rc = Z_BUF_ERROR;
	}
	inflateEnd(&s);
	return rc == Z_STREAM_END && s.avail_in == 0 && !out->failed;
}

bool gate_loose_read(const struct gate_repo *r, const char *oid, const char *type, size_t max, struct gate_buf *out)
{
	gate_auto(gate_buf) struct gate_buf z = { 0 }, whole = { 0 };
	gate_autofree char *path = gate_is_oid(oid) ? path_of(r, oid) : NULL;
	struct gate_err ignored = { 0 };
	char own[GATE_HEXSZ + 1], head[HEAD_MAX];
	size_t body;

	if (!path || gate_read_file(path, max + compressBound(max) + HEAD_MAX, &z, &ignored) < 0 || !inflate_all(&z, max, &whole))
		return false;
	name_of(&whole, own);
	body = whole.len ? strnlen(whole.s, whole.len) + 1 : 0;
	if (strcmp(own, oid) != 0 || body == 0 || body > whole.len || whole.len - body > max)
		return false;
	snprintf(head, sizeof(head), "%s %zu", type, whole.len - body);
	if (strcmp(head, whole.s) != 0)
		return false;
	gate_buf_add(out, whole.s + body, whole.len - body);
	return !out->failed;
}
