#include "repo/config.h"

#include <string.h>

int gate_config_load(const struct gate_repo *r, struct gate_config *out, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf text = { 0 };

	if (gate_git(r, (const char *const[]){ "config", "-z", "--list", "--includes", NULL }, NULL, 0, &text, err) < 0)
		return -(int)err->code;
	for (const char *p = text.s, *end = text.s + text.len; p && p < end; p += strlen(p) + 1) {
		const char *lf = strchr(p, '\n');

		if (gate_strs_addn(&out->keys, p, lf ? (size_t)(lf - p) : strlen(p), err) < 0 ||
		    gate_strs_add(&out->values, lf ? lf + 1 : "true", err) < 0)
			return -(int)err->code;
	}
	return 0;
}

void gate_config_clear(struct gate_config *c)
{
	gate_strs_clear(&c->keys);
	gate_strs_clear(&c->values);
}

const char *gate_config_get(const struct gate_config *c, const char *key, const char *absent)
{
	for (size_t i = c->keys.n; i-- > 0;) {
		if (strcmp(c->keys.v[i], key) == 0)
			return c->values.v[i];
	}
	return absent;
}

int gate_config_all(const struct gate_config *c, const char *key, struct gate_strs *out, struct gate_err *err)
{
	for (size_t i = 0; i < c->keys.n; i++) {
		if (strcmp(c->keys.v[i], key) == 0 && gate_strs_add(out, c->values.v[i], err) < 0)
			return -(int)err->code;
	}
	return 0;
}

bool gate_config_bool(const struct gate_config *c, const char *key, bool absent)
{
	static const char *const yes[] = { "true", "yes", "on", "1" };
	const char *v = gate_config_get(c, key, NULL);

	if (!v)
		return absent;
	for (size_t i = 0; i < GATE_ARRAY_LEN(yes); i++) {
		if (strcasecmp(v, yes[i]) == 0)
			return true;
	}
	return false;
}

int gate_config_set(const struct gate_repo *r, const char *key, const char *value, struct gate_err *err)
{
	return gate_git(r, (const char *const[]){ "config", "--local", "--replace-all", key, value, NULL }, NULL, 0, NULL, err);
}

int gate_config_add(const struct gate_repo *r, const char *key, const char *value, struct gate_err *err)
{
	return gate_git(r, (const char *const[]){ "config", "--local", "--add", key, value, NULL }, NULL, 0, NULL, err);
}
