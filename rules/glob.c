#include "rules/match.h"

#include <string.h>

/* What one pattern is matched with. */
struct glob {
	const char *p;
	size_t n;
	bool fold;
	bool deep; /* '*' and '?' match '/' */
};

enum token {
	TOKEN_END,
	TOKEN_ONE,   /* a literal byte */
	TOKEN_ANY,   /* '?' */
	TOKEN_CLASS, /* [...] */
	TOKEN_STAR,  /* any run without '/' */
	TOKEN_DEEP,  /* any run */
	TOKEN_DIRS,  /* "**" and '/' at the start of a component: no, one or more whole folders */
};

static unsigned char lower(char c)
{
	unsigned char u = (unsigned char)c;

	return u >= 'A' && u <= 'Z' ? (unsigned char)(u + 32) : u;
}

/* Where the ']' of the class that begins at p[i] stands; 0 when it never ends (then '[' is a literal). */
static size_t class_end(const struct glob *g, size_t i)
{
	size_t k = i + 1;

	if (k < g->n && (g->p[k] == '!' || g->p[k] == '^'))
		k++;
	if (k < g->n && g->p[k] == ']')
		k++;
	while (k < g->n && g->p[k] != ']')
		k++;
	return k < g->n ? k : 0;
}

/* The token at p[i]; *size is its length in the pattern. */
static enum token token_at(const struct glob *g, size_t i, size_t *size)
{
	size_t end;

	*size = 1;
	if (i >= g->n)
		return TOKEN_END;
	if (g->p[i] == '?')
		return TOKEN_ANY;
	if (g->p[i] == '[') {
		end = class_end(g, i);
		if (end)
			*size = end - i + 1;
		return end ? TOKEN_CLASS : TOKEN_ONE;
	}
	if (g->p[i] != '*')
		return TOKEN_ONE;
	if (i + 1 >= g->n || g->p[i + 1] != '*')
		return g->deep ? TOKEN_DEEP : TOKEN_STAR;
	*size = 2;
	if (i + 2 < g->n && g->p[i + 2] == '/' && (i == 0 || g->p[i - 1] == '/')) {
		*size = 3;
		return TOKEN_DIRS;
	}
	return TOKEN_DEEP;
}

static bool in_class(const struct glob *g, size_t i, size_t size, unsigned char c)
{
	size_t end = i + size - 1, k = i + 1;
	bool negated = g->p[k] == '!' || g->p[k] == '^', hit = false;
	unsigned char other = g->fold && c >= 'a' && c <= 'z' ? (unsigned char)(c - 32) : c;

	for (k += negated; k < end; k++) {
		unsigned char from = (unsigned char)g->p[k], to = from;

		if (k + 2 < end && g->p[k + 1] == '-') {
			to = (unsigned char)g->p[k + 2];
			k += 2;
		}
		hit |= (c >= from && c <= to) || (other >= from && other <= to);
	}
	return hit != negated;
}

/* How many bytes of s the one-character token eats; 0 when it does not match. */
static size_t eat(const struct glob *g, enum token t, size_t i, size_t size, const char *s, size_t len)
{
	unsigned char c;
	uint32_t cp;
	size_t n;

	if (len == 0)
		return 0;
	c = g->fold ? lower(*s) : (unsigned char)*s;
	if (t == TOKEN_ONE)
		return c == (g->fold ? lower(g->p[i]) : (unsigned char)g->p[i]);
	if (c == '/' && !(g->deep && t == TOKEN_ANY))
		return 0;
	/* '?' and a class stand for one character, which may be several bytes */
	n = gate_utf8_next(s, len, &cp);
	if (t == TOKEN_ANY)
		return n ? n : 1;
	return in_class(g, i, size, c) ? (n ? n : 1) : 0;
}

/* A star to go back to: the pattern behind it, and where in the name it ends for now. */
struct back {
	bool set;
	enum token token;
	size_t pat, at;
};

/* Lets the star eat more: to the next end that it allows. False when there is none. */
static bool longer(struct back *b, const char *s, size_t len)
{
	uint32_t cp;
	size_t n;

	if (!b->set || b->at >= len || (b->token == TOKEN_STAR && s[b->at] == '/'))
		return b->set = false;
	if (b->token == TOKEN_DIRS) {
		const char *slash = memchr(s + b->at, '/', len - b->at);

		if (!slash)
			return b->set = false;
		b->at = (size_t)(slash - s) + 1;
		return true;
	}
	n = gate_utf8_next(s + b->at, len - b->at, &cp);
	b->at += n ? n : 1;
	return true;
}

/* Greedy matching that goes back to the last '*' and the last "**" only: whatever an earlier star could reach by eating
 * more, a later one of its sort reaches too (and "**" reaches all that '*' does). So the worst case is len * len * n
 * steps, never an exponent; names are at most GATE_PATH_MAX_BYTES. */
static bool match(const struct glob *g, const char *s, size_t len)
{
	struct back star = { 0 }, deep = { 0 };
	size_t i = 0, at = 0;

	for (;;) {
		size_t size, ate = 0;
		enum token t = token_at(g, i, &size);

		if (t == TOKEN_END && at == len)
			return true;
		if (t >= TOKEN_STAR) {
			struct back *b = t == TOKEN_STAR ? &star : &deep;

			i += size;
			*b = (struct back){ .set = true, .token = t, .pat = i, .at = at };
			if (b == &deep)
				star.set = false;
			continue;
		}
		if (t != TOKEN_END)
			ate = eat(g, t, i, size, s + at, len - at);
		if (ate) {
			i += size;
			at += ate;
		} else if (longer(&star, s, len)) {
			i = star.pat;
			at = star.at;
		} else if (longer(&deep, s, len)) {
			i = deep.pat;
			at = deep.at;
		} else {
			return false;
		}
	}
}

bool gate_glob_match(const char *pattern, const char *name, size_t len, bool fold)
{
	struct glob g = { .p = pattern, .n = strlen(pattern), .fold = fold };

	return match(&g, name, len);
}

/* What of a pattern would never match, or not what its writer thinks it does; NULL when nothing. */
static const char *odd_token(const char *pattern, size_t n)
{
	struct glob g = { .p = pattern, .n = n };
	size_t size;

	for (size_t i = 0; i < n; i += size) {
		if (token_at(&g, i, &size) != TOKEN_ONE)
			continue;
		if (pattern[i] == '[')
			return "'[' without a ']'; write [[] for the character itself";
		if (pattern[i] == '\\')
			return "'\\' is no escape here; write [*] for a star, and so on";
		if (pattern[i] == '{')
			return "'{' does not list alternatives here; write one pattern for each, or [{] for the "
			       "character itself";
	}
	return NULL;
}

bool gate_glob_valid_text(const char *pattern, const char **why)
{
	size_t n = strlen(pattern);

	if (n == 0)
		*why = "an empty pattern";
	else if (n > GATE_GLOB_MAX)
		*why = "longer than 1024 bytes";
	else if (strstr(pattern, "***"))
		*why = "'***' means nothing; write '**'";
	else if (pattern[0] == '!')
		*why = "'!' does not negate here; use not_paths";
	else
		*why = odd_token(pattern, n);
	return !*why;
}

bool gate_glob_valid(const char *pattern, const char **why)
{
	size_t n = strlen(pattern);

	*why = NULL;
	if (n && pattern[n - 1] == '/')
		*why = "it ends with '/'; write '/**' for everything below a folder";
	else if (gate_starts_with(pattern, "./") || gate_starts_with(pattern, "../") || strstr(pattern, "/./") ||
		 strstr(pattern, "/../"))
		*why = "'.' and '..' are no names inside a repository";
	else if (strstr(pattern, "//"))
		*why = "'//' never matches";
	return !*why && gate_glob_valid_text(pattern, why);
}

static bool match_one(const struct gate_globs *list, const char *pattern, const char *name, size_t len)
{
	struct glob g = { .p = pattern, .n = strlen(pattern), .fold = list->fold, .deep = list->deep };

	if (list->paths && !memchr(pattern, '/', g.n)) {
		const char *slash = memrchr(name, '/', len);

		if (slash) {
			len -= (size_t)(slash + 1 - name);
			name = slash + 1;
		}
	} else if (list->paths && g.n && *pattern == '/') {
		g.p++;
		g.n--;
	}
	return match(&g, name, len);
}

static bool match_any(const struct gate_globs *g, const char *name, size_t len)
{
	for (size_t i = 0; i < g->patterns.n; i++) {
		if (match_one(g, g->patterns.v[i], name, len))
			return true;
	}
	return false;
}

bool gate_globs_match(const struct gate_globs *g, const char *name, size_t len)
{
	for (; g; g = g->also) {
		if (!match_any(g, name, len))
			return false;
	}
	return true;
}

int gate_globs_add(struct gate_globs *g, const char *pattern, struct gate_err *err)
{
	if (g->borrowed) {
		struct gate_strs own = { 0 };

		if (gate_strs_copy(&own, &g->patterns, err) < 0) {
			gate_strs_clear(&own);
			return -(int)err->code;
		}
		g->patterns = own;
		g->borrowed = false;
	}
	return gate_strs_add_new(&g->patterns, pattern, err);
}

void gate_globs_clear(struct gate_globs *g)
{
	struct gate_globs *next = g->also;

	if (!g->borrowed)
		gate_strs_clear(&g->patterns);
	*g = (struct gate_globs){ 0 };
	while (next) {
		struct gate_globs *gone = next;

		next = gone->also;
		gate_strs_clear(&gone->patterns);
		free(gone);
	}
}
