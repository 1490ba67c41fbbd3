#include "classifier/text/hidden.h"

#include "classifier/lines.h"
#include "classifier/objects/binary.h"
#include "classifier/text/scan.h"

#include <string.h>

/* Texts with hits that are remembered, and how often one is looked at again in another place. */
#define NOTES_MAX 4096u
#define AGAIN_MAX 256u

struct gate_uni_state {
	char (*oids)[GATE_HEXSZ + 1];
	size_t n, cap;
	uint32_t again;
	char last[GATE_HEXSZ + 1]; /* of the entry whose bytes come next */
};

int gate_hidden_init(struct gate_detect *d, struct gate_err *err)
{
	d->uni = calloc(1, sizeof(*d->uni));
	return d->uni ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

void gate_hidden_release(struct gate_detect *d)
{
	if (d->uni)
		free(d->uni->oids);
	free(d->uni);
	d->uni = NULL;
}

static int note(struct gate_uni_state *st, struct gate_err *err)
{
	if (!st->last[0] || st->n >= NOTES_MAX)
		return 0;
	if (st->n == st->cap) {
		size_t cap = st->cap ? st->cap * 2 : 16;
		void *v = reallocarray(st->oids, cap, sizeof(*st->oids));

		if (!v)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		st->oids = v;
		st->cap = cap;
	}
	memcpy(st->oids[st->n++], st->last, sizeof(st->last));
	return 0;
}

static bool noted(const struct gate_uni_state *st, const char *oid)
{
	for (size_t i = 0; i < st->n; i++) {
		if (strcmp(st->oids[i], oid) == 0)
			return true;
	}
	return st->n >= NOTES_MAX;
}

/* Rules about agents' files name them; whatever they say about them, a hidden character there speaks to the agent alone. */
static bool has_rule_of(struct gate_detect *d, const char *path, const char *cls)
{
	const uint32_t *hits;
	size_t n = gate_path_index_find(d->index, path, &hits);

	for (size_t i = 0; i < n; i++) {
		if (!cls || strcmp(d->policy->rules[hits[i]].cls, cls) == 0)
			return true;
	}
	return false;
}

/* A file that rules look at is read by programs or agents; translated texts and locked versions stay what they are. */
static enum gate_place place_of(struct gate_detect *d, const char *path)
{
	enum gate_place place = gate_place_of(path);

	if (place == GATE_PLACE_MESSAGE || place == GATE_PLACE_TRANSLATION || place == GATE_PLACE_CODE)
		return place;
	if (has_rule_of(d, path, "AGT") || has_rule_of(d, path, "CI") || has_rule_of(d, path, "BLD") || has_rule_of(d, path, "OWN") ||
	    has_rule_of(d, path, "GIT"))
		return GATE_PLACE_CODE;
	return place;
}

static uint32_t points_of(enum gate_tier tier)
{
	static const uint32_t points[] = { 5000, 20000, 50000, 100000 };

	return points[tier];
}

/* A text, and where it stands. */
struct look {
	uint32_t change;
	const char *path, *commit, *what; /* what: the subject when there is no path */
	const struct gate_line_diff *gained;
	const char *s;
	size_t len;
};

static uint32_t line_of(const struct look *k, size_t offset)
{
	uint32_t line = 1;
	const char *p = k->s, *end = k->s + offset;

	if (k->gained)
		return gate_line_diff_number(k->gained, offset);
	while ((p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		p++;
		line++;
	}
	return line;
}

static int tell(struct gate_detect *d, const struct look *k, const struct gate_uni_hits *hits, struct gate_err *err)
{
	bool agent = *k->path && has_rule_of(d, k->path, "AGT");
	struct gate_sighting s = { .path = k->path, .commit = k->commit, .subject = k->what };
	char value[64];
	int rc = 0;

	s.new_value = value;
	for (int i = 0; rc == 0 && i < GATE_UNI_KINDS; i++) {
		const struct gate_uni_hit *h = &hits->v[i];
		struct gate_weight w = { h->tier, points_of(h->tier), false };

		if (!h->count)
			continue;
		snprintf(value, sizeof(value), "U+%04X, %u in all", (unsigned)h->cp, (unsigned)h->count);
		s.id = gate_uni_id((enum gate_uni)i);
		s.line = line_of(k, h->offset);
		s.at_most = &w;
		rc = gate_detect_add(d, k->change, &s, err);
		s.at_most = NULL;
		s.id = "AGT-UNI";
		if (rc == 0 && agent)
			rc = gate_detect_add(d, k->change, &s, err);
	}
	return rc;
}

/* Lines that the old version has not; the lines' numbers stay those of the whole text. */
static int subtract(struct gate_detect *d, const struct gate_side *old, struct gate_line_diff *gained, bool *have, const char *s,
		    size_t len, struct gate_err *err)
{
	struct gate_line_diff less = { 0 };
	struct gate_err why = { 0 };
	const char *before;
	size_t before_len;
	int rc;

	if (!gate_mode_is_file(old->mode) || !d->load || d->load(d->load_arg, old->oid, &before, &before_len, &why) < 0)
		return 0;
	rc = *have ? gate_line_diff_compare(before, before_len, gained->text.s, gained->text.len, &less, err) :
		     gate_line_diff_compare(before, before_len, s, len, &less, err);
	for (size_t i = 0; rc == 0 && *have && i < less.n; i++)
		less.at[i].line = gained->at[less.at[i].line - 1].line;
	if (rc < 0) {
		gate_line_diff_clear(&less);
		return rc;
	}
	gate_line_diff_clear(gained);
	*gained = less;
	*have = true;
	return 0;
}

static int judge_text(struct gate_detect *d, struct look *k, const struct gate_side *olds, size_t n_olds, bool *any,
		      struct gate_err *err)
{
	gate_auto(gate_line_diff) struct gate_line_diff gained = { 0 };
	struct gate_uni_hits hits = { 0 };
	enum gate_place place = place_of(d, k->path);
	bool auth = *k->path && gate_place_is_auth(k->path), have = false;
	int rc = 0;

	gate_uni_scan(k->s, k->len, place, auth, &hits);
	*any = hits.any;
	if (!hits.any)
		return 0;
	for (size_t i = 0; rc == 0 && i < n_olds; i++)
		rc = subtract(d, &olds[i], &gained, &have, k->s, k->len, err);
	if (rc < 0)
		return rc;
	if (have) {
		k->gained = &gained;
		k->s = gate_buf_cstr(&gained.text);
		k->len = gained.text.len;
		hits = (struct gate_uni_hits){ 0 };
		gate_uni_scan(k->s, k->len, place, auth, &hits);
	}
	return tell(d, k, &hits, err);
}

/* As git tells it: a NUL in the first 8000 bytes. What GIT-BIN knows is no text. What is a program by its name, or what rules look at, is text all the same. */
static bool is_binary(struct gate_detect *d, const struct gate_object *o)
{
	size_t n = o->len < 8000 ? o->len : 8000;

	return *o->path && memchr(o->bytes, '\0', n) &&
	       (gate_binary_kind(o->bytes, o->len) || gate_place_is_media(o->path) || place_of(d, o->path) != GATE_PLACE_CODE);
}

bool gate_hidden_peek(struct gate_detect *d, const struct gate_peek *p)
{
	struct gate_uni_hits hits = { 0 };

	(void)d;
	gate_uni_scan(p->bytes, p->len, GATE_PLACE_CODE, true, &hits); /* where most counts */
	return hits.any;
}

int gate_hidden_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err)
{
	static const char *const texts[] = { "blob", "link", "commit message", "tag message", "ref name" };
	struct look k = { .change = change, .path = o->path, .commit = o->commit, .s = o->bytes, .len = o->len };
	bool any = false;
	int rc;

	if (!o->bytes || !o->len || (o->text == GATE_TEXT_BLOB && is_binary(d, o)))
		return 0;
	if (!*o->path) {
		gate_auto(gate_buf) struct gate_buf what = { 0 };

		gate_buf_fmt(&what, "%s:%s", texts[o->text], o->commit);
		if (gate_buf_check(&what, err) < 0)
			return -GATE_E_NOMEM;
		k.what = what.s;
		return judge_text(d, &k, NULL, 0, &any, err);
	}
	rc = judge_text(d, &k, o->olds, o->n_olds, &any, err);
	return rc == 0 && any ? note(d->uni, err) : rc;
}

int gate_hidden_entry(struct gate_detect *d, uint32_t change, const struct gate_entry *e, struct gate_err *err)
{
	struct look k = { .change = change, .path = e->path, .commit = e->commit };
	struct gate_err why = { 0 };
	gate_auto(gate_buf) struct gate_buf copy = { 0 };
	bool any;

	gate_copy(d->uni->last, sizeof(d->uni->last), e->again ? "" : e->oid);
	if (!e->again || !gate_mode_is_file(e->mode) || !noted(d->uni, e->oid))
		return 0;
	if (++d->uni->again > AGAIN_MAX)
		return gate_detect_limit(d, change, e->path, e->commit, false,
					 "a text with hidden characters in very many places: not looked at in each", err);
	if (!d->load || d->load(d->load_arg, e->oid, &k.s, &k.len, &why) < 0)
		return gate_detect_limit(d, change, e->path, e->commit, false, "a text that could not be looked at again", err);
	gate_buf_add(&copy, k.s, k.len); /* the old versions are loaded meanwhile */
	if (gate_buf_check(&copy, err) < 0)
		return -GATE_E_NOMEM;
	k.s = gate_buf_cstr(&copy);
	return judge_text(d, &k, e->olds, e->n_olds, &any, err);
}

int gate_hidden_name(struct gate_detect *d, uint32_t change, const char *path, size_t name_len, const char *commit, bool *any,
		     struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf subject = { 0 };
	struct gate_uni_hits hits = { 0 };
	struct look k = { .change = change, .path = path, .commit = commit, .s = path + strlen(path) - name_len,
			  .len = name_len };

	gate_uni_scan(k.s, k.len, GATE_PLACE_MESSAGE, false, &hits);
	*any = hits.any;
	if (!hits.any)
		return 0;
	gate_buf_fmt(&subject, "name:%s", path);
	if (gate_buf_check(&subject, err) < 0)
		return -GATE_E_NOMEM;
	k.what = subject.s;
	return tell(d, &k, &hits, err);
}
