#include "base/zip.h"

#include "base/str.h"

#include <minizip/unzip.h>

#define NAME_MAX_BYTES 1024

static int fail(struct gate_err *err, const char *name, const char *what)
{
	gate_autofree char *safe = gate_escape_dup(name, strlen(name));

	return gate_err_set(err, GATE_E_SYNTAX, "%s: %s", safe ? safe : "an archive", what);
}

/* The open file's bytes; its length and CRC are what the archive says, or it is an error. */
static int read_file(unzFile z, const char *name, size_t len, struct gate_buf *out, struct gate_err *err)
{
	char *room;
	size_t done = 0;
	int got = 1, rc = 0;

	gate_buf_reset(out);
	room = gate_buf_room(out, len + 1);
	if (!room)
		return gate_buf_check(out, err);
	if (unzOpenCurrentFile(z) != UNZ_OK)
		return fail(err, name, "cannot be unpacked");
	while (done <= len && got > 0) {
		got = unzReadCurrentFile(z, room + done, (unsigned)(len + 1 - done));
		done += got > 0 ? (size_t)got : 0;
	}
	if (got < 0 || done != len)
		rc = fail(err, name, "is not as long as the archive says");
	if (unzCloseCurrentFile(z) != UNZ_OK && rc == 0)
		rc = fail(err, name, "is damaged in the archive");
	out->len = rc == 0 ? len : 0;
	return rc;
}

static int one_file(unzFile z, const char *ending, size_t max, struct gate_buf *bytes, gate_zip_fn *fn, void *arg, struct gate_err *err)
{
	char name[NAME_MAX_BYTES + 1] = "";
	unz_file_info64 info;
	int rc;

	if (unzGetCurrentFileInfo64(z, &info, name, NAME_MAX_BYTES, NULL, 0, NULL, 0) != UNZ_OK)
		return gate_err_set(err, GATE_E_SYNTAX, "the list of files is damaged");
	if (!gate_ends_with(name, ending))
		return 0;
	if (info.uncompressed_size > max)
		return fail(err, name, "is larger than is read");
	rc = read_file(z, name, (size_t)info.uncompressed_size, bytes, err);
	return rc == 0 ? fn(arg, name, gate_buf_cstr(bytes), bytes->len, err) : rc;
}

int gate_zip_each(const char *path, const char *ending, size_t max, gate_zip_fn *fn, void *arg, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf bytes = { 0 };
	unzFile z = unzOpen64(path);
	int at, rc = 0;

	if (!z)
		return fail(err, path, "no zip archive that can be read");
	for (at = unzGoToFirstFile(z); rc == 0 && at == UNZ_OK; at = unzGoToNextFile(z))
		rc = one_file(z, ending, max, &bytes, fn, arg, err);
	unzClose(z);
	if (rc == 0 && at != UNZ_END_OF_LIST_OF_FILE)
		rc = fail(err, path, "the list of files in it is damaged");
	return rc;
}
