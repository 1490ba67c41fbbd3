#include "repo/git2_packidx.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD 8		       /* "\377tOc", version */
#define FANOUT (256 * 4)       /* how many oids begin with at most that byte */
#define TRAILER (2 * GATE_OIDSZ) /* checksums of the pack and of the index */
#define LARGE UINT32_C(0x80000000)

struct gate_packidx {
	uint8_t *s;
	size_t len;
	uint32_t n;
};

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static const uint8_t *oid_at(const struct gate_packidx *x, uint32_t i)
{
	return x->s + HEAD + FANOUT + (size_t)i * GATE_OIDSZ;
}

/* Behind the oids stand a CRC and then an offset for each, then the offsets that need more than 31 bits. */
static size_t offsets_at(uint32_t n)
{
	return HEAD + FANOUT + (size_t)n * (GATE_OIDSZ + 4);
}

static int read_whole(int fd, uint8_t *s, size_t len, struct gate_err *err)
{
	size_t done = 0;

	while (done < len) {
		ssize_t got = pread(fd, s + done, len - done, (off_t)done);

		if (got <= 0)
			return gate_err_set(err, GATE_E_OBJECT, "the index of a pack of the push cannot be read");
		done += (size_t)got;
	}
	return 0;
}

/* What the file says about itself must fit its length. */
static bool well_formed(const struct gate_packidx *x)
{
	size_t least = offsets_at(x->n) + (size_t)x->n * 4 + TRAILER;

	if (x->len < least || (x->len - least) % 8)
		return false;
	for (size_t i = 1; i < 256; i++) {
		if (be32(x->s + HEAD + 4 * i) < be32(x->s + HEAD + 4 * (i - 1)))
			return false;
	}
	for (uint32_t i = 0; i < x->n; i++) {
		uint32_t o = be32(x->s + offsets_at(x->n) + (size_t)i * 4);

		if ((o & LARGE) && least + ((size_t)(o & ~LARGE) + 1) * 8 > x->len)
			return false;
	}
	return true;
}

static int load(int fd, uint32_t max, struct gate_packidx *x, bool *usable, struct gate_err *err)
{
	struct stat st;
	int rc;

	*usable = false;
	if (fstat(fd, &st) < 0 || st.st_size < HEAD + FANOUT + TRAILER)
		return gate_err_set(err, GATE_E_OBJECT, "the index of a pack of the push is too short");
	if ((uint64_t)st.st_size > (uint64_t)max * (GATE_OIDSZ + 16) + HEAD + FANOUT + TRAILER)
		return 0;
	x->len = (size_t)st.st_size;
	x->s = malloc(x->len);
	if (!x->s)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	rc = read_whole(fd, x->s, x->len, err);
	if (rc < 0 || memcmp(x->s, "\377tOc\0\0\0\2", HEAD) != 0)
		return rc;
	x->n = be32(x->s + HEAD + FANOUT - 4);
	*usable = x->n <= max;
	if (*usable && !well_formed(x))
		return gate_err_set(err, GATE_E_OBJECT, "the index of a pack of the push is damaged");
	return 0;
}

int gate_packidx_open(int dir, const char *name, uint32_t max, struct gate_packidx **out, struct gate_err *err)
{
	struct gate_packidx *x = calloc(1, sizeof(*x));
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC), rc;
	bool usable = false;

	*out = NULL;
	if (!x)
		rc = gate_err_set(err, GATE_E_NOMEM, "out of memory");
	else if (fd < 0)
		rc = gate_err_set(err, GATE_E_OBJECT, "the index of a pack of the push cannot be opened");
	else
		rc = load(fd, max, x, &usable, err);
	if (fd >= 0)
		close(fd);
	if (rc < 0 || !usable)
		gate_packidx_free(x);
	else
		*out = x;
	return rc;
}

void gate_packidx_free(struct gate_packidx *x)
{
	if (x)
		free(x->s);
	free(x);
}

uint32_t gate_packidx_count(const struct gate_packidx *x)
{
	return x->n;
}

void gate_packidx_oid(const struct gate_packidx *x, uint32_t i, struct gate_oid *oid)
{
	memcpy(oid->b, oid_at(x, i), GATE_OIDSZ);
}

uint64_t gate_packidx_offset(const struct gate_packidx *x, uint32_t i)
{
	const uint8_t *offsets = x->s + offsets_at(x->n);
	uint32_t o = be32(offsets + (size_t)i * 4);
	const uint8_t *large = offsets + (size_t)x->n * 4 + (size_t)(o & ~LARGE) * 8;

	return o & LARGE ? (uint64_t)be32(large) << 32 | be32(large + 4) : o;
}

bool gate_packidx_find(const struct gate_packidx *x, const struct gate_oid *oid, uint64_t *offset)
{
	const uint8_t *fan = x->s + HEAD;
	uint32_t low = oid->b[0] ? be32(fan + 4 * (oid->b[0] - 1)) : 0, high = be32(fan + 4 * (size_t)oid->b[0]);

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int order = memcmp(oid_at(x, mid), oid->b, GATE_OIDSZ);

		if (order == 0) {
			*offset = gate_packidx_offset(x, mid);
			return true;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}
