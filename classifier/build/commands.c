#include "classifier/build/commands.h"

#include "base/change.h"

#include <string.h>
#include <strings.h>

#define WORDS_MAX 1000u /* of one command */

struct scan {
	const char *s;
	size_t len, i;
	bool recipe;
	struct gate_commands *out;
	struct gate_command cur;
	struct gate_buf word;
	bool in_word, fallback; /* fallback: what comes stands behind "||" */
	struct gate_err *err;
};

void gate_commands_clear(struct gate_commands *c)
{
	for (size_t i = 0; i < c->n; i++)
		gate_strs_clear(&c->v[i].words);
	free(c->v);
	*c = (struct gate_commands){ 0 };
}

static struct gate_command *add(struct gate_commands *to, struct gate_err *err)
{
	struct gate_command *bigger;

	if (to->n == to->cap) {
		bigger = reallocarray(to->v, to->cap ? to->cap * 2 : 16, sizeof(*to->v));
		if (!bigger) {
			gate_err_set(err, GATE_E_NOMEM, "out of memory");
			return NULL;
		}
		to->v = bigger;
		to->cap = to->cap ? to->cap * 2 : 16;
	}
	to->v[to->n] = (struct gate_command){ 0 };
	return &to->v[to->n++];
}

int gate_commands_copy(const struct gate_command *c, struct gate_commands *to, struct gate_err *err)
{
	struct gate_command *x;

	if (to->n >= GATE_COMMANDS_MAX) {
		to->cut = true;
		return 0;
	}
	x = add(to, err);
	if (!x)
		return -GATE_E_NOMEM;
	x->swallowed = c->swallowed;
	return gate_strs_copy(&x->words, &c->words, err);
}

static bool in_list(const char *s, const char *const *list)
{
	for (; *list; list++) {
		if (strcasecmp(s, *list) == 0)
			return true;
	}
	return false;
}

static void drop_first(struct gate_strs *l, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(l->v[i]);
	memmove(l->v, l->v + n, (l->n - n) * sizeof(*l->v));
	l->n -= n;
}

static bool is_assignment(const char *w)
{
	size_t n = strspn(w, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

	return n && w[n] == '=';
}

/* Words in front of the program: how many of them are no part of the command. Flags of a wrapper go with it. */
static const struct {
	const char *first, *second; /* second NULL: the first alone */
} wrappers[] = {
	{ "npx", NULL },	 { "bunx", NULL },	  { "pnpx", NULL },	   { "cross-env", NULL },
	{ "env", NULL },	 { "time", NULL },	  { "nice", NULL },	   { "command", NULL },
	{ "exec", NULL },	 { "pnpm", "exec" },	  { "pnpm", "dlx" },	   { "yarn", "exec" },
	{ "npm", "exec" },	 { "poetry", "run" },	  { "uv", "run" },	   { "pipenv", "run" },
	{ "pdm", "run" },	 { "hatch", "run" },	  { "rye", "run" },	   { "bundle", "exec" },
	{ "python", "-m" },	 { "python3", "-m" },	  { "$(PYTHON)", "-m" },   { "${PYTHON}", "-m" },
	{ "dotenv", NULL },	 { "composer", "exec" },  { "sudo", NULL },	   { "xvfb-run", NULL },
	{ "then", NULL },	 { "do", NULL },	  { "else", NULL },	   { "if", NULL },
	{ "!", NULL },
};

static size_t wrapper_words(const struct gate_strs *l)
{
	for (size_t i = 0; i < GATE_ARRAY_LEN(wrappers); i++) {
		size_t n = wrappers[i].second ? 2 : 1;

		if (l->n <= n || strcmp(l->v[0], wrappers[i].first) != 0 ||
		    (wrappers[i].second && strcmp(l->v[1], wrappers[i].second) != 0))
			continue;
		while (n < l->n - 1 && l->v[n][0] == '-')
			n++;
		return n;
	}
	return l->n > 1 && is_assignment(l->v[0]) && !strcasestr(l->v[0], "skip") ? 1 : 0;
}

static void unwrap(struct gate_strs *l)
{
	size_t n;
	char *slash;

	while ((n = wrapper_words(l)) > 0)
		drop_first(l, n);
	slash = strstr(l->v[0], "node_modules/.bin/") ? strrchr(l->v[0], '/') :
		strstr(l->v[0], "vendor/bin/")	      ? strrchr(l->v[0], '/') :
						      NULL;
	if (slash && slash[1])
		memmove(l->v[0], slash + 1, strlen(slash));
}

static int end_word(struct scan *x)
{
	int rc = 0;

	x->out->cut |= x->cur.words.n >= WORDS_MAX;
	if (x->in_word && x->cur.words.n < WORDS_MAX)
		rc = gate_strs_addn(&x->cur.words, gate_buf_cstr(&x->word), x->word.len, x->err);
	gate_buf_reset(&x->word);
	x->in_word = false;
	return rc;
}

static void prefix_of_make(struct gate_command *c)
{
	char *w = c->words.v[0];
	size_t n = strspn(w, "@+-");

	if (!n)
		return;
	c->swallowed = memchr(w, '-', n) != NULL;
	memmove(w, w + n, strlen(w + n) + 1);
}

/* All commands that the chain began with "&&" since `from` get the mark. */
static void swallow_last(struct scan *x)
{
	if (x->out->n)
		x->out->v[x->out->n - 1].swallowed = true;
}

static int end_command(struct scan *x, bool soft)
{
	struct gate_command *c;
	int rc = end_word(x);

	if (rc < 0 || !x->cur.words.n)
		return rc;
	if (x->recipe)
		prefix_of_make(&x->cur);
	if (x->cur.words.n > 1 && !*x->cur.words.v[0])
		drop_first(&x->cur.words, 1);
	unwrap(&x->cur.words);
	x->cur.swallowed |= soft;
	if (x->fallback && gate_command_is_nothing(&x->cur)) {
		swallow_last(x);
		gate_strs_clear(&x->cur.words);
	} else if (x->out->n >= GATE_COMMANDS_MAX) {
		x->out->cut = true;
		gate_strs_clear(&x->cur.words);
	} else {
		c = add(x->out, x->err);
		if (!c)
			return -GATE_E_NOMEM;
		*c = x->cur;
	}
	x->cur = (struct gate_command){ 0 };
	x->fallback = false;
	return 0;
}

static void quoted(struct scan *x)
{
	char q = x->s[x->i++];

	x->in_word = true;
	while (x->i < x->len && x->s[x->i] != q) {
		if (x->s[x->i] == '\\' && q == '"' && x->i + 1 < x->len)
			x->i++;
		gate_buf_char(&x->word, x->s[x->i++]);
	}
	x->i += x->i < x->len;
}

/* ";" in front of a keyword, or at the end, takes nothing away. */
static bool soft_end(const struct scan *x)
{
	static const char *const keywords[] = { "then", "do", "done", "fi", "else", "elif", "esac" };
	size_t i = x->i + 1;

	while (i < x->len && strchr(" \t\n\\", x->s[i]))
		i++;
	for (size_t k = 0; k < GATE_ARRAY_LEN(keywords); k++) {
		if (strncmp(x->s + i, keywords[k], x->len - i < strlen(keywords[k]) ? x->len - i : strlen(keywords[k])) == 0)
			return false;
	}
	return i < x->len;
}

static int operator(struct scan *x, char c)
{
	bool twice = x->i + 1 < x->len && x->s[x->i + 1] == c;
	int rc = end_command(x, c == ';' && soft_end(x));

	x->fallback = c == '|' && twice;
	x->i += twice ? 2 : 1;
	return rc;
}

static bool redirects(const struct scan *x)
{
	return x->s[x->i] == '&' && x->i && x->s[x->i - 1] == '>';
}

/* Copies $( ... ) and ${ ... } into the word, as one. */
static void substitution(struct scan *x)
{
	char close = x->s[x->i + 1] == '(' ? ')' : '}';

	x->in_word = true;
	while (x->i < x->len && x->s[x->i] != close && x->s[x->i] != '\n')
		gate_buf_char(&x->word, x->s[x->i++]);
	if (x->i < x->len && x->s[x->i] == close)
		gate_buf_char(&x->word, x->s[x->i++]);
}

static int step(struct scan *x)
{
	char c = x->s[x->i];

	if (c == '\\' && x->i + 1 < x->len) {
		if (x->s[x->i + 1] != '\n') {
			gate_buf_char(&x->word, x->s[x->i + 1]);
			x->in_word = true;
		}
		x->i += 2;
	} else if (c == '"' || c == '\'') {
		quoted(x);
	} else if (c == '$' && x->i + 1 < x->len && (x->s[x->i + 1] == '(' || x->s[x->i + 1] == '{')) {
		substitution(x);
	} else if ((c == '&' && !redirects(x)) || c == '|' || c == ';' || c == '\n' || c == '(' || c == ')') {
		return operator(x, c);
	} else if (c == ' ' || c == '\t' || c == '\r') {
		x->i++;
		return end_word(x);
	} else if (c == '#' && !x->in_word) {
		while (x->i < x->len && x->s[x->i] != '\n')
			x->i++;
	} else {
		gate_buf_char(&x->word, c);
		x->in_word = true;
		x->i++;
	}
	return 0;
}

int gate_commands_parse(const char *text, size_t len, bool recipe, struct gate_commands *out, struct gate_err *err)
{
	struct scan x = { .s = text, .len = len, .recipe = recipe, .out = out, .err = err };
	int rc = 0;

	while (rc == 0 && x.i < len)
		rc = step(&x);
	if (rc == 0)
		rc = end_command(&x, false);
	if (rc == 0)
		rc = gate_buf_check(&x.word, err);
	gate_strs_clear(&x.cur.words);
	gate_buf_clear(&x.word);
	return rc;
}

bool gate_command_is_nothing(const struct gate_command *c)
{
	static const char *const none[] = { "true", "echo", ":", "printf", "/bin/true", "noop", "$(info", NULL };
	const struct gate_strs *w = &c->words;

	return in_list(w->v[0], none) ||
	       (w->n == 2 && strcmp(w->v[0], "exit") == 0 && strcmp(w->v[1], "0") == 0) ||
	       (w->n == 1 && (strcmp(w->v[0], "exit") == 0 || strcmp(w->v[0], "sleep") == 0)) ||
	       (w->n == 3 && strcmp(w->v[0], "node") == 0 && strcmp(w->v[1], "-e") == 0 && strlen(w->v[2]) < 20);
}

bool gate_command_is_chore(const struct gate_command *c)
{
	static const char *const chores[] = { "cd",	"mkdir",  "rm",	     "rimraf", "clear", "set",	"export", "date",
					      "sleep",	"cp",	  "mv",	     "del-cli", "shx",	"touch", "unset", "ls",
					      "cat",	"open",	  "xdg-open", "tee",	"wait", "kill",	"trap",	  "chmod",
					      "done",	"fi",	  "esac",    "}",	"{",	"for",	"wait-on", "kill-port", NULL };

	return gate_command_is_nothing(c) || in_list(c->words.v[0], chores) || is_assignment(c->words.v[0]);
}

static const struct {
	const char *program, *cls;
} classes[] = {
	{ "jest", "runner" },	   { "mocha", "runner" },      { "vitest", "runner" },	  { "ava", "runner" },
	{ "tap", "runner" },	   { "tape", "runner" },       { "jasmine", "runner" },	  { "karma", "runner" },
	{ "pytest", "runner" },	   { "unittest", "runner" },   { "nose2", "runner" },	  { "py.test", "runner" },
	{ "phpunit", "runner" },   { "pest", "runner" },       { "rspec", "runner" },	  { "minitest", "runner" },
	{ "uvu", "runner" },	   { "playwright", "runner" }, { "cypress", "runner" },	  { "nyc", "cover" },
	{ "c8", "cover" },	   { "coverage", "cover" },    { "eslint", "linter" },	  { "biome", "linter" },
	{ "oxlint", "linter" },	   { "tslint", "linter" },     { "standard", "linter" },  { "xo", "linter" },
	{ "jshint", "linter" },	   { "ruff", "linter" },       { "flake8", "linter" },	  { "pylint", "linter" },
	{ "rubocop", "linter" },   { "standardrb", "linter" }, { "phpcs", "linter" },	  { "golangci-lint", "linter" },
	{ "staticcheck", "linter" }, { "tsc", "types" },       { "vue-tsc", "types" },	  { "tsgo", "types" },
	{ "svelte-check", "types" }, { "mypy", "types" },      { "pyright", "types" },	  { "basedpyright", "types" },
	{ "ty", "types" },	   { "flow", "types" },	       { "phpstan", "types" },	  { "psalm", "types" },
	{ "prettier", "format" },  { "black", "format" },      { "dprint", "format" },	  { "react-scripts", "runner" },
	{ "ng", "runner" },	   { "tsd", "types" },	       { "attw", "types" },	  { "publint", "linter" },
};

const char *gate_command_class(const struct gate_command *c)
{
	for (size_t i = 0; i < GATE_ARRAY_LEN(classes); i++) {
		if (strcmp(classes[i].program, c->words.v[0]) == 0)
			return classes[i].cls;
	}
	return NULL;
}

static size_t count(const struct gate_strs *l, const char *w)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += strcmp(l->v[i], w) == 0;
	return n;
}

/* Whether all words of a stand in b as often. */
static bool within(const struct gate_strs *a, const struct gate_strs *b)
{
	for (size_t i = 0; i < a->n; i++) {
		if (count(a, a->v[i]) > count(b, a->v[i]))
			return false;
	}
	return true;
}

bool gate_commands_equal(const struct gate_command *a, const struct gate_command *b)
{
	return a->words.n == b->words.n && a->words.n < 500 && strcmp(a->words.v[0], b->words.v[0]) == 0 &&
	       within(&a->words, &b->words);
}
