/* A tree from any bytes: whatever comes out can be walked, equals itself, and has the promised texts. */
#ifndef GATE_TESTS_FUZZ_DOC_H
#define GATE_TESTS_FUZZ_DOC_H

#include "base/str.h"
#include "formats/events.h"
#include "formats/node.h"
#include "tests/fuzz/fuzz.h"

static inline int gate_fuzz_node(void *arg, const char *path, const struct gate_node *n, struct gate_err *err)
{
	(void)arg;
	(void)err;
	if (!gate_utf8_valid(n->text, strlen(n->text)) || (n->key && !gate_utf8_valid(n->key, strlen(n->key))))
		abort();
	return *path && n->line == 0 ? -GATE_E_BUG : 0;
}

static inline int gate_fuzz_event(void *arg, const struct gate_event *e, struct gate_err *err)
{
	(void)arg;
	(void)err;
	if (strlen(e->text) != e->len)
		abort();
	return 0;
}

static inline int gate_fuzz_doc(enum gate_format format, const uint8_t *data, size_t size)
{
	static const struct gate_doc_limits limits = { 50, 20000, (size_t)4 << 20 };
	gate_autodoc struct gate_doc *doc = NULL;
	struct gate_err err = { 0 };
	int rc = gate_doc_parse(format, (const char *)data, size, &limits, &doc, &err);

	if (rc < 0 && rc != -GATE_E_SYNTAX && rc != -GATE_E_LIMIT)
		abort();
	if (rc == 0 && (!gate_node_equal(gate_doc_root(doc), gate_doc_root(doc)) ||
			gate_node_select(gate_doc_root(doc), "**", gate_fuzz_node, NULL, &err) < 0))
		abort();
	gate_err_reset(&err);
	if (format <= GATE_FORMAT_YAML)
		gate_events_read(format, (const char *)data, size, NULL, gate_fuzz_event, NULL, &err);
	return 0;
}

#endif
