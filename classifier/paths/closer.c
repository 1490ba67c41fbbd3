#include "classifier/paths/closer.h"

#include "classifier/lines.h"

#include <string.h>
#include <strings.h>

static const struct gate_weight medium = { GATE_TIER_MEDIUM, 20000, false };

/* What a rule looks for in changed lines, without letter case. otherwise: the weight when no such line changed; NULL:
 * then there is no finding. */
struct word_row {
	const char *id;
	const struct gate_weight *otherwise;
	const char *const *words;    /* ends with NULL */
	const char *const *harmless; /* a line that holds one of these does not count; or NULL */
};

static const char *const dock_words[] = { "user root",	  "user 0",   "privileged", "cap_add", "docker.sock",
					  "network_mode", "add http", "| sh",	    "|sh",     "| bash",
					  "|bash",	  "secret",   "password",   "token",   NULL };

static const struct word_row word_rows[] = {
	{ "BLD-DOCK", &medium, dock_words, NULL },
};

static bool holds(const char *s, size_t len, const char *const *words)
{
	for (; words && *words; words++) {
		if (memmem(s, len, *words, strlen(*words)))
			return true;
	}
	return false;
}

static void lower(struct gate_buf *b)
{
	for (size_t i = 0; i < b->len; i++) {
		if (b->s[i] >= 'A' && b->s[i] <= 'Z')
			b->s[i] = (char)(b->s[i] + 32);
	}
}

static bool any_line(struct gate_line_diff *l, const struct word_row *r)
{
	lower(&l->text);
	if (!r->harmless)
		return l->n && holds(l->text.s, l->text.len, r->words);
	for (size_t i = 0; i < l->n; i++) {
		const char *s = l->text.s + l->at[i].offset;
		size_t len = (i + 1 < l->n ? l->at[i + 1].offset : l->text.len) - l->at[i].offset;

		/* media files are binary anyway; a filter driver on them still runs a command */
		if (holds(s, len, r->harmless) && !memmem(s, len, "filter=", 7))
			continue;
		if (holds(s, len, r->words))
			return true;
	}
	return false;
}

/* Whether a line gained or lost holds one of the row's words; true as well when that cannot be told. */
static int changed(struct gate_detect *d, const struct gate_delta *delta, const struct word_row *r, bool *yes,
		   struct gate_err *err)
{
	gate_auto(gate_sides) struct gate_sides sides = { 0 };
	gate_auto(gate_line_diff) struct gate_line_diff gained = { 0 }, lost = { 0 };
	struct gate_err why = { 0 };
	int rc;

	*yes = true;
	if (gate_detect_sides(d, delta, &sides, &why) < 0)
		return 0;
	rc = gate_line_diff_compare(sides.before.s, sides.before.len, sides.now, sides.now_len, &gained, err);
	if (rc == 0)
		rc = gate_line_diff_compare(sides.now, sides.now_len, sides.before.s, sides.before.len, &lost, err);
	if (rc == 0)
		*yes = any_line(&gained, r) || any_line(&lost, r);
	return rc;
}

static int judge(struct gate_detect *d, struct gate_look *l, const struct word_row *r, struct gate_err *err)
{
	bool yes;
	int rc = changed(d, l->delta, r, &yes, err);

	if (rc < 0 || yes)
		return rc;
	l->keep = r->otherwise != NULL;
	if (r->otherwise)
		l->w = *r->otherwise;
	return 0;
}

int gate_closer_words(struct gate_detect *d, struct gate_look *l, struct gate_err *err)
{
	for (size_t i = 0; i < GATE_ARRAY_LEN(word_rows); i++) {
		if (strcmp(word_rows[i].id, l->id) == 0)
			return judge(d, l, &word_rows[i], err);
	}
	return gate_err_set(err, GATE_E_BUG, "rule %s has no words to look for", l->id);
}
