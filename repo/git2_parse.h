/* Strict reading of commits, tags and trees: bytes in, views out. Knows no store. Two kinds of trouble: an object that cannot be
 * used at all (the function gives false), and a flaw, which two readers of the same bytes could understand differently
 * (repeated headers, wrong order, NUL, odd modes): the push is refused for it, yet the walk can go on.
 *
 * Sources: gitformat of objects; the checks of git fsck; HOLES 7. */
#ifndef GATE_REPO_GIT2_PARSE_H
#define GATE_REPO_GIT2_PARSE_H

#include "base/change.h"
#include "base/name.h"
#include "repo/git2_oid.h"

/* A piece of the object's bytes; not NUL-terminated. */
struct gate_piece {
	const char *s;
	size_t len;
};

struct gate_commit_view {
	struct gate_oid tree;
	const char *parents; /* n_parents lines "parent <oid>\n", each GATE_PARENT_LINE bytes */
	uint32_t n_parents;
	int64_t when; /* of the committer; 0 when it cannot be read */
	struct gate_piece author, committer; /* "Name <mail> time zone" */
	struct gate_piece headers; /* from author to the line before the message */
	struct gate_piece message;
	const char *flaw; /* the first one, in words; NULL: none. Static */
};

#define GATE_PARENT_LINE (sizeof("parent \n") - 1 + GATE_HEXSZ)

/* The view borrows `bytes`. False: no commit that could be walked. */
bool gate_parse_commit(const char *bytes, size_t len, struct gate_commit_view *out);
/* The i-th parent, i < n_parents. */
void gate_commit_parent(const struct gate_commit_view *c, uint32_t i, struct gate_oid *out);

struct gate_tag_view {
	struct gate_oid target;
	enum gate_kind kind; /* what it says the target is */
	struct gate_piece headers; /* from "tag " on */
	struct gate_piece message;
	const char *flaw;
};

bool gate_parse_tag(const char *bytes, size_t len, struct gate_tag_view *out);

struct gate_tree_entry {
	uint32_t mode; /* as written */
	const char *name;
	size_t name_len;
	struct gate_oid oid;
	bool padded; /* the mode has a leading zero */
};

struct gate_tree_iter {
	const char *p;
	size_t left;
	bool bad; /* the rest cannot be read */
	struct gate_tree_entry e;
};

void gate_tree_start(struct gate_tree_iter *it, const char *bytes, size_t len);
/* Moves to the next entry, it->e; false at the end or when it->bad. e.name is followed by a NUL. */
bool gate_tree_next(struct gate_tree_iter *it);
bool gate_mode_is_tree(uint32_t mode);
bool gate_mode_is_link(uint32_t mode);
bool gate_mode_is_gitlink(uint32_t mode);
/* git's order of two entries: bytes, a tree's name counting as ending in '/'. */
int gate_entry_order(const struct gate_tree_entry *a, const struct gate_tree_entry *b);

enum gate_flaw {
	GATE_FLAW_FORM,	  /* the tree's form: GIT-MALFORMED */
	GATE_FLAW_DOTGIT, /* a name that some file system takes for .git, or for a way out: GIT-DOTGIT */
};

/* Calls fn for each flaw of a tree; a non-zero value of fn ends it and is given back. `what` is static. */
typedef int gate_flaw_fn(void *arg, enum gate_flaw flaw, const char *name, size_t name_len, const char *what,
			 struct gate_err *err);
int gate_tree_flaws(const char *bytes, size_t len, gate_flaw_fn *fn, void *arg, struct gate_err *err);

/* The mail addresses of an ident line, or of the trailers of a message that name persons (Co-authored-by, Signed-off-by):
 * lower case, at most 512 bytes each. */
typedef int gate_mail_fn(void *arg, const char *mail, struct gate_err *err);
int gate_mails_of_ident(struct gate_piece ident, gate_mail_fn *fn, void *arg, struct gate_err *err);
int gate_mails_of_message(struct gate_piece message, gate_mail_fn *fn, void *arg, struct gate_err *err);

#endif
