/* YAML as projects write it: anchors, aliases, tags and several documents are told, not refused (formats/yaml.c reads the
 * gate's own files and refuses them). Over libyaml's events; merge keys and aliases are resolved by who builds the tree. */
#include "formats/event_source.h"

#include "formats/text.h"

#include <string.h>
#include <yaml.h>

struct yaml {
	struct gate_event_source *s;
	yaml_parser_t parser;
	struct gate_buf tag;
	bool begun;		       /* a document was there already */
	bool key[GATE_DOC_DEPTH_MAX]; /* of an open map: a key is next */
};

static uint32_t place_of(size_t zero_based)
{
	return zero_based >= UINT32_MAX ? UINT32_MAX : (uint32_t)zero_based + 1;
}

/* YAML 1.1's words (https://yaml.org/type/bool.html) without y and n, which no common reader takes for a truth value. */
static const char *const bools[] = { "true", "True", "TRUE", "false", "False", "FALSE", "yes", "Yes", "YES",
				     "no",   "No",   "NO",   "on",    "On",    "ON",	"off", "Off", "OFF" };
static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };
static const char *const odd_numbers[] = { ".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN" };

static bool one_of(const char *s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(s, words[i]) == 0)
			return true;
	}
	return false;
}

static size_t digits(const char *s, const char *set)
{
	size_t n = 0;

	while (s[n] && (strchr(set, s[n]) || (s[n] == '_' && n)))
		n++;
	return n;
}

/* Whole and fractional numbers with underscores, 0x, 0o, 0b; what YAML 1.1 or 1.2 reads as a number. */
static bool is_number(const char *s)
{
	static const char tens[] = "0123456789";
	size_t whole, part = 0;

	if (*s == '-' || *s == '+')
		s++;
	if (one_of(s, odd_numbers, GATE_ARRAY_LEN(odd_numbers)))
		return true;
	if (s[0] == '0' && s[1] && strchr("xob", s[1])) {
		whole = digits(s + 2, s[1] == 'x' ? "0123456789abcdefABCDEF" : s[1] == 'o' ? "01234567" : "01");
		return whole && !s[2 + whole];
	}
	whole = digits(s, tens);
	s += whole;
	if (*s == '.') {
		part = digits(s + 1, tens);
		s += 1 + part;
	}
	if (!whole && !part)
		return false;
	if (*s == 'e' || *s == 'E') {
		s += 1 + (s[1] == '+' || s[1] == '-');
		part = digits(s, tens);
		s += part;
		if (!part)
			return false;
	}
	return !*s;
}

static enum gate_node_type plain_type(const char *s)
{
	if (one_of(s, nulls, GATE_ARRAY_LEN(nulls)))
		return GATE_NODE_NULL;
	if (one_of(s, bools, GATE_ARRAY_LEN(bools)))
		return GATE_NODE_BOOL;
	return is_number(s) ? GATE_NODE_NUMBER : GATE_NODE_TEXT;
}

#define CORE "tag:yaml.org,2002:"

/* Tags of YAML's own types say how to read a scalar and are not kept; another of that name space is kept as "!!name". */
static int take_tag(struct yaml *y, const yaml_char_t *raw, struct gate_event *e)
{
	static const struct {
		const char *tag;
		enum gate_node_type type;
	} own[] = {
		{ CORE "str", GATE_NODE_TEXT },	   { CORE "int", GATE_NODE_NUMBER }, { CORE "float", GATE_NODE_NUMBER },
		{ CORE "bool", GATE_NODE_BOOL },   { CORE "null", GATE_NODE_NULL },  { CORE "map", GATE_NODE_MAP },
		{ CORE "seq", GATE_NODE_LIST },
	};
	const char *tag = (const char *)raw;

	if (!tag || !*tag)
		return 0;
	if (strcmp(tag, "!") == 0) {
		e->scalar = GATE_NODE_TEXT;
		return 0;
	}
	for (size_t i = 0; i < GATE_ARRAY_LEN(own); i++) {
		if (strcmp(tag, own[i].tag) == 0) {
			if (own[i].type <= GATE_NODE_TEXT)
				e->scalar = own[i].type;
			return 0;
		}
	}
	gate_buf_reset(&y->tag);
	if (strncmp(tag, CORE, sizeof(CORE) - 1) == 0)
		gate_buf_fmt(&y->tag, "!!%s", tag + sizeof(CORE) - 1);
	else
		gate_buf_str(&y->tag, tag);
	e->tag = gate_buf_cstr(&y->tag);
	return gate_buf_check(&y->tag, y->s->err);
}

static bool wants_key(const struct yaml *y)
{
	return y->s->depth && y->s->map[y->s->depth - 1] && y->key[y->s->depth - 1];
}

/* The next thing in the open map is a value when this was a key, and the other way round. */
static void turn(struct yaml *y)
{
	if (y->s->depth && y->s->map[y->s->depth - 1])
		y->key[y->s->depth - 1] = !y->key[y->s->depth - 1];
}

static int on_scalar(struct yaml *y, const yaml_event_t *from, struct gate_event *e)
{
	int rc;

	e->type = wants_key(y) ? GATE_EVENT_KEY : GATE_EVENT_SCALAR;
	e->text = (const char *)from->data.scalar.value;
	e->len = from->data.scalar.length;
	e->anchor = (const char *)from->data.scalar.anchor;
	e->quoted = from->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	e->scalar = e->quoted ? GATE_NODE_TEXT : plain_type(e->text);
	rc = take_tag(y, from->data.scalar.tag, e);
	if (e->len > y->s->limits.memory)
		return gate_err_set(y->s->err, GATE_E_LIMIT, "%u: a text that is too long", e->line);
	turn(y);
	return rc < 0 ? rc : gate_event_send(y->s, e);
}

static int on_alias(struct yaml *y, const yaml_event_t *from, struct gate_event *e)
{
	if (wants_key(y))
		return gate_event_fail(y->s, e->line, "an alias as a key");
	e->type = GATE_EVENT_ALIAS;
	e->text = (const char *)from->data.alias.anchor;
	e->len = strlen(e->text);
	turn(y);
	return gate_event_send(y->s, e);
}

static int on_begin(struct yaml *y, const yaml_char_t *anchor, const yaml_char_t *tag, struct gate_event *e)
{
	int rc;

	if (wants_key(y))
		return gate_event_fail(y->s, e->line, "a key that is no text");
	turn(y);
	e->anchor = (const char *)anchor;
	rc = take_tag(y, tag, e);
	if (rc == 0)
		rc = gate_event_send(y->s, e);
	if (rc == 0)
		y->key[y->s->depth - 1] = true;
	return rc;
}

static int on_document(struct yaml *y, struct gate_event *e)
{
	bool first = !y->begun;

	y->begun = true;
	e->type = GATE_EVENT_DOCUMENT;
	return first ? 0 : gate_event_send(y->s, e);
}

static int on_event(struct yaml *y, const yaml_event_t *from)
{
	struct gate_event e = { .line = place_of(from->start_mark.line) };

	switch (from->type) {
	case YAML_DOCUMENT_START_EVENT:
		return on_document(y, &e);
	case YAML_SCALAR_EVENT:
		return on_scalar(y, from, &e);
	case YAML_ALIAS_EVENT:
		return on_alias(y, from, &e);
	case YAML_SEQUENCE_START_EVENT:
		e.type = GATE_EVENT_LIST;
		return on_begin(y, from->data.sequence_start.anchor, from->data.sequence_start.tag, &e);
	case YAML_MAPPING_START_EVENT:
		e.type = GATE_EVENT_MAP;
		return on_begin(y, from->data.mapping_start.anchor, from->data.mapping_start.tag, &e);
	case YAML_SEQUENCE_END_EVENT:
		e.type = GATE_EVENT_LIST_END;
		return gate_event_send(y->s, &e);
	case YAML_MAPPING_END_EVENT:
		e.type = GATE_EVENT_MAP_END;
		return gate_event_send(y->s, &e);
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
	default:
		return 0;
	}
}

static int parser_fail(struct yaml *y)
{
	const yaml_parser_t *p = &y->parser;
	size_t line = p->error == YAML_READER_ERROR ? p->mark.line : p->problem_mark.line;

	if (p->error == YAML_MEMORY_ERROR)
		return gate_err_set(y->s->err, GATE_E_NOMEM, "out of memory");
	return gate_event_fail(y->s, place_of(line), p->problem ? p->problem : "no YAML");
}

static int pump(struct yaml *y)
{
	bool end = false;
	int rc = 0;

	while (rc == 0 && !end) {
		yaml_event_t e;

		if (!yaml_parser_parse(&y->parser, &e))
			return parser_fail(y);
		end = e.type == YAML_STREAM_END_EVENT;
		rc = on_event(y, &e);
		yaml_event_delete(&e);
	}
	return rc;
}

int gate_yaml_read(struct gate_event_source *s, const char *bytes, size_t len)
{
	struct yaml y = { .s = s };
	int rc;

	if (!yaml_parser_initialize(&y.parser))
		return gate_err_set(s->err, GATE_E_NOMEM, "out of memory");
	yaml_parser_set_encoding(&y.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&y.parser, (const unsigned char *)bytes, len);
	rc = pump(&y);
	yaml_parser_delete(&y.parser);
	gate_buf_clear(&y.tag);
	return rc;
}
