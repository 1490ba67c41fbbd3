/* CI of all vendors (CI-*): both sides of each file are turned into facts, the rest is comparison. */
#ifndef GATE_CLASSIFIER_CONTROL_CI_H
#define GATE_CLASSIFIER_CONTROL_CI_H

#include "classifier/control/facts.h"
#include "formats/node.h"

int gate_ci_init(struct gate_detect *d, struct gate_err *err);
void gate_ci_release(struct gate_detect *d);
int gate_ci_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err);
int gate_ci_end(struct gate_detect *d, struct gate_err *err);

/* One side of a file while its facts are collected. */
struct gate_ci_side {
	const struct gate_node *root;
	const char *path;
	const char *text; /* raw, for comments; may be NULL */
	size_t len;
	bool only; /* the other side is not there: the file is new, or gone */
	struct gate_factbag *out;
	struct gate_err *err;
};

/* Workflows and actions of GitHub, Forgejo and Gitea. */
int gate_ci_github(struct gate_ci_side *s);
/* Any other vendor's YAML or JSON: what a key means stands in a table. */
int gate_ci_generic(struct gate_ci_side *s);
/* No tree: statements by lines. */
int gate_ci_lines(struct gate_ci_side *s);
/* Findings for what is left of both bags. */
int gate_ci_judge(struct gate_detect *d, struct gate_factbag *gained, struct gate_factbag *lost, struct gate_err *err);

/* One fact more; job and note may be NULL. */
int gate_ci_add(struct gate_ci_side *s, enum gate_fact_kind kind, enum gate_tier tier, const struct gate_node *at, const char *job,
		const char *key, const char *note);
/* What any text of any vendor may hold: secrets, text of strangers (only in scripts), the docker socket. */
int gate_ci_text(struct gate_ci_side *s, const struct gate_node *at, const char *job, bool script);
/* A setting that makes a check fail softly, whatever tool reads it: `key` and its value against a table. */
int gate_ci_setting(struct gate_ci_side *s, const struct gate_node *at, const char *key, const char *job, const char *label);
/* A version or image; at most one of uses and image is no NULL. */
int gate_ci_uses(struct gate_ci_side *s, const struct gate_node *at, const char *name);
int gate_ci_image(struct gate_ci_side *s, const struct gate_node *at);
int gate_ci_host_text(struct gate_ci_side *s, const struct gate_node *at, const char *job, const char *text);

#endif
