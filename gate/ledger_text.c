#include "gate/ledger_text.h"

#include "audit/log.h"
#include "base/crypto.h"
#include "base/io.h"
#include "base/num.h"

#include <string.h>

#define LEDGER_MAX ((size_t)32 << 20)
#define LANDED_BACK ((size_t)64 << 10)

/* ---- lines, and the log entries that hold them ---- */

void gate_ledger_begin(struct gate_jw *w, int64_t now, const char *kind, const struct gate_actor *a)
{
	gate_jw_open(w, NULL);
	gate_jw_str(w, "k", kind);
	gate_jw_int(w, "t", now);
	gate_jw_str(w, "actor", a->name);
	gate_jw_str(w, "owner", a->owner);
}

int gate_ledger_put(const struct gate_server *s, struct gate_buf *line, struct gate_strs *bodies, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_jw w = { .out = &b };

	gate_jw_str(&w, "ev", "ledger");
	gate_jw_str(&w, "repo_id", s->repo_id);
	gate_jw_text(&w, "ledger", gate_buf_cstr(line), line->len);
	gate_buf_reset(line);
	return gate_buf_check(&b, err) < 0 ? -(int)err->code : gate_strs_add(bodies, b.s, err);
}

/* ---- the cache ---- */

struct catching_up {
	struct gate_buf *lines;
	uint64_t from, seen;
	bool found; /* the entry before `from` is there: the log is as long as the cache remembers it */
	struct gate_err *err;
};

char *gate_ledger_line_of(const char *entry, size_t len, struct gate_err *err)
{
	static const char key[] = "\"ev\":\"ledger\"";
	gate_autojson struct gate_json *o = NULL;

	if (!memmem(entry, len, key, sizeof(key) - 1))
		return NULL;
	o = gate_json_load(entry, len, "log entry", err);
	return o ? strdup(gate_json_str(o, "ledger", "")) : NULL;
}

/* `applied` tells that git moved a ref to what a line above was written for: only such a line can leave because its commit is gone again.
 * Looked for in the newest lines alone, since the two follow each other closely; a line that is never told landed just stays. */
static void note_landed(struct catching_up *c, const char *entry, size_t len)
{
	static const char key[] = "\"ev\":\"applied\"";
	gate_autojson struct gate_json *o = memmem(entry, len, key, sizeof(key) - 1) ? gate_json_load(entry, len, "log entry", c->err) : NULL;
	const struct gate_json *refs = gate_json_get(o, "refs");

	for (size_t i = 0; i < gate_json_len(refs); i++) {
		const struct gate_json *r = gate_json_at(refs, i);
		gate_autofree char *tip = gate_fmt("\"tip\":\"%s\"", gate_json_str(r, "new", "-"));
		size_t from = c->lines->len > LANDED_BACK ? c->lines->len - LANDED_BACK : 0;
		struct gate_jw w = { .out = c->lines };

		if (!tip || !c->lines->len || !memmem(c->lines->s + from, c->lines->len - from, tip, strlen(tip)))
			continue;
		gate_jw_open(&w, NULL);
		gate_jw_str(&w, "k", "landed");
		gate_jw_str(&w, "ref", gate_json_str(r, "ref", ""));
		gate_jw_str(&w, "tip", gate_json_str(r, "new", ""));
		gate_jw_close(&w);
		gate_buf_char(c->lines, '\n');
	}
}

static int from_entry(uint64_t seq, const char *entry, size_t len, void *arg)
{
	struct catching_up *c = arg;
	gate_autofree char *line = seq < c->from ? NULL : gate_ledger_line_of(entry, len, c->err);

	c->found |= seq + 1 == c->from;
	c->seen = seq + 1;
	if (line)
		gate_buf_fmt(c->lines, "%s\n", line);
	else if (seq >= c->from)
		note_landed(c, entry, len);
	return c->err->code ? -(int)c->err->code : 0;
}

/* What the cache holds: how far it read the log, and its lines. Anything odd about it: nothing, from the beginning. */
static uint64_t read_cache(const char *path, struct gate_buf *lines)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err ignored = { 0 };
	char digest[GATE_SHA256_HEX], want[65];
	unsigned long seen;
	const char *rest;

	if (!gate_file_exists(path) || gate_read_file(path, LEDGER_MAX, &b, &ignored) < 0)
		return 0;
	rest = strchr(gate_buf_cstr(&b), '\n');
	if (!rest || sscanf(b.s, "%lu %64s", &seen, want) != 2)
		return 0;
	rest++;
	gate_sha256_hex(rest, b.len - (size_t)(rest - b.s), digest);
	if (strcmp(digest, want) != 0)
		return 0;
	gate_buf_add(lines, rest, b.len - (size_t)(rest - b.s));
	return seen;
}

int gate_ledger_text(const struct gate_server *s, struct gate_buf *out, uint64_t *seen, struct gate_err *err)
{
	gate_autofree char *path = gate_server_path(s, "ledger");
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	struct catching_up c = { .lines = out, .err = err };
	struct gate_err ignored = { 0 };
	char digest[GATE_SHA256_HEX];
	uint64_t from;

	if (!path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	from = c.from = c.seen = read_cache(path, out);
	if (gate_log_each(s->audit, from ? from - 1 : 0, from_entry, &c, err) < 0)
		return gate_err_wrap(err, "the ledger");
	if (from && !c.found) { /* another log than the one it was made of (log adopt) */
		gate_buf_reset(out);
		c.from = c.seen = 0;
		if (gate_log_each(s->audit, 0, from_entry, &c, err) < 0)
			return gate_err_wrap(err, "the ledger");
	}
	*seen = c.seen;
	gate_sha256_hex(gate_buf_cstr(out), out->len, digest);
	gate_buf_fmt(&text, "%lu %s\n%s", (unsigned long)c.seen, digest, gate_buf_cstr(out));
	/* A cache that cannot be written is only slower. */
	if (c.seen != from && !text.failed)
		gate_write_file(path, text.s, text.len, 0600, false, &ignored);
	return gate_buf_check(out, err);
}

int gate_ledger_lines(const char *text, int (*fn)(const struct gate_json *line, void *arg), void *arg, struct gate_err *err)
{
	for (const char *p = text; *p;) {
		size_t n = strcspn(p, "\n");
		gate_autojson struct gate_json *line = n ? gate_json_load(p, n, "refgate/ledger", err) : NULL;

		if ((n && !line) || (line && fn(line, arg) < 0))
			return -(int)err->code;
		p += n + (p[n] == '\n');
	}
	return 0;
}
