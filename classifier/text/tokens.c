/* Names that mix Latin letters with letters that look like them: UNI-HOMO (UTS #39, single script; confusables.txt). */
#include "classifier/text/scan.h"

#include "base/str.h"
#include "classifier/text/scripts.h"

#include <string.h>

#define TOKEN_MAX 512 /* bytes looked at on each side: no name is longer, a text without blanks may be */

struct token {
	size_t from, to;
	uint32_t latin, foreign, like, wide, turns; /* letters; turns: changes between Latin and another script */
	uint32_t other; /* letters of a third kind */
	bool greek_only, technical;
	uint32_t first; /* the first letter that is not Latin */
	size_t first_at;
};

static bool is_letter_of_name(uint32_t cp)
{
	enum gate_script s = gate_script_of(cp);

	return (cp >= '0' && cp <= '9') || cp == '_' || cp == 0x1c3 ||
	       (s != GATE_SCRIPT_OTHER && s != GATE_SCRIPT_EMOJI && s != GATE_SCRIPT_MATH) || (cp >= 0x300 && cp <= 0x36f);
}

static void bounds(const struct gate_uni_scan *u, size_t at, struct token *t)
{
	uint32_t cp;
	size_t step;

	t->from = t->to = at;
	while (t->from > 0 && at - t->from < TOKEN_MAX && is_letter_of_name(cp = gate_uni_before(u, t->from)))
		t->from -= cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	while (t->to < u->len && t->to - at < TOKEN_MAX && (step = gate_utf8_next(u->s + t->to, u->len - t->to, &cp)) &&
	       is_letter_of_name(cp))
		t->to += step;
}

/* Letters in front that belong to an escape or a format: "\nText", "%sText", "%(n)dText". */
static void skip_escape(const struct gate_uni_scan *u, size_t at, struct token *t)
{
	char last = t->from ? u->s[t->from - 1] : 0;
	size_t k = t->from;

	if (last == '\\') {
		t->from += u->s[t->from] == 'x' ? 3 : u->s[t->from] == 'u' ? 5 : u->s[t->from] == 'U' ? 9 : 1;
	} else {
		while (k > 0 && t->from - k < 8 && strchr("0123456789.+-#*$ ", u->s[k - 1]))
			k--;
		if ((k > 0 && u->s[k - 1] == '%') || last == ')') {
			while (t->from < at && strchr("0123456789hlzjtqL", u->s[t->from]))
				t->from++;
			if (t->from < at && strchr("sdiufFeEgGxXocpnrab", u->s[t->from]))
				t->from++;
		}
	}
	if (t->from > at)
		t->from = at;
}

static void count(const struct gate_uni_scan *u, struct token *t)
{
	bool latin_before = false, any = false;
	uint32_t last = 0;

	t->greek_only = t->technical = true;
	for (size_t i = t->from, step; i < t->to; i += step) {
		uint32_t cp = 0;
		enum gate_script s;

		step = gate_utf8_next(u->s + i, t->to - i, &cp);
		if (!step)
			break;
		s = gate_script_of(cp);
		if (s == GATE_SCRIPT_LATIN && cp != 0x1c3) {
			t->latin++;
			t->turns += any && !latin_before;
			latin_before = any = true;
		} else if (s >= GATE_SCRIPT_GREEK && s <= GATE_SCRIPT_WIDE) {
			if (!t->foreign++) {
				t->first = cp;
				t->first_at = i;
			}
			t->wide += s == GATE_SCRIPT_WIDE;
			t->like += gate_script_like_latin(cp);
			t->greek_only &= s == GATE_SCRIPT_GREEK;
			t->technical &= gate_script_technical(cp) && gate_script_of(last) != GATE_SCRIPT_GREEK;
			t->turns += any && latin_before;
			latin_before = false;
			any = true;
		} else if (s > GATE_SCRIPT_WIDE && s < GATE_SCRIPT_EMOJI) {
			t->other++;
		}
		last = cp;
	}
}

/* "[A-Za-z\u0410-\u042f]": ends of two ranges side by side are no name. */
static bool in_ranges(const struct gate_uni_scan *u, const struct token *t)
{
	return t->from > 0 && u->s[t->from - 1] == '-' && t->to < u->len && u->s[t->to] == '-';
}

/* Whether the token stands in the host of a URL, or in a mail address's. */
static bool in_host(const struct gate_uni_scan *u, const struct token *t)
{
	size_t k = t->from;

	while (k > 0 && t->from - k < TOKEN_MAX) {
		unsigned char c = (unsigned char)u->s[k - 1];

		if (c == '/')
			return k >= 3 && memcmp(u->s + k - 3, "://", 3) == 0;
		if (!(c >= 0x80 || c == '.' || c == '-' || c == '@' || c == ':' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		      (c >= 'A' && c <= 'Z')))
			return false;
		k--;
	}
	return false;
}

static bool in_import(const struct gate_uni_scan *u, const struct token *t)
{
	static const char *const words[] = { "import ", "from ", "require", "#include", "use ", "using ", "include ", "load(", "package " };
	size_t from, to;

	gate_uni_line(u, t->from, &from, &to);
	while (from < to && (u->s[from] == ' ' || u->s[from] == '\t'))
		from++;
	for (size_t i = 0; i < GATE_ARRAY_LEN(words); i++) {
		size_t n = strlen(words[i]);

		if (to - from >= n && memcmp(u->s + from, words[i], n) == 0)
			return true;
	}
	return memmem(u->s + from, t->from - from, "require(", 8) != NULL;
}

static bool is_call(const struct gate_uni_scan *u, const struct token *t)
{
	return t->to < u->len && u->s[t->to] == '(';
}

/* A host of look-alikes alone, before a Latin top level: no word of the other language has to be written so. */
static bool false_host(const struct gate_uni_scan *u, const struct token *t)
{
	return t->foreign > 1 && t->like == t->foreign && !t->latin && t->to + 2 < u->len && u->s[t->to] == '.' &&
	       gate_script_of((unsigned char)u->s[t->to + 1]) == GATE_SCRIPT_LATIN && in_host(u, t);
}

/* Whether the token reads as something else than it is. */
static bool deceives(const struct gate_uni_scan *u, const struct token *t)
{
	if (!t->latin) /* mathematical and wide letters are folded to ASCII by Python and others */
		return (u->place == GATE_PLACE_CODE && t->wide && !t->other && is_call(u, t)) || false_host(u, t);
	if (t->wide)
		return !t->other || u->place == GATE_PLACE_CODE;
	if (t->greek_only && t->technical)
		return false;
	if (t->like == t->foreign)
		return !in_ranges(u, t);
	return u->place == GATE_PLACE_CODE && t->turns > 1 && t->like && !in_ranges(u, t);
}

static bool greek_around(const struct gate_uni_scan *u, size_t at)
{
	uint32_t cp = gate_uni_before(u, at);

	return gate_script_of(cp) == GATE_SCRIPT_GREEK;
}

/* Signs that are taken for the semicolon and for the exclamation mark. */
static size_t sign(struct gate_uni_scan *u, size_t at, uint32_t cp, size_t step)
{
	bool bang = cp == 0x1c3 && at + step < u->len && (u->s[at + step] == '=' || u->s[at + step] == ' ');

	if (u->place == GATE_PLACE_CODE && ((cp == 0x37e && !greek_around(u, at)) || bang))
		gate_uni_hit(u, GATE_UNI_HOMO, GATE_TIER_HIGH, at, cp);
	return step;
}

size_t gate_uni_token(struct gate_uni_scan *u, size_t at, uint32_t cp, size_t step)
{
	struct token t = { 0 };
	bool worse;

	if (cp == 0x37e || cp == 0x1c3)
		return sign(u, at, cp, step);
	bounds(u, at, &t);
	skip_escape(u, at, &t);
	count(u, &t);
	if (t.foreign && deceives(u, &t)) {
		worse = in_host(u, &t) || (u->place == GATE_PLACE_CODE && (u->auth || in_import(u, &t)));
		gate_uni_hit(u, GATE_UNI_HOMO, worse ? GATE_TIER_HIGH : GATE_TIER_MEDIUM, t.first_at, t.first);
	}
	return t.to > at ? t.to - at : step;
}
