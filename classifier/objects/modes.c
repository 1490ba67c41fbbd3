#include "classifier/objects/modes.h"

#include <string.h>
#include <strings.h>

#define TYPE 0170000u
#define LINK 0120000u
#define GITLINK 0160000u

static const char *type_name(uint32_t mode)
{
	switch (mode & TYPE) {
	case LINK:
		return "link";
	case GITLINK:
		return "submodule";
	default:
		return "file";
	}
}

/* A merge takes one side's type: only what no parent has is a change. */
static int type_change(struct gate_detect *d, uint32_t change, const struct gate_entry *e, struct gate_err *err)
{
	struct gate_sighting s = { .id = "GIT-TYPE", .path = e->path, .commit = e->commit, .new_value = type_name(e->mode) };

	if (!e->n_olds)
		return 0;
	for (size_t i = 0; i < e->n_olds; i++) {
		if ((e->olds[i].mode & TYPE) == (e->mode & TYPE))
			return 0;
	}
	s.old_value = type_name(e->olds[0].mode);
	return gate_detect_add(d, change, &s, err);
}

static int submodule(struct gate_detect *d, uint32_t change, const struct gate_entry *e, struct gate_err *err)
{
	struct gate_sighting s = { .id = "GIT-SUB-SHA", .path = e->path, .commit = e->commit, .new_value = e->oid };

	if (e->n_olds && (e->olds[0].mode & TYPE) == GITLINK)
		s.old_value = e->olds[0].oid;
	return gate_detect_add(d, change, &s, err);
}

/* Folders whose files are started by other programs. */
static bool in_run_folder(const char *path)
{
	static const char *const folders[] = { "bin",	  "sbin",  "script", "scripts", "hooks", ".githooks", ".husky", "build",
					       "tools",	  "ci",	   ".ci",    ".github", "hack",  "contrib",   "debian", "packaging",
					       "release", "setup", "install" };

	for (const char *slash; (slash = strchr(path, '/')); path = slash + 1) {
		for (size_t i = 0; i < GATE_ARRAY_LEN(folders); i++) {
			size_t n = strlen(folders[i]);

			if ((size_t)(slash - path) == n && strncasecmp(path, folders[i], n) == 0)
				return true;
		}
	}
	return false;
}

/* Unreadable counts as a program: what it is cannot be told. */
static bool is_program(struct gate_detect *d, const char *oid)
{
	struct gate_err why = { 0 };
	const char *s;
	size_t len;

	if (!d->load || d->load(d->load_arg, oid, &s, &len, &why) < 0)
		return true;
	return len >= 2 && (memcmp(s, "#!", 2) == 0 || memcmp(s, "\177E", 2) == 0 || memcmp(s, "MZ", 2) == 0);
}

static int executable(struct gate_detect *d, uint32_t change, const struct gate_entry *e, struct gate_err *err)
{
	static const struct gate_weight low = { GATE_TIER_LOW, 5000, false };
	struct gate_sighting s = { .id = "GIT-EXEC", .path = e->path, .commit = e->commit, .old_value = "100644", .new_value = "100755" };

	if (e->mode != 0100755 || !e->n_olds)
		return 0;
	for (size_t i = 0; i < e->n_olds; i++) {
		if (e->olds[i].mode != 0100644)
			return 0;
	}
	if (!in_run_folder(e->path) && !is_program(d, e->oid)) {
		s.at_most = &low;
		s.message = "a file that is no program became executable: was that meant?";
	}
	return gate_detect_add(d, change, &s, err);
}

int gate_modes_entry(struct gate_detect *d, uint32_t change, const struct gate_entry *e, struct gate_err *err)
{
	int rc = type_change(d, change, e, err);

	if (rc == 0 && (e->mode & TYPE) == GITLINK)
		rc = submodule(d, change, e, err);
	return rc == 0 ? executable(d, change, e, err) : rc;
}
