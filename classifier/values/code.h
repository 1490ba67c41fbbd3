/* Source without its comments, and compared without its layout. */
#ifndef GATE_CLASSIFIER_VALUES_CODE_H
#define GATE_CLASSIFIER_VALUES_CODE_H

#include "base/buf.h"

enum gate_comments {
	GATE_COMMENTS_HASH,   /* '#' outside of strings: Python, Ruby, Elixir, YAML, CMake */
	GATE_COMMENTS_SHELL,  /* '#' where a word begins: shell, make, Dockerfile, systemd (';' too) */
	GATE_COMMENTS_PYTHON, /* as HASH, and texts that stand alone in triple quotes */
	GATE_COMMENTS_C,      /* two slashes, and slash star: C, Java, Go, Rust, JavaScript, Gradle, C# */
	GATE_COMMENTS_XML,
	GATE_COMMENTS_PHP, /* both # and C */
	GATE_COMMENTS_NONE,
};

/* By the ending of a path; NONE when it is not known. */
enum gate_comments gate_comments_of(const char *path);
/* Appends the text with each comment made one space; line ends stay, so a line keeps its number. */
void gate_code_strip(const char *s, size_t len, enum gate_comments how, struct gate_buf *out);
/* Appends one piece of code without its layout: no white space, one kind of quotes, no comma before a closing bracket; versions and long
 * digests become one sign each, so that a new release of the same thing is the same piece. */
void gate_code_squeeze(const char *s, size_t len, bool versions, struct gate_buf *out);
/* Whether two stripped texts differ in more than layout. 0, or out of memory. */
int gate_code_same(const struct gate_buf *a, const struct gate_buf *b, bool *same, struct gate_err *err);

#endif
