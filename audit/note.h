/* The log's key and the signed checkpoint: C2SP signed-note and tlog-checkpoint with Ed25519
 * (docs/PROTOCOL.audit). */
#ifndef GATE_AUDIT_NOTE_H
#define GATE_AUDIT_NOTE_H

#include "audit/log.h"
#include "base/crypto.h"

#define GATE_ORIGIN_SIZE 200
#define GATE_NOTE_MAX 4096

/* The origin is the name of the key too. */
struct gate_log_key {
	char origin[GATE_ORIGIN_SIZE];
	uint8_t pk[GATE_ED25519_PK];
	uint8_t sk[GATE_ED25519_SK];
};

/* Overwrites the secret. Use with gate_auto(gate_log_key). */
void gate_log_key_clear(struct gate_log_key *k);
/* Reads dir/log.key. A file that others can read is refused: whoever read it could sign a history of his own. */
int gate_log_key_load(int dir, struct gate_log_key *k, struct gate_err *err);
/* Makes a new pair and writes path/log.key, synced, whole or not at all. The caller holds the lock and knows
 * there is none. */
int gate_log_key_make(const char *path, const char *origin, struct gate_log_key *k, struct gate_err *err);

/* Printable ASCII without space and '+', 1 to 199 bytes: what a note's key name and a statement's log line can
 * hold. */
bool gate_origin_valid(const char *s);

/* "name+hash+base64" appended; and back, refusing a hash that is not the key's. White space at the end is
 * ignored. */
void gate_vkey_format(const char *origin, const uint8_t pk[GATE_ED25519_PK], struct gate_buf *out);
int gate_vkey_parse(const char *s, char origin[GATE_ORIGIN_SIZE], uint8_t pk[GATE_ED25519_PK],
		    struct gate_err *err);

/* The signed note of cp, appended. cp->origin must be k->origin. */
void gate_note_sign(const struct gate_checkpoint *cp, const struct gate_log_key *k, struct gate_buf *out);
/* Checks form and signature. Lines of other keys (witnesses) are passed over; one of this key must be there and
 * good. GATE_E_SIGNATURE otherwise. */
int gate_note_open(const char *s, size_t len, const char *origin, const uint8_t pk[GATE_ED25519_PK],
		   struct gate_checkpoint *cp, struct gate_err *err);

#endif
