#include "formats/event_source.h"

#include "base/mem.h"
#include "formats/text.h"

#include <string.h>

const struct gate_doc_limits gate_doc_limits_stream = { 100, 10000000, (size_t)8 << 20 };

void gate_event_source_clear(struct gate_event_source *s)
{
	free(s->keys);
	*s = (struct gate_event_source){ 0 };
}

int gate_event_fail(struct gate_event_source *s, uint32_t line, const char *what)
{
	return gate_err_set(s->err, GATE_E_SYNTAX, "%u: %s", line, what);
}

/* FNV-1a over the bytes, then the finalizer of MurmurHash3, so that short keys differ in all bits. */
static uint64_t digest(const char *s, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
	h = (h ^ h >> 33) * 0xff51afd7ed558ccdu;
	h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53u;
	return h ^ h >> 33;
}

static int add_key(struct gate_event_source *s, const struct gate_event *e)
{
	if (s->keys_n == s->keys_cap) {
		size_t want = s->keys_cap ? s->keys_cap * 2 : 256;
		struct gate_event_key *bigger;

		if (want * sizeof(*s->keys) > s->limits.memory)
			return gate_err_set(s->err, GATE_E_LIMIT, "%u: too many keys in the open maps", e->line);
		bigger = reallocarray(s->keys, want, sizeof(*s->keys));
		if (!bigger)
			return gate_err_set(s->err, GATE_E_NOMEM, "out of memory");
		s->keys = bigger;
		s->keys_cap = want;
	}
	s->keys[s->keys_n] = (struct gate_event_key){ digest(e->text, e->len), e->line, (uint32_t)s->keys_n };
	s->keys_n++;
	return 0;
}

static int by_digest(const void *a, const void *b)
{
	const struct gate_event_key *x = a, *y = b;

	if (x->digest != y->digest)
		return x->digest < y->digest ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* Sorted once at the end of the map: no choice of keys makes that slow, as it would a table of digests. */
static int end_map(struct gate_event_source *s)
{
	size_t from = s->from[s->depth];
	size_t n = s->keys_n - from;
	struct gate_event_key *v;

	s->keys_n = from;
	if (n < 2)
		return 0;
	v = s->keys + from;
	qsort(v, n, sizeof(*v), by_digest);
	for (size_t i = 1; i < n; i++) {
		if (v[i].digest == v[i - 1].digest)
			return gate_err_set(s->err, GATE_E_SYNTAX,
					    "%u: the key in this line stands here twice (first in line %u); keep one",
					    v[i].line, v[i - 1].line);
	}
	return 0;
}

static int begin(struct gate_event_source *s, const struct gate_event *e)
{
	if (s->depth >= s->limits.depth)
		return gate_err_set(s->err, GATE_E_LIMIT, "%u: nested deeper than %u levels", e->line, s->limits.depth);
	s->map[s->depth] = e->type == GATE_EVENT_MAP;
	s->from[s->depth++] = s->keys_n;
	return 0;
}

/* Before the listener hears of it. */
static int count(struct gate_event_source *s, const struct gate_event *e)
{
	switch (e->type) {
	case GATE_EVENT_KEY:
		return add_key(s, e);
	case GATE_EVENT_MAP_END:
	case GATE_EVENT_LIST_END:
		s->depth--;
		return s->map[s->depth] ? end_map(s) : 0;
	case GATE_EVENT_MAP:
	case GATE_EVENT_LIST:
	case GATE_EVENT_SCALAR:
	case GATE_EVENT_ALIAS:
		if (++s->nodes > s->limits.nodes)
			return gate_err_set(s->err, GATE_E_LIMIT, "%u: more than %u values", e->line, s->limits.nodes);
		return 0;
	case GATE_EVENT_DOCUMENT:
	default:
		return 0;
	}
}

int gate_event_send(struct gate_event_source *s, struct gate_event *e)
{
	int rc;

	if (!e->text)
		e->text = "";
	if (memchr(e->text, 0, e->len))
		return gate_event_fail(s, e->line, "a NUL character inside a text");
	if (e->type == GATE_EVENT_ALIAS && !s->aliases)
		return gate_event_fail(s, e->line, "an alias, which the writers of such files never make");
	rc = count(s, e);
	e->depth = s->depth;
	if (rc == 0)
		rc = s->fn(s->arg, e, s->err);
	if (rc == 0 && (e->type == GATE_EVENT_MAP || e->type == GATE_EVENT_LIST))
		rc = begin(s, e);
	if (rc > 0)
		s->stopped = true;
	return rc;
}

static int read_any(struct gate_event_source *s, enum gate_format format, const char *bytes, size_t len)
{
	int rc = gate_text_check(bytes, len, s->err);

	if (rc < 0)
		return rc;
	if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
		bytes += 3;
		len -= 3;
	}
	if (format == GATE_FORMAT_YAML)
		return gate_yaml_read(s, bytes, len);
	if (format == GATE_FORMAT_JSON || format == GATE_FORMAT_JSONC)
		return gate_json_read(s, bytes, len, format == GATE_FORMAT_JSONC);
	return gate_err_set(s->err, GATE_E_BUG, "no events for format %d", (int)format);
}

int gate_events_read(enum gate_format format, const char *bytes, size_t len, const struct gate_event_options *options,
		     gate_event_fn *fn, void *arg, struct gate_err *err)
{
	gate_auto(gate_event_source) struct gate_event_source s = {
		.fn = fn,
		.arg = arg,
		.err = err,
		.limits = options && options->limits ? *options->limits : gate_doc_limits_stream,
		.aliases = options && options->aliases,
	};
	int rc;

	if (s.limits.depth > GATE_DOC_DEPTH_MAX)
		s.limits.depth = GATE_DOC_DEPTH_MAX;
	rc = read_any(&s, format, bytes, len);
	return rc > 0 ? 0 : rc;
}
