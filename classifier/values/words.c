/* Flags of commands: package scripts, CI steps, recipes, shell files. Not a shell: quotes, commas and brackets part words, so
 * that `sh -c "pytest --x"`, `["pytest", "--x"]` and `session.run("pytest", "--x")` read alike. */
#include "classifier/values/item.h"
#include "formats/node.h"

#include <stdlib.h>

#define WORDS_MAX 200000u
#define BEFORE_MAX 64u /* words of a command that are looked at for its name */

void gate_words_clear(struct gate_words *w)
{
	gate_buf_clear(&w->text);
	free(w->lines);
	*w = (struct gate_words){ 0 };
}

static int push(struct gate_words *w, const char *s, size_t len, uint32_t line, struct gate_err *err)
{
	if (w->n >= WORDS_MAX) {
		w->cut = true;
		return 0;
	}
	if (w->n == w->cap) {
		size_t want = w->cap ? w->cap * 2 : 64;
		void *bigger = reallocarray(w->lines, want, sizeof(*w->lines));

		if (!bigger)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		w->lines = bigger;
		w->cap = want;
	}
	w->lines[w->n++] = line;
	gate_buf_add(&w->text, s, len);
	gate_buf_char(&w->text, '\0');
	return gate_buf_check(&w->text, err);
}

int gate_words_add(struct gate_words *w, const char *s, size_t len, uint32_t line, struct gate_err *err)
{
	size_t from = 0;
	int rc = 0;

	for (size_t i = 0; i <= len && rc == 0; i++) {
		char c = i < len ? s[i] : '\n';
		bool joined = c == '\\' && i + 1 < len && (s[i + 1] == '\n' || s[i + 1] == '\r');

		if (!joined && !strchr(" \t\r\n\"'`,;|&()[]{}", c) && c)
			continue;
		if (i > from)
			rc = push(w, s + from, i - from, line, err);
		if (rc == 0 && c && strchr("\n;|&", c))
			rc = push(w, "", 0, line, err);
		if (joined) {
			while (i + 1 < len && s[i + 1] != '\n')
				i++;
			i++;
			line++;
		}
		line += c == '\n';
		from = i + 1;
	}
	return rc;
}

struct tree {
	struct gate_words *w;
	uint32_t depth;
};

static int add_node(struct tree *t, const struct gate_node *n, struct gate_err *err)
{
	int rc = 0;

	if (t->depth > 110)
		return 0;
	if (n->type != GATE_NODE_LIST && n->type != GATE_NODE_MAP) {
		if (n->key && (strcmp(n->key, "name") == 0 || strcmp(n->key, "description") == 0))
			return 0;
		/* newlines of a block part commands; the end of an element does not, or ["-D", "warnings"] would be two */
		for (const char *s = n->text; s && *s && rc == 0;) {
			size_t len = strcspn(s, "\n");

			rc = gate_words_add(t->w, s, len, n->line, err);
			if (rc == 0 && !s[len] && t->w->n) { /* the end that gate_words_add put */
				t->w->n--;
				t->w->text.len--;
			}
			s += len + (s[len] != '\0');
		}
		return rc;
	}
	t->depth++;
	for (const struct gate_node *c = n->first; c && rc == 0; c = c->next) {
		rc = add_node(t, c, err);
		if (rc == 0 && n->type == GATE_NODE_MAP)
			rc = push(t->w, "", 0, c->line, err);
	}
	t->depth--;
	return rc;
}

int gate_words_add_tree(struct gate_words *w, const struct gate_node *root, struct gate_err *err)
{
	struct tree t = { w, 0 };

	return root ? add_node(&t, root, err) : 0;
}

/* Words of the command so far. */
struct command {
	const char *v[BEFORE_MAX];
	size_t n;
};

static bool is_program(const char *word, const char *name, size_t len)
{
	const char *last = gate_path_last(word);
	size_t n = strlen(last);

	if (n == len && memcmp(last, name, len) == 0)
		return true;
	/* python3.11, pytest.exe */
	return n > len && memcmp(last, name, len) == 0 && (last[len] == '.' || (last[len] >= '0' && last[len] <= '9'));
}

/* "coverage report": these words, in this order, somewhere before the flag. */
static bool has_command(const struct command *c, const char *words)
{
	size_t at = 0;

	for (const char *p = words; *p;) {
		size_t n = strcspn(p, " ");

		while (at < c->n && !is_program(c->v[at], p, n))
			at++;
		if (at == c->n)
			return false;
		at++;
		p += n + strspn(p + n, " ");
	}
	return true;
}

static bool right_command(const struct gate_value_row *row, const struct command *c)
{
	for (size_t i = 0; i < row->command.n; i++) {
		if (has_command(c, row->command.v[i]))
			return true;
	}
	return row->command.n == 0;
}

static bool wants_value(const struct gate_value_row *row)
{
	return row->worse != GATE_WORSE_ADDED && row->worse != GATE_WORSE_REMOVED;
}

/* The value: behind '=' or ':' of the flag itself, or the next word. */
static const char *value_of(const struct gate_value_row *row, const char *word, size_t flag, const char *next)
{
	if (!wants_value(row))
		return word;
	if (word[flag])
		return word + flag + 1;
	if (next && *next && (*next != '-' || (next[1] >= '0' && next[1] <= '9')))
		return next;
	return row->worse == GATE_WORSE_TRUE || row->worse == GATE_WORSE_FALSE ? "true" : "";
}

static int add_value(struct gate_values *out, const struct gate_value_ref *ref, const char *flag, const char *value,
		     uint32_t line, struct gate_err *err)
{
	const char *metric = flag + strspn(flag, "-/");
	int rc = 0;

	if (!gate_value_is_set(ref->row))
		return gate_values_add(out, ref->rule, ref->row, "", metric, NULL, value, line, err);
	while (*value && rc == 0) {
		size_t n = strcspn(value, ",");
		char part[256];

		snprintf(part, sizeof(part), "%.*s", (int)(n < 255 ? n : 255), value);
		rc = gate_values_add(out, ref->rule, ref->row, "", metric, part, part, line, err);
		value += n + (value[n] != '\0');
	}
	return rc;
}

static int one_word(struct gate_values *out, const struct gate_value_ref *ref, const struct command *c,
		    const char *word, const char *next, uint32_t line, struct gate_err *err)
{
	for (size_t k = 0; k < ref->row->flags.n; k++) {
		const char *flag = ref->row->flags.v[k], *value;
		size_t n = strlen(flag);

		if (strncmp(word, flag, n) != 0 || (word[n] && word[n] != '=' && word[n] != ':'))
			continue;
		/* a flag of two words: "-D warnings" is written "-D=warnings" in the row's command */
		if (!right_command(ref->row, c))
			continue;
		value = value_of(ref->row, word, n, next);
		return *value ? add_value(out, ref, flag, value, line, err) : 0;
	}
	return 0;
}

/* Each flag is found by its first two characters behind the dashes, so that hundreds of rows cost little. */
static unsigned slot(const char *s)
{
	s += strspn(s, "-/");
	return ((unsigned char)s[0] * 31u + (s[0] ? (unsigned char)s[1] : 0u)) % 256u;
}

int gate_value_from_words(struct gate_values *out, const struct gate_value_ref *refs, size_t n,
			  const struct gate_words *w, struct gate_err *err)
{
	bool used[256] = { false };
	struct command c = { 0 };
	const char *p = gate_buf_cstr(&w->text);
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < refs[i].row->flags.n; k++)
			used[slot(refs[i].row->flags.v[k])] = true;
	}
	for (size_t i = 0; i < w->n && rc == 0; i++, p += strlen(p) + 1) {
		const char *next = i + 1 < w->n ? p + strlen(p) + 1 : NULL;
		/* a short word's second character may be its '=' */
		bool flag = (*p == '-' || *p == '/' || strchr(p, '=') || strchr(p, ':')) && *p;

		if (!*p) {
			c.n = 0;
			continue;
		}
		for (size_t k = 0; flag && (used[slot(p)] || p[1] == '=' || p[2] == '=') && k < n && rc == 0; k++)
			rc = one_word(out, &refs[k], &c, p, next, w->lines[i], err);
		if (c.n < BEFORE_MAX)
			c.v[c.n++] = p;
	}
	return rc;
}
