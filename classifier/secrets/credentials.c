#include "classifier/secrets/credentials.h"

#include "base/crypto.h"
#include "classifier/secrets/decode.h"
#include "classifier/secrets/placeholder.h"
#include "classifier/secrets/proofs.h"
#include "rules/secret_scan.h"

#include <stdio.h>
#include <string.h>

#define NOTES_MAX 4000u	 /* sightings remembered; one beyond it becomes a finding at once */
#define BINARY_PROBE 8000u /* as git: a NUL byte in the first 8000 */
#define SHOWN_LEN 16u

struct note {
	const struct gate_secret_rule *rule;
	uint8_t print[16]; /* keyed: says which secret, and cannot be guessed from */
	char *path;
	char commit[GATE_HEXSZ + 1];
	const char *where; /* "" or "in the name", "in base64" */
	enum gate_text text;
	uint32_t change, line;
	enum gate_secret_tier tier;
	bool old, marked;
};

struct gate_credential_state {
	struct gate_secret_scanner *shipped, *own;
	bool *skip, *skip_own;
	bool skips_by_path; /* skip was not chosen for what most texts are: a name, or a message */
	struct note *v;
	size_t n, cap;
	uint8_t key[32];
	struct gate_strs names; /* credentials that stand in paths: whatever finding names the path must not show them */
	bool names_cut;
	struct gate_strs values; /* secrets that stand in contents: other detectors show values of settings, targets of links, urls */
	struct gate_strs refused; /* those of them whose push is refused */
	bool values_cut;
};

int gate_credentials_init(struct gate_detect *d, struct gate_err *err)
{
	/* Where there is no repository's key: a check by hand, a case of policy test. */
	static const char fixed[] = "refgate/secret-fingerprint/v1";
	struct gate_credential_state *st = calloc(1, sizeof(*st));

	d->credentials = st;
	if (!st)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (!gate_unhex(d->policy->fingerprint_key, st->key, sizeof(st->key)))
		gate_sha256(fixed, sizeof(fixed), st->key);
	st->shipped = gate_secret_scanner_new(&gate_secret_shipped, err);
	st->skip = calloc(gate_secret_shipped.n_rules + 1, 1);
	if (st->shipped && d->policy->secrets) {
		st->own = gate_secret_scanner_new(d->policy->secrets, err);
		st->skip_own = calloc(d->policy->secrets->n_rules + 1, 1);
	}
	st->skips_by_path = true; /* nothing is chosen yet */
	return st->shipped && st->skip && (!d->policy->secrets || (st->own && st->skip_own)) ?
		       0 :
		       gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

void gate_credentials_release(struct gate_detect *d)
{
	struct gate_credential_state *st = d->credentials;

	for (size_t i = 0; st && i < st->n; i++)
		free(st->v[i].path);
	if (st) {
		gate_secret_scanner_free(st->shipped);
		gate_secret_scanner_free(st->own);
		free(st->skip);
		free(st->skip_own);
		free(st->v);
		gate_wipe(st->key, sizeof(st->key));
		for (size_t i = 0; i < st->names.n; i++)
			gate_wipe(st->names.v[i], strlen(st->names.v[i]));
		gate_strs_clear(&st->names);
		for (size_t i = 0; i < st->values.n; i++)
			gate_wipe(st->values.v[i], strlen(st->values.v[i]));
		gate_strs_clear(&st->values);
		for (size_t i = 0; i < st->refused.n; i++)
			gate_wipe(st->refused.v[i], strlen(st->refused.v[i]));
		gate_strs_clear(&st->refused);
	}
	free(st);
	d->credentials = NULL;
}

/* ---- telling ---- */

static struct gate_weight weight_of(const struct note *n)
{
	static const struct gate_weight by_tier[] = { { GATE_TIER_LOW, 5000, false },
						      { GATE_TIER_MEDIUM, 20000, false },
						      { GATE_TIER_HIGH, 100000, true }, /* HOLES 5: never held, so it weighs as what is refused */
						      { GATE_TIER_CRITICAL, UINT32_MAX, true } };

	return by_tier[n->old ? GATE_SECRET_LOW : n->tier];
}

static const char *sense_of(const struct note *n)
{
	static const char *const by_tier[] = {
		"may be a credential, or is one of little use: does it have to lie here?",
		"looks like a credential: if it is one, remove it from every commit of this push, and replace it",
		"is very likely a credential that anyone who can fetch could use: remove it from every commit of this push, and replace it",
		"is a credential that anyone who can fetch could use: remove it from every commit of this push, and replace it",
	};

	return n->old ? "stood in this repository before, so nothing new is published, but it should be replaced" :
			by_tier[n->tier];
}

/* The entry of .refgate/secrets.yml that lets it stand here. */
static const struct gate_known_secret *known_as(const struct gate_policy *p, const char *print, const char *path,
						bool *expired)
{
	*expired = false;
	for (size_t i = 0; i < p->n_known; i++) {
		const struct gate_known_secret *k = &p->known[i];

		if (strcmp(k->fingerprint, print) != 0 ||
		    (k->paths.patterns.n && !gate_globs_match(&k->paths, path, strlen(path))))
			continue;
		if (!k->expires || p->now < k->expires)
			return k;
		*expired = true;
	}
	return NULL;
}

static int tell(struct gate_detect *d, const struct note *n, struct gate_err *err)
{
	const struct gate_known_secret *known;
	bool expired;
	static const char *const texts[] = { "blob", "link", "commit", "tag", "ref" };
	gate_auto(gate_buf) struct gate_buf subject = { 0 }, shown = { 0 }, message = { 0 };
	struct gate_weight w = weight_of(n);
	char hex[2 * sizeof(n->print) + 1];
	struct gate_sighting s = { .id = "SEC-TXT", .path = n->path, .commit = n->commit, .line = n->line, .at_most = &w };

	gate_hex(n->print, SHOWN_LEN / 2, hex);
	gate_buf_fmt(&shown, "%s:%s", n->rule->id, hex);
	known = known_as(d->policy, gate_buf_cstr(&shown), n->path, &expired);
	if (known)
		w = (struct gate_weight){ GATE_TIER_LOW, 5000, false };
	gate_buf_fmt(&subject, "%s:%s", gate_buf_cstr(&shown), *n->path ? n->path : texts[n->text]);
	if (!*n->path)
		gate_buf_fmt(&subject, ":%s", n->commit);
	gate_buf_fmt(&message, "%s%s%s%s%s%s %s%s%s", n->rule->name, n->rule->prefix ? " (" : "",
		     n->rule->prefix ? n->rule->prefix : "", n->rule->prefix ? "...)" : "", *n->where ? " " : "", n->where,
		     known ? "is known: .refgate/secrets.yml lets it stand here" : sense_of(n),
		     expired && !known ? "; its entry in .refgate/secrets.yml has expired" : "",
		     n->marked ? "; a comment beside it says that it is allowed, which a push cannot say" : "");
	if (gate_buf_check(&subject, err) < 0 || gate_buf_check(&shown, err) < 0 || gate_buf_check(&message, err) < 0)
		return -GATE_E_NOMEM;
	s.subject = subject.s;
	s.new_value = shown.s;
	s.message = message.s;
	return gate_detect_add(d, n->change, &s, err);
}

/* ---- looking ---- */

struct look {
	struct gate_detect *d;
	struct gate_credential_state *st;
	struct gate_secret_scanner *scanner;
	uint32_t change;
	const struct gate_object *o; /* NULL: what stood here before the change */
	const char *outer;	     /* the text that lines are counted in */
	size_t outer_len;
	const char *text;
	size_t len, inner_at;
	bool decoded, in_name;
	const char *where;
	const char *only_path; /* of what stood before and still stands: known there alone; NULL: it moved away */
	size_t counted;
	uint32_t line;
	bool *peek; /* only whether there is anything, at whatever path */
	struct gate_secret_part part; /* of a peek */
};

static uint32_t line_of(struct look *l, size_t offset)
{
	const char *p, *end;

	if (offset > l->outer_len)
		offset = l->outer_len;
	if (offset < l->counted || !l->line) {
		l->counted = 0;
		l->line = 1;
	}
	p = l->outer + l->counted;
	end = l->outer + offset;
	while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		p++;
		l->line++;
	}
	l->counted = offset;
	return l->line;
}

static bool is_near(const struct look *l, const struct gate_secret_match *m)
{
	size_t within = m->rule->near_within, from = m->start > within ? m->start - within : 0;
	size_t to = l->len - m->end > within ? m->end + within : l->len;

	if (m->rule->near_regex)
		return gate_secret_scan_near(l->scanner, m->index, l->text + from, to - from);
	return true; /* by id: the other type's own finding stands beside it */
}

/* Comments of other scanners: whoever pushes writes them. */
static bool has_marker(const struct look *l, const struct gate_secret_match *m)
{
	static const char *const markers[] = { "gitleaks:allow", "pragma: allowlist", "trufflehog:ignore", "secretlint-disable",
					       "nosecret", "notsecret", "allowlist secret", "betterleaks:allow" };
	size_t from = m->start, to = m->end, lines = 0;

	while (from && m->start - from < 400 && (lines += l->text[from - 1] == '\n') < 2)
		from--;
	while (to < l->len && to - m->end < 200 && l->text[to] != '\n')
		to++;
	for (size_t i = 0; i < GATE_ARRAY_LEN(markers); i++) {
		if (memmem(l->text + from, to - from, markers[i], strlen(markers[i])))
			return true;
	}
	return false;
}

/* Whether the match counts, and what it is worth. */
static bool judge(const struct look *l, const struct gate_secret_match *m, enum gate_secret_tier *tier)
{
	const struct gate_secret_rule *r = m->rule;
	const char *s = l->text + m->from;
	size_t n = m->to - m->from;
	enum gate_proof proof = r->checksum ? gate_proof_run(r->checksum, s, n, l->d->policy->now) : GATE_PROOF_NONE;

	*tier = (enum gate_secret_tier)(proof == GATE_PROOF_HOLDS || (proof == GATE_PROOF_NONE && !r->checksum) ? r->tier :
					proof == GATE_PROOF_NONE ? r->tier : r->failed);
	if (proof == GATE_PROOF_HOLDS)
		return true;
	if (r->entropy_milli && gate_entropy_milli(s, n) < r->entropy_milli)
		return false;
	if (gate_secret_scan_allows(l->scanner, m->index, s, n) || !is_near(l, m))
		return false;
	if (r->generic)
		return !gate_placeholder_generic(s, n);
	if (!r->prefix && !r->checksum && gate_placeholder_reference(s, n))
		return false;
	return proof == GATE_PROOF_WEAKER || !gate_placeholder_plain(s, n);
}

static void mark_old(struct look *l, const struct gate_secret_match *m, const uint8_t *print)
{
	for (size_t i = 0; i < l->st->n; i++) {
		struct note *n = &l->st->v[i];

		if (n->change == l->change && n->rule == m->rule && (!l->only_path || strcmp(n->path, l->only_path) == 0) && memcmp(n->print, print, sizeof(n->print)) == 0)
			n->old = true;
	}
}

static int remember(struct look *l, const struct note *n, struct gate_err *err)
{
	struct gate_credential_state *st = l->st;
	struct note *v = st->v;

	if (st->n >= NOTES_MAX)
		return tell(l->d, n, err);
	if (st->n == st->cap) {
		v = reallocarray(st->v, st->cap ? st->cap * 2 : 16, sizeof(*v));
		if (!v)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		st->v = v;
		st->cap = st->cap ? st->cap * 2 : 16;
	}
	v[st->n] = *n;
	v[st->n].path = strdup(l->o->path);
	if (!v[st->n].path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	st->n++;
	return 0;
}

/* Beyond so many, paths of findings are not shown at all. */
#define NAMES_MAX 200u

static int remember_name(struct look *l, const char *s, size_t n, struct gate_err *err)
{
	gate_autofree char *text = strndup(s, n);

	if (!text)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (l->decoded || l->st->names.n >= NAMES_MAX) {
		l->st->names_cut = true;
		return 0;
	}
	return gate_strs_add_new(&l->st->names, text, err);
}

/* Beyond so many, values of findings are not shown at all. */
#define VALUES_MAX 500u
#define SHOWN_MIN 8u /* a shorter part says nothing */

static int remember_value(struct look *l, const char *s, size_t n, enum gate_secret_tier tier, struct gate_err *err)
{
	gate_autofree char *text = NULL;

	if (l->decoded || n < SHOWN_MIN || n > GATE_FINDING_TEXT_MAX || memchr(s, '\n', n))
		return 0; /* no value of a finding looks like that */
	if (l->st->values.n >= VALUES_MAX) {
		l->st->values_cut = true;
		return 0;
	}
	text = strndup(s, n);
	if (!text)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (tier >= GATE_SECRET_HIGH && gate_strs_add_new(&l->st->refused, text, err) < 0)
		return -GATE_E_NOMEM;
	return gate_strs_add_new(&l->st->values, text, err);
}

static int found(void *arg, const struct gate_secret_match *m, bool limit, struct gate_err *err)
{
	struct look *l = arg;
	struct note n = { .rule = m->rule, .where = l->where, .change = l->change };

	if (l->peek) {
		*l->peek = limit || judge(l, m, &n.tier);
		return *l->peek ? -GATE_E_LIMIT : 0; /* seen: no need to go on */
	}
	if (limit && l->o)
		return gate_detect_limit(l->d, l->change, l->o->path, l->o->commit, true,
					 "a type of secret could not be looked for to the end here: not judged, so refused", err);
	if (limit || !judge(l, m, &n.tier))
		return 0;
	gate_keyed_hash(l->st->key, sizeof(l->st->key), l->text + m->from, m->to - m->from, n.print, sizeof(n.print));
	if (!l->o) {
		mark_old(l, m, n.print);
		return 0;
	}
	if (l->in_name && remember_name(l, l->text + m->from, m->to - m->from, err) < 0)
		return -GATE_E_NOMEM;
	if (!l->in_name && remember_value(l, l->text + m->from, m->to - m->from, n.tier, err) < 0)
		return -GATE_E_NOMEM;
	n.path = gate_lend(l->o->path);
	n.text = l->o->text;
	n.line = l->in_name ? 0 : line_of(l, l->decoded ? l->inner_at : m->from);
	n.marked = has_marker(l, m);
	gate_copy(n.commit, sizeof(n.commit), l->o->commit);
	return remember(l, &n, err);
}

/* Where nobody writes an assignment by hand: whole folders, and files by their whole name or ending. Types with a prefix or a checksum are
 * looked for there too. */
static const char *const made_paths[] = { "node_modules/**", "**/node_modules/**", "vendor/**", "**/vendor/**", "third_party/**", "**/third_party/**",
					  "*.min.js", "*.min.css", "*.map", "go.sum", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock",
					  "pnpm-lock.yaml", "poetry.lock", "cargo.lock", "composer.lock", "gemfile.lock", "pipfile.lock", "uv.lock",
					  "flake.lock", "*.lockfile", "*.svg", "*.ipynb", "*.snap", "*.po", "*.pem" };

static bool is_made(const char *path)
{
	const struct gate_globs g = { .patterns = { .v = (char **)(uintptr_t)made_paths, .n = GATE_ARRAY_LEN(made_paths) },
				      .paths = true, .fold = true, .borrowed = true };

	return *path && gate_globs_match(&g, path, strlen(path));
}

static void choose(const struct gate_secret_set *set, bool *skip, const char *path, bool no_generic)
{
	for (size_t i = 0; i < set->n_rules; i++) {
		const struct gate_secret_rule *r = &set->rules[i];
		struct gate_globs g = { .patterns = { .v = (char **)(uintptr_t)r->paths, .n = r->n_paths },
					.paths = true, .fold = true, .borrowed = true };

		skip[i] = (r->generic && no_generic) || (r->n_paths && (!*path || !gate_globs_match(&g, path, strlen(path))));
	}
}

static int scan_set(struct look *l, struct gate_secret_scanner *scanner, const bool *skip, struct gate_err *err)
{
	l->scanner = scanner;
	return l->peek ? gate_secret_scan_part(scanner, l->text, l->len, &l->part, found, l, err) :
			 gate_secret_scan(scanner, l->text, l->len, skip, found, l, err);
}

static int scan_sets(struct look *l, struct gate_err *err)
{
	int rc = scan_set(l, l->st->shipped, l->st->skip, err);

	return rc == 0 && l->st->own ? scan_set(l, l->st->own, l->st->skip_own, err) : rc;
}

static int scan_decoded(void *arg, const char *s, size_t len, size_t at, struct gate_err *err)
{
	struct look inner = *(struct look *)arg;

	inner.text = s;
	inner.len = len;
	inner.inner_at = at;
	inner.decoded = true;
	inner.where = "in encoded form";
	inner.part = (struct gate_secret_part){ NULL, NULL }; /* a text by itself: as long as its code stays, so does what is found in it */
	return scan_sets(&inner, err);
}

static int scan_runs(struct look *l, struct gate_err *err)
{
	return l->peek && l->part.fresh ? gate_decode_part(l->text, l->len, l->part.fresh, scan_decoded, l, err) :
					  gate_decode_runs(l->text, l->len, scan_decoded, l, err);
}

static int scan_bytes(struct look *l, const char *path, const char *s, size_t len, struct gate_err *err)
{
	bool no_generic;
	int rc;

	l->outer = l->text = s;
	l->outer_len = l->len = len;
	l->line = 0;
	no_generic = !l->peek && (is_made(path) || memchr(s, '\0', len < BINARY_PROBE ? len : BINARY_PROBE));
	if (!l->peek && (*path || no_generic || l->st->skips_by_path)) {
		l->st->skips_by_path = *path || no_generic;
		choose(&gate_secret_shipped, l->st->skip, path, no_generic);
		if (l->st->own)
			choose(l->d->policy->secrets, l->st->skip_own, path, no_generic);
	}
	rc = scan_sets(l, err);
	return rc == 0 ? scan_runs(l, err) : rc;
}

/* What looks like UTF-16 is read as that as well, never instead: two bytes in front of it would hide any text. */
static int scan_text(struct look *l, const char *path, const char *s, size_t len, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf wide = { 0 };
	int rc = scan_bytes(l, path, s, len, err);

	if (rc < 0 || !gate_decode_utf16(s, len, &wide))
		return rc;
	if (l->peek)
		l->part = (struct gate_secret_part){ NULL, l->part.kept };
	if (l->peek)
		l->part.kept->over = true; /* places in it are none of this text */
	rc = gate_buf_check(&wide, err);
	return rc == 0 ? scan_bytes(l, path, gate_buf_cstr(&wide), wide.len, err) : rc;
}

bool gate_credentials_peek(struct gate_detect *d, const struct gate_peek *p)
{
	bool any = false;
	struct look l = { .d = d, .st = d->credentials, .where = "", .peek = &any, .part = { p->fresh, p->kept } };
	struct gate_err failed = { 0 };

	return scan_text(&l, "", p->bytes, p->len, &failed) < 0 || any;
}

int gate_credentials_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err)
{
	struct look l = { .d = d, .st = d->credentials, .change = change, .o = o, .where = "" };
	int rc = 0;

	if (*o->path) {
		l.where = "in a file's name";
		l.in_name = true;
		rc = scan_text(&l, "", o->path, strlen(o->path), err);
		l.where = "";
		l.in_name = false;
		l.line = 0;
	}
	/* what was not read is told by private_key.c */
	return rc == 0 && o->bytes ? scan_text(&l, o->path, o->bytes, o->len, err) : rc;
}

int gate_credentials_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	struct look l = { .d = d, .st = d->credentials, .change = change, .where = "",
			  .only_path = delta->new_mode ? delta->path : NULL };
	struct gate_err why = { 0 };
	const char *s;
	size_t len;
	bool any = false;

	for (size_t i = 0; !any && i < l.st->n; i++)
		any = l.st->v[i].change == change && !l.st->v[i].old;
	if (!any || !gate_mode_is_file(delta->old_mode) || !d->load ||
	    d->load(d->load_arg, delta->old_oid, &s, &len, &why) < 0)
		return 0; /* not proved: it stays what it is */
	return scan_text(&l, delta->path, s, len, err);
}

int gate_credentials_end(struct gate_detect *d, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < d->credentials->n; i++)
		rc = tell(d, &d->credentials->v[i], err);
	return rc;
}

static int redact(char **text, const struct gate_strs *names, struct gate_err *err)
{
	for (size_t i = 0; i < names->n; i++) {
		const char *at;

		if (strstr("[redacted]", names->v[i]))
			continue;
		while (*text && (at = strstr(*text, names->v[i]))) {
			gate_auto(gate_buf) struct gate_buf b = { 0 };

			gate_buf_add(&b, *text, (size_t)(at - *text));
			gate_buf_str(&b, "[redacted]");
			gate_buf_str(&b, at + strlen(names->v[i]));
			if (gate_buf_check(&b, err) < 0)
				return -GATE_E_NOMEM;
			free(*text);
			*text = gate_buf_steal(&b);
		}
	}
	return 0;
}

/* A value that was cut may end in the middle of a secret. */
static void redact_end(char *text, const struct gate_strs *secrets)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < secrets->n; i++) {
		const char *s = secrets->v[i];
		size_t n = strlen(s) - 1;

		for (n = n < len ? n : len; n >= SHOWN_MIN; n--) {
			if (memcmp(text + len - n, s, n) == 0) {
				text[len - n] = '\0';
				len -= n;
				break;
			}
		}
	}
}

static int redact_values(const struct gate_credential_state *st, struct gate_finding *f, struct gate_err *err)
{
	char **texts[] = { &f->old_value, &f->new_value, &f->message };
	/* A subject is what a finding is counted once by, across pushes (the ledger): what only looks like a secret must not change it. */
	int rc = redact(&f->subject, &st->refused, err);

	if (rc == 0)
		redact_end(f->subject, &st->refused);
	for (size_t k = 0; rc == 0 && k < GATE_ARRAY_LEN(texts); k++) {
		rc = redact(texts[k], &st->values, err);
		if (rc == 0)
			redact_end(*texts[k], &st->values);
	}
	if (st->values_cut && strcmp(f->id, "SEC-TXT") != 0)
		*f->old_value = *f->new_value = '\0';
	return rc;
}

int gate_credentials_redact(struct gate_detect *d, struct gate_err *err)
{
	const struct gate_credential_state *st = d->credentials;
	int rc = 0;

	for (size_t i = 0; rc == 0 && (st->names.n || st->names_cut) && i < d->out->n; i++) {
		struct gate_finding *f = &d->out->v[i];
		char **texts[] = { &f->path, &f->subject, &f->old_value, &f->new_value, &f->message };

		for (size_t k = 0; rc == 0 && k < GATE_ARRAY_LEN(texts); k++)
			rc = redact(texts[k], &st->names, err);
		if (strlen(f->path) + 4 >= GATE_FINDING_TEXT_MAX || strlen(f->subject) + 4 >= GATE_FINDING_TEXT_MAX)
			*f->path = *f->subject = '\0'; /* cut, maybe in the middle of one */
		if (st->names_cut && *f->path)
			*f->path = *f->subject = '\0';
	}
	for (size_t i = 0; rc == 0 && (st->values.n || st->values_cut) && i < d->out->n; i++)
		rc = redact_values(st, &d->out->v[i], err);
	return rc;
}
