#include "classifier/values/code.h"

#include "base/str.h"

#include <string.h>
#include <strings.h>

static const struct {
	const char *ending;
	enum gate_comments how;
} endings[] = {
	{ ".py", GATE_COMMENTS_PYTHON },    { ".pyi", GATE_COMMENTS_PYTHON },	{ ".pth", GATE_COMMENTS_HASH },
	{ ".rb", GATE_COMMENTS_HASH },	    { ".rake", GATE_COMMENTS_HASH },	{ ".gemspec", GATE_COMMENTS_HASH },
	{ "Rakefile", GATE_COMMENTS_HASH }, { "Gemfile", GATE_COMMENTS_HASH },	{ ".ex", GATE_COMMENTS_HASH },
	{ ".exs", GATE_COMMENTS_HASH },	    { ".yml", GATE_COMMENTS_SHELL },	{ ".yaml", GATE_COMMENTS_SHELL },
	{ ".toml", GATE_COMMENTS_HASH },    { ".cmake", GATE_COMMENTS_HASH },	{ "CMakeLists.txt", GATE_COMMENTS_HASH },
	{ ".bzl", GATE_COMMENTS_PYTHON },   { "BUILD", GATE_COMMENTS_PYTHON },	{ ".bazel", GATE_COMMENTS_PYTHON },
	{ "WORKSPACE", GATE_COMMENTS_PYTHON }, { "meson.build", GATE_COMMENTS_HASH }, { ".pl", GATE_COMMENTS_SHELL },
	{ ".pm", GATE_COMMENTS_SHELL },	    { ".sh", GATE_COMMENTS_SHELL },	{ ".bash", GATE_COMMENTS_SHELL },
	{ ".zsh", GATE_COMMENTS_SHELL },    { ".ps1", GATE_COMMENTS_SHELL },	{ "Makefile", GATE_COMMENTS_SHELL },
	{ ".mk", GATE_COMMENTS_SHELL },	    { "SConstruct", GATE_COMMENTS_PYTHON }, { ".conf", GATE_COMMENTS_SHELL },
	{ ".service", GATE_COMMENTS_SHELL }, { ".timer", GATE_COMMENTS_SHELL },	{ ".c", GATE_COMMENTS_C },
	{ ".h", GATE_COMMENTS_C },	    { ".cc", GATE_COMMENTS_C },		{ ".cpp", GATE_COMMENTS_C },
	{ ".cxx", GATE_COMMENTS_C },	    { ".hpp", GATE_COMMENTS_C },	{ ".m", GATE_COMMENTS_C },
	{ ".mm", GATE_COMMENTS_C },	    { ".go", GATE_COMMENTS_C },		{ ".rs", GATE_COMMENTS_C },
	{ ".java", GATE_COMMENTS_C },	    { ".kt", GATE_COMMENTS_C },		{ ".kts", GATE_COMMENTS_C },
	{ ".scala", GATE_COMMENTS_C },	    { ".sbt", GATE_COMMENTS_C },	{ ".groovy", GATE_COMMENTS_C },
	{ ".gradle", GATE_COMMENTS_C },	    { ".swift", GATE_COMMENTS_C },	{ ".dart", GATE_COMMENTS_C },
	{ ".cs", GATE_COMMENTS_C },	    { ".fs", GATE_COMMENTS_C },		{ ".cake", GATE_COMMENTS_C },
	{ ".js", GATE_COMMENTS_C },	    { ".mjs", GATE_COMMENTS_C },	{ ".cjs", GATE_COMMENTS_C },
	{ ".jsx", GATE_COMMENTS_C },	    { ".ts", GATE_COMMENTS_C },		{ ".mts", GATE_COMMENTS_C },
	{ ".cts", GATE_COMMENTS_C },	    { ".tsx", GATE_COMMENTS_C },	{ ".vue", GATE_COMMENTS_C },
	{ ".svelte", GATE_COMMENTS_C },	    { ".zig", GATE_COMMENTS_C },	{ ".php", GATE_COMMENTS_PHP },
	{ ".xml", GATE_COMMENTS_XML },	    { ".props", GATE_COMMENTS_XML },	{ ".targets", GATE_COMMENTS_XML },
	{ ".csproj", GATE_COMMENTS_XML },   { ".html", GATE_COMMENTS_XML },	{ ".properties", GATE_COMMENTS_SHELL },
	{ ".env", GATE_COMMENTS_SHELL },    { ".ini", GATE_COMMENTS_SHELL },	{ ".cfg", GATE_COMMENTS_SHELL },
	{ ".json", GATE_COMMENTS_NONE },    { ".tf", GATE_COMMENTS_PHP },	{ "Dockerfile", GATE_COMMENTS_SHELL },
};

enum gate_comments gate_comments_of(const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < GATE_ARRAY_LEN(endings); i++) {
		size_t n = strlen(endings[i].ending);

		if (len >= n && strcasecmp(path + len - n, endings[i].ending) == 0)
			return endings[i].how;
	}
	return GATE_COMMENTS_NONE;
}

struct strip {
	const char *s;
	size_t len, i;
	enum gate_comments how;
	struct gate_buf *out;
	bool blank_line; /* nothing but white space so far in this line */
	unsigned joined; /* lines that a backslash joined to this one: their ends come with its own, so that lines keep their numbers */
};

static bool at(const struct strip *x, const char *what)
{
	size_t n = strlen(what);

	return x->len - x->i >= n && memcmp(x->s + x->i, what, n) == 0;
}

/* Goes behind `end`, keeping the line ends. copy: the text as well. */
static void skip_to(struct strip *x, const char *end, bool copy)
{
	while (x->i < x->len && !at(x, end)) {
		if (copy || x->s[x->i] == '\n')
			gate_buf_char(x->out, x->s[x->i]);
		x->i++;
	}
	for (size_t n = strlen(end); n && x->i < x->len; n--) {
		if (copy)
			gate_buf_char(x->out, x->s[x->i]);
		x->i++;
	}
	gate_buf_char(x->out, ' ');
}

static void skip_line(struct strip *x)
{
	while (x->i < x->len && x->s[x->i] != '\n')
		x->i++;
}

static bool word_begins(const struct strip *x)
{
	return x->i == 0 || strchr(" \t\n\r;", x->s[x->i - 1]) != NULL;
}

static bool hash_here(const struct strip *x)
{
	if (x->s[x->i] == ';' && x->how == GATE_COMMENTS_SHELL)
		return x->i == 0 || x->s[x->i - 1] == '\n';
	if (x->s[x->i] != '#')
		return false;
	if (x->how == GATE_COMMENTS_PHP)
		return x->i + 1 == x->len || x->s[x->i + 1] != '['; /* an attribute of PHP */
	return x->how == GATE_COMMENTS_HASH || x->how == GATE_COMMENTS_PYTHON ||
	       (x->how == GATE_COMMENTS_SHELL && word_begins(x));
}

/* A text in quotes; one that its line does not end is no text. */
static void quoted(struct strip *x)
{
	char q = x->s[x->i];
	size_t end = x->i + 1;

	while (end < x->len && x->s[end] != q && (x->s[end] != '\n' || q == '`'))
		end += x->s[end] == '\\' && end + 1 < x->len ? 2 : 1;
	if (end >= x->len || x->s[end] != q)
		end = x->i;
	gate_buf_add(x->out, x->s + x->i, end + 1 - x->i);
	x->i = end + 1;
}

static bool comment(struct strip *x)
{
	bool c = x->how == GATE_COMMENTS_C || x->how == GATE_COMMENTS_PHP;

	if (hash_here(x) || (c && at(x, "//") && (x->i == 0 || x->s[x->i - 1] != ':')))
		skip_line(x);
	else if (c && at(x, "/*"))
		skip_to(x, "*/", false);
	else if (x->how == GATE_COMMENTS_XML && at(x, "<!--"))
		skip_to(x, "-->", false);
	else
		return false;
	return true;
}

static bool triple(struct strip *x)
{
	const char *q = at(x, "\"\"\"") ? "\"\"\"" : at(x, "'''") ? "'''" : NULL;

	if (!q || x->how != GATE_COMMENTS_PYTHON)
		return false;
	if (!x->blank_line)
		gate_buf_str(x->out, q);
	x->i += 3;
	skip_to(x, q, !x->blank_line);
	return true;
}

void gate_code_strip(const char *s, size_t len, enum gate_comments how, struct gate_buf *out)
{
	struct strip x = { .s = s, .len = len, .how = how, .out = out, .blank_line = true };

	if (how == GATE_COMMENTS_NONE) {
		gate_buf_add(out, s, len);
		return;
	}
	while (x.i < len) {
		char c = s[x.i];

		if (comment(&x) || triple(&x))
			continue;
		if (how == GATE_COMMENTS_SHELL && c == '\\' && x.i + 1 < len && s[x.i + 1] == '\n') {
			gate_buf_char(out, ' ');
			x.joined++;
			x.i += 2;
			continue;
		}
		for (; c == '\n' && x.joined; x.joined--)
			gate_buf_char(out, '\n');
		if (c == '"' || c == '\'' || (c == '`' && how == GATE_COMMENTS_C)) {
			quoted(&x);
			x.blank_line = false;
			continue;
		}
		x.blank_line = c == '\n' || (x.blank_line && (c == ' ' || c == '\t'));
		gate_buf_char(out, c);
		x.i++;
	}
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Length of a digest or a version at s, or 0. */
static size_t version_at(const char *s, size_t len)
{
	size_t n = 0, digits = 0;

	while (n < len && is_hex(s[n])) {
		digits += s[n] <= '9';
		n++;
	}
	if (n >= 32 && digits)
		return n;
	for (n = 0; n < len && ((s[n] >= '0' && s[n] <= '9') || (n && s[n] == '.' && n + 1 < len && s[n + 1] >= '0' && s[n + 1] <= '9'));)
		n++;
	return n;
}

void gate_code_squeeze(const char *s, size_t len, bool versions, struct gate_buf *out)
{
	for (size_t i = 0; i < len; i++) {
		size_t v = versions ? version_at(s + i, len - i) : 0;
		char c = s[i] == '\'' ? '"' : s[i];

		if (v) {
			gate_buf_char(out, '0');
			i += v - 1;
			continue;
		}
		if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
			continue;
		if ((c == ')' || c == ']' || c == '}') && out->len && out->s[out->len - 1] == ',')
			out->len--;
		gate_buf_char(out, c);
	}
}

int gate_code_same(const struct gate_buf *a, const struct gate_buf *b, bool *same, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf x = { 0 }, y = { 0 };

	gate_code_squeeze(a->s, a->len, false, &x);
	gate_code_squeeze(b->s, b->len, false, &y);
	*same = x.len == y.len && (!x.len || memcmp(x.s, y.s, x.len) == 0);
	return gate_buf_check(&x, err) < 0 || gate_buf_check(&y, err) < 0 ? -GATE_E_NOMEM : 0;
}
