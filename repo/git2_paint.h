/* Shared by the two walkers of git2_graph.h: marks and the frontier. */
#ifndef GATE_REPO_GIT2_PAINT_H
#define GATE_REPO_GIT2_PAINT_H

#include "repo/git2_graph.h"

void gate_marks_clear(struct gate_marks *m);
void gate_marks_reset(struct gate_marks *m);
uint8_t gate_marks_get(const struct gate_marks *m, uint32_t node);
int gate_marks_or(struct gate_marks *m, uint32_t node, uint8_t bits, struct gate_err *err);
/* Takes the bits away; the node was marked before. */
void gate_marks_unset(struct gate_marks *m, uint32_t node, uint8_t bits);

/* The frontier: a heap of loaded nodes, the newest at v[0]. */
int gate_heap_push(const struct gate_graph *g, struct gate_nodes *h, uint32_t node, struct gate_err *err);
uint32_t gate_heap_pop(const struct gate_graph *g, struct gate_nodes *h);

#endif
