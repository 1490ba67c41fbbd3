#include "classifier/infra/migration.h"

#include <string.h>

/* Statements are looked at word by word, without letter case; what stands in comments and quotes is passed over. */
#define WORD_MAX 32
#define STATEMENT_WORDS 48u

/* Where a file turns to the way back: what is dropped there was made by the same migration. In the words that the lexer gives. */
static const char *const back[][3] = {
	{ "def", "down", NULL },	  { "def", "downgrade", NULL },	   { "exports", "down", NULL },	   { "function", "down", NULL },
	{ "async", "down", NULL },	  { "void", "down", NULL },	   { "const", "down", NULL },	   { "goose", "down", NULL },
	{ "migrate", "down", NULL },	  { "rollback", NULL, NULL },	   { "undo", NULL, NULL },	   { "backwards", NULL, NULL },
	{ "reverse_sql", NULL, NULL },
};
static const char *const forth[][3] = {
	{ "def", "up", NULL },	   { "def", "upgrade", NULL },	  { "exports", "up", NULL },	{ "function", "up", NULL }, { "async", "up", NULL },
	{ "void", "up", NULL },	   { "const", "up", NULL },	  { "goose", "up", NULL },	{ "migrate", "up", NULL },  { "def", "change", NULL },
};

/* Words that stand in one statement, in this order, others between. "!" in front: that word must not follow. */
static const char *const destructive[][4] = {
	{ "drop", "table" },	    { "drop", "column" },      { "drop", "database" },	 { "drop", "schema" },	     { "drop", "view" },
	{ "drop", "policy" },	    { "drop", "trigger" },     { "drop", "constraint" }, { "truncate" },	     { "delete", "from", "!where" },
	{ "alter", "column", "type" }, { "alter", "type" },    { "modify", "column" },	 { "set", "not", "null" },   { "rename", "table" },
	{ "grant", "to" },	    { "revoke", "from" },      { "disable", "row", "level" }, { "no", "force", "row" },
	/* Rails, Laravel, Knex, Sequelize, Ecto */
	{ "drop_table" },	    { "remove_column" },       { "remove_columns" },	 { "change_column" },	     { "change_column_null" },
	{ "rename_column" },	    { "drop_join_table" },     { "remove_reference" },	 { "dropcolumn" },	     { "dropcolumns" },
	{ "droptable" },	    { "droptableifexists" },   { "dropifexists" },	 { "removecolumn" },	     { "delete_all" },
	{ "destroy_all" },	    { "drop_if_exists" },
	/* Alembic, Django, Entity Framework, Liquibase */
	{ "drop_column" },	    { "alter_column" },	       { "removefield" },	 { "deletemodel" },	     { "renamefield" },
	{ "renamemodel" },	    { "altercolumn" },	       { "modifydatatype" },	 { "addnotnullconstraint" }, { "dropallforeignkeyconstraints" },
	{ "dropview" },
};

struct lexer {
	const char *p, *end;
	bool ended; /* a statement ended before the word */
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_word(char c)
{
	c = lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool at(const struct lexer *x, const char *mark)
{
	size_t n = strlen(mark);

	return (size_t)(x->end - x->p) >= n && memcmp(x->p, mark, n) == 0;
}

static void skip_past(struct lexer *x, const char *mark)
{
	const char *hit = memmem(x->p, (size_t)(x->end - x->p), mark, strlen(mark));

	x->p = hit ? hit + strlen(mark) : x->end;
}

/* A comment; "-- +goose Down" and the like are read, because tools read them. */
static bool skip_comment(struct lexer *x)
{
	if (at(x, "/*")) {
		skip_past(x, "*/");
		return true;
	}
	if (at(x, "<!--")) {
		skip_past(x, "-->");
		return true;
	}
	if (!at(x, "--") && !at(x, "//") && !at(x, "#"))
		return false;
	if (at(x, "-- +goose") || at(x, "-- migrate:") || at(x, "--rollback") || at(x, "-- +migrate"))
		return false;
	skip_past(x, "\n");
	return true;
}

/* The next word, lower-case; false at the end. SQL in the quotes of a program (execute "DROP ...") is read like the rest. */
static bool next_word(struct lexer *x, char out[WORD_MAX])
{
	size_t n = 0;

	x->ended = false;
	while (x->p < x->end && !is_word(*x->p)) {
		if (skip_comment(x))
			continue;
		x->ended |= *x->p == ';' || (*x->p == '\n' && x->p + 1 < x->end && x->p[1] == '\n');
		x->p++;
	}
	while (x->p < x->end && is_word(*x->p)) {
		if (n < WORD_MAX - 1)
			out[n++] = lower(*x->p);
		x->p++;
	}
	out[n] = '\0';
	return n > 0;
}

/* How far each pattern has come within the present statement. */
struct progress {
	unsigned char step[GATE_ARRAY_LEN(destructive)];
	bool waits[GATE_ARRAY_LEN(destructive)]; /* all words came, and one that would excuse them has not */
	unsigned words;
};

static bool ends_badly(const struct progress *p)
{
	for (size_t i = 0; i < GATE_ARRAY_LEN(destructive); i++) {
		if (p->waits[i])
			return true;
	}
	return false;
}

/* Takes one word; true when a pattern is complete. */
static bool take(struct progress *p, const char *word)
{
	for (size_t i = 0; i < GATE_ARRAY_LEN(destructive); i++) {
		const char *const *want = destructive[i];
		unsigned char *step = &p->step[i];

		if (p->waits[i] && strcmp(want[*step] + 1, word) == 0)
			p->waits[i] = false;
		if (!want[*step] || want[*step][0] == '!' || strcmp(want[*step], word) != 0)
			continue;
		++*step;
		if (*step == GATE_ARRAY_LEN(destructive[i]) || !want[*step])
			return true;
		p->waits[i] = want[*step][0] == '!';
	}
	return false;
}

static bool turns(const char *const (*marks)[3], size_t n, const char *before, const char *word)
{
	for (size_t i = 0; i < n; i++) {
		if (marks[i][1] ? strcmp(marks[i][0], before) == 0 && strcmp(marks[i][1], word) == 0 : strcmp(marks[i][0], word) == 0)
			return true;
	}
	return false;
}

bool gate_migration_destroys(const char *path, const char *s, size_t len)
{
	struct lexer x = { s, s + len, false };
	struct progress p = { 0 };
	char word[WORD_MAX], before[WORD_MAX] = "";
	bool down = gate_ends_with(path, ".down.sql") || gate_ends_with(path, "/down.sql");

	while (next_word(&x, word)) {
		if (x.ended || p.words++ > STATEMENT_WORDS) {
			if (!down && ends_badly(&p))
				return true;
			p = (struct progress){ 0 };
		}
		if (turns(back, GATE_ARRAY_LEN(back), before, word))
			down = true;
		else if (turns(forth, GATE_ARRAY_LEN(forth), before, word))
			down = false;
		if (!down && take(&p, word))
			return true;
		memcpy(before, word, sizeof(before));
	}
	return !down && ends_badly(&p);
}

int gate_closer_migration(struct gate_detect *d, struct gate_look *l, struct gate_err *err)
{
	static const struct gate_weight medium = { GATE_TIER_MEDIUM, 20000, false };
	struct gate_err why = { 0 };
	const char *s;
	size_t len;

	(void)err;
	if (l->delta->old_mode || !gate_mode_is_file(l->delta->new_mode))
		return 0;
	if (d->load && d->load(d->load_arg, l->delta->new_oid, &s, &len, &why) == 0 && len <= GATE_COMPARE_MAX &&
	    !gate_migration_destroys(l->delta->path, s, len))
		l->w = medium;
	return 0;
}
