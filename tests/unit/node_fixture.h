/* Trees in one line, and tables of texts and what they give. */
#ifndef GATE_TESTS_NODE_FIXTURE_H
#define GATE_TESTS_NODE_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "formats/node.h"

#include <string.h>

/* Parses, and gives the tree in one line: maps as {key:value,...}, lists as [..], texts in quotes, a tag before its value. */
static void show(struct gate_buf *b, const struct gate_node *n)
{
	const char *sep = "";

	if (n->tag)
		gate_buf_fmt(b, "%s ", n->tag);
	if (n->type == GATE_NODE_MAP || n->type == GATE_NODE_LIST) {
		gate_buf_str(b, n->type == GATE_NODE_MAP ? "{" : n->many ? "many[" : "[");
		for (const struct gate_node *c = n->first; c; c = c->next, sep = ",") {
			gate_buf_str(b, sep);
			if (n->type == GATE_NODE_MAP)
				gate_buf_fmt(b, "%s:", c->key);
			show(b, c);
		}
		gate_buf_char(b, n->type == GATE_NODE_MAP ? '}' : ']');
	} else if (n->type == GATE_NODE_TEXT) {
		gate_buf_fmt(b, "'%s'", n->text);
	} else {
		gate_buf_fmt(b, "%s%s", n->type == GATE_NODE_NULL ? "null" : n->type == GATE_NODE_BOOL ? "b" : "",
			     n->type == GATE_NODE_NULL ? "" : n->text);
	}
}

static char *shown(enum gate_format format, const char *text, size_t len)
{
	gate_autodoc struct gate_doc *doc = NULL;
	struct gate_buf b = { 0 };
	struct gate_err err = { 0 };
	int rc = gate_doc_parse(format, text, len, NULL, &doc, &err);

	if (rc < 0)
		gate_buf_fmt(&b, "%s %s", gate_code_name(err.code), err.text);
	else
		show(&b, gate_doc_root(doc));
	return gate_buf_steal(&b);
}

/* want: the tree, or "!" and what the error must hold. */
struct row {
	const char *text, *want;
};

static void check_rows(enum gate_format format, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		gate_autofree char *got = shown(format, rows[i].text, strlen(rows[i].text));
		const char *want = rows[i].want;

		if (*want == '!' ? strncmp(got, "GATE_E_", 7) != 0 || !strstr(got, want + 1) : strcmp(got, want) != 0)
			fail_msg("%s\n gave %s\n not %s", rows[i].text, got, want);
	}
}

#endif
