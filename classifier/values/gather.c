#include "classifier/values/gather.h"

#include "classifier/docs.h"
#include "classifier/tests/lexer.h"
#include "formats/js.h"

#include <stdlib.h>

#define REGEXES_MAX 512u
#define MATCHES_MAX 2000u /* of one expression in one file */

struct gate_value_regexes {
	struct {
		const struct gate_value_row *row;
		struct gate_regex *regex;
	} v[REGEXES_MAX];
	size_t n;
};

void gate_value_regexes_free(struct gate_value_regexes *r)
{
	for (size_t i = 0; r && i < r->n; i++)
		gate_regex_free(r->v[i].regex);
	free(r);
}

static struct gate_regex *regex_of(struct gate_value_regexes **all, const struct gate_value_row *row,
				   struct gate_err *err)
{
	struct gate_value_regexes *r = *all;
	struct gate_regex *made;

	if (!r)
		r = *all = calloc(1, sizeof(*r));
	if (!r) {
		gate_err_set(err, GATE_E_NOMEM, "out of memory");
		return NULL;
	}
	for (size_t i = 0; i < r->n; i++) {
		if (r->v[i].row == row)
			return r->v[i].regex;
	}
	made = gate_regex_lazy(row->text, false, err);
	if (!made || r->n == REGEXES_MAX) {
		gate_regex_free(made);
		gate_err_set(err, GATE_E_BUG, "too many expressions in rows of values");
		return NULL;
	}
	r->v[r->n].row = row;
	r->v[r->n++].regex = made;
	return made;
}

struct side {
	struct gate_buf bytes;
	bool there, lexed;
	struct gate_lexed lex;
	const struct gate_node *root;
	struct gate_js *js;
	struct gate_doc *doc;
};

struct file {
	struct gate_detect *d;
	const struct gate_delta *delta;
	uint32_t change;
	struct side side[2];
	int format; /* of what is parsed; -1: nothing yet */
	bool counts;
	struct gate_value_regexes **regexes;
};

static void forget_trees(struct file *f)
{
	for (size_t i = 0; i < 2; i++) {
		gate_js_free(f->side[i].js);
		gate_doc_free(f->side[i].doc);
		f->side[i].js = NULL;
		f->side[i].doc = NULL;
		f->side[i].root = NULL;
	}
	f->format = -1;
}

static void file_clear(struct file *f)
{
	forget_trees(f);
	for (size_t i = 0; i < 2; i++) {
		gate_buf_clear(&f->side[i].bytes);
		gate_lexed_clear(&f->side[i].lex);
	}
}

static int load(struct file *f, struct gate_err *err)
{
	gate_auto(gate_sides) struct gate_sides sides = { 0 };
	struct gate_delta only = *f->delta;
	struct gate_err why = { 0 };

	f->side[0].there = gate_mode_is_file(only.old_mode);
	f->side[1].there = gate_mode_is_file(only.new_mode);
	only.old_mode = f->side[0].there ? only.old_mode : 0;
	only.new_mode = f->side[1].there ? only.new_mode : 0;
	if (gate_detect_sides(f->d, &only, &sides, &why) < 0) {
		f->side[0].there = f->side[1].there = false;
		return gate_detect_limit(f->d, f->change, only.path, NULL, false,
					 "too big or unreadable: the values in it were not compared", err);
	}
	f->side[0].bytes = sides.before;
	sides.before = (struct gate_buf){ 0 };
	gate_buf_add(&f->side[1].bytes, sides.now, sides.now_len);
	return gate_buf_check(&f->side[1].bytes, err);
}

static int parse_js(struct file *f, struct gate_err *err)
{
	for (size_t i = 0; i < 2; i++) {
		struct gate_err why = { 0 };
		int rc = f->side[i].there ? gate_js_parse(f->side[i].bytes.s, f->side[i].bytes.len, &f->side[i].js, &why) : 0;

		if (rc == -GATE_E_NOMEM)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		if (rc < 0 && f->counts)
			return gate_detect_limit(f->d, f->change, f->delta->path, NULL, false,
						 "too deep or too big: the values in it were not compared", err);
		f->side[i].root = f->side[i].js ? gate_js_root(f->side[i].js) : NULL;
	}
	return 0;
}

/* Where nothing takes effect, what cannot be parsed is a fixture that is broken on purpose. */
static int parse_quietly(struct file *f, int format, struct gate_err *err)
{
	for (size_t i = 0; i < 2; i++) {
		struct gate_err why = { 0 };

		if (!f->side[i].there)
			continue;
		if (gate_doc_parse((enum gate_format)format, gate_buf_cstr(&f->side[i].bytes), f->side[i].bytes.len, NULL,
				   &f->side[i].doc, &why) == -GATE_E_NOMEM)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		f->side[i].root = f->side[i].doc ? gate_doc_root(f->side[i].doc) : NULL;
	}
	return 0;
}

/* A format that this version has no reader for: its rows see nothing. */
static bool readable(int format)
{
	gate_autodoc struct gate_doc *doc = NULL;
	struct gate_err why = { 0 };

	return gate_doc_parse((enum gate_format)format, "", 0, NULL, &doc, &why) != -GATE_E_BUG;
}

static int parse(struct file *f, int format, struct gate_err *err)
{
	struct gate_docs docs = { 0 };
	int rc;

	if (f->format == format)
		return 0;
	forget_trees(f);
	f->format = format;
	if (format == GATE_VALUE_JS)
		return parse_js(f, err);
	if (!readable(format))
		return 0;
	if (!f->counts)
		return parse_quietly(f, format, err);
	rc = gate_detect_docs(f->d, f->change, f->delta, (enum gate_format)format, &docs, err);
	if (docs.bad_before || docs.bad_now)
		return rc;
	f->side[0].root = f->side[0].there ? docs.before : NULL;
	f->side[1].root = f->side[1].there ? docs.now : NULL;
	return rc;
}

static int from_text(struct file *f, const struct gate_value_ref *ref, struct side *s, struct gate_values *out,
		     struct gate_err *err)
{
	struct gate_regex *r = regex_of(f->regexes, ref->row, err);
	const struct gate_buf *b = ref->row->format == GATE_VALUE_CODE	     ? &s->lex.code
				   : ref->row->format == GATE_VALUE_COMMENTS ? &s->lex.comments
									     : &s->lex.text;
	size_t start, end, group[2], at = 0, from = 0;
	uint32_t line = 1;
	int rc = r ? 0 : -(int)err->code;

	if (rc == 0 && !s->lexed) {
		rc = gate_lex(gate_lexis_of(f->delta->path), s->bytes.s, s->bytes.len, &s->lex, err);
		s->lexed = true;
	}
	for (size_t n = 0; rc == 0 && n < MATCHES_MAX && from <= b->len; n++) {
		char text[200];
		enum gate_match m = gate_regex_find_group(r, b->s, b->len, from, &start, &end, group);

		if (m == GATE_MATCH_NO)
			return 0;
		if (m == GATE_MATCH_LIMIT)
			return gate_detect_limit(f->d, f->change, f->delta->path, NULL, false,
						 "an expression of a value rule reached its match limit", err);
		for (; at < start; at++)
			line += b->s[at] == '\n';
		snprintf(text, sizeof(text), "%.*s", (int)(group[1] - group[0] < 199 ? group[1] - group[0] : 199),
			 b->s + group[0]);
		rc = gate_values_add(out, ref->rule, ref->row, "", "value", gate_value_is_set(ref->row) ? text : NULL,
				     text, line, err);
		from = end > start ? end : end + 1;
	}
	return rc;
}

static int format_of(const struct file *f, const struct gate_value_row *row)
{
	const struct gate_buf *b = f->side[1].there ? &f->side[1].bytes : &f->side[0].bytes;

	return row && row->format != GATE_VALUE_AUTO ? row->format
						     : gate_value_format_of(f->delta->path, gate_buf_cstr(b), b->len);
}

static int from_row(struct file *f, const struct gate_value_ref *ref, struct gate_values *out[2], struct gate_err *err)
{
	int format = ref->row->text ? 0 : format_of(f, ref->row), rc = ref->row->text ? 0 : parse(f, format, err);

	for (size_t i = 0; i < 2 && rc == 0; i++) {
		if (!f->side[i].there)
			continue;
		if (ref->row->text)
			rc = from_text(f, ref, &f->side[i], out[i], err);
		else
			rc = gate_value_from_tree(out[i], ref, f->side[i].root, format == GATE_FORMAT_XML,
						  format == GATE_VALUE_JS, err);
	}
	return rc;
}

static int pick(void *arg, const char *path, const struct gate_node *node, struct gate_err *err)
{
	(void)path;
	return gate_words_add_tree(arg, node, err);
}

static int words_of(struct file *f, struct side *s, enum gate_commands how, const char *select, struct gate_words *w,
		    struct gate_err *err)
{
	int rc = 0;

	if (how == GATE_COMMANDS_TREE) {
		if (!select || !s->root)
			return gate_words_add_tree(w, s->root, err);
		return gate_node_select(s->root, select, pick, w, err);
	}
	if (!s->lexed)
		rc = gate_lex(gate_lexis_of(f->delta->path), s->bytes.s, s->bytes.len, &s->lex, err);
	s->lexed = true;
	return rc < 0 ? rc : gate_words_add(w, gate_buf_cstr(&s->lex.text), s->lex.text.len, 1, err);
}

static int from_commands(struct file *f, const struct gate_value_places *places, struct gate_values *out[2],
			 struct gate_err *err)
{
	const char *select;
	enum gate_commands how = gate_value_commands(f->delta->path, &select);
	const struct gate_value_ref *refs;
	size_t n = gate_value_places_flags(places, &refs);
	int rc = how == GATE_COMMANDS_TREE ? parse(f, format_of(f, NULL), err) : 0;

	for (size_t i = 0; i < 2 && rc == 0 && how != GATE_COMMANDS_NONE; i++) {
		gate_auto(gate_words) struct gate_words w = { 0 };

		if (!f->side[i].there)
			continue;
		rc = words_of(f, &f->side[i], how, select, &w, err);
		if (rc == 0)
			rc = gate_value_from_words(out[i], refs, n, &w, err);
		if (rc == 0 && w.cut)
			rc = gate_detect_limit(f->d, f->change, f->delta->path, NULL, false,
					       "more commands in one file than are compared: part the file", err);
	}
	return rc;
}

static bool is_guess(const struct gate_value_row *row)
{
	return row->tool && strcmp(row->tool, "heuristic") == 0;
}

static bool knows(const struct gate_values *l, const struct gate_rule *rule)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].rule == rule && !is_guess(l->v[i].row))
			return true;
	}
	return false;
}

/* Guesses are asked where no row knows the file. */
static int from_guesses(struct file *f, const struct gate_value_ref *refs, size_t n, struct gate_values *out[2],
			struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		if (is_guess(refs[i].row) && !knows(out[0], refs[i].rule) && !knows(out[1], refs[i].rule))
			rc = from_row(f, &refs[i], out, err);
	}
	return rc;
}

int gate_values_gather(struct gate_detect *d, struct gate_value_places *places, struct gate_value_regexes **regexes,
		       uint32_t change, const struct gate_delta *delta, struct gate_values *before,
		       struct gate_values *now, struct gate_err *err)
{
	__attribute__((cleanup(file_clear))) struct file f = {
		.d = d, .delta = delta, .change = change, .format = -1, .regexes = regexes,
		.counts = gate_value_place_counts(delta->path),
	};
	struct gate_values *out[2] = { before, now };
	const struct gate_value_ref *refs;
	const char *select;
	size_t n = gate_value_places_find(places, delta->path, &refs);
	int rc;

	if (!n && gate_value_commands(delta->path, &select) == GATE_COMMANDS_NONE)
		return 0;
	rc = load(&f, err);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = is_guess(refs[i].row) ? 0 : from_row(&f, &refs[i], out, err);
	if (rc == 0)
		rc = from_commands(&f, places, out, err);
	if (rc == 0)
		rc = from_guesses(&f, refs, n, out, err);
	if (rc == 0 && (before->full || now->full))
		rc = gate_detect_limit(d, change, delta->path, NULL, false, "more values than are compared", err);
	return rc;
}
