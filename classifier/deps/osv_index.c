/* The bytes of the index: written record by record, found by the name of a package. */
#include "classifier/deps/osv.h"

#include "classifier/deps/osv_read.h"

#include <string.h>

static void put_u32(struct gate_buf *b, uint32_t v)
{
	const char s[4] = { (char)v, (char)(v >> 8), (char)(v >> 16), (char)(v >> 24) };

	gate_buf_add(b, s, sizeof(s));
}

static void put_text(struct gate_buf *b, const char *s)
{
	size_t len = strlen(s);

	put_u32(b, (uint32_t)len);
	gate_buf_add(b, s, len);
}

static void put_texts(struct gate_buf *b, const struct gate_strs *l)
{
	put_u32(b, (uint32_t)l->n);
	for (size_t i = 0; i < l->n; i++)
		put_text(b, l->v[i]);
}

void gate_osv_put_record(struct gate_buf *b, const char *id, enum gate_osv_severity severity, const struct gate_strs *aliases,
			 const struct gate_strs *versions, uint32_t n_ranges)
{
	put_text(b, id);
	put_u32(b, (uint32_t)severity);
	put_texts(b, aliases);
	put_texts(b, versions);
	put_u32(b, n_ranges);
}

void gate_osv_put_range(struct gate_buf *b, uint32_t n_events)
{
	put_u32(b, n_events);
}

void gate_osv_put_event(struct gate_buf *b, enum gate_osv_event kind, const char *version)
{
	put_u32(b, (uint32_t)kind);
	put_text(b, version);
}

void gate_osv_name(struct gate_buf *out, enum gate_ecosystem e, const char *name)
{
	bool pypi = e == GATE_ECO_PYPI, fold = pypi || e == GATE_ECO_NUGET || e == GATE_ECO_PACKAGIST, between = false;

	for (; *name; name++) {
		bool separator = pypi && strchr("-_.", *name);

		if (separator && between)
			continue;
		between = separator;
		gate_buf_char(out, separator ? '-' : fold && *name >= 'A' && *name <= 'Z' ? (char)(*name + 32) : *name);
	}
}

uint32_t gate_osv_u32(struct gate_osv_cursor *c)
{
	const uint8_t *p = c->p;

	if (c->end - p < 4) {
		c->bad = true;
		return 0;
	}
	c->p += 4;
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

bool gate_osv_text(struct gate_osv_cursor *c, char *out, size_t size)
{
	uint32_t len = gate_osv_u32(c);

	if (c->bad || (size_t)(c->end - c->p) < len) {
		c->bad = true;
		return false;
	}
	c->p += len;
	if (len >= size)
		return false;
	memcpy(out, c->p - len, len);
	out[len] = '\0';
	return true;
}

static uint64_t u64_at(const uint8_t *p)
{
	uint64_t v = 0;

	for (int i = 7; i >= 0; i--)
		v = v << 8 | p[i];
	return v;
}

int gate_osv_open(const void *s, size_t len, struct gate_osv *out, struct gate_err *err)
{
	*out = (struct gate_osv){ .s = s, .len = len };
	if (len < GATE_OSV_HEAD || memcmp(s, GATE_OSV_MAGIC, 8) != 0)
		return gate_err_set(err, GATE_E_SYNTAX, "no index of vulnerabilities; make it again with refgate osv import");
	out->newest = (int64_t)u64_at(out->s + 8);
	out->packages = u64_at(out->s + 16);
	out->table = u64_at(out->s + 24);
	if (u64_at(out->s + 32) != len || out->table > len || (len - out->table) / GATE_OSV_ROW < out->packages)
		return gate_err_set(err, GATE_E_SYNTAX, "the index of vulnerabilities is damaged; make it again with refgate osv import");
	return 0;
}

/* The key of row i and the block behind it. */
static bool row_at(const struct gate_osv *o, uint64_t i, struct gate_osv_cursor *key, struct gate_osv_cursor *block)
{
	const uint8_t *row = o->s + o->table + i * GATE_OSV_ROW;
	uint64_t at = u64_at(row);
	uint64_t lens = u64_at(row + 8);
	uint32_t key_len = (uint32_t)lens, block_len = (uint32_t)(lens >> 32);

	if (at > o->len || key_len > o->len - at || block_len > o->len - at - key_len)
		return false;
	*key = (struct gate_osv_cursor){ o->s + at, o->s + at + key_len, false };
	*block = (struct gate_osv_cursor){ key->end, key->end + block_len, false };
	return true;
}

static int compare(const struct gate_osv_cursor *key, const struct gate_buf *want)
{
	size_t n = (size_t)(key->end - key->p), less = n < want->len ? n : want->len;
	int c = memcmp(key->p, want->s, less);

	return c ? c : n < want->len ? -1 : n > want->len;
}

bool gate_osv_block(const struct gate_osv *o, enum gate_ecosystem e, const char *name, struct gate_osv_cursor *block)
{
	gate_auto(gate_buf) struct gate_buf want = { 0 };
	uint64_t low = 0, high = o->packages;

	gate_buf_char(&want, (char)e);
	gate_osv_name(&want, e, name);
	while (!want.failed && low < high) {
		uint64_t mid = low + (high - low) / 2;
		struct gate_osv_cursor key;
		int c;

		if (!row_at(o, mid, &key, block)) {
			block->bad = true;
			return true;
		}
		c = compare(&key, &want);
		if (c == 0)
			return true;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}
