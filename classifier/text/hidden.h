/* UNI-* and AGT-UNI: hidden and deceiving characters that new objects bring. A text is compared with what the parents have at its
 * path: only lines that none of them holds count. */
#ifndef GATE_CLASSIFIER_TEXT_HIDDEN_H
#define GATE_CLASSIFIER_TEXT_HIDDEN_H

#include "classifier/detect.h"

bool gate_hidden_peek(struct gate_detect *d, const struct gate_peek *p);
int gate_hidden_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err);
/* A text that came before and has hidden characters may stand where they do more harm. */
int gate_hidden_entry(struct gate_detect *d, uint32_t change, const struct gate_entry *e, struct gate_err *err);
/* A new name, the last name_len bytes of path: UNI-* about the name itself. *any: whether it holds anything of that kind. */
int gate_hidden_name(struct gate_detect *d, uint32_t change, const char *path, size_t name_len, const char *commit, bool *any,
		     struct gate_err *err);
int gate_hidden_init(struct gate_detect *d, struct gate_err *err);
void gate_hidden_release(struct gate_detect *d);

#endif
