#include "classifier/objects/git_settings.h"

#include "classifier/docs.h"
#include "classifier/objects/git_address.h"
#include "classifier/values/gains.h"

#include <string.h>
#include <strings.h>

#define TELL_MAX 40u /* findings of one file; what comes behind them changes no verdict */

static const char elsewhere[] = "large files, and the credentials for them, are sent to another address";
static const char encrypted[] = "the address of large files is written otherwise, and leads to the same place";
static const char unknown[] = "git-lfs obeys this setting wherever the repository is cloned";
static const char runs[] = "git runs what this names as soon as somebody works in that folder";
static const char everyday[] = "a setting of somebody's own git that names a program";

struct row {
	const char *glob; /* over "section.subsection.key" */
	enum gate_tier tier;
};

/* git-lfs-config(5), "LFSCONFIG": what steers no address and runs nothing. */
static const struct row harmless[] = {
	{ "lfs.fetchinclude", GATE_TIER_LOW },		{ "lfs.fetchexclude", GATE_TIER_LOW },
	{ "lfs.allowincompletepush", GATE_TIER_LOW },	{ "lfs.skipdownloaderrors", GATE_TIER_LOW },
	{ "lfs.locksverify", GATE_TIER_LOW },		{ "lfs.*.locksverify", GATE_TIER_LOW },
	{ "lfs.lockignoredfiles", GATE_TIER_LOW },	{ "lfs.setlockablereadonly", GATE_TIER_LOW },
	{ "lfs.concurrenttransfers", GATE_TIER_LOW },	{ "lfs.basictransfersonly", GATE_TIER_LOW },
	{ "lfs.transfer.*", GATE_TIER_LOW },		{ "lfs.*timeout", GATE_TIER_LOW },
	{ "lfs.batch", GATE_TIER_LOW },			{ "lfs.defaulttokenttl", GATE_TIER_LOW },
};
static const struct row addresses[] = {
	{ "lfs.url", GATE_TIER_CRITICAL },	   { "lfs.pushurl", GATE_TIER_CRITICAL },
	{ "remote.*.lfsurl", GATE_TIER_CRITICAL }, { "remote.*.lfspushurl", GATE_TIER_CRITICAL },
	{ "remote.*.url", GATE_TIER_CRITICAL },	   { "remote.lfsdefault", GATE_TIER_CRITICAL },
	{ "remote.lfspushdefault", GATE_TIER_CRITICAL },
};
/* git-config(1): what git starts, or where it takes settings and hooks from. core.fsmonitor may be a mere truth value. */
static const struct row programs[] = {
	{ "core.fsmonitor", GATE_TIER_CRITICAL },	{ "core.hookspath", GATE_TIER_CRITICAL },     { "core.sshcommand", GATE_TIER_CRITICAL },
	{ "core.worktree", GATE_TIER_CRITICAL },	{ "core.editor", GATE_TIER_CRITICAL },	      { "core.pager", GATE_TIER_CRITICAL },
	{ "core.gitproxy", GATE_TIER_CRITICAL },	{ "core.askpass", GATE_TIER_CRITICAL },	      { "core.alternaterefscommand", GATE_TIER_CRITICAL },
	{ "sequence.editor", GATE_TIER_CRITICAL },	{ "include.path", GATE_TIER_CRITICAL },	      { "includeif.*.path", GATE_TIER_CRITICAL },
	{ "filter.*.clean", GATE_TIER_CRITICAL },	{ "filter.*.smudge", GATE_TIER_CRITICAL },    { "filter.*.process", GATE_TIER_CRITICAL },
	{ "diff.external", GATE_TIER_CRITICAL },	{ "diff.*.command", GATE_TIER_CRITICAL },     { "diff.*.textconv", GATE_TIER_CRITICAL },
	{ "merge.*.driver", GATE_TIER_CRITICAL },	{ "difftool.*.cmd", GATE_TIER_CRITICAL },     { "mergetool.*.cmd", GATE_TIER_CRITICAL },
	{ "credential.helper", GATE_TIER_CRITICAL },	{ "credential.*.helper", GATE_TIER_CRITICAL }, { "gpg.program", GATE_TIER_CRITICAL },
	{ "gpg.*.program", GATE_TIER_CRITICAL },	{ "gpg.ssh.defaultkeycommand", GATE_TIER_CRITICAL }, { "interactive.difffilter", GATE_TIER_CRITICAL },
	{ "uploadpack.packobjectshook", GATE_TIER_CRITICAL }, { "remote.*.uploadpack", GATE_TIER_CRITICAL }, { "remote.*.receivepack", GATE_TIER_CRITICAL },
	{ "remote.*.vcs", GATE_TIER_CRITICAL },		{ "url.*.insteadof", GATE_TIER_CRITICAL },    { "url.*.pushinsteadof", GATE_TIER_CRITICAL },
	{ "protocol.*allow", GATE_TIER_CRITICAL },	{ "pager.*", GATE_TIER_CRITICAL },	      { "trailer.*.command", GATE_TIER_CRITICAL },
	{ "trailer.*.cmd", GATE_TIER_CRITICAL },	{ "http.*proxy", GATE_TIER_CRITICAL },	      { "http.*sslverify", GATE_TIER_CRITICAL },
};

static const struct row *row_of(const struct row *rows, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++) {
		if (gate_glob_match(rows[i].glob, key, strlen(key), true))
			return &rows[i];
	}
	return NULL;
}

struct walk {
	struct gate_detect *d;
	uint32_t change;
	const char *path;
	const struct gate_node *before;
	int (*leaf)(struct walk *w, const char *key, const struct gate_node *now, const struct gate_node *was, struct gate_err *err);
	const struct gate_weight *most; /* of an embedded config */
	size_t told;
};

static int tell(struct walk *w, const char *id, const char *key, const struct gate_node *at, enum gate_tier tier, const char *message, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf subject = { 0 };
	const struct gate_weight weight = gate_weight_of(tier);
	struct gate_sighting s = { .id = id, .path = w->path, .line = at->line, .at_most = w->most ? w->most : &weight, .message = message };

	if (w->told++ >= TELL_MAX)
		return 0;
	gate_buf_fmt(&subject, "%.200s: %.120s", w->path, key);
	if (gate_buf_check(&subject, err) < 0)
		return -GATE_E_NOMEM;
	s.subject = subject.s;
	return gate_detect_add(w->d, w->change, &s, err);
}

static bool among(const struct gate_node *list, const char *value)
{
	for (const struct gate_node *e = list && list->type == GATE_NODE_LIST ? list->first : list; e; e = e == list ? NULL : e->next) {
		if (gate_node_text(e) && strcmp(e->text, value) == 0)
			return true;
	}
	return false;
}

/* Each value of each key that did not stand there before. */
static int each(struct walk *w, const struct gate_node *root, struct gate_err *err)
{
	int rc = 0;

	for (const struct gate_node *s = root && root->type == GATE_NODE_MAP ? root->first : NULL; rc == 0 && s; s = s->next) {
		const struct gate_node *old = gate_node_get(w->before, s->key);

		for (const struct gate_node *k = s->type == GATE_NODE_MAP ? s->first : NULL; rc == 0 && k; k = k->next) {
			const struct gate_node *was = gate_node_get(old, k->key);
			gate_auto(gate_buf) struct gate_buf key = { 0 };

			gate_buf_fmt(&key, "%s.%s", s->key, k->key);
			if (gate_buf_check(&key, err) < 0)
				return -GATE_E_NOMEM;
			for (char *c = key.s; *c; c++)
				*c = *c == '/' ? ':' : *c; /* "*" of a row is to match a url too */
			for (const struct gate_node *v = k->type == GATE_NODE_LIST ? k->first : k; rc == 0 && v; v = v == k ? NULL : v->next) {
				if (gate_node_text(v) && !among(was, v->text))
					rc = w->leaf(w, key.s, v, was, err);
			}
		}
	}
	return rc;
}

/* "http" that becomes "https" on the way to the same place. */
static bool same_place(const struct gate_node *was, const char *now)
{
	const char *text = was ? gate_node_text(was) : NULL;
	struct gate_git_address a, b;

	if (!text)
		return false;
	gate_git_address(text, &a);
	gate_git_address(now, &b);
	return gate_span_same(a.host, b.host) && gate_span_same(a.owner, b.owner) && gate_span_same(a.name, b.name) && b.host.n &&
	       (gate_span_is(b.scheme, "https") || gate_span_is(b.scheme, "ssh"));
}

static int lfs_leaf(struct walk *w, const char *key, const struct gate_node *now, const struct gate_node *was, struct gate_err *err)
{
	if (row_of(harmless, GATE_ARRAY_LEN(harmless), key))
		return 0;
	if (!row_of(addresses, GATE_ARRAY_LEN(addresses), key))
		return tell(w, "GIT-LFSCFG", key, now, GATE_TIER_HIGH, unknown, err);
	if (same_place(was, now->text))
		return tell(w, "GIT-LFSCFG", key, now, GATE_TIER_LOW, encrypted, err);
	return tell(w, "GIT-LFSCFG", key, now, GATE_TIER_CRITICAL, elsewhere, err);
}

int gate_lfsconfig_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err)
{
	struct walk w = { .d = d, .change = l->change, .path = l->delta->path, .leaf = lfs_leaf };
	struct gate_docs docs;
	int rc;

	if (l->delta->new_mode && !gate_mode_is_file(l->delta->new_mode))
		return 0;
	rc = gate_detect_docs(d, l->change, l->delta, GATE_FORMAT_GIT_CONFIG, &docs, err);
	if (rc < 0 || docs.bad_now || docs.bad_before)
		return rc;
	/* an address that goes gives way to the remote's own */
	l->w = gate_weight_of(gate_node_at(docs.before, "lfs.url") && !gate_node_at(docs.now, "lfs.url") ? GATE_TIER_MEDIUM : GATE_TIER_LOW);
	w.before = docs.before;
	return each(&w, docs.now, err);
}

static int config_leaf(struct walk *w, const char *key, const struct gate_node *now, const struct gate_node *was, struct gate_err *err)
{
	bool on, alias = strncmp(key, "alias.", 6) == 0 && *now->text == '!';

	(void)was;
	if (!alias && !row_of(programs, GATE_ARRAY_LEN(programs), key))
		return 0;
	if (gate_ends_with(key, "sslverify") ? !gate_node_bool(now, &on) || on : gate_node_bool(now, &on))
		return 0;
	return tell(w, "GIT-BAREREPO", key, now, GATE_TIER_CRITICAL, w->most ? everyday : runs, err);
}

/* Files of many programs are named config: what git could not read as its own, it does not obey. */
static int parse(struct gate_detect *d, uint32_t change, const char *path, const char *s, size_t len, struct gate_doc **out, struct gate_err *err)
{
	struct gate_err why = { 0 };

	if (gate_doc_parse(GATE_FORMAT_GIT_CONFIG, s, len, NULL, out, &why) == 0 || why.code == GATE_E_SYNTAX)
		return 0;
	if (why.code == GATE_E_NOMEM)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	return gate_detect_limit(d, change, path, NULL, false, "more settings of git than are read: nobody looked at which programs they name", err);
}

int gate_embedded_config_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	static const struct gate_weight medium = { GATE_TIER_MEDIUM, 20000, false };
	struct walk w = { .d = d, .change = change, .path = delta->path, .leaf = config_leaf };
	gate_auto(gate_sides) struct gate_sides sides = { 0 };
	gate_autodoc struct gate_doc *before = NULL, *now = NULL;
	const char *name = gate_path_last(delta->path);
	struct gate_err why = { 0 };
	int rc;

	if (!gate_mode_is_file(delta->new_mode) || (strcasecmp(name, "config") != 0 && strcasecmp(name, "config.worktree") != 0))
		return 0;
	if (gate_detect_sides(d, delta, &sides, &why) < 0)
		return gate_detect_limit(d, change, delta->path, NULL, false, "too big or unreadable: nobody looked at which programs it names", err);
	rc = parse(d, change, delta->path, gate_buf_cstr(&sides.before), sides.before.len, &before, err);
	if (rc == 0)
		rc = parse(d, change, delta->path, sides.now, sides.now_len, &now, err);
	if (rc < 0 || !now)
		return rc;
	/* $XDG_CONFIG_HOME/git/config, as collections of settings keep it */
	if (gate_ends_with(delta->path, ".config/git/config"))
		w.most = &medium;
	w.before = before ? gate_doc_root(before) : NULL;
	return each(&w, gate_doc_root(now), err);
}
