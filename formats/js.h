/* What a JavaScript or TypeScript configuration file says, as far as it says it literally: every object literal of the file as
 * a tree of formats/node.h. Nothing is run. The root is a list with `many` set that holds each object which stands in no other
 * one (`module.exports = {...}`, `export default defineConfig({...})`, `config.set({...})`); an expression that is no literal
 * but holds some (`ci ? 2 : 0`, `({ mode }) => ({...})`) is a list with `many` set as well: whoever walks goes through it.
 * Products and sums of numbers are worked out, a name that a `const` of the file gives to a literal stands for it, and so
 * does `...NAME`; any other expression is a TEXT with its source and `quoted` false. */
#ifndef GATE_FORMATS_JS_H
#define GATE_FORMATS_JS_H

#include "formats/node.h"

struct gate_js;

/* Tolerant: there is no GATE_E_SYNTAX. GATE_E_LIMIT for nesting or size, GATE_E_NOMEM. Gives *out, freed with gate_js_free. */
int gate_js_parse(const char *bytes, size_t len, struct gate_js **out, struct gate_err *err);
const struct gate_node *gate_js_root(const struct gate_js *js);
void gate_js_free(struct gate_js *js);

#endif
