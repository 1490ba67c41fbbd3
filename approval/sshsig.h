/* SSHSIG: the armored signatures of `ssh-keygen -Y sign`. Format: OpenSSH PROTOCOL.sshsig and PROTOCOL.u2f.
 * Stricter than stock verification in three proven places: touch is required to be reported, a malleated S is refused
 * (libsodium), and nothing may follow the armor (docs/PROTOCOL.approval). */
#ifndef GATE_APPROVAL_SSHSIG_H
#define GATE_APPROVAL_SSHSIG_H

#include "base/buf.h"

#define GATE_SSHSIG_NS_APPROVAL "approval.v1@refgate"
#define GATE_SSHSIG_BEGIN "-----BEGIN SSH SIGNATURE-----"
#define GATE_SSHSIG_END "-----END SSH SIGNATURE-----"
#define GATE_SSHSIG_PRESENT 0x01  /* flags: the key was touched */
#define GATE_SSHSIG_VERIFIED 0x04 /* flags: PIN or biometric */

struct gate_sshsig {
	char type[64];	  /* of the key */
	uint8_t *key;	  /* wire form of the public key; owned */
	size_t key_len;
	char fp[65];	  /* hex SHA-256 of key */
	char ns[64];
	char hash[8];	  /* "sha256" or "sha512" */
	uint8_t *sig;	  /* raw S for the two native kinds, the whole signature blob for others; owned */
	size_t sig_len;
	bool native;	  /* ssh-ed25519 or sk-ssh-ed25519@openssh.com: verified here */
	bool sk;	  /* flags, counter and application below are of the signed bytes (sk-ecdsa too) */
	uint8_t flags;	  /* sk: GATE_SSHSIG_PRESENT, GATE_SSHSIG_VERIFIED; further bits have no meaning here */
	uint32_t counter; /* sk */
	char application[128]; /* sk */
};

/* The whole of armor must be one signature: header at byte 0, LF or CRLF, nothing after the footer's line. Refused: a version
 * other than 1, a field cut short, trailing bytes at any level, a reserved field that is not empty, an unknown hash, a
 * signature type that the key's type cannot give, an S that is not 64 bytes. Key types: ssh-ed25519 and
 * sk-ssh-ed25519@openssh.com (native); ssh-rsa, ecdsa-sha2-nistp256, -384, -521, sk-ecdsa-sha2-nistp256@openssh.com (not
 * native); others, certificates among them, are refused. GATE_E_SIGNATURE. Gives *out, released with gate_sshsig_clear; after
 * a failure it holds nothing. */
int gate_sshsig_parse(const char *armor, size_t len, struct gate_sshsig *out, struct gate_err *err);
/* Native kinds only: namespace equal, then the signature over the message. An sk signature without the user-present flag is
 * refused here, whatever the policy says. Others: GATE_E_SIGNATURE with the way out in the text. */
int gate_sshsig_verify(const struct gate_sshsig *s, const char *ns, const void *msg, size_t len, struct gate_err *err);
/* The same through `ssh-keygen -Y verify` (RSA, ECDSA, sk-ecdsa) for one key that the caller has matched already: a
 * generated allowed_signers of one line, empty environment, absolute path, 5 s. Exit status 0 is the only yes. armor must be
 * the one that gave *s. User present is required of sk keys here too. */
int gate_sshsig_verify_external(const struct gate_sshsig *s, const char *armor, size_t armor_len, const char *ns,
				const void *msg, size_t len, struct gate_err *err);
void gate_sshsig_clear(struct gate_sshsig *s);

/* ---- for the signing side, and for the two verifiers ---- */
/* What every kind of signature needs before the mathematics: namespace equal, and user present on sk keys. */
int gate_sshsig_check_claims(const struct gate_sshsig *s, const char *ns, struct gate_err *err);
/* Undoes the armor: appends the blob. */
int gate_sshsig_dearmor(const char *armor, size_t len, struct gate_buf *blob, struct gate_err *err);
/* Appends blob as ssh-keygen writes it: lines of 70 columns, LF. */
void gate_sshsig_armor(const void *blob, size_t len, struct gate_buf *out);
/* Appends the bytes that a key signs: magic, namespace, empty reserved, hash, digest of msg. */
void gate_sshsig_to_sign(const char *ns, const char *hash, const void *msg, size_t len, struct gate_buf *out);
/* Letters, digits and ".@_-" only, 1 to 63 of them: a namespace that needs no quoting anywhere. */
bool gate_sshsig_ns_valid(const char *ns);

#endif
