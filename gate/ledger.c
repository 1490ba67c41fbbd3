#include "gate/ledger.h"

#include "audit/log.h"
#include "base/crypto.h"
#include "base/io.h"
#include "base/json.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define LEDGER_MAX ((size_t)16 << 20)

/* ---- lines ---- */

static void put_finding(struct gate_jw *w, const struct gate_finding *f)
{
	gate_jw_open(w, NULL);
	gate_jw_str(w, "id", f->id);
	gate_jw_str(w, "subject", f->subject);
	gate_jw_int(w, "milli", f->points);
	gate_jw_str(w, "tier", gate_tier_name(f->floor));
	gate_jw_close(w);
}

static void put_key(struct gate_jw *w, int64_t now, const char *kind, const struct gate_actor *a)
{
	gate_jw_open(w, NULL);
	gate_jw_str(w, "k", kind);
	gate_jw_int(w, "t", now);
	gate_jw_str(w, "actor", a->name);
	gate_jw_str(w, "owner", a->owner);
}

int gate_ledger_line(const struct gate_server *s, const struct gate_judged *j, size_t i, struct gate_buf *out, struct gate_err *err)
{
	struct gate_jw w = { .out = out };
	size_t before = out->len, n = 0;

	put_key(&w, s->now, "add", &j->actor);
	gate_jw_str(&w, "ref", j->ask.changes.v[i].ref);
	gate_jw_array(&w, "findings");
	for (size_t k = 0; k < j->reply.findings.n; k++) {
		const struct gate_finding *f = &j->reply.findings.v[k];

		/* Low ones never enter; what was carried already is there. */
		if (f->change != i || f->floor < GATE_TIER_MEDIUM || f->points == 0 || gate_judged_is_carried(j, f))
			continue;
		put_finding(&w, f);
		n++;
	}
	gate_jw_end(&w);
	gate_jw_close(&w);
	gate_buf_char(out, '\n');
	if (n == 0 && !out->failed) {
		out->len = before;
		out->s[before] = '\0';
	}
	return gate_buf_check(out, err);
}

int gate_ledger_clear_line(const struct gate_server *s, const struct gate_record *r, struct gate_buf *out, struct gate_err *err)
{
	struct gate_jw w = { .out = out };

	if (r->carried.n == 0)
		return 0;
	put_key(&w, s->now, "clear", &r->actor);
	gate_jw_array(&w, "refs");
	for (size_t i = 0; i < r->n_refs; i++)
		gate_jw_str(&w, NULL, r->refs[i].ref);
	gate_jw_end(&w);
	gate_jw_array(&w, "keys");
	for (size_t i = 0; i < r->carried.n; i++)
		gate_jw_str(&w, NULL, r->carried.v[i]);
	gate_jw_end(&w);
	gate_jw_close(&w);
	gate_buf_char(out, '\n');
	return gate_buf_check(out, err);
}

int gate_ledger_append(const struct gate_server *s, const struct gate_buf *lines, struct gate_err *err)
{
	gate_autofree char *path = gate_server_path(s, "ledger");
	gate_autoclose int fd = -1;
	struct stat st;
	ssize_t n;

	if (lines->len == 0)
		return 0;
	fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
	if (fd < 0 || fstat(fd, &st) < 0)
		return gate_err_errno(err, "refgate/ledger");
	n = write(fd, lines->s, lines->len);
	if (n == (ssize_t)lines->len)
		return 0;
	gate_err_errno(err, "refgate/ledger: write");
	if (n > 0 && ftruncate(fd, st.st_size) < 0)
		return gate_err_wrap(err, "and the half-written line could not be removed");
	return -(int)err->code;
}

/* ---- made again from the log ---- */

struct rebuilding {
	struct gate_buf *out;
	struct gate_err *err;
};

static int from_entry(uint64_t seq, const char *line, size_t len, void *arg)
{
	static const char key[] = "\"ledger\":\"";
	struct rebuilding *rb = arg;
	gate_autojson struct gate_json *entry = NULL;
	const char *text;

	(void)seq;
	if (!memmem(line, len, key, sizeof(key) - 1))
		return 0;
	entry = gate_json_load(line, len, "log entry", rb->err);
	text = entry ? gate_json_str(entry, "ledger", "") : "";
	gate_buf_str(rb->out, text);
	return rb->err->code ? -1 : 0;
}

static int load_text(const struct gate_server *s, struct gate_buf *out, struct gate_err *err)
{
	gate_autofree char *path = gate_server_path(s, "ledger");
	struct rebuilding rb = { out, err };

	if (!path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (gate_file_exists(path))
		return gate_read_file(path, LEDGER_MAX, out, err);
	if (gate_log_each(s->audit, 0, from_entry, &rb, err) < 0 || gate_buf_check(out, err) < 0)
		return gate_err_wrap(err, "the ledger");
	return gate_write_file(path, gate_buf_cstr(out), out->len, 0600, false, err);
}

int gate_ledger_version(const struct gate_server *s, uint64_t *version, struct gate_err *err)
{
	gate_autofree char *path = gate_server_path(s, "ledger");
	struct stat st;

	gate_auto(gate_buf) struct gate_buf text = { 0 };

	*version = 0;
	if (!path)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (!gate_file_exists(path) && load_text(s, &text, err) < 0) /* made again, so that it has a version */
		return -(int)err->code;
	if (stat(path, &st) < 0)
		return gate_err_errno(err, "refgate/ledger");
	*version = (uint64_t)st.st_size;
	return 0;
}

/* ---- what is carried ---- */

struct carrying {
	const struct gate_actor *actor;
	const char *ref;
	int64_t oldest;
	struct gate_findings *out;
	struct gate_err *err;
};

static bool concerns(const struct carrying *c, const struct gate_json *line)
{
	const char *owner = gate_json_str(line, "owner", "");

	return strcmp(gate_json_str(line, "actor", ""), c->actor->name) == 0 ||
	       (owner[0] && strcmp(owner, c->actor->owner) == 0) || strcmp(gate_json_str(line, "ref", ""), c->ref) == 0;
}

static int add(struct carrying *c, const struct gate_json *line)
{
	const struct gate_json *list = gate_json_get(line, "findings");

	for (size_t i = 0; i < gate_json_len(list); i++) {
		const struct gate_json *o = gate_json_at(list, i);
		struct gate_finding f = { .change = 0 };

		gate_copy(f.id, sizeof(f.id), gate_json_str(o, "id", ""));
		gate_tier_parse(gate_json_str(o, "tier", "critical"), &f.floor);
		f.points = f.points_there = (uint32_t)gate_json_int(o, "milli", 0);
		f.subject = (char *)(uintptr_t)gate_json_str(o, "subject", "");
		f.message = (char *)(uintptr_t) "landed before without a signature, and counts until one covers it";
		if (gate_findings_add(c->out, &f, c->err) < 0)
			return -(int)c->err->code;
	}
	return 0;
}

static void drop(struct gate_findings *l, const char *key)
{
	for (size_t i = 0; i < l->n; i++) {
		gate_autofree char *mine = gate_fmt("%s %s", l->v[i].id, l->v[i].subject);

		if (!mine || strcmp(mine, key) != 0)
			continue;
		gate_finding_release(&l->v[i]);
		memmove(&l->v[i], &l->v[i + 1], (l->n - i - 1) * sizeof(*l->v));
		l->n--;
		return;
	}
}

/* A signature clears for the actor it was about, and for the refs it released. */
static void clear(struct carrying *c, const struct gate_json *line)
{
	const struct gate_json *keys = gate_json_get(line, "keys"), *refs = gate_json_get(line, "refs");
	bool mine = concerns(c, line);

	for (size_t i = 0; i < gate_json_len(refs); i++) {
		const char *ref = gate_json_string(gate_json_at(refs, i));

		mine |= ref && strcmp(ref, c->ref) == 0;
	}
	for (size_t i = 0; mine && i < gate_json_len(keys); i++) {
		const char *key = gate_json_string(gate_json_at(keys, i));

		if (key)
			drop(c->out, key);
	}
}

static int take_line(struct carrying *c, const char *text, size_t len)
{
	gate_autojson struct gate_json *line = gate_json_load(text, len, "refgate/ledger", c->err);

	if (!line)
		return -(int)c->err->code;
	if (gate_json_int(line, "t", 0) < c->oldest)
		return 0;
	if (strcmp(gate_json_str(line, "k", ""), "clear") == 0)
		clear(c, line);
	else if (concerns(c, line))
		return add(c, line);
	return 0;
}

int gate_ledger_carried(const struct gate_server *s, const struct gate_actor *actor, const char *ref, struct gate_findings *out,
			struct gate_err *err)
{
	struct carrying c = { actor, ref, s->now - (int64_t)s->policy->ledger_days * 86400, out, err };
	gate_auto(gate_buf) struct gate_buf text = { 0 };

	if (load_text(s, &text, err) < 0)
		return -(int)err->code;
	for (const char *p = gate_buf_cstr(&text); *p;) {
		size_t n = strcspn(p, "\n");

		if (n && take_line(&c, p, n) < 0)
			return -(int)err->code;
		p += n + (p[n] == '\n');
	}
	return 0;
}

int gate_ledger_digest(const struct gate_findings *carried, char hex[65], struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs lines = { 0 };
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	hex[0] = '\0';
	for (size_t i = 0; i < carried->n; i++) {
		gate_autofree char *line = gate_fmt("%s %s\n", carried->v[i].id, carried->v[i].subject);

		if (!line || gate_strs_add_new(&lines, line, err) < 0)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	}
	if (lines.n == 0)
		return 0;
	gate_strs_sort(&lines);
	gate_strs_join(&b, &lines, "");
	gate_sha256_hex(gate_buf_cstr(&b), b.len, hex);
	return gate_buf_check(&b, err);
}
