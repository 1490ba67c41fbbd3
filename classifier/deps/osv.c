#include "classifier/deps/osv.h"

#include "classifier/deps/osv_read.h"

#include <string.h>

#define TEXT 256	 /* of a version or an alias; a longer one is unknown */
#define EVENTS_MAX 256u	 /* of one range; more make it unknown */
#define ALIASES_MAX 16u

struct event {
	char version[TEXT];
	enum gate_osv_event kind;
};

/* What is asked about, and what of the present record is known. */
struct matching {
	enum gate_ecosystem e;
	const char *version;
	bool affected, unknown;
	struct event *events; /* EVENTS_MAX of them */
};

struct record {
	struct gate_osv_hit hit;
	char aliases[ALIASES_MAX][64];
	size_t n_aliases;
};

/* "0" stands before every version; otherwise the ecosystem's order. False when one of them is no version. */
static bool at_least(struct matching *m, const char *than, int *cmp)
{
	if (strcmp(than, "0") == 0) {
		*cmp = 1;
		return true;
	}
	if (gate_version_compare(m->e, m->version, than, cmp) == 0)
		return true;
	m->unknown = true;
	return false;
}

/* In the order of versions; at the same version what ends stands before what begins. */
static int event_order(struct matching *m, const struct event *a, const struct event *b)
{
	bool za = strcmp(a->version, "0") == 0, zb = strcmp(b->version, "0") == 0;
	int c = 0;

	if (za || zb)
		return (int)zb - (int)za;
	if (gate_version_compare(m->e, a->version, b->version, &c) < 0)
		m->unknown = true;
	return c ? c : (int)(b->kind != GATE_OSV_INTRODUCED) - (int)(a->kind != GATE_OSV_INTRODUCED);
}

/* Ranges are short, and nearly always sorted already. */
static void sort_events(struct matching *m, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct event x = m->events[i];
		size_t k = i;

		for (; k > 0 && event_order(m, &m->events[k - 1], &x) > 0; k--)
			m->events[k] = m->events[k - 1];
		m->events[k] = x;
	}
}

static bool before_limits(struct matching *m, size_t n)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		int c;

		if (m->events[i].kind != GATE_OSV_LIMIT)
			continue;
		any = true;
		if (strcmp(m->events[i].version, "*") == 0 || (at_least(m, m->events[i].version, &c) && c < 0))
			return true;
	}
	return !any;
}

static bool in_range(struct matching *m, size_t n)
{
	bool affected = false;

	if (!before_limits(m, n))
		return false;
	sort_events(m, n);
	for (size_t i = 0; i < n; i++) {
		const struct event *e = &m->events[i];
		int c;

		if (e->kind == GATE_OSV_LIMIT)
			continue;
		if (!at_least(m, e->version, &c))
			return false; /* nobody knows: m->unknown says so */
		if (e->kind == GATE_OSV_INTRODUCED && c >= 0)
			affected = true;
		else if (e->kind == GATE_OSV_FIXED && c >= 0)
			affected = false;
		else if (e->kind == GATE_OSV_LAST_AFFECTED && c > 0)
			affected = false;
	}
	return affected;
}

static void read_range(struct gate_osv_cursor *c, struct matching *m)
{
	uint32_t n = gate_osv_u32(c), kept = 0;

	for (uint32_t i = 0; i < n && !c->bad; i++) {
		struct event *e = &m->events[kept < EVENTS_MAX ? kept : 0];
		uint32_t kind = gate_osv_u32(c);
		char version[TEXT];

		if (!gate_osv_text(c, version, sizeof(version)) || kind >= GATE_OSV_EVENTS || kept == EVENTS_MAX) {
			m->unknown = true;
			continue;
		}
		e->kind = (enum gate_osv_event)kind;
		memcpy(e->version, version, sizeof(version));
		kept++;
	}
	if (!c->bad && !m->affected)
		m->affected = in_range(m, kept);
}

static void read_versions(struct gate_osv_cursor *c, struct matching *m)
{
	uint32_t n = gate_osv_u32(c);

	for (uint32_t i = 0; i < n && !c->bad; i++) {
		char version[TEXT];

		if (gate_osv_text(c, version, sizeof(version)))
			m->affected |= strcmp(version, m->version) == 0;
	}
}

static void read_aliases(struct gate_osv_cursor *c, struct record *r)
{
	uint32_t n = gate_osv_u32(c);

	for (uint32_t i = 0; i < n && !c->bad; i++) {
		char alias[64];

		if (gate_osv_text(c, alias, sizeof(alias)) && r->n_aliases < ALIASES_MAX)
			memcpy(r->aliases[r->n_aliases++], alias, sizeof(alias));
	}
}

/* The next record; true when it says something about the version. */
static bool read_record(struct gate_osv_cursor *c, struct matching *m, struct record *r)
{
	uint32_t severity, ranges;

	*r = (struct record){ 0 };
	m->affected = m->unknown = false;
	if (!gate_osv_text(c, r->hit.id, sizeof(r->hit.id)))
		gate_copy(r->hit.id, sizeof(r->hit.id), "a record with a very long id");
	severity = gate_osv_u32(c);
	r->hit.severity = severity < GATE_OSV_SEVERITIES ? (enum gate_osv_severity)severity : GATE_OSV_UNKNOWN;
	r->hit.malicious = gate_starts_with(r->hit.id, "MAL-");
	read_aliases(c, r);
	read_versions(c, m);
	ranges = gate_osv_u32(c);
	for (uint32_t i = 0; i < ranges && !c->bad; i++)
		read_range(c, m);
	r->hit.unknown = !m->affected;
	return !c->bad && (m->affected || m->unknown);
}

/* What is worse stands in front: malicious, then certain, then the severity. */
static int weight(const struct gate_osv_hit *h)
{
	return (h->unknown ? 0 : 100) + (h->malicious ? 50 : 0) + (int)h->severity;
}

static bool is_alias(const struct record *r, const char *id)
{
	for (size_t i = 0; i < r->n_aliases; i++) {
		if (strcmp(r->aliases[i], id) == 0)
			return true;
	}
	return false;
}

/* One flaw under several names counts once, by the worse of what is said about it. */
static size_t add(struct record *all, size_t n, const struct record *r)
{
	for (size_t i = 0; i < n; i++) {
		if (!is_alias(&all[i], r->hit.id) && !is_alias(r, all[i].hit.id) && strcmp(all[i].hit.id, r->hit.id) != 0)
			continue;
		if (weight(&r->hit) > weight(&all[i].hit))
			all[i] = *r;
		return n;
	}
	if (n < GATE_OSV_HITS_MAX) {
		all[n] = *r;
		return n + 1;
	}
	for (size_t i = 0; i < n; i++) {
		if (weight(&r->hit) > weight(&all[i].hit)) {
			all[i] = *r;
			break;
		}
	}
	return n;
}

static int by_weight(const void *a, const void *b)
{
	const struct gate_osv_hit *x = a, *y = b;
	int c = weight(y) - weight(x);

	return c ? c : strcmp(x->id, y->id);
}

static size_t unreadable(struct gate_osv_hit *hits)
{
	hits[0] = (struct gate_osv_hit){ .id = "the index of vulnerabilities is damaged", .unknown = true };
	return 1;
}

size_t gate_osv_match(const struct gate_osv *osv, enum gate_ecosystem e, const char *name, const char *version,
		      struct gate_osv_hit hits[GATE_OSV_HITS_MAX])
{
	gate_autofree struct record *all = NULL;
	gate_autofree struct event *events = NULL;
	struct gate_osv_cursor c = { 0 };
	struct matching m = { .e = e, .version = version };
	struct record r;
	size_t n = 0;

	if (!gate_osv_block(osv, e, name, &c))
		return 0;
	all = calloc(GATE_OSV_HITS_MAX, sizeof(*all));
	m.events = events = calloc(EVENTS_MAX, sizeof(*events));
	if (!all || !events)
		return unreadable(hits);
	while (!c.bad && c.p < c.end) {
		if (read_record(&c, &m, &r))
			n = add(all, n, &r);
	}
	if (c.bad)
		return unreadable(hits);
	for (size_t i = 0; i < n; i++)
		hits[i] = all[i].hit;
	qsort(hits, n, sizeof(*hits), by_weight);
	return n;
}
