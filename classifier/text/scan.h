/* Hidden and deceiving characters of a text: UNI-* (reference: classifier.md 4.5; CVE-2021-42574, CVE-2021-42694; UTS #39, #55).
 * Strict UTF-8 of our own; bytes that are none are passed over. Pure ASCII runs at the speed of memory. */
#ifndef GATE_CLASSIFIER_TEXT_SCAN_H
#define GATE_CLASSIFIER_TEXT_SCAN_H

#include "base/change.h"
#include "classifier/text/place.h"

enum gate_uni { GATE_UNI_BIDI, GATE_UNI_TAG, GATE_UNI_VS, GATE_UNI_ZW, GATE_UNI_CTL, GATE_UNI_HOMO, GATE_UNI_KINDS };

struct gate_uni_hit {
	uint32_t count;
	enum gate_tier tier; /* of the worst */
	size_t offset;	     /* of the first that is as bad */
	uint32_t cp;
};

struct gate_uni_hits {
	struct gate_uni_hit v[GATE_UNI_KINDS];
	bool any;
};

const char *gate_uni_id(enum gate_uni kind); /* "UNI-BIDI" */
/* Adds to *out what s holds. auth: a mixed name here opens a door. */
void gate_uni_scan(const char *s, size_t len, enum gate_place place, bool auth, struct gate_uni_hits *out);

/* What the parts of the scan share. */
struct gate_uni_scan {
	const char *s;
	size_t len;
	enum gate_place place;
	bool auth;
	struct gate_uni_hits *out;
	size_t bidi_done, cr_done; /* judged up to here */
	size_t lf;		   /* 0: not counted; 1: there is a line feed; 2: there is none */
};

void gate_uni_hit(struct gate_uni_scan *u, enum gate_uni kind, enum gate_tier tier, size_t at, uint32_t cp);
/* The character before and behind a place; 0 at an end, or where there is no UTF-8. */
uint32_t gate_uni_before(const struct gate_uni_scan *u, size_t at);
uint32_t gate_uni_behind(const struct gate_uni_scan *u, size_t at);
/* Bounds of the line around a place, without its line feed. */
void gate_uni_line(const struct gate_uni_scan *u, size_t at, size_t *from, size_t *to);
/* marks.c: a character that is not seen; `step` bytes long. Gives how many bytes are judged. */
size_t gate_uni_mark(struct gate_uni_scan *u, size_t at, uint32_t cp, size_t step);
/* tokens.c: a letter that is not Latin. Gives how many bytes are judged. */
size_t gate_uni_token(struct gate_uni_scan *u, size_t at, uint32_t cp, size_t step);

#endif
