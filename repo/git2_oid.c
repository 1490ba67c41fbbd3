#include "repo/git2_oid.h"

#include "base/crypto.h"

#include <string.h>

void gate_oid_hex(const struct gate_oid *o, char hex[GATE_HEXSZ + 1])
{
	gate_hex(o->b, GATE_OIDSZ, hex);
}

bool gate_oid_parse(const char *hex, struct gate_oid *o)
{
	return gate_is_oid(hex) && gate_unhex(hex, o->b, GATE_OIDSZ);
}

bool gate_oid_eq(const struct gate_oid *a, const struct gate_oid *b)
{
	return memcmp(a->b, b->b, GATE_OIDSZ) == 0;
}

bool gate_oid_is_zero(const struct gate_oid *o)
{
	static const struct gate_oid zero;

	return gate_oid_eq(o, &zero);
}

void gate_oidmap_clear(struct gate_oidmap *m)
{
	free(m->v);
	*m = (struct gate_oidmap){ 0 };
}

/* An oid is a hash already: eight of its bytes are the table's hash. */
static size_t home(const struct gate_oidmap *m, const struct gate_oid *o)
{
	uint64_t h;

	memcpy(&h, o->b + 8, sizeof(h));
	return (size_t)h & (m->cap - 1);
}

/* The slot that holds o, or the empty one where it belongs. The table is never full. */
static struct gate_oidslot *slot_of(const struct gate_oidmap *m, const struct gate_oid *o)
{
	size_t i = home(m, o);

	while (m->v[i].used_value && !gate_oid_eq(&m->v[i].oid, o))
		i = (i + 1) & (m->cap - 1);
	return &m->v[i];
}

static int grow(struct gate_oidmap *m, struct gate_err *err)
{
	struct gate_oidmap bigger = { NULL, m->n, m->cap ? m->cap * 2 : 256 };

	if (m->n >= GATE_OIDMAP_MAX)
		return gate_err_set(err, GATE_E_LIMIT, "the walk meets more than %zu objects: push in smaller parts",
				    (size_t)GATE_OIDMAP_MAX);
	bigger.v = calloc(bigger.cap, sizeof(*bigger.v));
	if (!bigger.v)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (size_t i = 0; i < m->cap; i++) {
		if (m->v[i].used_value)
			*slot_of(&bigger, &m->v[i].oid) = m->v[i];
	}
	free(m->v);
	*m = bigger;
	return 0;
}

bool gate_oidmap_get(const struct gate_oidmap *m, const struct gate_oid *o, uint32_t *value)
{
	const struct gate_oidslot *s = m->cap ? slot_of(m, o) : NULL;

	if (!s || !s->used_value)
		return false;
	*value = s->used_value - 1;
	return true;
}

int gate_oidmap_set(struct gate_oidmap *m, const struct gate_oid *o, uint32_t value, struct gate_err *err)
{
	struct gate_oidslot *s = m->cap ? slot_of(m, o) : NULL;

	/* What is there already never moves the table: a caller may be walking it. */
	if (!s || !s->used_value) {
		if (m->n * 2 >= m->cap && grow(m, err) < 0)
			return -(int)err->code;
		s = slot_of(m, o);
	}
	if (!s->used_value) {
		s->oid = *o;
		m->n++;
	}
	s->used_value = value + 1;
	return 0;
}

int gate_oidmap_mark(struct gate_oidmap *m, const struct gate_oid *o, uint32_t bits, bool *fresh, struct gate_err *err)
{
	uint32_t had = 0;

	gate_oidmap_get(m, o, &had);
	*fresh = (had & bits) != bits;
	return *fresh ? gate_oidmap_set(m, o, had | bits, err) : 0;
}

bool gate_oidmap_drop(struct gate_oidmap *m, const struct gate_oid *o)
{
	struct gate_oidslot *s = m->cap ? slot_of(m, o) : NULL;
	size_t i, next;

	if (!s || !s->used_value)
		return false;
	m->n--;
	i = (size_t)(s - m->v);
	s->used_value = 0;
	/* Entries that had to step over this slot move back to where a search from their home finds them. */
	for (next = (i + 1) & (m->cap - 1); m->v[next].used_value; next = (next + 1) & (m->cap - 1)) {
		struct gate_oidslot moved = m->v[next];

		m->v[next].used_value = 0;
		*slot_of(m, &moved.oid) = moved;
	}
	return true;
}
