#include "audit/log_state.h"

#include "base/msg.h"

#include <errno.h>
#include <fcntl.h>

#define MAGIC "refgate/log-state/1"
#define BOOT_ID "/proc/sys/kernel/random/boot_id"

void gate_boot_now(struct gate_boot *b)
{
	gate_autoclose int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, b->id, sizeof(b->id)) != (ssize_t)sizeof(b->id))
		memset(b, 0, sizeof(*b));
}

bool gate_boot_same(const struct gate_boot *a, const struct gate_boot *b)
{
	static const struct gate_boot unknown;

	return memcmp(a, b, sizeof(*a)) == 0 || memcmp(a, &unknown, sizeof(*a)) == 0 ||
	       memcmp(b, &unknown, sizeof(*b)) == 0;
}

static void put_mark(struct gate_buf *b, const struct gate_log_mark *m)
{
	gate_msg_put_u64(b, m->offset);
	gate_msg_put_u64(b, m->tree.size);
	for (unsigned l = 0; l < GATE_TREE_LEVELS; l++) {
		if (m->tree.size >> l & 1)
			gate_buf_add(b, m->tree.node[l], 32);
	}
}

static void take(struct gate_msg *m, void *to, size_t n)
{
	if (m->bad || m->left < n) {
		m->bad = true;
		return;
	}
	memcpy(to, m->p, n);
	m->p += n;
	m->left -= n;
}

static void take_mark(struct gate_msg *m, struct gate_log_mark *mark)
{
	mark->offset = gate_msg_u64(m);
	mark->tree.size = gate_msg_u64(m);
	if (mark->tree.size >> GATE_TREE_LEVELS)
		m->bad = true;
	for (unsigned l = 0; l < GATE_TREE_LEVELS && !m->bad; l++) {
		if (mark->tree.size >> l & 1)
			take(m, mark->tree.node[l], 32);
	}
}

/* A slot: u32 length of the content, content, SHA-256 of the content. */
static bool slot_parse(const char *p, struct gate_log_state *s)
{
	struct gate_msg m = { .p = p, .left = GATE_STATE_SLOT };
	char magic[sizeof(MAGIC)];
	uint8_t sum[32];
	size_t len;
	const char *content = gate_msg_bytes(&m, GATE_STATE_SLOT - 4 - sizeof(sum), &len);

	if (!content || len == 0 || m.left < sizeof(sum))
		return false;
	gate_sha256(content, len, sum);
	if (memcmp(sum, m.p, sizeof(sum)) != 0)
		return false;
	m = (struct gate_msg){ .p = content, .left = len };
	gate_msg_str(&m, magic, sizeof(magic));
	s->gen = gate_msg_u64(&m);
	gate_msg_str(&m, s->origin, sizeof(s->origin));
	take(&m, &s->boot, sizeof(s->boot));
	take_mark(&m, &s->now);
	take_mark(&m, &s->synced);
	s->unit_len = gate_msg_u64(&m);
	take(&m, s->unit, sizeof(s->unit));
	take(&m, &s->owed, sizeof(s->owed));
	return gate_msg_done(&m) && strcmp(magic, MAGIC) == 0 && gate_origin_valid(s->origin) &&
	       s->synced.offset <= s->now.offset && s->synced.tree.size <= s->now.tree.size;
}

bool gate_log_state_load(int fd, struct gate_log_state *s)
{
	char raw[GATE_STATE_SIZE];
	struct gate_log_state other;

	/* A reader without the lock may meet both slots half-written; the writer is done in microseconds. */
	for (int attempt = 0; attempt < 3; attempt++) {
		ssize_t n = pread(fd, raw, sizeof(raw), 0);
		bool a, b;

		if (n <= 0)
			return false;
		memset(raw + n, 0, sizeof(raw) - (size_t)n);
		a = slot_parse(raw, s);
		b = slot_parse(raw + GATE_STATE_SLOT, &other);
		if (b && (!a || other.gen > s->gen))
			*s = other;
		if (a || b)
			return true;
	}
	return false;
}

int gate_log_state_save(int fd, struct gate_log_state *s, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 }, slot = { 0 };
	uint8_t sum[32];
	ssize_t n;

	s->gen++;
	gate_msg_put_str(&b, MAGIC);
	gate_msg_put_u64(&b, s->gen);
	gate_msg_put_str(&b, s->origin);
	gate_buf_add(&b, &s->boot, sizeof(s->boot));
	put_mark(&b, &s->now);
	put_mark(&b, &s->synced);
	gate_msg_put_u64(&b, s->unit_len);
	gate_buf_add(&b, s->unit, sizeof(s->unit));
	gate_buf_add(&b, &s->owed, sizeof(s->owed));
	gate_sha256(gate_buf_cstr(&b), b.len, sum);
	gate_msg_put_bytes(&slot, gate_buf_cstr(&b), b.len);
	gate_buf_add(&slot, sum, sizeof(sum));
	if (gate_buf_check(&b, err) < 0 || gate_buf_check(&slot, err) < 0)
		return -(int)err->code;
	if (slot.len > GATE_STATE_SLOT)
		return gate_err_set(err, GATE_E_BUG, "the log's state does not fit its slot");
	do
		n = pwrite(fd, slot.s, slot.len, (off_t)(s->gen & 1) * GATE_STATE_SLOT);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return gate_err_errno(err, "state: write");
	return (size_t)n == slot.len ? 0 : gate_err_set(err, GATE_E_FULL, "state: short write");
}

void gate_log_state_checkpoint(const struct gate_log_state *s, struct gate_checkpoint *cp)
{
	memcpy(cp->origin, s->origin, sizeof(cp->origin));
	cp->size = s->now.tree.size;
	gate_tree_root(&s->now.tree, cp->root);
}

static int digest(int fd, uint64_t from, uint64_t len, uint8_t out[32], struct gate_err *err)
{
	struct gate_sha256 h;
	char block[16384];

	gate_sha256_init(&h);
	while (len > 0) {
		ssize_t n = pread(fd, block, len < sizeof(block) ? (size_t)len : sizeof(block), (off_t)from);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return gate_err_errno(err, "log.jsonl: read");
		gate_sha256_update(&h, block, (size_t)n);
		from += (uint64_t)n;
		len -= (uint64_t)n;
	}
	gate_sha256_final(&h, out);
	return 0;
}

int gate_log_tail(int log, uint64_t size, const struct gate_log_state *s, enum gate_log_tail *out,
		  struct gate_err *err)
{
	uint64_t tail = size - s->now.offset;
	uint8_t sum[32];

	*out = tail == 0 ? GATE_TAIL_NONE : tail < s->unit_len ? GATE_TAIL_PART : GATE_TAIL_FOREIGN;
	if (tail == 0 || tail != s->unit_len)
		return 0;
	if (digest(log, s->now.offset, tail, sum, err) < 0)
		return -(int)err->code;
	*out = memcmp(sum, s->unit, sizeof(sum)) == 0 ? GATE_TAIL_UNIT : GATE_TAIL_FOREIGN;
	return 0;
}
