#include "classifier/text/scan.h"

#include "base/str.h"
#include "classifier/text/scripts.h"

#include <string.h>

const char *gate_uni_id(enum gate_uni kind)
{
	static const char *const ids[] = { "UNI-BIDI", "UNI-TAG", "UNI-VS", "UNI-ZW", "UNI-CTL", "UNI-HOMO" };

	return ids[kind];
}

void gate_uni_hit(struct gate_uni_scan *u, enum gate_uni kind, enum gate_tier tier, size_t at, uint32_t cp)
{
	struct gate_uni_hit *h = &u->out->v[kind];

	if (!h->count || tier > h->tier) {
		h->tier = tier;
		h->offset = at;
		h->cp = cp;
	}
	if (h->count < UINT32_MAX)
		h->count++;
	u->out->any = true;
}

uint32_t gate_uni_before(const struct gate_uni_scan *u, size_t at)
{
	size_t from = at;
	uint32_t cp;

	while (from > 0 && at - from < 4) {
		from--;
		if (((unsigned char)u->s[from] & 0xc0) != 0x80)
			return gate_utf8_next(u->s + from, at - from, &cp) == at - from ? cp : 0;
	}
	return 0;
}

uint32_t gate_uni_behind(const struct gate_uni_scan *u, size_t at)
{
	uint32_t cp;

	return at < u->len && gate_utf8_next(u->s + at, u->len - at, &cp) ? cp : 0;
}

void gate_uni_line(const struct gate_uni_scan *u, size_t at, size_t *from, size_t *to)
{
	const char *start = memrchr(u->s, '\n', at), *end = memchr(u->s + at, '\n', u->len - at);

	*from = start ? (size_t)(start - u->s) + 1 : 0;
	*to = end ? (size_t)(end - u->s) : u->len;
}

#define LANES 16

/* How many bytes from `at` on are ASCII that needs no look: printable, tab, form feed, line ends. Sixteen at a time. */
static size_t clean(const char *s, size_t at, size_t len)
{
	signed char __attribute__((vector_size(LANES))) v, next, bad;
	uint64_t both[2];
	size_t i = at;

	while (i + LANES < len) {
		memcpy(&v, s + i, LANES);
		memcpy(&next, s + i + 1, LANES);
		bad = (v < 32) & (v != '\t') & (v != '\n') & (v != '\f') & (v != '\r');
		bad |= ((v == '\r') & (next != '\n')) | (v == 127);
		memcpy(both, &bad, sizeof(both));
		if (both[0] | both[1])
			break;
		i += LANES;
	}
	while (i < len) {
		unsigned char c = (unsigned char)s[i];

		if (c >= 127 || (c < 32 && c != '\t' && c != '\n' && c != '\f' && !(c == '\r' && i + 1 < len && s[i + 1] == '\n')))
			break;
		i++;
	}
	return i - at;
}

/* A carriage return alone lets a terminal write over the start of the line. A text that knows no other line end is an old one, and at
 * the end of a line it is only one too many. */
static void carriage(struct gate_uni_scan *u, size_t at)
{
	size_t next = at;

	while (next < u->len && u->s[next] == '\r')
		next++;
	if (next == u->len || u->s[next] == '\n')
		return;
	if (!u->lf)
		u->lf = memchr(u->s, '\n', u->len) ? 1 : 2;
	if (u->lf == 1)
		gate_uni_hit(u, GATE_UNI_CTL, GATE_TIER_MEDIUM, at, '\r');
}

static size_t control(struct gate_uni_scan *u, size_t at)
{
	unsigned char c = (unsigned char)u->s[at];
	bool strong = u->place == GATE_PLACE_CODE || u->place == GATE_PLACE_MESSAGE;

	if (c == '\r')
		carriage(u, at);
	else if (c == 0x1b)
		gate_uni_hit(u, GATE_UNI_CTL, strong ? GATE_TIER_HIGH : GATE_TIER_MEDIUM, at, c);
	else if (c != 0x1a || at + 1 < u->len) /* the end mark of old systems */
		gate_uni_hit(u, GATE_UNI_CTL, GATE_TIER_MEDIUM, at, c);
	return 1;
}

/* Characters that nothing is told about, which most texts beyond ASCII are made of. */
static bool plain(uint32_t cp)
{
	return (cp >= 0xa0 && cp <= 0x1c0 && cp != 0xad) || (cp >= 0x3041 && cp <= 0x30ff) || (cp >= 0x3400 && cp <= 0x9fff) ||
	       (cp >= 0xac00 && cp <= 0xd7a3) || (cp >= 0x2010 && cp <= 0x2027);
}

static bool is_foreign(uint32_t cp)
{
	enum gate_script s = gate_script_of(cp);

	return cp == 0x37e || cp == 0x1c3 || (s >= GATE_SCRIPT_GREEK && s <= GATE_SCRIPT_WIDE);
}

static size_t beyond(struct gate_uni_scan *u, size_t at)
{
	uint32_t cp = 0;
	size_t step = gate_utf8_next(u->s + at, u->len - at, &cp);

	if (step == 0)
		return 1;
	if (plain(cp))
		return step;
	if (cp >= 0x80 && cp <= 0x9f) {
		gate_uni_hit(u, GATE_UNI_CTL, cp == 0x9b ? GATE_TIER_HIGH : GATE_TIER_MEDIUM, at, cp);
		return step;
	}
	return is_foreign(cp) ? gate_uni_token(u, at, cp, step) : gate_uni_mark(u, at, cp, step);
}

void gate_uni_scan(const char *s, size_t len, enum gate_place place, bool auth, struct gate_uni_hits *out)
{
	struct gate_uni_scan u = { .s = s, .len = len, .place = place, .auth = auth, .out = out };
	size_t at = 0;

	if (len >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
		at = 3; /* a byte order mark in its place */
	while (at < len) {
		at += clean(s, at, len);
		if (at < len)
			at += (unsigned char)s[at] < 0x80 ? control(&u, at) : beyond(&u, at);
	}
}
