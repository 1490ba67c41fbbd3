/* git's effective configuration of a repository, read with `git config -z --list` as receive-pack itself sees
 * it (GIT_CONFIG_* of the host included). Keys are as git prints them: section and
 * name in lower case ("receive.procreceiverefs"). */
#ifndef GATE_REPO_CONFIG_H
#define GATE_REPO_CONFIG_H

#include "repo/repo.h"

struct gate_config {
	struct gate_strs keys;
	struct gate_strs values; /* same index; a key without '=' has "true" */
};

int gate_config_load(const struct gate_repo *r, struct gate_config *out, struct gate_err *err);
/* The same, remembered in `cache` with the state of every file that git read (or would have read): as long as none of them changed
 * git need not be asked again. Not remembered where the answer depends on more than files: -c options, conditional includes. */
int gate_config_load_cached(const struct gate_repo *r, const char *cache, struct gate_config *out, struct gate_err *err);
void gate_config_clear(struct gate_config *c);
/* The last value of a key, or `absent`. */
const char *gate_config_get(const struct gate_config *c, const char *key, const char *absent);
/* Every value of a key, in order. */
int gate_config_all(const struct gate_config *c, const char *key, struct gate_strs *out, struct gate_err *err);
bool gate_config_bool(const struct gate_config *c, const char *key, bool absent);
/* Writes one value into the repository's own file (`git config --replace-all`). */
int gate_config_set(const struct gate_repo *r, const char *key, const char *value, struct gate_err *err);
int gate_config_add(const struct gate_repo *r, const char *key, const char *value, struct gate_err *err);

#endif
