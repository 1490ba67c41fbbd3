#include "classifier/secrets/files/files.h"

#include "base/crypto.h"

#include <string.h>

#define NOTES_MAX 2000u /* values remembered; with more of them the push is refused, as not looked through */
#define FILE_MAX GATE_COMPARE_MAX

struct note {
	const struct gate_file_form *form;
	char *path, *key;
	char commit[GATE_HEXSZ + 1];
	uint8_t digest[GATE_SHA256_LEN]; /* to compare with, never to show */
	enum gate_tier tier;
	uint32_t change, line;
	bool old;
};

struct gate_file_state {
	struct note *v;
	size_t n, cap;
};

int gate_secret_files_init(struct gate_detect *d, struct gate_err *err)
{
	d->files = calloc(1, sizeof(*d->files));
	return d->files ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

void gate_secret_files_release(struct gate_detect *d)
{
	for (size_t i = 0; d->files && i < d->files->n; i++) {
		free(d->files->v[i].path);
		free(d->files->v[i].key);
	}
	if (d->files)
		free(d->files->v);
	free(d->files);
	d->files = NULL;
}

/* Files that show how such a file looks: their names say so. */
static bool is_sample(const char *path)
{
	static const char *const globs[] = { "*.example*", "*.sample*", "*.template*", "*.dist",	  "*.tmpl",
					     "*-example*", "*-sample*", "*example.*",  "*sample.*", "*.j2",
					     "*.erb",	   "*.tpl",	"*.md",	       "*.pub" };
	const char *last = gate_path_last(path);

	for (size_t i = 0; i < GATE_ARRAY_LEN(globs); i++) {
		if (gate_glob_match(globs[i], last, strlen(last), true))
			return true;
	}
	return false;
}

struct look {
	struct gate_detect *d;
	const struct gate_file_form *form;
	const struct gate_object *o; /* NULL: what the path held before */
	const char *path;
	uint32_t change;
};

/* What a value is worth: what nobody types by heart is a credential; a word may be the one of a test. */
static enum gate_tier tier_of(const struct look *l, const struct gate_file_value *v)
{
	enum gate_tier t = l->form->most;

	if (v->kind == GATE_VALUE_HASHED && t > GATE_TIER_MEDIUM)
		return GATE_TIER_MEDIUM;
	if (t > GATE_TIER_MEDIUM && !gate_file_value_strong(v->value, v->len))
		return GATE_TIER_MEDIUM;
	return t;
}

static struct note *room(struct gate_file_state *st)
{
	if (st->n == st->cap) {
		size_t want = st->cap ? st->cap * 2 : 8;
		struct note *bigger = reallocarray(st->v, want, sizeof(*st->v));

		if (!bigger)
			return NULL;
		st->v = bigger;
		st->cap = want;
	}
	st->v[st->n] = (struct note){ 0 };
	return &st->v[st->n];
}

/* A second sighting of the same value in the same path: another commit of the push changed another line. */
static bool known(struct gate_file_state *st, const struct look *l, const uint8_t digest[GATE_SHA256_LEN], bool old)
{
	bool any = false;

	for (size_t i = 0; i < st->n; i++) {
		struct note *n = &st->v[i];

		if (n->change != l->change || memcmp(n->digest, digest, GATE_SHA256_LEN) != 0 || strcmp(n->path, l->path) != 0)
			continue;
		n->old |= old;
		any = true;
	}
	return any;
}

static int found(void *arg, const struct gate_file_value *v, struct gate_err *err)
{
	const struct look *l = arg;
	struct gate_file_state *st = l->d->files;
	uint8_t digest[GATE_SHA256_LEN];
	struct note *n;

	if (v->kind == GATE_VALUE_PLAIN && !gate_file_value_real(v->value, v->len))
		return 0;
	gate_sha256(v->value, v->len, digest);
	if (known(st, l, digest, !l->o) || !l->o)
		return 0;
	if (st->n >= NOTES_MAX)
		return gate_detect_limit(l->d, l->change, l->path, l->o->commit, true,
					 "more credentials in files than are looked at in one push: push smaller parts", err);
	n = room(st);
	if (n) {
		n->path = strdup(l->path);
		n->key = strdup(v->key);
	}
	if (!n || !n->path || !n->key) {
		if (n) {
			free(n->path);
			free(n->key);
		}
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	n->form = l->form;
	n->tier = tier_of(l, v);
	n->change = l->change;
	n->line = v->line;
	memcpy(n->digest, digest, sizeof(digest));
	gate_copy(n->commit, sizeof(n->commit), l->o->commit);
	st->n++;
	return 0;
}

static int read_forms(struct look *l, const char *s, size_t len, struct gate_err *err)
{
	size_t at = 0;
	int rc = 0;

	if (is_sample(l->path))
		return 0; /* the types of rules/secrets look at all of it */
	while (rc == 0 && (l->form = gate_file_form_next(l->path, &at))) {
		if (len > FILE_MAX && l->form->read == gate_file_k8s)
			continue; /* any YAML may hold a Secret: large ones are ordinary, and the types decode what they find there */
		if (len > FILE_MAX)
			return l->o ? gate_detect_limit(l->d, l->change, l->path, l->o->commit, true,
							"a file of credentials that is too large to be read: make it smaller or remove it", err) : 0;
		rc = l->form->read(&(struct gate_file_text){ s, len, l->form->keys }, found, l, err);
	}
	return rc;
}

bool gate_secret_files_bound(struct gate_detect *d, const char *path)
{
	size_t at = 0;

	(void)d;
	return gate_file_form_next(path, &at) != NULL;
}

int gate_secret_files_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err)
{
	struct look l = { .d = d, .o = o, .path = o->path, .change = change };

	return o->bytes && *o->path ? read_forms(&l, o->bytes, o->len, err) : 0;
}

int gate_secret_files_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	struct look l = { .d = d, .path = delta->path, .change = change };
	struct gate_err why = { 0 };
	bool any = false;
	const char *s;
	size_t len;

	for (size_t i = 0; i < d->files->n && !any; i++)
		any = d->files->v[i].change == change && strcmp(d->files->v[i].path, delta->path) == 0;
	if (!any || !gate_mode_is_file(delta->old_mode) || !d->load ||
	    d->load(d->load_arg, delta->old_oid, &s, &len, &why) < 0)
		return 0; /* not proved: it stays as it is */
	return read_forms(&l, s, len, err);
}

static int tell(struct gate_detect *d, const struct note *n, struct gate_err *err)
{
	static const struct gate_weight weights[] = {
		[GATE_TIER_LOW] = { GATE_TIER_LOW, 5000, false },
		[GATE_TIER_MEDIUM] = { GATE_TIER_MEDIUM, 20000, false },
		[GATE_TIER_HIGH] = { GATE_TIER_HIGH, 100000, true },
	};
	gate_auto(gate_buf) struct gate_buf subject = { 0 }, what = { 0 }, message = { 0 };
	struct gate_sighting s = { .id = "SEC-TXT", .path = n->path, .commit = n->commit, .line = n->line };

	s.at_most = &weights[n->old ? GATE_TIER_LOW : n->tier];
	gate_buf_fmt(&subject, "file:%s:%s", n->key, n->path);
	gate_buf_fmt(&what, "%s%s%s, redacted", n->form->what, *n->key ? ": " : "", n->key);
	gate_buf_fmt(&message, "%s: %s", n->form->what,
		     n->old	     ? "it stood there before, so nothing new is published, but it should be replaced" :
		     n->tier == GATE_TIER_HIGH ? "anyone who can fetch could use it; remove it from every commit of this push, "
						 "and replace it" :
					       "it may be a real one; if it is, take it out and replace it");
	if (gate_buf_check(&subject, err) < 0 || gate_buf_check(&what, err) < 0 || gate_buf_check(&message, err) < 0)
		return -GATE_E_NOMEM;
	s.subject = subject.s;
	s.new_value = what.s;
	s.message = message.s;
	return gate_detect_add(d, n->change, &s, err);
}

int gate_secret_files_end(struct gate_detect *d, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < d->files->n; i++)
		rc = tell(d, &d->files->v[i], err);
	return rc;
}
