/* Big lockfiles in TOML (poetry.lock, uv.lock, Cargo.lock), one [[name]] table at a time. */
#ifndef GATE_FORMATS_TOML_H
#define GATE_FORMATS_TOML_H

#include "formats/node.h"

/* Gets the content of one [[name]] table with its subtables; borrowed for the call. 0, or a negative code that ends it. */
typedef int gate_toml_table_fn(void *arg, const struct gate_node *table, struct gate_err *err);

/* Hands over each top-level [[name]] table as a small tree and frees it; the rest of the file is *rest (freed by the caller),
 * where `name` is an empty list. `limits` hold for each table and for the rest. An error may come after tables were handed
 * over: throw away then what was collected. */
int gate_toml_tables(const char *bytes, size_t len, const struct gate_doc_limits *limits, const char *name,
		     gate_toml_table_fn *fn, void *arg, struct gate_doc **rest, struct gate_err *err);

#endif
