/* SEC-FILE: files whose name says that they hold secrets, unless their content proves that they do not. */
#ifndef GATE_CLASSIFIER_SECRETS_SECRET_FILE_H
#define GATE_CLASSIFIER_SECRETS_SECRET_FILE_H

#include "classifier/detect.h"

/* At which paths the content counts. */
bool gate_secret_file_bound(struct gate_detect *d, const char *path);
int gate_secret_file_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err);
int gate_secret_file_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err);

#endif
