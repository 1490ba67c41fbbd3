/* For the readers of manifests: rows from trees. */
#ifndef GATE_FORMATS_LOCKS_MANIFEST_H
#define GATE_FORMATS_LOCKS_MANIFEST_H

#include "formats/locks/read.h"

/* A map of names at a path of the root. */
struct gate_manifest_map {
	const char *path;
	enum gate_dep_role role;
	unsigned flags;
};

int gate_manifest_parse(enum gate_format format, const char *bytes, size_t len, struct gate_doc **doc,
			const struct gate_node **root, struct gate_err *err);
/* A name with what is asked for it: a range, or an address. */
int gate_manifest_row(struct gate_lock_store *s, enum gate_ecosystem eco, enum gate_dep_role role, const char *name,
		      const char *spec, uint32_t line, unsigned flags, struct gate_err *err);
/* Each name of a map with its text, or each text of a list. */
int gate_manifest_names(struct gate_lock_store *s, const struct gate_node *map, enum gate_ecosystem eco, enum gate_dep_role role,
			unsigned flags, struct gate_err *err);
int gate_manifest_maps(struct gate_lock_store *s, const struct gate_node *root, enum gate_ecosystem eco,
		       const struct gate_manifest_map *maps, size_t n, struct gate_err *err);

#endif
