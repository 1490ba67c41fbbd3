/* Characters that are not seen: direction marks, tags, variation selectors, joiners and other things without width. */
#include "classifier/text/scan.h"

#include "base/str.h"
#include "classifier/text/scripts.h"

#include <string.h>

static bool is_bidi(uint32_t cp)
{
	return (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

struct line {
	int embeddings, isolates; /* open */
	bool override, unbalanced, rtl;
};

static void read_line(const struct gate_uni_scan *u, size_t from, size_t to, struct line *l)
{
	for (size_t i = from, step; i < to; i += step) {
		uint32_t cp = 0;

		step = gate_utf8_next(u->s + i, to - i, &cp);
		if (!step) {
			step = 1;
			continue;
		}
		if (cp < 0x590)
			continue;
		l->rtl |= gate_script_of(cp) == GATE_SCRIPT_RTL;
		l->override |= cp == 0x202d || cp == 0x202e;
		if (cp == 0x202a || cp == 0x202b || cp == 0x202d || cp == 0x202e)
			l->embeddings++;
		else if (cp >= 0x2066 && cp <= 0x2068)
			l->isolates++;
		else if (cp == 0x202c)
			l->unbalanced |= --l->embeddings < 0;
		else if (cp == 0x2069)
			l->unbalanced |= --l->isolates < 0;
	}
	l->unbalanced |= l->embeddings != 0 || l->isolates != 0;
}

/* Code has no use for them. Texts in Hebrew or Arabic have: there a line that closes what it opens shows what it says. */
static enum gate_tier bidi_tier(const struct gate_uni_scan *u, const struct line *l)
{
	if (u->place == GATE_PLACE_CODE)
		return GATE_TIER_CRITICAL;
	if (l->override)
		return l->rtl && u->place == GATE_PLACE_TRANSLATION ? GATE_TIER_MEDIUM : GATE_TIER_CRITICAL;
	if (l->rtl || u->place == GATE_PLACE_TRANSLATION)
		return l->unbalanced ? GATE_TIER_MEDIUM : GATE_TIER_LOW;
	return u->place == GATE_PLACE_PROSE && !l->unbalanced ? GATE_TIER_HIGH : GATE_TIER_CRITICAL;
}

static void bidi(struct gate_uni_scan *u, size_t at, uint32_t cp)
{
	struct line l = { 0 };
	size_t from, to;

	if (at < u->bidi_done)
		return;
	gate_uni_line(u, at, &from, &to);
	read_line(u, from, to, &l);
	gate_uni_hit(u, GATE_UNI_BIDI, bidi_tier(u, &l), at, cp);
	u->bidi_done = to;
}

/* The three flags of parts of the United Kingdom are written with tags (Unicode emoji-sequences.txt). */
static size_t tag(struct gate_uni_scan *u, size_t at, uint32_t cp, size_t step)
{
	static const char *const flags[] = { "gbeng", "gbsct", "gbwls" };
	char text[8] = "";
	size_t n = 0, end = at;

	if (gate_uni_before(u, at) == 0x1f3f4) {
		for (uint32_t c; n < 5 && (c = gate_uni_behind(u, end)) > 0xe0020 && c < 0xe007f; end += 4)
			text[n++] = (char)(c - 0xe0000);
		for (size_t i = 0; i < 3; i++) {
			if (strcmp(text, flags[i]) == 0 && gate_uni_behind(u, end) == 0xe007f)
				return end + 4 - at;
		}
	}
	gate_uni_hit(u, GATE_UNI_TAG, GATE_TIER_CRITICAL, at, cp);
	return step;
}

static bool is_selector(uint32_t cp)
{
	return (cp >= 0xfe00 && cp <= 0xfe0f) || (cp >= 0xe0100 && cp <= 0xe01ef);
}

/* Whether Unicode gives this character a variant by this selector, as far as writing goes (StandardizedVariants.txt, IVD). */
static bool varies(uint32_t base, uint32_t selector)
{
	enum gate_script s = gate_script_of(base);

	if (selector >= 0xfe0e && selector <= 0xfe0f)
		return s == GATE_SCRIPT_EMOJI;
	if (selector >= 0xe0100)
		return s == GATE_SCRIPT_HAN;
	return s == GATE_SCRIPT_HAN || (selector == 0xfe00 && (s == GATE_SCRIPT_MATH || s == GATE_SCRIPT_INDIC || base == 0x30));
}

static size_t selector(struct gate_uni_scan *u, size_t at, uint32_t cp, size_t step)
{
	uint32_t base = gate_uni_before(u, at), next;
	size_t end = at + step, n = 1;
	bool same = true;

	while (is_selector(next = gate_uni_behind(u, end))) {
		same &= next == cp;
		end += next >= 0x10000 ? 4 : 3;
		n++;
	}
	if (n == 1 && varies(base, cp))
		return end - at;
	/* the same twice behind an emoji is a slip that says nothing; several different ones are bytes */
	if (n > 2 || !same || (n == 2 && !varies(base, cp)))
		gate_uni_hit(u, GATE_UNI_VS, GATE_TIER_CRITICAL, at, cp);
	else
		gate_uni_hit(u, GATE_UNI_VS, GATE_TIER_MEDIUM, at, cp);
	return end - at;
}

static bool is_word(uint32_t cp)
{
	return (cp >= '0' && cp <= '9') || cp == '_' || cp == '$' || gate_script_of(cp) == GATE_SCRIPT_LATIN;
}

/* Writings that need joiners or marks of direction, or break words without spaces. */
static bool uses_marks(uint32_t cp)
{
	enum gate_script s = gate_script_of(cp);

	return s == GATE_SCRIPT_RTL || s == GATE_SCRIPT_INDIC;
}

static bool in_emoji(uint32_t before, uint32_t behind)
{
	bool left = before == 0xfe0f || (gate_script_of(before) == GATE_SCRIPT_EMOJI && before > 0xa0);

	return left && gate_script_of(behind) == GATE_SCRIPT_EMOJI && behind > 0xa0;
}

/* A line that a compiler passes over; there a mark changes nothing but what is searched for. */
static bool in_comment(const struct gate_uni_scan *u, size_t at)
{
	static const char *const marks[] = { "//", "# ", "##", "* ", "/*", "--", ";;", "<!--", "\"\"\"" };
	size_t from, to;

	gate_uni_line(u, at, &from, &to);
	while (from < at && (u->s[from] == ' ' || u->s[from] == '\t'))
		from++;
	if (memmem(u->s + from, at - from, "*/", 2) || memmem(u->s + from, at - from, "-->", 3))
		return false;
	for (size_t i = 0; i < GATE_ARRAY_LEN(marks); i++) {
		size_t n = strlen(marks[i]);

		if (at - from >= n && memcmp(u->s + from, marks[i], n) == 0)
			return true;
	}
	return false;
}

/* Hangul fillers are letters to a parser, and blank to a reader. */
static bool is_filler(uint32_t cp)
{
	return cp == 0x115f || cp == 0x1160 || cp == 0x3164 || cp == 0xffa0;
}

static bool has_rtl(const struct gate_uni_scan *u, size_t at)
{
	struct line l = { 0 };
	size_t from, to;

	gate_uni_line(u, at, &from, &to);
	if (to - from > 4096) { /* a long line counts by what is near */
		from = at - from > 2048 ? at - 2048 : from;
		to = to - at > 2048 ? at + 2048 : to;
	}
	read_line(u, from, to, &l);
	return l.rtl;
}

/* Whether the writing around it calls for the mark. */
static bool called_for(const struct gate_uni_scan *u, size_t at, uint32_t cp, size_t step)
{
	uint32_t before = gate_uni_before(u, at), behind = gate_uni_behind(u, at + step);

	if (cp == 0x200d && in_emoji(before, behind))
		return true;
	if (cp == 0x200c || cp == 0x200d)
		return uses_marks(before) || uses_marks(behind) || !(is_word(before) || is_word(behind));
	if (cp == 0x200e || cp == 0x200f || cp == 0x61c)
		return has_rtl(u, at) && (u->place != GATE_PLACE_CODE || uses_marks(before) || uses_marks(behind));
	if (is_filler(cp))
		return gate_script_of(before) == GATE_SCRIPT_HANGUL || gate_script_of(behind) == GATE_SCRIPT_HANGUL;
	if (cp == 0x200b || cp == 0x2060 || cp == 0x34f || cp == 0x180e)
		return uses_marks(before) && uses_marks(behind);
	return false;
}

static void zero_width(struct gate_uni_scan *u, size_t at, uint32_t cp, size_t step)
{
	bool word = is_word(gate_uni_before(u, at)) && is_word(gate_uni_behind(u, at + step));
	enum gate_tier tier = GATE_TIER_MEDIUM;

	if (called_for(u, at, cp, step))
		return;
	if (u->place == GATE_PLACE_CODE)
		tier = is_filler(cp) ? GATE_TIER_CRITICAL : in_comment(u, at) ? GATE_TIER_MEDIUM : GATE_TIER_HIGH;
	else if (is_filler(cp))
		tier = GATE_TIER_HIGH;
	else if (cp == 0xad || ((cp == 0x200b || cp == 0x200e || cp == 0x200f || cp == 0xfeff) && !word))
		tier = GATE_TIER_LOW; /* what copying from a page leaves behind */
	else if ((cp == 0x200c || cp == 0x200d) && !word)
		return;
	gate_uni_hit(u, GATE_UNI_ZW, tier, at, cp);
}

static bool is_zero_width(uint32_t cp)
{
	return cp == 0xad || cp == 0x34f || cp == 0x61c || cp == 0x180e || (cp >= 0x200b && cp <= 0x200f) ||
	       (cp >= 0x2060 && cp <= 0x2065) || (cp >= 0x206a && cp <= 0x206f) || cp == 0xfeff || is_filler(cp);
}

size_t gate_uni_mark(struct gate_uni_scan *u, size_t at, uint32_t cp, size_t step)
{
	if (cp >= 0xe0000 && cp <= 0xe007f)
		return tag(u, at, cp, step);
	if (is_selector(cp))
		return selector(u, at, cp, step);
	if (is_bidi(cp))
		bidi(u, at, cp);
	else if (is_zero_width(cp))
		zero_width(u, at, cp, step);
	return step;
}
