/* The settings of package managers, compared as values: what loosens them (DEP-CFG). */
#ifndef GATE_CLASSIFIER_DEPS_CFG_H
#define GATE_CLASSIFIER_DEPS_CFG_H

#include "classifier/detect.h"

int gate_cfg_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err);

/* Which way a setting gets worse. */
enum gate_cfg_way {
	GATE_CFG_KEEP_ON,  /* off, or gone */
	GATE_CFG_KEEP_OFF, /* on */
	GATE_CFG_KEEP_HIGH, /* a smaller number, or gone */
	GATE_CFG_PLACE,	   /* an address: another host, or no encryption */
	GATE_CFG_STAY,	   /* gone, or another value */
	GATE_CFG_ANY	   /* another value, or one at all */
};
/* The row of a key (its last part, lower case, without marks), or false. */
bool gate_cfg_way_of(const char *path, enum gate_cfg_way *way);
bool gate_cfg_usual_place(const char *address);

#endif
