/* The signed text, `refgate/approval/v1`: fixed lines in fixed order, printable ASCII, LF, at most GATE_STATEMENT_MAX bytes.
 * The server makes it from its own record and the signer's six values, and compares every byte (DESIGN 8, CONTRACT
 * Statement, docs/PROTOCOL.approval). */
#ifndef GATE_APPROVAL_STATEMENT_H
#define GATE_APPROVAL_STATEMENT_H

#include "base/change.h"

/* The six lines at their longest take 931 bytes. */
#define GATE_SERVER_PART_MAX (GATE_STATEMENT_MAX - 931)

/* REBASE decides nothing about the change: it asks for the stale pending to be put on the present target (docs/adr/0014). */
enum gate_decision { GATE_DECISION_NONE, GATE_DECISION_APPROVE, GATE_DECISION_DENY, GATE_DECISION_REBASE, GATE_DECISION_COUNT };
const char *gate_decision_name(enum gate_decision d); /* "approve", "deny", "rebase" */
bool gate_decision_parse(const char *s, enum gate_decision *d);

struct gate_statement_ref {
	char ref[GATE_REF_MAX];
	char old[GATE_HEXSZ + 1], new[GATE_HEXSZ + 1], tree[GATE_HEXSZ + 1]; /* tree zeros for a deletion */
};

/* What the server knows. Lines in this order:
 *   refgate/approval/v1 / repo-id / repo / [decision] / [reason] / pending / challenge / (ref old new tree)* / commits /
 *   policy / findings / carried / trace / tier / [role] / agent / [signer] / [not-before] / [not-after] / log
 * Bracketed ones are the signer's; `reason` is left out when empty. repo, agent and each ref may hold any bytes but NUL: in
 * the text, bytes outside 0x20..0x7e and the backslash stand as \xHH, which is read back exactly. */
struct gate_statement {
	char repo_id[33];   /* 32 hex */
	char repo[256];	    /* for the human reader */
	char pending[9];
	char challenge[33];
	struct gate_statement_ref *refs; /* sorted by name in byte order; owned */
	size_t n_refs;
	char commits[65], policy[65], findings[65]; /* hex, written as sha256:<hex> */
	char carried[65], trace[65];		    /* the same; "" is written as `none` */
	enum gate_tier tier;
	char agent[256];
	char log[256];	    /* "<origin> <size> <base64 root>", the root being 32 bytes */
};

/* The six values a signer fills in. */
struct gate_signer_part {
	enum gate_decision decision;
	char reason[512]; /* "" = no line */
	char role[64];	  /* "" (a person without roles) is written as `none` */
	char signer[256];
	char not_before[24], not_after[24]; /* base/when.h */
};

/* The server's part: all lines but the six. This is what the pending record stores byte for byte. Appends to out. Values out
 * of form, refs that are unsorted or doubled: GATE_E_STATEMENT. Longer than GATE_SERVER_PART_MAX: GATE_E_LIMIT, so that no
 * pending is made whose full text nobody could sign. */
int gate_statement_server_part(const struct gate_statement *s, struct gate_buf *out, struct gate_err *err);
/* Parses a server's part strictly (client side, and to read a record): what it takes, gate_statement_server_part makes again
 * byte for byte. GATE_E_STATEMENT names the first wrong line. Gives *out, released with gate_statement_clear; after a failure
 * it is clear. */
int gate_statement_load(const char *server_part, size_t len, struct gate_statement *out, struct gate_err *err);
void gate_statement_clear(struct gate_statement *s);
/* The full text to sign: the server's part with the six lines put in their places. Refuses values that are not printable
 * ASCII or have a line break, begin or end with a space, and a window that ends before it begins. Appends to out. */
int gate_statement_text(const char *server_part, size_t len, const struct gate_signer_part *six, struct gate_buf *out,
			struct gate_err *err);
/* Takes a signed blob apart: statement text, then the armor that begins at "-----BEGIN SSH SIGNATURE-----" (borrowed views).
 * Nothing is verified here but the sizes and that there is exactly one place to cut. */
int gate_approval_split(const char *blob, size_t len, const char **text, size_t *text_len, const char **armor,
			size_t *armor_len, struct gate_err *err);
/* Reads the six values out of a full text, whose every line must be in form and in its place; the caller must afterwards
 * remake the text and compare all bytes. After a failure *six is clear. */
int gate_statement_read_six(const char *text, size_t len, struct gate_signer_part *six, struct gate_err *err);
/* Compares text with the one made from server_part and six; the error names the first line that differs. */
int gate_statement_same(const char *server_part, size_t part_len, const struct gate_signer_part *six, const char *text,
			size_t len, struct gate_err *err);

#endif
