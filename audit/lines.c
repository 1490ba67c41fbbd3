#include "audit/lines.h"

#include "base/json.h"
#include "base/num.h"

#include <errno.h>
#include <inttypes.h>

#define BLOCK ((size_t)256 << 10)
#define HEAD "{\"v\":1,\"seq\":"
#define TS ",\"ts\":\""

_Static_assert(BLOCK > GATE_LOG_LINE_MAX + 1, "a block holds any line");

void gate_lines_clear(struct gate_lines *l)
{
	free(l->buf);
	l->buf = NULL;
	l->start = l->end = 0;
}

/* Moves the unread bytes to the front and reads on. 0 at the limit or the end of the file. */
static int fill(struct gate_lines *l, struct gate_err *err)
{
	uint64_t at;
	size_t want;
	ssize_t r;

	if (!l->buf && !(l->buf = malloc(BLOCK)))
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	memmove(l->buf, l->buf + l->start, l->end - l->start);
	l->end -= l->start;
	l->start = 0;
	at = l->pos + l->end;
	want = BLOCK - l->end;
	if (at >= l->limit || want == 0)
		return 0;
	if (want > l->limit - at)
		want = (size_t)(l->limit - at);
	do
		r = pread(l->fd, l->buf + l->end, want, (off_t)at);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return gate_err_errno(err, "log.jsonl: read");
	l->end += (size_t)r;
	return r > 0;
}

int gate_lines_next(struct gate_lines *l, const char **line, size_t *len, struct gate_err *err)
{
	size_t seen = 0;

	for (;;) {
		size_t have = l->end - l->start;
		const char *lf = have > seen ? memchr(l->buf + l->start + seen, '\n', have - seen) : NULL;
		int r;

		if (lf || have > GATE_LOG_LINE_MAX) {
			*line = l->buf + l->start;
			*len = lf ? (size_t)(lf - *line) : (size_t)GATE_LOG_LINE_MAX + 1;
			l->start += *len + (lf != NULL);
			l->pos += *len + (lf != NULL);
			return 1;
		}
		seen = have;
		r = fill(l, err);
		if (r <= 0)
			return r;
	}
}

bool gate_line_seq(const char *line, size_t len, uint64_t *seq)
{
	size_t head = strlen(HEAD), n = 0;

	if (len < head || memcmp(line, HEAD, head) != 0)
		return false;
	while (head + n < len && line[head + n] >= '0' && line[head + n] <= '9')
		n++;
	return gate_parse_u64(line + head, n, seq) && (n == 1 || line[head] != '0');
}

static bool ts_has_form(const char *s)
{
	static const char form[] = "0000-00-00T00:00:00Z";

	for (size_t i = 0; i < sizeof(form) - 1; i++) {
		if (form[i] == '0' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return false;
	}
	return true;
}

/* C0, DEL, and C1 in its UTF-8 form (0xc2 0x80 to 0xc2 0x9f). */
static bool has_control_exact(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c < 0x20 || c == 0x7f ||
		    (c == 0xc2 && i + 1 < len && ((unsigned char)s[i + 1] & 0xe0) == 0x80))
			return true;
	}
	return false;
}

/* Verify runs this over every byte: eight at a time it asks whether one could be a control character. */
static bool has_control(const char *s, size_t len)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	uint64_t hit = 0;
	size_t i;

	for (i = 0; i + 8 <= len; i += 8) {
		uint64_t x, del, c2;

		memcpy(&x, s + i, 8);
		del = x ^ ones * 0x7f;
		c2 = x ^ ones * 0xc2;
		hit |= ((x - ones * 0x20) & ~x) | ((del - ones) & ~del) | ((c2 - ones) & ~c2);
	}
	return (hit & high) != 0 ? has_control_exact(s, len) : has_control_exact(s + i, len - i);
}

bool gate_line_has_form(const char *line, size_t len, uint64_t seq)
{
	char head[64];
	size_t n = (size_t)snprintf(head, sizeof(head), HEAD "%" PRIu64 TS, seq);

	return len <= GATE_LOG_LINE_MAX && len > n + 22 && memcmp(line, head, n) == 0 && ts_has_form(line + n) &&
	       line[n + 20] == '"' && line[n + 21] == ',' && line[len - 1] == '}' && !has_control(line, len);
}

bool gate_line_is_sound(const char *line, size_t len, uint64_t seq)
{
	struct gate_err ignored = { 0 };
	gate_autojson struct gate_json *j = NULL;

	if (!gate_line_has_form(line, len, seq))
		return false;
	j = gate_json_load(line, len, "line", &ignored);
	return j && gate_json_is_object(j);
}

int gate_lines_walk(int fd, uint64_t limit, bool sound, struct gate_log_mark *m, struct gate_log_watch *watch,
		    size_t n, void (*leaf)(const uint8_t hash[32], void *arg), void *arg, struct gate_err *err)
{
	gate_auto(gate_lines) struct gate_lines l = { .fd = fd, .pos = m->offset, .limit = limit };
	bool (*good)(const char *, size_t, uint64_t) = sound ? gate_line_is_sound : gate_line_has_form;
	uint8_t hash[32];
	const char *line;
	size_t len, at = 0;
	int r;

	for (;;) {
		for (; at < n && watch[at].size <= m->tree.size; at++) {
			watch[at].reached = watch[at].size == m->tree.size;
			watch[at].offset = m->offset;
			if (watch[at].reached)
				gate_tree_root(&m->tree, watch[at].root);
		}
		r = gate_lines_next(&l, &line, &len, err);
		if (r <= 0 || !good(line, len, m->tree.size))
			return r < 0 ? r : 0;
		gate_tree_leaf(line, len, hash);
		if (!gate_tree_push(&m->tree, hash))
			return gate_err_set(err, GATE_E_LIMIT, "log.jsonl: more than 2^%d entries",
					    GATE_TREE_LEVELS);
		m->offset = l.pos;
		if (leaf)
			leaf(hash, arg);
	}
}
