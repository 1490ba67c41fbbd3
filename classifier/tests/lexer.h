/* Which bytes of a source file are code, which are comments and which stand inside strings: one table of a few habits for
 * each family of languages, no grammar. So a marker in a heredoc, a string or a comment is not taken for code, and a comment
 * that switches a tool off is not looked for in code. Linear, no recursion; what never ends is a string to the file's end, or
 * to the line's end where strings may not pass it. */
#ifndef GATE_CLASSIFIER_TESTS_LEXER_H
#define GATE_CLASSIFIER_TESTS_LEXER_H

#include "base/buf.h"

enum gate_lexis {
	GATE_LEXIS_NONE, /* everything is code */
	GATE_LEXIS_C,	 /* C, C++, C#, Go, PHP, Dart */
	GATE_LEXIS_JS,
	GATE_LEXIS_JVM, /* Java, Kotlin, Scala, Groovy, Swift: triple quotes, nested comments */
	GATE_LEXIS_RUST,
	GATE_LEXIS_PYTHON,
	GATE_LEXIS_RUBY,
	GATE_LEXIS_SHELL, /* shell, Perl, R: long strings and heredocs */
	GATE_LEXIS_HASH,  /* make, YAML, TOML, INI, CMake */
	GATE_LEXIS_ELIXIR, /* Elixir, Julia */
	GATE_LEXIS_DASH,  /* Lua, SQL, Haskell */
	GATE_LEXIS_ERLANG,
	GATE_LEXIS_ML,
	GATE_LEXIS_XML,
	GATE_LEXIS_COUNT
};

/* By the name of the file; GATE_LEXIS_NONE for what is no source. */
enum gate_lexis gate_lexis_of(const char *path);

/* Three texts of the length of the source, line ends kept, everything else that does not belong there a blank. */
struct gate_lexed {
	struct gate_buf code;	  /* without comments and the insides of strings; the quotes stay */
	struct gate_buf text;	  /* without comments */
	struct gate_buf comments; /* nothing else */
};

int gate_lex(enum gate_lexis lexis, const char *s, size_t len, struct gate_lexed *out, struct gate_err *err);
void gate_lexed_clear(struct gate_lexed *l);

#endif
