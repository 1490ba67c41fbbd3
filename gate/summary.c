#include "gate/summary.h"

#include "base/crypto.h"
#include "base/io.h"
#include "gate/pending.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#define CACHE_MAX ((size_t)64 << 20)
#define HEAD_MAX 128 /* of a line, up to the agent: at most 86 bytes */

void gate_summaries_clear(struct gate_summaries *l)
{
	gate_buf_clear(&l->text);
	free(l->v);
	*l = (struct gate_summaries){ 0 };
}

static char *cache_path(const struct gate_repo *repo)
{
	return gate_fmt("%s/cache/queue", repo->gate);
}

/* ---- a line: the oid, a digest of what follows, fields behind tabs; a ref has no blank (git-check-ref-format) ---- */

#define DIGEST 16
#define BODY_AT (GATE_HEXSZ + 1 + 2 * DIGEST + 1)

/* Against damage, not against a forger: who may write here may write the records too. */
static void digest_of(const char *oid, const char *body, size_t n, char hex[2 * DIGEST + 1])
{
	uint8_t d[DIGEST];

	gate_keyed_hash(oid, GATE_HEXSZ, body, n, d, sizeof(d));
	gate_hex(d, sizeof(d), hex);
}

static void put_line(struct gate_buf *b, const char *oid, const struct gate_record *r)
{
	gate_auto(gate_buf) struct gate_buf body = { 0 };
	char hex[2 * DIGEST + 1];

	gate_buf_fmt(&body, "%s\t%d\t%d\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%zu\t", r->id, (int)r->tier, r->recovered_by[0] != '\0',
		     r->score, r->created, r->expires, r->n_refs);
	gate_escape(&body, r->actor.name, strlen(r->actor.name));
	for (size_t i = 0; i < r->n_refs; i++)
		gate_buf_fmt(&body, "\t%s %s", r->refs[i].ref, r->refs[i].old);
	gate_buf_str(&body, "\t.");
	digest_of(oid, gate_buf_cstr(&body), body.len, hex);
	gate_buf_fmt(b, "%s\t%s\t", oid, hex);
	gate_buf_add(b, gate_buf_cstr(&body), body.len);
	gate_buf_char(b, '\n');
	b->failed |= body.failed;
}

/* From `from` up to the tab before `end`; what does not fit is cut. */
static const char *copy_field(char *to, size_t size, const char *from, const char *end)
{
	const char *tab = memchr(from, '\t', (size_t)(end - from));
	size_t n = tab ? (size_t)(tab - from) : 0;

	if (!tab)
		return NULL;
	snprintf(to, size, "%.*s", (int)(n < size ? n : size), from);
	return tab + 1;
}

/* end: at its newline. */
static bool is_whole(const char *line, const char *end)
{
	char oid[GATE_HEXSZ + 1], hex[2 * DIGEST + 1];

	if (end - line < BODY_AT || line[GATE_HEXSZ] != '\t' || line[BODY_AT - 1] != '\t')
		return false;
	snprintf(oid, sizeof(oid), "%.40s", line);
	digest_of(oid, line + BODY_AT, (size_t)(end - line) - BODY_AT, hex);
	return gate_is_oid(oid) && memcmp(hex, line + GATE_HEXSZ + 1, 2 * DIGEST) == 0;
}

static bool parse_line(const char *text, const char *line, const char *end, struct gate_summary *s)
{
	char ref[GATE_REF_MAX + GATE_HEXSZ + 2], head[HEAD_MAX]; /* of its own: sscanf looks for the end of all the text */
	gate_auto(gate_buf) struct gate_buf safe = { 0 };
	const char *p;
	int tier, recovery, used = 0;

	*s = (struct gate_summary){ 0 };
	if (!is_whole(line, end))
		return false;
	snprintf(s->oid, sizeof(s->oid), "%.40s", line);
	line += BODY_AT;
	snprintf(head, sizeof(head), "%.*s", (int)(end - line < HEAD_MAX ? end - line : HEAD_MAX), line);
	if (sscanf(head, "%8[0-9a-z]\t%d\t%d\t%" SCNd64 "\t%" SCNd64 "\t%" SCNd64 "\t%zu\t%n", s->id, &tier, &recovery, &s->score, &s->created,
		   &s->expires, &s->n_refs, &used) != 7 ||
	    used == 0 || line + used > end || tier < 0 || tier >= GATE_TIER_COUNT || recovery < 0 || recovery > 1)
		return false;
	p = copy_field(s->agent, sizeof(s->agent), line + used, end);
	if (!p || !copy_field(ref, sizeof(ref), p, end))
		return false;
	s->at = (size_t)(p - text);
	s->tier = (enum gate_tier)tier;
	s->recovery = recovery;
	gate_escape(&safe, ref, strcspn(ref, " "));
	gate_copy(s->ref, sizeof(s->ref), gate_buf_cstr(&safe));
	return !safe.failed;
}

static int by_oid(const void *a, const void *b)
{
	return memcmp(((const struct gate_summary *)a)->oid, ((const struct gate_summary *)b)->oid, GATE_HEXSZ);
}

static int read_lines(struct gate_summaries *l, struct gate_err *err)
{
	const char *text = gate_buf_cstr(&l->text), *end = text + l->text.len, *lf;
	
	free(l->v);
	l->v = NULL;
	l->n = 0;
	l->lines = 0;
	for (const char *p = text; p < end && (lf = memchr(p, '\n', (size_t)(end - p))); p = lf + 1)
		l->lines++;
	if (l->lines && !(l->v = calloc(l->lines, sizeof(*l->v))))
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	for (const char *p = text; l->n < l->lines; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (!lf)
			break;
		l->n += parse_line(text, p, lf, &l->v[l->n]);
	}
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), by_oid);
	return 0;
}

int gate_summaries_load(const struct gate_repo *repo, struct gate_summaries *l, struct gate_err *err)
{
	gate_autofree char *path = cache_path(repo);
	struct gate_err ignored = { 0 };

	if (!path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (gate_read_file(path, CACHE_MAX, &l->text, &ignored) < 0)
		gate_buf_reset(&l->text);
	return read_lines(l, err);
}

const struct gate_summary *gate_summaries_find(const struct gate_summaries *l, const char *oid)
{
	struct gate_summary key = { 0 };

	return l->n && gate_copy(key.oid, sizeof(key.oid), oid) ? bsearch(&key, l->v, l->n, sizeof(*l->v), by_oid) : NULL;
}

static int add_record(struct gate_record *r, void *arg)
{
	put_line(arg, r->oid, r);
	return 0;
}

int gate_summaries_add(struct gate_summaries *l, const struct gate_repo *repo, const struct gate_buf *oids, struct gate_err *err)
{
	if (l->text.len && l->text.s[l->text.len - 1] != '\n')
		gate_buf_char(&l->text, '\n');
	if (gate_pending_read(repo, oids, add_record, &l->text, err) < 0 || gate_buf_check(&l->text, err) < 0)
		return -(int)err->code;
	return read_lines(l, err);
}

static const char *line_of(const struct gate_summaries *l, const struct gate_summary *s, size_t *len)
{
	const char *from = l->text.s + s->at, *lf = strchr(from, '\n');

	while (from > l->text.s && from[-1] != '\n')
		from--;
	*len = (size_t)(lf + 1 - from);
	return from;
}

void gate_summaries_keep(const struct gate_summaries *l, const struct gate_repo *repo, const struct gate_buf *wanted)
{
	gate_autofree char *path = cache_path(repo), *dir = gate_fmt("%s/cache", repo->gate);
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err ignored = { 0 };

	for (const char *p = gate_buf_cstr(wanted), *end = p + wanted->len; end - p > GATE_HEXSZ; p += GATE_HEXSZ + 1) {
		char oid[GATE_HEXSZ + 1];
		const struct gate_summary *s;
		const char *line;
		size_t len;

		snprintf(oid, sizeof(oid), "%.40s", p);
		s = gate_summaries_find(l, oid);
		if (s && (line = line_of(l, s, &len)))
			gate_buf_add(&b, line, len);
	}
	if (path && dir && !b.failed && gate_mkdirs(dir, 0700, &ignored) == 0)
		gate_write_file(path, gate_buf_cstr(&b), b.len, 0600, false, &ignored);
}

void gate_summary_note(const struct gate_repo *repo, const char *oid, const struct gate_record *r)
{
	gate_autofree char *path = cache_path(repo);
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err ignored = { 0 };
	struct stat st;

	put_line(&b, oid, r);
	/* Full of what closed long ago: whoever looks at the queue next begins it anew. */
	if (path && !b.failed && (stat(path, &st) < 0 || (size_t)st.st_size < CACHE_MAX / 2))
		gate_append_lines(path, b.s, b.len, &ignored);
}

bool gate_summary_next(const struct gate_summaries *l, const struct gate_summary *s, size_t *at, char ref[GATE_REF_MAX],
		       char old[GATE_HEXSZ + 1])
{
	size_t from = *at ? *at : s->at, left = l->text.len - from; /* behind the last line lies nothing of ours */
	const char *p = l->text.s + from, *blank = memchr(p, ' ', left < GATE_REF_MAX ? left : GATE_REF_MAX);

	if (p[0] == '.' || !blank || left - (size_t)(blank - p) <= GATE_HEXSZ + 1 || blank[GATE_HEXSZ + 1] != '\t')
		return false;
	snprintf(ref, GATE_REF_MAX, "%.*s", (int)(blank - p), p);
	snprintf(old, GATE_HEXSZ + 1, "%.40s", blank + 1);
	*at = (size_t)(blank - l->text.s) + GATE_HEXSZ + 2;
	return true;
}
