#include "formats/locks/visit.h"

#include "base/buf.h"
#include "formats/events.h"
#include "formats/toml.h"

#include <string.h>

/* Where the reading is: the keys of the open maps, one after the other in `text`. */
struct state {
	struct gate_visit v;
	gate_visit_fn *fn;
	void *arg;
	struct gate_buf text;
	size_t start[GATE_VISIT_DEPTH + 1];
	uint32_t count[GATE_VISIT_DEPTH + 1]; /* elements so far of the list that is open at this depth */
	bool list[GATE_VISIT_DEPTH + 1];
	bool rooted;
	bool keyed; /* the step to the value that comes has been taken */
};

/* Keys may have moved with the buffer. */
static void point(struct state *s)
{
	for (uint32_t i = 0; i < s->v.depth; i++)
		s->v.key[i] = gate_buf_cstr(&s->text) + s->start[i];
}

static int step(struct state *s, const char *key, size_t len, struct gate_err *err)
{
	if (s->v.depth >= GATE_VISIT_DEPTH)
		return gate_err_set(err, GATE_E_LIMIT, "nested too deep");
	s->start[s->v.depth] = s->text.len;
	gate_buf_add(&s->text, key, len);
	gate_buf_char(&s->text, '\0');
	s->v.depth++;
	return gate_buf_check(&s->text, err);
}

static int key(struct state *s, const char *text, size_t len, struct gate_err *err)
{
	s->keyed = true;
	return step(s, text, len, err);
}

static void back(struct state *s)
{
	if (!s->v.depth)
		return;
	s->v.depth--;
	s->text.len = s->start[s->v.depth];
}

static int tell(struct state *s, enum gate_visit_what what, uint32_t line, struct gate_err *err)
{
	s->v.what = what;
	s->v.line = line;
	point(s);
	return s->fn(s->arg, &s->v, err);
}

/* A value of a list takes its step here; one of a map took it at its key. */
static int enter(struct state *s, struct gate_err *err)
{
	if (s->keyed || !s->v.depth || !s->list[s->v.depth]) {
		s->keyed = false;
		return 0;
	}
	s->v.index[s->v.depth] = s->count[s->v.depth]++;
	return step(s, "", 0, err);
}

static int open(struct state *s, bool list, uint32_t line, struct gate_err *err)
{
	int rc = enter(s, err);

	if (rc < 0)
		return rc;
	if (!s->v.depth && list)
		return gate_err_set(err, GATE_E_SYNTAX, "1: this is no map of names");
	if (!s->v.depth && s->rooted)
		return gate_err_set(err, GATE_E_SYNTAX, "%u: a second document", line);
	s->rooted = true;
	s->list[s->v.depth] = list;
	s->count[s->v.depth] = 0;
	return tell(s, list ? GATE_VISIT_LIST : GATE_VISIT_MAP, line, err);
}

static int value(struct state *s, const struct gate_event *e, struct gate_err *err)
{
	int rc = enter(s, err);

	if (rc < 0)
		return rc;
	if (!s->v.depth)
		return gate_err_set(err, GATE_E_SYNTAX, "1: this is no map of names");
	s->v.type = e->scalar;
	s->v.quoted = e->quoted;
	s->v.text = e->scalar == GATE_NODE_NULL ? "" : e->text;
	rc = tell(s, GATE_VISIT_VALUE, e->line, err);
	s->v.text = "";
	back(s);
	return rc;
}

static int on_event(void *arg, const struct gate_event *e, struct gate_err *err)
{
	struct state *s = arg;
	int rc;

	switch (e->type) {
	case GATE_EVENT_KEY:
		return key(s, e->text, e->len, err);
	case GATE_EVENT_MAP:
	case GATE_EVENT_LIST:
		return open(s, e->type == GATE_EVENT_LIST, e->line, err);
	case GATE_EVENT_MAP_END:
	case GATE_EVENT_LIST_END:
		rc = tell(s, GATE_VISIT_END, e->line, err);
		back(s);
		return rc;
	case GATE_EVENT_SCALAR:
		return value(s, e, err);
	case GATE_EVENT_ALIAS:
	case GATE_EVENT_DOCUMENT:
	default:
		return gate_err_set(err, GATE_E_SYNTAX, "%u: no lockfile's writer makes this", e->line);
	}
}

/* A format without a stream is read as a tree, within the limits of one, and told in the same way. */
static int tell_node(struct state *s, const struct gate_node *n, struct gate_err *err)
{
	bool list = n->type == GATE_NODE_LIST;
	struct gate_event e = { .type = GATE_EVENT_SCALAR, .scalar = n->type, .quoted = n->quoted, .line = n->line, .text = n->text };
	int rc;

	if (!list && n->type != GATE_NODE_MAP)
		return value(s, &e, err);
	rc = open(s, list, n->line, err);
	for (const struct gate_node *c = n->first; rc == 0 && c; c = c->next) {
		if (!list)
			rc = key(s, c->key, strlen(c->key), err);
		if (rc == 0)
			rc = tell_node(s, c, err);
	}
	if (rc == 0)
		rc = tell(s, GATE_VISIT_END, n->line, err);
	back(s);
	return rc;
}

static int read_tree(struct state *s, enum gate_format format, const char *bytes, size_t len, struct gate_err *err)
{
	gate_autodoc struct gate_doc *doc = NULL;
	int rc = gate_doc_parse(format, bytes, len, NULL, &doc, err);

	return rc == 0 ? tell_node(s, gate_doc_root(doc), err) : rc;
}

static int on_table(void *arg, const struct gate_node *table, struct gate_err *err)
{
	return tell_node(arg, table, err);
}

/* The rest of a file whose [[list]] has been told: all but the list. */
static int tell_rest(struct state *s, const struct gate_node *root, const char *list, struct gate_err *err)
{
	int rc = 0;

	for (const struct gate_node *c = root->first; rc == 0 && c; c = c->next) {
		if (strcmp(c->key, list) == 0)
			continue;
		rc = key(s, c->key, strlen(c->key), err);
		if (rc == 0)
			rc = tell_node(s, c, err);
	}
	return rc;
}

static int read_tables(struct state *s, const char *bytes, size_t len, const char *list, struct gate_err *err)
{
	gate_autodoc struct gate_doc *rest = NULL;
	int rc = open(s, false, 1, err);

	if (rc == 0)
		rc = key(s, list, strlen(list), err);
	if (rc == 0)
		rc = open(s, true, 1, err);
	if (rc == 0)
		rc = gate_toml_tables(bytes, len, NULL, list, on_table, s, &rest, err);
	if (rc < 0)
		return rc;
	rc = tell(s, GATE_VISIT_END, 1, err);
	back(s);
	if (rc == 0)
		rc = tell_rest(s, gate_doc_root(rest), list, err);
	return rc == 0 ? tell(s, GATE_VISIT_END, 1, err) : rc;
}

int gate_visit_toml(const char *bytes, size_t len, const char *list, gate_visit_fn *fn, void *arg, struct gate_err *err)
{
	struct state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	s->fn = fn;
	s->arg = arg;
	s->v.text = "";
	rc = read_tables(s, bytes, len, list, err);
	gate_buf_clear(&s->text);
	free(s);
	return rc;
}

int gate_visit_bytes(enum gate_format format, const char *bytes, size_t len, gate_visit_fn *fn, void *arg, struct gate_err *err)
{
	struct state *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	s->fn = fn;
	s->arg = arg;
	s->v.text = "";
	rc = format == GATE_FORMAT_TOML ? read_tree(s, format, bytes, len, err) :
					  gate_events_read(format, bytes, len, NULL, on_event, s, err);
	if (rc == 0 && !s->rooted)
		rc = gate_err_set(err, GATE_E_SYNTAX, "1: this is no map of names");
	gate_buf_clear(&s->text);
	free(s);
	return rc;
}
