#include "classifier/control/owned.h"

#include "classifier/detect.h"

#include <string.h>

/* GitHub, Gitea and Forgejo know no exclusion; each reads its own folder, which GitLab does not. Elsewhere GitLab may read the file. */
static bool excludes_count(const char *path)
{
	static const char *const folders[] = { ".github/", ".gitea/", ".forgejo/" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(folders); i++) {
		if (gate_starts_with(path, folders[i]))
			return false;
	}
	return true;
}

int gate_owned_read(const char *file, const char *text, size_t len, struct gate_owned *o, struct gate_err *err)
{
	struct gate_err why = { 0 };
	int rc = gate_codeowners_parse(text, len, &o->list, &why);

	o->excludes = excludes_count(file) || o->list.n_sections > 1;
	o->cut = rc == -GATE_E_LIMIT;
	return rc == 0 || o->cut ? 0 : gate_err_set(err, why.code, "%s", why.text);
}

/* As .gitignore, but for a last '*', which does not reach into folders. */
static bool matches(const char *pattern, const char *path)
{
	char glob[GATE_GLOB_MAX];
	size_t n = strlen(pattern), len = strlen(path);
	const char *p = pattern + (*pattern == '/'), *slash = strchr(p, '/');
	const bool anchored = p != pattern || (slash && slash[1]);
	const bool folder = n && pattern[n - 1] == '/', star = strcmp(gate_path_last(p), "*") == 0;

	if (!*p)
		return n > 0;
	if (n > sizeof(glob) - 16)
		return false;
	snprintf(glob, sizeof(glob), "%s%.*s", anchored ? "" : "**/", (int)(strlen(p) - folder), p);
	if (!folder && gate_glob_match(glob, path, len, false))
		return true;
	if (strcmp(p, "*") == 0)
		return true;
	if (star)
		return false;
	snprintf(glob, sizeof(glob), "%s%.*s/**", anchored ? "" : "**/", (int)(strlen(p) - folder), p);
	return gate_glob_match(glob, path, len, false);
}

/* Everything's owner: what nobody in particular is asked for. */
static bool is_catch_all(const char *pattern)
{
	static const char *const all[] = { "*", "**", "/", "/**", "**/*" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(all); i++) {
		if (strcmp(pattern, all[i]) == 0)
			return true;
	}
	return false;
}

/* The owners that one section asks for. */
static int answer(const struct gate_owned *o, uint32_t section, const char *path, struct gate_strs *out, bool *special,
		  struct gate_err *err)
{
	const struct gate_codeowners *c = &o->list;
	const struct gate_codeowners_rule *last = NULL;
	const struct gate_codeowners_section *x;
	const struct gate_strs *who;

	for (size_t i = 0; i < c->n; i++) {
		const struct gate_codeowners_rule *r = &c->v[i];

		if (c->sections[r->section].first != section || (r->excluded && !o->excludes) || (c->n_sections == 1 && *r->pattern == '[') ||
		    !matches(r->pattern, path))
			continue;
		if (r->excluded)
			return 0;
		last = r;
	}
	x = last ? &c->sections[last->section] : NULL;
	if (!x || x->optional || !x->approvals)
		return 0;
	*special |= !is_catch_all(last->pattern);
	who = gate_codeowners_of(c, last);
	for (size_t i = 0; i < who->n; i++) {
		gate_auto(gate_buf) struct gate_buf b = { 0 };

		gate_buf_fmt(&b, "%s%s%s", x->name, *x->name ? ": " : "", who->v[i]);
		if (gate_buf_check(&b, err) < 0 || gate_strs_add_new(out, b.s, err) < 0)
			return -GATE_E_NOMEM;
	}
	return 0;
}

void gate_owned_clear(struct gate_owned *o)
{
	gate_codeowners_clear(&o->list);
}

int gate_owned_ask(const struct gate_owned *o, const char *path, struct gate_strs *out, bool *special, struct gate_err *err)
{
	int rc = 0;

	*special = false;
	for (uint32_t s = 0; rc == 0 && s < o->list.n_sections; s++) {
		if (o->list.sections[s].first == s)
			rc = answer(o, s, path, out, special, err);
	}
	if (rc == 0)
		gate_strs_sort(out);
	return rc;
}
