/* Where a url of git leads, as git reads one (git-clone(1), "GIT URLS"): "scheme://user@host:port/path", "user@host:path", or a path.
 * Borrows from the text. */
#ifndef GATE_CLASSIFIER_OBJECTS_GIT_ADDRESS_H
#define GATE_CLASSIFIER_OBJECTS_GIT_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

struct gate_span {
	const char *s;
	size_t n;
};

struct gate_git_address {
	struct gate_span scheme; /* empty: a path */
	struct gate_span host;	 /* with its port, without the user */
	struct gate_span owner;	 /* the path but for its last part */
	struct gate_span name;	 /* the last part, without ".git" */
};

void gate_git_address(const char *url, struct gate_git_address *out);
bool gate_span_same(struct gate_span a, struct gate_span b);
bool gate_span_is(struct gate_span a, const char *s);

#endif
