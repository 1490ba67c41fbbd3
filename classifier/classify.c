#include "classifier/classify.h"

#include "classifier/detect.h"
#include "classifier/secrets/decode.h"

#include <stdlib.h>
#include <string.h>

struct gate_classifier {
	struct gate_detect d;
	bool done;
};

static int init_states(struct gate_detect *d, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < gate_detect_states_n; i++)
		rc = gate_detect_states[i].init(d, err);
	return rc;
}

struct gate_classifier *gate_classifier_new(const struct gate_policy *policy, const struct gate_changes *changes,
					    gate_load_fn *load, void *load_arg, struct gate_findings *out,
					    struct gate_err *err)
{
	struct gate_classifier *c = calloc(1, sizeof(*c));

	if (!c) {
		gate_err_set(err, GATE_E_NOMEM, "out of memory");
		return NULL;
	}
	c->d = (struct gate_detect){
		.policy = policy,
		.changes = changes,
		.load = load,
		.load_arg = load_arg,
		.out = out,
		.index = gate_path_index_new(policy, err),
	};
	if (!c->d.index || init_states(&c->d, err) < 0) {
		gate_classifier_free(c);
		return NULL;
	}
	return c;
}

void gate_classifier_knows(struct gate_classifier *c, const struct gate_osv *osv, int64_t now)
{
	c->d.osv = osv;
	c->d.now = now;
}

static int check(const struct gate_classifier *c, uint32_t change, struct gate_err *err)
{
	if (c->done)
		return gate_err_set(err, GATE_E_BUG, "the classifier got a piece after the end");
	if (change >= c->d.changes->n)
		return gate_err_set(err, GATE_E_BUG, "the classifier got a piece of change %u of %zu", change,
				    c->d.changes->n);
	return 0;
}

int gate_classify_object(struct gate_classifier *c, uint32_t change, const struct gate_object *o, struct gate_err *err)
{
	int rc = check(c, change, err);

	for (size_t i = 0; rc == 0 && i < gate_object_detectors_n; i++) {
		const struct gate_object_detector *t = &gate_object_detectors[i];

		if ((t->texts >> o->text & 1) && !(o->clean && (t->peek || t->bound) && !t->names))
			rc = t->fn(&c->d, change, o, err);
	}
	return rc;
}

bool gate_classify_peek(struct gate_classifier *c, const struct gate_peek *p)
{
	/* Bytes with a NUL may be wide characters, and those are read over the whole text. */
	bool parts = p->len <= GATE_DECODE_PART_MAX && p->len && !memchr(p->bytes, '\0', p->len), any = false;
	struct gate_peek look = { p->bytes, p->len, parts ? p->fresh : NULL, p->kept };

	*p->kept = (struct gate_spans){ .n = 0 };
	for (size_t i = 0; !any && i < gate_object_detectors_n; i++)
		any = gate_object_detectors[i].peek && gate_object_detectors[i].peek(&c->d, &look);
	p->kept->over = p->kept->over || any || !parts;
	return any;
}

bool gate_classify_bound(struct gate_classifier *c, const char *path)
{
	for (size_t i = 0; i < gate_object_detectors_n; i++) {
		if (gate_object_detectors[i].bound && gate_object_detectors[i].bound(&c->d, path))
			return true;
	}
	return false;
}

int gate_classify_entry(struct gate_classifier *c, uint32_t change, const struct gate_entry *e, struct gate_err *err)
{
	int rc = check(c, change, err);

	for (size_t i = 0; rc == 0 && i < gate_entry_detectors_n; i++)
		rc = gate_entry_detectors[i].fn(&c->d, change, e, err);
	return rc;
}

int gate_classify_names(struct gate_classifier *c, uint32_t change, const struct gate_names *n, struct gate_err *err)
{
	int rc = check(c, change, err);

	for (size_t i = 0; rc == 0 && i < gate_names_detectors_n; i++)
		rc = gate_names_detectors[i].fn(&c->d, change, n, err);
	return rc;
}

int gate_classify_commit(struct gate_classifier *c, uint32_t change, const struct gate_commit *k, struct gate_err *err)
{
	int rc = check(c, change, err);

	for (size_t i = 0; rc == 0 && i < gate_commit_detectors_n; i++)
		rc = gate_commit_detectors[i].fn(&c->d, change, k, err);
	return rc;
}

int gate_classify_evil(struct gate_classifier *c, uint32_t change, const struct gate_evil *e, struct gate_err *err)
{
	struct gate_sighting s = {
		.id = "GIT-MERGE", .path = e->path, .commit = e->commit, .new_value = e->what, .line = e->line
	};
	int rc = check(c, change, err);

	return rc == 0 ? gate_detect_add(&c->d, change, &s, err) : rc;
}

int gate_classify_delta(struct gate_classifier *c, uint32_t change, const struct gate_delta *d, struct gate_err *err)
{
	int rc = check(c, change, err);

	for (size_t i = 0; rc == 0 && i < gate_delta_detectors_n; i++)
		rc = gate_delta_detectors[i].fn(&c->d, change, d, err);
	return rc;
}

int gate_classify_done(struct gate_classifier *c, struct gate_err *err)
{
	int rc = 0;

	if (c->done)
		return gate_err_set(err, GATE_E_BUG, "the classifier was ended twice");
	c->done = true;
	if (!c->d.changes->n)
		return 0;
	for (size_t i = 0; rc == 0 && i < gate_end_detectors_n; i++)
		rc = gate_end_detectors[i].fn(&c->d, err);
	/* A full list keeps the heaviest findings; what fell out may have belonged to any change. */
	if (rc == 0 && c->d.out->dropped)
		rc = gate_detect_limit_all(&c->d, "more findings than are kept, the lightest were dropped: push in smaller parts", err);
	return rc;
}

void gate_classifier_free(struct gate_classifier *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < gate_detect_states_n; i++)
		gate_detect_states[i].release(&c->d);
	gate_path_index_free(c->d.index);
	free(c);
}
