/* What is kept about the dependencies of one push, and what the parts of this room say to each other. */
#ifndef GATE_CLASSIFIER_DEPS_STATE_H
#define GATE_CLASSIFIER_DEPS_STATE_H

#include "classifier/detect.h"
#include "formats/locks/kinds.h"

#define GATE_DEP_LOAD_MAX ((size_t)48 << 20)

/* A lockfile or manifest of the push that changes what is installed. */
struct gate_dep_note {
	char *path;
	uint32_t change;
	const struct gate_lock_kind *kind;
	bool gone; /* the file goes */
};

struct gate_dep_notes {
	struct gate_dep_note *v;
	size_t n, cap;
};

struct gate_dep_state {
	struct gate_dep_notes locks, manifests;
	size_t names_checked;
};

/* One file under comparison. */
struct gate_dep_compare {
	struct gate_detect *d;
	uint32_t change;
	const struct gate_delta *delta;
	const struct gate_lock_kind *kind;
	struct gate_lock_store *s;
	size_t told_adds, told_others;	  /* findings made; beyond a bound one more stands for the rest */
	size_t more_adds, more_others;
	size_t hosts_asked;
	bool has_direct, has_scripts; /* the old side says what is asked for; which packages run code */
	bool changed; /* something is installed otherwise */
};

/* compare.c: all findings about the rows of both sides. */
int gate_dep_compare_sides(struct gate_dep_compare *c, struct gate_err *err);
/* reach.c: packages new in the file that nothing in it asks for. */
int gate_dep_compare_reach(struct gate_dep_compare *c, struct gate_err *err);
/* names.c: a new name that is nearly an old or a well-known one. */
int gate_dep_compare_name(struct gate_dep_compare *c, const struct gate_dep *row, bool direct, struct gate_err *err);
bool gate_dep_well_known(enum gate_ecosystem eco, const char *name);

/* A finding about one row. at_most and message may be NULL: the rule's. */
struct gate_dep_saying {
	const char *id, *subject, *old_value, *new_value, *message;
	const struct gate_weight *at_most;
	uint32_t line;
};
int gate_dep_say(struct gate_dep_compare *c, const struct gate_dep_saying *what, struct gate_err *err);

extern const struct gate_weight gate_dep_high, gate_dep_medium, gate_dep_low, gate_dep_critical;

#endif
