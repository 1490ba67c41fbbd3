/* One value as it stands in one side of a file, and how strict it is. Shared by the gatherers and the comparison. */
#ifndef GATE_CLASSIFIER_VALUES_ITEM_H
#define GATE_CLASSIFIER_VALUES_ITEM_H

#include "classifier/detect.h"

#define GATE_VALUES_MAX 20000u /* of one side of one file; and differences of one push */

/* Strictness of a value that no one can read: it equals itself alone. */
#define GATE_STRICT_LAXEST (INT64_MIN + 1)
#define GATE_STRICT_STRICTEST (INT64_MAX - 1)

struct gate_value {
	const struct gate_rule *rule;
	const struct gate_value_row *row;
	char *key;  /* family, scope, metric, element: parted by \x1f */
	char *text; /* as written */
	int64_t strict; /* the higher, the stricter */
	bool known;	/* false: the text is no number where one should stand */
	uint32_t line;
};

struct gate_values {
	struct gate_value *v;
	size_t n, cap;
	bool full;
};

void gate_values_clear(struct gate_values *l);
/* Adds a value; `element` is NULL unless the row is about a set. */
int gate_values_add(struct gate_values *l, const struct gate_rule *rule, const struct gate_value_row *row,
		    const char *scope, const char *metric, const char *element, const char *text, uint32_t line,
		    struct gate_err *err);

/* A number as configurations write them, in millionths: 80, "96", 80%, 0.8, 1_000, -5, 5kB (bytes), 30s and 2m (milliseconds).
 * False when it is none. */
bool gate_value_number(const char *text, int64_t *micro);
/* Strictness of `text` under the row; false when it cannot be told. */
bool gate_value_strict(const struct gate_value_row *row, const char *text, int64_t *strict);
/* Strictness of a value that is not there. */
int64_t gate_value_missing(const struct gate_value_row *row);
/* Whether rows of this kind compare elements of a set. */
static inline bool gate_value_is_set(const struct gate_value_row *row)
{
	return row->worse == GATE_WORSE_GROWN || row->worse == GATE_WORSE_SHRUNK;
}
static inline bool gate_value_is_number(const struct gate_value_row *row)
{
	return row->worse == GATE_WORSE_DOWN || row->worse == GATE_WORSE_UP;
}

/* One row of one rule. */
struct gate_value_ref {
	const struct gate_rule *rule;
	const struct gate_value_row *row;
};

/* The gatherers: each adds what its rows find in one side. */
struct gate_node;
int gate_value_from_tree(struct gate_values *out, const struct gate_value_ref *ref, const struct gate_node *root,
			 bool xml, bool anywhere, struct gate_err *err);

/* Words of commands, with ends of commands between them. */
struct gate_words {
	struct gate_buf text; /* words, each ended by NUL; "" ends a command */
	uint32_t *lines;
	size_t n, cap;
	bool cut; /* there are more than are kept */
};
void gate_words_clear(struct gate_words *w);
int gate_words_add(struct gate_words *w, const char *s, size_t len, uint32_t line, struct gate_err *err);
/* Every scalar of a tree as commands; those of a list stand side by side. */
int gate_words_add_tree(struct gate_words *w, const struct gate_node *root, struct gate_err *err);
/* refs: the n rows with flags. */
int gate_value_from_words(struct gate_values *out, const struct gate_value_ref *refs, size_t n,
			  const struct gate_words *w, struct gate_err *err);

/* Whether a configuration at this path takes effect: not below a folder of fixtures, samples, vendored code. */
bool gate_value_place_counts(const char *path);
/* The folder of the package that a configuration at `path` belongs to: without .github/, config/ and the like. Its length. */
size_t gate_value_place(const char *path);

#endif
