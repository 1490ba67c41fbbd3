#include "formats/yaml.h"

#include "base/limits.h"
#include "base/str.h"

#include <string.h>
#include <yaml.h>

#define CHUNK ((size_t)16 << 10)

struct chunk {
	struct chunk *next;
	size_t used, size;
	_Alignas(16) char bytes[];
};

struct gate_yaml_doc {
	struct chunk *chunks;
	struct gate_yaml *root;
	uint32_t nodes;
};

/* An open list or map: where its next element goes, and the key that waits for its value. */
struct level {
	struct gate_yaml *node;
	struct gate_yaml *last;
	const char *key; /* NULL: a key (in a map) is next */
	uint32_t key_line;
};

struct reader {
	const char *file;
	struct gate_yaml_doc *doc;
	struct level stack[GATE_YAML_DEPTH_MAX];
	uint32_t depth;
	struct gate_err *err;
};

static void *alloc(struct gate_yaml_doc *d, size_t n)
{
	struct chunk *c = d->chunks;
	void *place;

	n = (n + 15) & ~(size_t)15;
	if (!c || c->size - c->used < n) {
		size_t size = n > CHUNK ? n : CHUNK;

		c = malloc(sizeof(*c) + size);
		if (!c)
			return NULL;
		c->next = d->chunks;
		c->used = 0;
		c->size = size;
		d->chunks = c;
	}
	place = c->bytes + c->used;
	c->used += n;
	memset(place, 0, n);
	return place;
}

static uint32_t place_of(size_t zero_based)
{
	return zero_based >= UINT32_MAX ? UINT32_MAX : (uint32_t)zero_based + 1;
}

static int fail(struct reader *r, uint32_t line, const char *what)
{
	return gate_err_set(r->err, GATE_E_SYNTAX, "%s:%u: %s", r->file, line, what);
}

static int out_of_memory(struct reader *r)
{
	return gate_err_set(r->err, GATE_E_NOMEM, "out of memory");
}

static const char *keep_text(struct reader *r, const yaml_event_t *e)
{
	size_t n = e->data.scalar.length;
	char *s = alloc(r->doc, n + 1);

	if (s)
		memcpy(s, e->data.scalar.value, n);
	return s;
}

/* Doubled keys: one reader takes the first, another the last. Maps are short or bounded by the node limit; long ones
 * are checked by sorting once at their end. */
static int by_key(const void *a, const void *b)
{
	const struct gate_yaml *x = *(const struct gate_yaml *const *)a, *y = *(const struct gate_yaml *const *)b;
	int c = strcmp(x->key, y->key);

	return c ? c : x->key_line < y->key_line ? -1 : x->key_line > y->key_line;
}

static int check_doubles(struct reader *r, const struct gate_yaml *map)
{
	gate_autofree const struct gate_yaml **v = NULL;
	size_t n = 0;

	if (map->type != GATE_YAML_MAP || map->n < 2)
		return 0;
	v = calloc(map->n, sizeof(struct gate_yaml *));
	if (!v)
		return out_of_memory(r);
	for (const struct gate_yaml *c = map->first; c; c = c->next)
		v[n++] = c;
	qsort(v, n, sizeof(*v), by_key);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(v[i - 1]->key, v[i]->key) == 0) {
			gate_autofree char *key = gate_escape_dup(v[i]->key, strnlen(v[i]->key, 80));

			return gate_err_set(r->err, GATE_E_SYNTAX,
					    "%s:%u: key '%s' stands here twice (first in line %u); keep one", r->file,
					    v[i]->key_line, key ? key : "", v[i - 1]->key_line);
		}
	}
	return 0;
}

/* Hangs a new node where the parser stands; NULL with the error set. */
static struct gate_yaml *add_node(struct reader *r, enum gate_yaml_type type, const yaml_event_t *e)
{
	struct level *up = r->depth ? &r->stack[r->depth - 1] : NULL;
	struct gate_yaml *n;

	if (++r->doc->nodes > GATE_YAML_NODES_MAX) {
		gate_err_set(r->err, GATE_E_LIMIT, "%s:%u: more than %d values in one file", r->file,
			     place_of(e->start_mark.line), GATE_YAML_NODES_MAX);
		return NULL;
	}
	n = alloc(r->doc, sizeof(*n));
	if (!n) {
		out_of_memory(r);
		return NULL;
	}
	*n = (struct gate_yaml){
		.type = type, .line = place_of(e->start_mark.line), .text = "", .column = place_of(e->start_mark.column)
	};
	if (!up) {
		r->doc->root = n;
		return n;
	}
	n->key = up->key;
	n->key_line = up->key_line;
	up->key = NULL;
	if (up->last)
		up->last->next = n;
	else
		up->node->first = n;
	up->last = n;
	up->node->n++;
	return n;
}

static bool wants_key(const struct reader *r)
{
	return r->depth && r->stack[r->depth - 1].node->type == GATE_YAML_MAP && !r->stack[r->depth - 1].key;
}

static int on_scalar(struct reader *r, const yaml_event_t *e)
{
	uint32_t line = place_of(e->start_mark.line);
	const char *text;
	struct gate_yaml *n;

	if (e->data.scalar.anchor)
		return fail(r, line, "anchors (&name) are not allowed; write the value out");
	if (e->data.scalar.tag)
		return fail(r, line, "tags (!name) are not allowed; write the plain value");
	if (memchr(e->data.scalar.value, 0, e->data.scalar.length))
		return fail(r, line, "a NUL character inside a text");
	text = keep_text(r, e);
	if (!text)
		return out_of_memory(r);
	if (wants_key(r)) {
		if (!*text)
			return fail(r, line, "a key with no name");
		r->stack[r->depth - 1].key = text;
		r->stack[r->depth - 1].key_line = line;
		return 0;
	}
	n = add_node(r, GATE_YAML_SCALAR, e);
	if (!n)
		return -(int)r->err->code;
	n->text = text;
	n->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return 0;
}

static int on_open(struct reader *r, const yaml_event_t *e, enum gate_yaml_type type)
{
	const yaml_char_t *anchor =
		type == GATE_YAML_MAP ? e->data.mapping_start.anchor : e->data.sequence_start.anchor;
	const yaml_char_t *tag = type == GATE_YAML_MAP ? e->data.mapping_start.tag : e->data.sequence_start.tag;
	uint32_t line = place_of(e->start_mark.line);
	struct gate_yaml *n;

	if (anchor)
		return fail(r, line, "anchors (&name) are not allowed; write the value out");
	if (tag)
		return fail(r, line, "tags (!name) are not allowed; write the plain value");
	if (wants_key(r))
		return fail(r, line, "a key must be a plain text");
	if (r->depth == GATE_YAML_DEPTH_MAX)
		return gate_err_set(r->err, GATE_E_LIMIT, "%s:%u: nested deeper than %d levels", r->file, line,
				    GATE_YAML_DEPTH_MAX);
	n = add_node(r, type, e);
	if (!n)
		return -(int)r->err->code;
	r->stack[r->depth++] = (struct level){ .node = n };
	return 0;
}

static int on_close(struct reader *r)
{
	if (r->depth == 0)
		return gate_err_set(r->err, GATE_E_BUG, "%s: unbalanced YAML events", r->file);
	return check_doubles(r, r->stack[--r->depth].node);
}

static int on_document(struct reader *r, const yaml_event_t *e)
{
	uint32_t line = place_of(e->start_mark.line);

	if (r->doc->root)
		return fail(r, line, "a second document begins here; one file is one document");
	if (e->data.document_start.version_directive ||
	    e->data.document_start.tag_directives.start != e->data.document_start.tag_directives.end)
		return fail(r, line, "directives (%YAML, %TAG) are not allowed; remove the line");
	return 0;
}

static int on_event(struct reader *r, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return 0;
	case YAML_DOCUMENT_START_EVENT:
		return on_document(r, e);
	case YAML_SCALAR_EVENT:
		return on_scalar(r, e);
	case YAML_SEQUENCE_START_EVENT:
		return on_open(r, e, GATE_YAML_LIST);
	case YAML_MAPPING_START_EVENT:
		return on_open(r, e, GATE_YAML_MAP);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return on_close(r);
	case YAML_ALIAS_EVENT:
		return fail(r, place_of(e->start_mark.line), "aliases (*name) are not allowed; write the value out");
	case YAML_NO_EVENT:
		break;
	}
	return gate_err_set(r->err, GATE_E_BUG, "%s: an unknown YAML event", r->file);
}

static int parser_error(struct reader *r, const yaml_parser_t *p)
{
	uint32_t line = place_of(p->problem_mark.line);

	if (p->error == YAML_MEMORY_ERROR)
		return out_of_memory(r);
	if (p->error == YAML_READER_ERROR) {
		/* libyaml gives only an offset here; the mark stands where the scanner was, at most a buffer before */
		return gate_err_set(r->err, GATE_E_SYNTAX, "%s:%u: not readable as UTF-8 text: %s (byte %zu)", r->file,
				    place_of(p->mark.line), p->problem ? p->problem : "bad character",
				    p->problem_offset);
	}
	return gate_err_set(r->err, GATE_E_SYNTAX, "%s:%u: not well-formed YAML: %s%s%s", r->file, line,
			    p->context ? p->context : "", p->context ? ", " : "",
			    p->problem ? p->problem : "bad syntax");
}

static int read_events(struct reader *r, yaml_parser_t *p)
{
	bool done = false;

	while (!done) {
		yaml_event_t e;
		int rc;

		if (!yaml_parser_parse(p, &e))
			return parser_error(r, p);
		done = e.type == YAML_STREAM_END_EVENT;
		rc = on_event(r, &e);
		yaml_event_delete(&e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int gate_yaml_parse(const char *bytes, size_t len, size_t max, const char *file, struct gate_yaml_doc **out,
		    struct gate_err *err)
{
	gate_autoyaml struct gate_yaml_doc *doc = calloc(1, sizeof(*doc));
	struct reader r = { .file = file, .doc = doc, .err = err };
	yaml_parser_t p;
	int rc;

	*out = NULL;
	if (len > max)
		return gate_err_set(err, GATE_E_LIMIT, "%s:1: %zu bytes, the limit is %zu", file, len, max);
	if (!doc || !yaml_parser_initialize(&p))
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	/* said, not guessed: with a byte order mark libyaml would read UTF-16 */
	yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&p, (const unsigned char *)bytes, len);
	rc = read_events(&r, &p);
	yaml_parser_delete(&p);
	if (rc < 0)
		return rc;
	if (!doc->root)
		return gate_err_set(err, GATE_E_SYNTAX, "%s:1: the file is empty", file);
	*out = gate_steal(&doc);
	return 0;
}

const struct gate_yaml *gate_yaml_root(const struct gate_yaml_doc *doc)
{
	return doc->root;
}

void gate_yaml_free(struct gate_yaml_doc *doc)
{
	if (!doc)
		return;
	while (doc->chunks) {
		struct chunk *c = doc->chunks;

		doc->chunks = c->next;
		free(c);
	}
	free(doc);
}

void gate_yaml_freep(struct gate_yaml_doc **doc)
{
	gate_yaml_free(*doc);
	*doc = NULL;
}

const struct gate_yaml *gate_yaml_get(const struct gate_yaml *map, const char *key)
{
	if (!map || map->type != GATE_YAML_MAP)
		return NULL;
	for (const struct gate_yaml *c = map->first; c; c = c->next) {
		if (strcmp(c->key, key) == 0)
			return c;
	}
	return NULL;
}

const char *gate_yaml_what(const struct gate_yaml *node)
{
	switch (node->type) {
	case GATE_YAML_LIST:
		return "a list";
	case GATE_YAML_MAP:
		return "a map";
	case GATE_YAML_SCALAR:
		break;
	}
	return node->quoted || *node->text ? "a text" : "nothing";
}
