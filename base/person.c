#include "base/person.h"

#include "base/crypto.h"

#include <string.h>

void gate_people_clear(struct gate_people *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct gate_person *one = &p->v[i];

		free(one->name);
		gate_strs_clear(&one->aliases);
		gate_strs_clear(&one->roles);
		gate_strs_clear(&one->mails);
		for (size_t k = 0; k < one->n_keys; k++) {
			free(one->keys[k].blob);
			gate_strs_clear(&one->keys[k].namespaces);
		}
		free(one->keys);
	}
	free(p->v);
	*p = (struct gate_people){ 0 };
}

void gate_requirement_clear(struct gate_requirement *r)
{
	gate_strs_clear(&r->roles);
	*r = (struct gate_requirement){ 0 };
}

int gate_requirement_copy(struct gate_requirement *to, const struct gate_requirement *from, struct gate_err *err)
{
	struct gate_strs roles = { 0 };

	if (gate_strs_copy(&roles, &from->roles, err) < 0) {
		gate_strs_clear(&roles);
		return -(int)err->code;
	}
	gate_strs_clear(&to->roles);
	*to = *from;
	to->roles = roles;
	return 0;
}

void gate_key_fingerprint(const struct gate_key *k, struct gate_buf *out)
{
	uint8_t d[GATE_SHA256_LEN];

	gate_sha256(k->blob, k->blob_len, d);
	gate_buf_str(out, "SHA256:");
	gate_b64_encode(out, d, sizeof(d), false);
}

bool gate_key_is_sk(const struct gate_key *k)
{
	return gate_starts_with(k->type, "sk-");
}

bool gate_key_valid(const struct gate_key *k, int64_t now)
{
	return !k->revoked && (k->valid_after == 0 || now >= k->valid_after) &&
	       (k->valid_before == 0 || now <= k->valid_before);
}
