#include "classifier/tests/lexer.h"

#include "base/str.h"

#include <string.h>
#include <strings.h>

#define HEREDOC_NAME 64

/* The habits of a family. */
struct habits {
	const char *line[3];  /* a comment to the line's end */
	const char *open, *close; /* a comment with an end */
	bool nests;
	bool hash_word;	 /* '#' begins a comment only at the start of a word ($#, ${#x}) */
	const char *quotes;	 /* one-character quotes that end at the same character */
	const char *long_quotes; /* those of them that may pass a line's end */
	bool triple;		 /* three of a quote begin a long string */
	bool escapes;		 /* a backslash takes the next character with it */
	bool letter;		 /* 'x' is one letter, 'x alone is a lifetime or a prime */
	bool regex;		 /* /.../ where a value may stand */
	bool raw;		 /* r"...", r#"..."#, R"x(...)x" */
	enum { HERE_NONE, HERE_SHELL, HERE_RUBY, HERE_PHP } here;
	const char *block_open, *block_close; /* at a line's start: =begin, =pod */
};

static const struct habits all_habits[GATE_LEXIS_COUNT] = {
	[GATE_LEXIS_NONE] = { .quotes = "", .long_quotes = "" },
	[GATE_LEXIS_C] = { { "//" }, "/*", "*/", .quotes = "\"'`", .long_quotes = "`", .escapes = true, .raw = true,
			   .letter = true, .here = HERE_PHP },
	[GATE_LEXIS_JS] = { { "//" }, "/*", "*/", .quotes = "\"'`", .long_quotes = "`", .escapes = true, .regex = true },
	[GATE_LEXIS_JVM] = { { "//" }, "/*", "*/", .nests = true, .quotes = "\"'", .long_quotes = "", .triple = true,
			     .escapes = true },
	[GATE_LEXIS_RUST] = { { "//" }, "/*", "*/", .nests = true, .quotes = "\"'", .long_quotes = "\"",
			      .escapes = true, .letter = true, .raw = true },
	[GATE_LEXIS_PYTHON] = { { "#" }, .quotes = "\"'", .long_quotes = "", .triple = true, .escapes = true },
	[GATE_LEXIS_RUBY] = { { "#" }, .hash_word = true, .quotes = "\"'`", .long_quotes = "\"'`", .escapes = true,
			      .here = HERE_RUBY, .block_open = "=begin", .block_close = "=end" },
	[GATE_LEXIS_SHELL] = { { "#" }, .hash_word = true, .quotes = "\"'", .long_quotes = "\"'", .escapes = true,
			       .here = HERE_SHELL, .block_open = "=pod", .block_close = "=cut" },
	[GATE_LEXIS_HASH] = { { "#" }, .hash_word = true, .quotes = "\"'", .long_quotes = "", .escapes = true },
	[GATE_LEXIS_ELIXIR] = { { "#" }, .quotes = "\"", .long_quotes = "\"", .triple = true, .escapes = true,
				.block_open = "#=", .block_close = "=#" },
	[GATE_LEXIS_DASH] = { { "--" }, "{-", "-}", .quotes = "\"'", .long_quotes = "", .escapes = true, .letter = true },
	[GATE_LEXIS_ERLANG] = { { "%" }, .quotes = "\"", .long_quotes = "\"", .escapes = true },
	[GATE_LEXIS_ML] = { { NULL }, "(*", "*)", .nests = true, .quotes = "\"", .long_quotes = "\"", .escapes = true,
			    .letter = true },
	[GATE_LEXIS_XML] = { { NULL }, "<!--", "-->", .quotes = "", .long_quotes = "" },
};

static const struct {
	const char *ends; /* endings, parted by blanks; or whole names */
	enum gate_lexis lexis;
} names[] = {
	{ ".c .h .cc .cpp .cxx .hpp .hh .hxx .cs .go .php .phpt .dart .m .mm .proto .sol .zig .v .d .fs .fsx .ino .cu",
	  GATE_LEXIS_C },
	{ ".js .jsx .ts .tsx .mjs .cjs .mts .cts .vue .svelte .json5 .jsonc .astro", GATE_LEXIS_JS },
	{ ".java .kt .kts .scala .sc .groovy .gradle .swift .sbt Jenkinsfile", GATE_LEXIS_JVM },
	{ ".rs", GATE_LEXIS_RUST },
	{ ".py .pyi .pyx .bzl BUILD .bazel WORKSPACE", GATE_LEXIS_PYTHON },
	{ ".rb .rake .gemspec Gemfile Rakefile .simplecov", GATE_LEXIS_RUBY },
	{ ".sh .bash .zsh .ksh .bats .pl .pm .t .r .tcl .fish", GATE_LEXIS_SHELL },
	{ ".mk .mak Makefile makefile GNUmakefile .yml .yaml .toml .cmake CMakeLists.txt Dockerfile justfile .just .feature "
	  ".ini .cfg .conf .coveragerc .gcovr .lcovrc .tf .nix .ac .am .in .bazelrc .env .properties meson.build .txt",
	  GATE_LEXIS_HASH },
	{ ".ex .exs .jl", GATE_LEXIS_ELIXIR },
	{ ".lua .sql .hs .lhs .elm .adb .ads", GATE_LEXIS_DASH },
	{ ".erl .hrl rebar.config", GATE_LEXIS_ERLANG },
	{ ".ml .mli", GATE_LEXIS_ML },
	{ ".xml .html .csproj .fsproj .vbproj .props .targets .runsettings", GATE_LEXIS_XML },
};

enum gate_lexis gate_lexis_of(const char *path)
{
	const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path, *dot = strrchr(last, '.');

	for (size_t i = 0; i < GATE_ARRAY_LEN(names); i++) {
		for (const char *p = names[i].ends; *p;) {
			size_t n = strcspn(p, " ");
			const char *with = *p == '.' && dot ? dot : last;

			if (strlen(with) == n && strncasecmp(with, p, n) == 0)
				return names[i].lexis;
			p += n + strspn(p + n, " ");
		}
	}
	return GATE_LEXIS_NONE;
}

enum kind { CODE, COMMENT, STRING };

struct lexer {
	const struct habits *h;
	const char *s;
	size_t len, at;
	struct gate_lexed *out;
	char here[HEREDOC_NAME]; /* the heredoc that begins at the next line; "" for none */
	bool here_indented;
	char before; /* the last code character that was no blank */
	char word[12]; /* the last word of code, for what stands before a '/' */
	size_t word_len;
};

static void put(struct lexer *x, size_t n, enum kind kind)
{
	struct gate_buf *to[] = { &x->out->code, &x->out->text, &x->out->comments };
	const bool keep[] = { kind == CODE, kind != COMMENT, kind == COMMENT };
	const char *s = x->s + x->at;

	n = n < x->len - x->at ? n : x->len - x->at;
	for (size_t i = 0; i < 3; i++) {
		char *at = gate_buf_room(to[i], n);

		for (size_t k = 0; at && k < n; k++)
			at[k] = (keep[i] && s[k]) || s[k] == '\n' || s[k] == '\r' ? s[k] : ' ';
		if (at)
			at[n] = '\0';
		to[i]->len += at ? n : 0;
	}
	x->at += n;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
}

static void code(struct lexer *x)
{
	char c = x->s[x->at];

	if (is_word(c)) {
		if (x->at && !is_word(x->s[x->at - 1]))
			x->word_len = 0;
		if (x->word_len < sizeof(x->word))
			x->word[x->word_len++] = c;
	}
	if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
		x->before = c;
	put(x, 1, CODE);
}

static bool here(const struct lexer *x, const char *what)
{
	size_t n;

	if (!what || x->at >= x->len || *what != x->s[x->at])
		return false;
	n = strlen(what);
	return n && x->len - x->at >= n && memcmp(x->s + x->at, what, n) == 0;
}

static size_t line_end(const struct lexer *x, size_t at)
{
	const char *nl = at < x->len ? memchr(x->s + at, '\n', x->len - at) : NULL;

	return nl ? (size_t)(nl - x->s) : x->len;
}

static bool at_line_start(const struct lexer *x)
{
	return x->at == 0 || x->s[x->at - 1] == '\n';
}

static bool line_comment(struct lexer *x)
{
	bool hit = false;

	for (size_t i = 0; i < 3 && x->h->line[i] && !hit; i++)
		hit = here(x, x->h->line[i]);
	/* PHP and C share a family: "#" is PHP's comment and C's directive, so it stays code */
	if (!hit)
		return false;
	if (x->h->hash_word && x->at && !strchr(" \t\n\r;&|(){}[],", x->s[x->at - 1]))
		return false;
	put(x, line_end(x, x->at) - x->at, COMMENT);
	return true;
}

static bool block_comment(struct lexer *x)
{
	size_t depth = 1, i, no, nc;

	if (!here(x, x->h->open))
		return false;
	no = strlen(x->h->open);
	nc = strlen(x->h->close);
	for (i = x->at + no; i < x->len && depth; i++) {
		if (x->s[i] == *x->h->close && x->len - i >= nc && memcmp(x->s + i, x->h->close, nc) == 0) {
			depth--;
			i += nc - 1;
		} else if (x->h->nests && x->s[i] == *x->h->open && x->len - i >= no && memcmp(x->s + i, x->h->open, no) == 0) {
			depth++;
			i += no - 1;
		}
	}
	put(x, i - x->at, COMMENT);
	return true;
}

static bool pod(struct lexer *x)
{
	size_t i;

	if (!x->h->block_open || !at_line_start(x) || !here(x, x->h->block_open))
		return false;
	for (i = line_end(x, x->at); i < x->len; i = line_end(x, i + 1)) {
		if (x->len - i > strlen(x->h->block_close) &&
		    memcmp(x->s + i + 1, x->h->block_close, strlen(x->h->block_close)) == 0) {
			i = line_end(x, i + 1);
			break;
		}
	}
	put(x, i - x->at, COMMENT);
	return true;
}

/* From the opening quote on; `ender` of n bytes closes it. Without `far` it ends with the line, as a mistake would. */
static void string_until(struct lexer *x, size_t opening, const char *ender, size_t n, bool far, bool escapes)
{
	size_t i;

	put(x, opening, CODE);
	for (i = x->at; i < x->len; i++) {
		if (escapes && x->s[i] == '\\' && i + 1 < x->len && (far || x->s[i + 1] != '\n'))
			i++;
		else if (x->len - i >= n && memcmp(x->s + i, ender, n) == 0)
			break;
		else if (!far && x->s[i] == '\n')
			break;
	}
	put(x, i - x->at, STRING);
	if (x->at < x->len && x->len - x->at >= n && memcmp(x->s + x->at, ender, n) == 0)
		put(x, n, CODE);
	x->before = '"';
	x->word_len = 0;
}

static bool raw_string(struct lexer *x)
{
	char ender[24];
	size_t i = x->at + 1, hashes = 0, n = 0;
	bool cpp = x->s[x->at] == 'R';

	if (!x->h->raw || (x->s[x->at] != 'r' && !cpp) || (x->at && is_word(x->s[x->at - 1])))
		return false;
	while (i < x->len && x->s[i] == '#' && hashes < 16) {
		i++;
		hashes++;
	}
	if (i >= x->len || x->s[i] != '"')
		return false;
	if (cpp) {
		const char *open = memchr(x->s + i + 1, '(', x->len - i - 1);

		if (hashes || !open || open - (x->s + i + 1) > 16)
			return false;
		ender[n++] = ')';
		for (const char *p = x->s + i + 1; p < open; p++)
			ender[n++] = *p;
		ender[n++] = '"';
		i = (size_t)(open - x->s);
	} else {
		ender[n++] = '"';
		while (n <= hashes)
			ender[n++] = '#';
	}
	string_until(x, i + 1 - x->at, ender, n, true, false);
	return true;
}

/* 'x', '\n' and '\u{1}' are letters; 'a in Rust and x' in Haskell are not. */
static bool letter(const struct lexer *x)
{
	const char *s = x->s + x->at;
	size_t left = x->len - x->at;

	if (left > 2 && s[1] == '\\')
		return memchr(s + 2, '\'', left - 2 < 12 ? left - 2 : 12) != NULL;
	for (size_t i = 2; i < 6 && i < left; i++) {
		if (s[i] == '\'' && (i == 2 || (unsigned char)s[1] >= 0x80))
			return true;
	}
	return false;
}

static bool quote(struct lexer *x)
{
	char c = x->s[x->at], three[3] = { c, c, c };
	bool single;

	if (!strchr(x->h->quotes, c) || !c)
		return false;
	if (x->h->triple && x->len - x->at >= 3 && memcmp(x->s + x->at, three, 3) == 0) {
		string_until(x, 3, three, 3, true, x->h->escapes);
		return true;
	}
	/* PHP has long strings in single quotes, C one letter: the same family, so it is a string when its end is near */
	single = c == '\'' && x->h->letter && !letter(x);
	if (single) {
		size_t end = line_end(x, x->at);
		const char *close = x->at + 1 < end ? memchr(x->s + x->at + 1, '\'', end - x->at - 1) : NULL;

		if (!close || x->h != &all_habits[GATE_LEXIS_C]) {
			code(x);
			return true;
		}
	}
	string_until(x, 1, &c, 1, strchr(x->h->long_quotes, c) != NULL,
		     x->h->escapes && !(c == '\'' && x->h == &all_habits[GATE_LEXIS_SHELL]));
	return true;
}

/* A '/' begins an expression where a value may stand: not behind a name, a number or a closing bracket. */
static bool regex(struct lexer *x)
{
	static const char *const before[] = { "return", "typeof", "case", "in", "of", "delete", "void", "throw" };
	size_t i;
	bool value = x->before == '\0' || strchr("(,=:[!&|?{};+-*%~^<>", x->before), set = false;

	if (!x->h->regex || x->s[x->at] != '/')
		return false;
	for (i = 0; i < GATE_ARRAY_LEN(before) && !value && is_word(x->before); i++)
		value = strlen(before[i]) == x->word_len && memcmp(before[i], x->word, x->word_len) == 0;
	if (!value)
		return false;
	for (i = x->at + 1; i < x->len && x->s[i] != '\n'; i++) {
		if (x->s[i] == '\\')
			i++;
		else if (x->s[i] == '[')
			set = true;
		else if (x->s[i] == ']')
			set = false;
		else if (x->s[i] == '/' && !set)
			break;
	}
	if (i >= x->len || x->s[i] != '/')
		return false;
	put(x, 1, CODE);
	put(x, i - x->at, STRING);
	put(x, 1, CODE);
	x->before = '"';
	return true;
}

/* <<NAME, <<-NAME, <<~NAME, <<<NAME: its text begins at the next line. */
static void heredoc_opens(struct lexer *x)
{
	size_t i = x->at + 2, n = 0;
	char q = '\0';

	if (x->h->here == HERE_NONE || x->here[0] || !here(x, "<<") || (x->at && x->s[x->at - 1] == '<'))
		return;
	if (x->h->here == HERE_PHP && (i >= x->len || x->s[i++] != '<'))
		return;
	x->here_indented = x->h->here == HERE_PHP;
	while (i < x->len && (x->s[i] == '-' || x->s[i] == '~' || (x->s[i] == ' ' && x->h->here != HERE_RUBY))) {
		x->here_indented |= x->s[i] != ' ';
		i++;
	}
	if (i < x->len && (x->s[i] == '"' || x->s[i] == '\'' || x->s[i] == '\\'))
		q = x->s[i++];
	if (i >= x->len || !((x->s[i] >= 'A' && x->s[i] <= 'Z') || x->s[i] == '_' ||
			     (x->h->here != HERE_RUBY && x->s[i] >= 'a' && x->s[i] <= 'z') || q))
		return;
	while (i < x->len && is_word(x->s[i]) && n + 1 < sizeof(x->here))
		x->here[n++] = x->s[i++];
	x->here[n] = '\0';
}

static void heredoc(struct lexer *x)
{
	size_t n = strlen(x->here), at = x->at;

	while (at < x->len) {
		size_t end = line_end(x, at), i = at;

		while (x->here_indented && i < end && (x->s[i] == ' ' || x->s[i] == '\t'))
			i++;
		if (end - i >= n && memcmp(x->s + i, x->here, n) == 0 && (end - i == n || !is_word(x->s[i + n])))
			break;
		at = end + (end < x->len);
	}
	put(x, at - x->at, STRING);
	put(x, at < x->len ? line_end(x, at) - at : 0, CODE);
	x->here[0] = '\0';
}

static void step(struct lexer *x)
{
	if (x->here[0] && at_line_start(x)) {
		heredoc(x);
		return;
	}
	if (pod(x) || line_comment(x) || block_comment(x) || raw_string(x) || regex(x))
		return;
	heredoc_opens(x);
	if (!quote(x))
		code(x);
}

int gate_lex(enum gate_lexis lexis, const char *s, size_t len, struct gate_lexed *out, struct gate_err *err)
{
	struct lexer x = { .h = &all_habits[lexis], .s = s ? s : "", .len = len, .out = out };
	struct gate_buf *all[] = { &out->code, &out->text, &out->comments };

	for (size_t i = 0; i < 3; i++) {
		gate_buf_reset(all[i]);
		(void)gate_buf_room(all[i], len + 1);
	}
	while (x.at < x.len)
		step(&x);
	for (size_t i = 0; i < 3; i++) {
		if (gate_buf_check(all[i], err) < 0)
			return -GATE_E_NOMEM;
	}
	return 0;
}

void gate_lexed_clear(struct gate_lexed *l)
{
	gate_buf_clear(&l->code);
	gate_buf_clear(&l->text);
	gate_buf_clear(&l->comments);
}
