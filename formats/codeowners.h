/* CODEOWNERS as GitHub and GitLab read it, in the order of the file: headings of sections, and the patterns below them. Who owns a
 * path is for the caller: the last rule that matches wins, one for each section. A file without headings has the first section
 * alone, which has no name. Names and owners stand in small letters: no forge tells them apart. */
#ifndef GATE_FORMATS_CODEOWNERS_H
#define GATE_FORMATS_CODEOWNERS_H

#include "base/str.h"

#include <stdint.h>

/* One heading: [Name], ^[Name], [Name][2], with owners behind it for rules that name none. */
struct gate_codeowners_section {
	char *name;
	struct gate_strs owners;
	bool optional;
	uint32_t approvals; /* 1 without a number; 0 for what is no number */
	uint32_t first;	    /* the first heading of this name: headings of one name are one section */
	uint32_t nth;	    /* how many headings of this name stand before it */
};

struct gate_codeowners_rule {
	char *pattern;		 /* escapes taken away; '!' cut off */
	struct gate_strs owners; /* "@user", "@org/team", "a@b.c", those of the line alone */
	uint32_t section;	 /* the heading it stands below */
	uint32_t line;
	bool excluded; /* a pattern with '!' */
};

struct gate_codeowners {
	struct gate_codeowners_rule *v;
	size_t n, cap;
	struct gate_codeowners_section *sections; /* at least one, once something was read */
	size_t n_sections, cap_sections;
};

/* At most 5,000 rules, 500 headings, 200 owners of one line: GATE_E_LIMIT, and `out` has what stands before. Cleared with
 * gate_codeowners_clear, also after an error. */
int gate_codeowners_parse(const char *s, size_t len, struct gate_codeowners *out, struct gate_err *err);
void gate_codeowners_clear(struct gate_codeowners *c);
/* The owners of a rule: its own, or those of its heading. */
const struct gate_strs *gate_codeowners_of(const struct gate_codeowners *c, const struct gate_codeowners_rule *r);

#endif
