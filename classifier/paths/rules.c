#include "classifier/paths/rules.h"

#include "classifier/lines.h"

#include <string.h>

int gate_path_own_rules(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	struct gate_sighting s = { .id = "GATE-RULES", .path = delta->path };

	if (strcmp(delta->path, ".refgate") != 0 && !gate_starts_with(delta->path, ".refgate/"))
		return 0;
	s.new_value = delta->new_mode ? NULL : "removed";
	return gate_detect_add(d, change, &s, err);
}

int gate_path_owners(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	size_t len = strlen(delta->path);

	for (size_t i = 0; i < d->policy->n_owners; i++) {
		char subject[32];
		struct gate_sighting s = { .id = "GATE-OWNER", .subject = subject, .path = delta->path };

		if (!gate_globs_match(&d->policy->owners[i].paths, delta->path, len))
			continue;
		snprintf(subject, sizeof(subject), "owner:%zu", i);
		if (gate_detect_add(d, change, &s, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

static const struct gate_closer *closer_of(const char *id)
{
	for (size_t i = 0; i < gate_closers_n; i++) {
		if (strcmp(gate_closers[i].id, id) == 0)
			return &gate_closers[i];
	}
	return NULL;
}

static int path_row(struct gate_detect *d, uint32_t change, const struct gate_rule *r, const struct gate_delta *delta,
		    struct gate_err *err)
{
	const struct gate_closer *closer = closer_of(r->id);
	struct gate_look look = {
		.id = r->id,
		.change = change,
		.delta = delta,
		.w = { r->floor, r->points, r->deny },
		.keep = true,
	};
	struct gate_sighting s = { .id = r->id, .path = delta->path, .at_most = &look.w };
	int rc = closer ? closer->fn(d, &look, err) : 0;

	if (rc < 0 || !look.keep)
		return rc;
	if (!delta->new_mode)
		s.new_value = "removed";
	else if (!delta->old_mode)
		s.old_value = "absent";
	return gate_detect_add(d, change, &s, err);
}

/* The first gained line that the expression matches. The line itself is not shown: a policy may look for what is
 * secret. */
static int content_row(struct gate_detect *d, uint32_t change, const struct gate_rule *r,
		       const struct gate_delta *delta, struct gate_err *err)
{
	gate_auto(gate_sides) struct gate_sides sides = { 0 };
	gate_auto(gate_line_diff) struct gate_line_diff lines = { 0 };
	struct gate_sighting s = { .id = r->id, .path = delta->path };
	struct gate_err why = { 0 };
	size_t start = 0, end = 0;
	enum gate_match m;
	int rc;

	if (!delta->new_mode || !r->content)
		return 0;
	if (gate_detect_sides(d, delta, &sides, &why) < 0)
		return gate_detect_limit(d, change, delta->path, NULL, r->deny,
					 "too big or unreadable: a content rule did not look", err);
	rc = gate_line_diff_compare(sides.before.s, sides.before.len, sides.now, sides.now_len, &lines, err);
	if (rc < 0 || !lines.n)
		return rc;
	m = gate_regex_find(r->content, lines.text.s, lines.text.len, 0, &start, &end);
	if (m == GATE_MATCH_LIMIT)
		return gate_detect_limit(d, change, delta->path, NULL, r->deny,
					 "a content rule reached its match limit", err);
	s.line = gate_line_diff_number(&lines, start);
	return m == GATE_MATCH_YES ? gate_detect_add(d, change, &s, err) : 0;
}

int gate_path_rules_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	const uint32_t *hits;
	size_t n = gate_path_index_find(d->index, delta->path, &hits);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		const struct gate_rule *r = &d->policy->rules[hits[i]];

		rc = strcmp(r->kind, "content") == 0 ? content_row(d, change, r, delta, err)
						     : path_row(d, change, r, delta, err);
	}
	return rc;
}

int gate_path_rules_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err)
{
	const uint32_t *hits;
	size_t n = *o->path ? gate_path_index_find(d->index, o->path, &hits) : 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		const struct gate_rule *r = &d->policy->rules[hits[i]];
		struct gate_sighting s = { .id = r->id, .path = o->path, .commit = o->commit };

		if (r->deny && strcmp(r->kind, "path") == 0)
			rc = gate_detect_add(d, change, &s, err);
	}
	return rc;
}
