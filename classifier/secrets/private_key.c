#include "classifier/secrets/private_key.h"

#include "classifier/secrets/pem.h"

#include <string.h>

#define NOTES_MAX 2000u /* keys remembered; one beyond it becomes a finding at once */

struct note {
	struct gate_pem key;
	char *path;
	char commit[GATE_HEXSZ + 1];
	enum gate_text text;
	uint32_t change, line;
	bool old; /* stood in this path before */
};

struct gate_secret_state {
	struct note *v;
	size_t n, cap;
};

int gate_private_key_init(struct gate_detect *d, struct gate_err *err)
{
	d->secrets = calloc(1, sizeof(*d->secrets));
	return d->secrets ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

void gate_private_key_release(struct gate_detect *d)
{
	for (size_t i = 0; d->secrets && i < d->secrets->n; i++)
		free(d->secrets->v[i].path);
	if (d->secrets)
		free(d->secrets->v);
	free(d->secrets);
	d->secrets = NULL;
}

/* How much a sighting weighs, and what a reader is told. The row of SEC-TXT is the certain secret. */
struct verdict {
	struct gate_weight w;
	const char *message;
};

static const struct verdict *verdict_of(const struct note *n)
{
	static const struct verdict clear = {
		{ GATE_TIER_CRITICAL, UINT32_MAX, true },
		"a private key that anyone can read: remove it from every commit of this push, and replace the key",
	};
	static const struct verdict encrypted = {
		{ GATE_TIER_MEDIUM, 20000, false },
		"an encrypted private key: only its passphrase protects it; does it have to lie here?",
	};
	static const struct verdict header = {
		{ GATE_TIER_LOW, 5000, false },
		"the first line of a private key without a key behind it: a placeholder, or part of a key?",
	};
	static const struct verdict old = {
		{ GATE_TIER_LOW, 5000, false },
		"a private key that this file held before: nothing new is published, but the key should be replaced",
	};

	if (n->old)
		return &old;
	if (n->key.proof == GATE_KEY_CLEAR)
		return &clear;
	return n->key.proof == GATE_KEY_ENCRYPTED ? &encrypted : &header;
}

/* What it is about, without any byte of the key: a digest of a key could be looked up. */
static void subject_of(struct gate_buf *b, const struct note *n)
{
	static const char *const texts[] = { "blob", "link", "commit", "tag", "ref" };

	gate_buf_str(b, "private-key:");
	if (*n->path)
		gate_buf_str(b, n->path);
	else
		gate_buf_fmt(b, "%s:%s", texts[n->text], n->commit);
}

static int tell(struct gate_detect *d, const struct note *n, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf subject = { 0 }, what = { 0 };
	const struct verdict *v = verdict_of(n);
	struct gate_sighting s = {
		.id = "SEC-TXT",
		.path = n->path,
		.commit = n->commit,
		.line = n->line,
		.message = v->message,
		.at_most = &v->w,
	};

	if (n->key.cut)
		return gate_detect_limit(
			d, n->change, n->path, n->commit, true,
			"the first line of a private key, and a body longer than any key: not judged, so refused", err);
	subject_of(&subject, n);
	gate_buf_fmt(&what, "%s, redacted", n->key.type);
	if (gate_buf_check(&subject, err) < 0 || gate_buf_check(&what, err) < 0)
		return -GATE_E_NOMEM;
	s.subject = subject.s;
	s.new_value = what.s;
	return gate_detect_add(d, n->change, &s, err);
}

static struct note *room(struct gate_secret_state *st)
{
	if (st->n == st->cap) {
		size_t want = st->cap ? st->cap * 2 : 8;
		struct note *bigger = reallocarray(st->v, want, sizeof(*st->v));

		if (!bigger)
			return NULL;
		st->v = bigger;
		st->cap = want;
	}
	return &st->v[st->n];
}

struct search {
	struct gate_detect *d;
	uint32_t change;
	const struct gate_object *o;
	size_t offset; /* counted up to here */
	uint32_t line;
};

/* Goes on from the last hit: counting from the start each time would be quadratic. */
static uint32_t line_of(struct search *s, size_t offset)
{
	const char *p, *end = s->o->bytes + offset;

	if (offset < s->offset || !s->line) {
		s->offset = 0;
		s->line = 1;
	}
	p = s->o->bytes + s->offset;
	while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		p++;
		s->line++;
	}
	s->offset = offset;
	return s->line;
}

static int found(void *arg, const struct gate_pem *key, struct gate_err *err)
{
	struct search *s = arg;
	struct gate_secret_state *st = s->d->secrets;
	struct note n = {
		.key = *key,
		.path = gate_lend(s->o->path),
		.text = s->o->text,
		.change = s->change,
		.line = line_of(s, key->offset),
	};
	struct note *place;

	gate_copy(n.commit, sizeof(n.commit), s->o->commit);
	if (st->n >= NOTES_MAX)
		return tell(s->d, &n, err);
	place = room(st);
	if (place)
		*place = n;
	if (place)
		place->path = strdup(s->o->path);
	if (!place || !place->path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	st->n++;
	return 0;
}

/* Any head will do: what it is worth is judged where it stands. */
static int any_head(void *arg, const struct gate_pem *key, struct gate_err *err)
{
	(void)arg;
	(void)key;
	(void)err;
	return 1;
}

bool gate_private_key_peek(struct gate_detect *d, const struct gate_peek *p)
{
	struct gate_err ignored = { 0 };
	struct gate_spans wide = { .over = true };
	int rc = 0;

	(void)d;
	if (p->fresh)
		gate_spans_widen(p->fresh, GATE_PEM_HEAD_MAX, GATE_PEM_HEAD_MAX, p->len, &wide);
	if (wide.over)
		return gate_pem_search(p->bytes, p->len, any_head, NULL, &ignored) != 0;
	for (unsigned i = 0; rc == 0 && i < wide.n; i++)
		rc = gate_pem_search(p->bytes + wide.v[i].from, wide.v[i].to - wide.v[i].from, any_head, NULL, &ignored);
	return rc != 0;
}

int gate_private_key_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err)
{
	struct search s = { .d = d, .change = change, .o = o };

	if (!o->bytes)
		return o->len ? gate_detect_limit(d, change, o->path, o->commit, true,
						  "too big or unreadable, so not searched for secrets; make it smaller "
						  "or leave it out",
						  err)
			      : 0;
	return gate_pem_search(o->bytes, o->len, found, &s, err);
}

struct before {
	struct gate_secret_state *st;
	const char *path;
	uint32_t change;
};

static int stood_before(void *arg, const struct gate_pem *key, struct gate_err *err)
{
	const struct before *b = arg;

	(void)err;
	for (size_t i = 0; key->proof != GATE_KEY_NONE && i < b->st->n; i++) {
		struct note *n = &b->st->v[i];

		if (n->change == b->change && n->key.proof == key->proof && strcmp(n->path, b->path) == 0 &&
		    memcmp(n->key.digest, key->digest, sizeof(key->digest)) == 0)
			n->old = true;
	}
	return 0;
}

static bool has_notes(const struct gate_secret_state *st, uint32_t change, const char *path)
{
	for (size_t i = 0; i < st->n; i++) {
		if (st->v[i].change == change && st->v[i].text == GATE_TEXT_BLOB && strcmp(st->v[i].path, path) == 0)
			return true;
	}
	return false;
}

int gate_private_key_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	struct before b = { d->secrets, delta->path, change };
	struct gate_err why = { 0 };
	const char *s;
	size_t len;

	if (!gate_mode_is_file(delta->old_mode) || !has_notes(d->secrets, change, delta->path))
		return 0;
	if (!d->load || d->load(d->load_arg, delta->old_oid, &s, &len, &why) < 0)
		return 0; /* not proved: it stays refused */
	return gate_pem_search(s, len, stood_before, &b, err);
}

int gate_private_key_end(struct gate_detect *d, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < d->secrets->n; i++)
		rc = tell(d, &d->secrets->v[i], err);
	return rc;
}
