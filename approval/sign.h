/* The signing side: refgate never touches a private key. Either an ssh-agent signs (protocol draft-miller-ssh-agent),
 * or `ssh-keygen -Y sign` does (passphrases, FIDO touch, PKCS#11, any key type). */
#ifndef GATE_APPROVAL_SIGN_H
#define GATE_APPROVAL_SIGN_H

#include "base/buf.h"
#include "base/person.h"

/* Signs msg in namespace ns with the key file (private, or public with the agent holding the private one), as
 * `ssh-keygen -Y sign -f FILE -n NS`; appends the armor. The terminal stays free for a passphrase or touch prompt. */
int gate_sign_with_file(const char *key_file, const char *ns, const void *msg, size_t len, struct gate_buf *armor,
			struct gate_err *err);
/* Signs through $SSH_AUTH_SOCK (given as `socket`) with the first ssh-ed25519 or sk-ssh-ed25519 key that `person` owns; the
 * armor is byte-identical to ssh-keygen's. GATE_E_SIGNER when the agent has none of them, naming those it looked for. */
int gate_sign_with_agent(const char *socket, const struct gate_person *person, const char *ns, const void *msg, size_t len,
			 struct gate_buf *armor, struct gate_err *err);
/* The one of `people` who owns a key that the agent at `socket` holds and could sign with, borrowed. GATE_E_SIGNER when it is nobody, or
 * when several are: who signs is never guessed. */
int gate_agent_owner(const char *socket, const struct gate_person *people, size_t n_people, const struct gate_person **who,
		     struct gate_err *err);
/* The wire form of the public key in FILE or FILE.pub, and its type. */
int gate_public_key_load(const char *file, struct gate_key *out, struct gate_err *err);

#endif
