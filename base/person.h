/* Persons, their keys, and what a tier asks of them: plain data between rules/ (which reads them from .refgate/) and
 * approval/ (which counts them). */
#ifndef GATE_BASE_PERSON_H
#define GATE_BASE_PERSON_H

#include "base/str.h"

struct gate_key {
	char type[64];		 /* "ssh-ed25519", "sk-ssh-ed25519@openssh.com", ... */
	uint8_t *blob;		 /* the wire form of the public key */
	size_t blob_len;
	char fp[65];		 /* lower-case hex SHA-256 of blob: <fp> of CONTRACT */
	int64_t valid_after;	 /* 0: no bound. Bounds are inclusive, as ssh-keygen has them */
	int64_t valid_before;	 /* 0: no bound */
	struct gate_strs namespaces; /* empty: any */
	bool revoked;		 /* stands in revoked_keys */
};

struct gate_person {
	char *name;
	struct gate_strs aliases; /* further principals of allowed_signers that mean this person */
	struct gate_strs roles;
	struct gate_strs mails;	  /* lower case */
	struct gate_key *keys;
	size_t n_keys;
};

struct gate_people {
	struct gate_person *v;
	size_t n;
};

/* What must be signed before a change of some tier moves its ref. Requirements of several refs are met one by one. */
struct gate_requirement {
	uint32_t approvals;	/* distinct persons */
	struct gate_strs roles; /* each must be held by one of the approving persons, in the role that was signed */
	bool distinct_roles;	/* and each by another person */
	bool any_of;		/* one of the roles is enough (owners of a path): each counted person signs in one of them */
	bool touch;		/* sk keys, user present */
	bool pin;		/* sk keys, user verified */
	int64_t expires_s;	/* how long a pending and an approval may live */
};

void gate_people_clear(struct gate_people *p);
void gate_requirement_clear(struct gate_requirement *r);
int gate_requirement_copy(struct gate_requirement *to, const struct gate_requirement *from, struct gate_err *err);
/* SHA256:<base64 without padding>, as ssh-keygen -l shows it. */
void gate_key_fingerprint(const struct gate_key *k, struct gate_buf *out);
bool gate_key_is_sk(const struct gate_key *k);
/* Valid at `now`, and not revoked. */
bool gate_key_valid(const struct gate_key *k, int64_t now);

#endif
