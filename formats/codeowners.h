/* CODEOWNERS as GitHub and as GitLab read it, in the order of the file. Who owns a path is for the caller: the last rule that
 * matches wins, in GitLab the last one of each section. */
#ifndef GATE_FORMATS_CODEOWNERS_H
#define GATE_FORMATS_CODEOWNERS_H

#include "base/str.h"

#include <stdint.h>

struct gate_codeowners_rule {
	char *pattern;		/* escapes taken away but those of glob signs; "!" cut off */
	char *section;		/* GitLab: its name in small letters; NULL before the first and for GitHub */
	struct gate_strs owners; /* "@user", "@org/team", "a@b.c"; the section's when the line names none. None: nobody owns it */
	bool excluded;		/* GitLab: a pattern with '!' */
	bool optional;		/* GitLab: ^[Section] */
	uint32_t approvals;	/* GitLab: [Section][2]; 1 without a number */
	uint32_t line;
};

struct gate_codeowners {
	struct gate_codeowners_rule *v;
	size_t n, cap;
	uint32_t bad; /* lines that say nothing a reader understands; the first one's number, or 0 */
};

/* sections: GitLab's reading. At most 50,000 rules (GATE_E_LIMIT). Cleared with gate_codeowners_clear, also after an error. */
int gate_codeowners_parse(const char *s, size_t len, bool sections, struct gate_codeowners *out, struct gate_err *err);
void gate_codeowners_clear(struct gate_codeowners *c);

#endif
