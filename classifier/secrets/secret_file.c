#include "classifier/secrets/secret_file.h"

#include <string.h>

/* What the content of such a file shows. */
enum shown { SHOWN_SECRET, SHOWN_WEAK, SHOWN_NOTHING };

struct text {
	const char *s;
	size_t len;
};

static bool has(struct text t, const char *word)
{
	return memmem(t.s, t.len, word, strlen(word)) != NULL;
}

/* Certificates and public keys share the endings of private ones. A private one is for SEC-TXT to judge. */
static enum shown look_pem(struct text t)
{
	if (has(t, "PRIVATE KEY"))
		return SHOWN_WEAK;
	return has(t, "-----BEGIN ") || has(t, "ssh-") ? SHOWN_NOTHING : SHOWN_WEAK;
}

/* The value of an assignment that is no reference to something outside. */
static bool real_value(struct text v)
{
	static const char blank[] = " \t\r\"'";

	while (v.len && strchr(blank, *v.s)) {
		v.s++;
		v.len--;
	}
	while (v.len && strchr(blank, v.s[v.len - 1]))
		v.len--;
	return v.len && *v.s != '#' && !(v.len >= 2 && v.s[0] == '$' && v.s[1] == '{');
}

/* Keys whose value is shown to every visitor, or says nothing. */
static bool public_name(struct text name)
{
	static const char *const prefixes[] = { "VITE_",
						"NEXT_PUBLIC_",
						"REACT_APP_",
						"PUBLIC_",
						"EXPO_PUBLIC_",
						"NUXT_PUBLIC_",
						"NODE_ENV",
						"PORT",
						"HOST",
						"LOG_LEVEL",
						"DEBUG",
						"TZ",
						"LANG",
						"BROWSER",
						"CI=",
						"GENERATE_SOURCEMAP",
						"COMPOSE_PROJECT_NAME" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(prefixes); i++) {
		size_t n = strlen(prefixes[i]);

		if (name.len >= n && memcmp(name.s, prefixes[i], n) == 0)
			return true;
	}
	return false;
}

static bool next_line(struct text *rest, struct text *line)
{
	const char *nl;

	if (!rest->len)
		return false;
	nl = memchr(rest->s, '\n', rest->len);
	line->s = rest->s;
	line->len = nl ? (size_t)(nl - rest->s) : rest->len;
	rest->s += line->len + (nl != NULL);
	rest->len -= line->len + (nl != NULL);
	return true;
}

static bool line_assigns(struct text line)
{
	const char *eq;

	while (line.len && (*line.s == ' ' || *line.s == '\t')) {
		line.s++;
		line.len--;
	}
	if (line.len > 7 && memcmp(line.s, "export ", 7) == 0)
		line = (struct text){ line.s + 7, line.len - 7 };
	eq = line.len ? memchr(line.s, '=', line.len) : NULL;
	if (!eq || *line.s == '#' || public_name((struct text){ line.s, (size_t)(eq - line.s) + 1 }))
		return false;
	return real_value((struct text){ eq + 1, line.len - (size_t)(eq + 1 - line.s) });
}

static enum shown look_env(struct text t)
{
	struct text line;

	if (memchr(t.s, '\0', t.len))
		return SHOWN_SECRET;
	if (has(t, "sops_version="))
		return SHOWN_NOTHING;
	while (next_line(&t, &line)) {
		if (line_assigns(line))
			return SHOWN_SECRET;
	}
	return SHOWN_NOTHING;
}

/* A token, not a reference to a variable of the environment. */
static enum shown look_npmrc(struct text t)
{
	static const char *const keys[] = { "_authToken", "_auth", "_password" };
	struct text line;

	while (next_line(&t, &line)) {
		const char *eq = memchr(line.s, '=', line.len);
		struct text name = { line.s, eq ? (size_t)(eq - line.s) : 0 };

		for (size_t i = 0; eq && i < GATE_ARRAY_LEN(keys); i++) {
			if (has(name, keys[i]) && real_value((struct text){ eq + 1, line.len - name.len - 1 }))
				return SHOWN_SECRET;
		}
	}
	return SHOWN_NOTHING;
}

static enum shown look_vault(struct text t)
{
	static const char *const sealed[] = { "$ANSIBLE_VAULT;", "sops:", "ENC[", "SealedSecret",
					      "age-encryption.org" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(sealed); i++) {
		if (has(t, sealed[i]))
			return SHOWN_NOTHING;
	}
	return SHOWN_WEAK;
}

static const struct {
	const char *name; /* glob of the last component */
	enum shown (*look)(struct text t);
} looks[] = {
	{ "*.pem", look_pem },		{ "*.key", look_pem },		{ ".env", look_env },
	{ ".env.*", look_env },		{ "*.env", look_env },		{ ".npmrc", look_npmrc },
	{ "secrets.y*ml", look_vault }, { "secrets.json", look_vault }, { "vault*.y*ml", look_vault },
};

static enum shown look(const char *path, struct text t)
{
	const char *last = gate_path_last(path);

	if (!t.len)
		return SHOWN_NOTHING;
	for (size_t i = 0; i < GATE_ARRAY_LEN(looks); i++) {
		if (gate_glob_match(looks[i].name, last, strlen(last), true))
			return looks[i].look(t);
	}
	return SHOWN_SECRET;
}

static const struct gate_weight weak = { GATE_TIER_MEDIUM, 20000, false };

static bool names_secret(struct gate_detect *d, const char *path)
{
	const uint32_t *hits;
	size_t n = gate_path_index_find(d->index, path, &hits);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(d->policy->rules[hits[i]].id, "SEC-FILE") == 0)
			return true;
	}
	return false;
}

bool gate_secret_file_bound(struct gate_detect *d, const char *path)
{
	return names_secret(d, path);
}

int gate_secret_file_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err)
{
	struct gate_sighting s = { .id = "SEC-FILE", .path = o->path, .commit = o->commit };
	enum shown shown;

	if (!*o->path || !names_secret(d, o->path))
		return 0;
	shown = o->bytes ? look(o->path, (struct text){ o->bytes, o->len }) : o->len ? SHOWN_SECRET : SHOWN_NOTHING;
	s.at_most = shown == SHOWN_WEAK ? &weak : NULL;
	return shown == SHOWN_NOTHING ? 0 : gate_detect_add(d, change, &s, err);
}

int gate_secret_file_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err)
{
	struct gate_err why = { 0 };
	const char *s;
	size_t len;
	enum shown shown;

	(void)err;
	l->keep = gate_mode_is_file(l->delta->new_mode);
	if (!l->keep || !d->load || d->load(d->load_arg, l->delta->new_oid, &s, &len, &why) < 0)
		return 0;
	shown = look(l->delta->path, (struct text){ s, len });
	l->keep = shown != SHOWN_NOTHING;
	if (shown == SHOWN_WEAK)
		l->w = weak;
	return 0;
}
