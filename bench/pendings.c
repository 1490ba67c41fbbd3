/* pendings: many pendings like one that a real push made, for measuring. Each is what a push by an agent of its own would have left:
 * a record whose statement can be signed, its refs, its place in the gate's caches.
 *
 *   pendings REPO ID RECORDS REFS <commits
 *
 * stdin has a line "<commit> <its tree>" for each pending. RECORDS becomes a stream for `git fast-import` that makes the records as
 * blobs :1, :2, ...; REFS gets lines "<n> <ref>" for record n's blob and "<oid> <ref>" for the held commit. */
#include "approval/statement.h"
#include "audit/log.h"
#include "base/crypto.h"
#include "base/io.h"
#include "gate/hold.h"
#include "gate/pending.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct making {
	struct gate_server server;
	struct gate_record like;
	FILE *records, *refs;
};

static int new_statement(const struct gate_record *r, const char *commit, const char *tree, struct gate_buf *out, struct gate_err *err)
{
	gate_auto(gate_statement) struct gate_statement st = { 0 };
	gate_autofree char *line = gate_fmt("%s\n", commit);
	uint8_t challenge[16];

	if (!line || gate_statement_load(r->statement, strlen(r->statement), &st, err) < 0)
		return gate_err_wrap(err, "the statement of %s", r->id);
	gate_random(challenge, sizeof(challenge));
	gate_hex(challenge, sizeof(challenge), st.challenge);
	gate_copy(st.pending, sizeof(st.pending), r->id);
	gate_copy(st.agent, sizeof(st.agent), r->actor.name);
	gate_copy(st.refs[0].new, sizeof(st.refs[0].new), commit);
	gate_copy(st.refs[0].tree, sizeof(st.refs[0].tree), tree);
	gate_sha256_hex(line, strlen(line), st.commits);
	return gate_statement_server_part(&st, out, err);
}

static int identify(const struct making *m, struct gate_record *r, unsigned n, const char *commit, const char *tree,
		    struct gate_err *err)
{
	gate_auto(gate_changes) struct gate_changes held = { 0 };
	bool open;

	snprintf(r->actor.name, sizeof(r->actor.name), "user:agent%u", n);
	gate_copy(r->refs[0].new, sizeof(r->refs[0].new), commit);
	gate_copy(r->refs[0].tree, sizeof(r->refs[0].tree), tree);
	if (gate_record_changes(r, &held, err) < 0 || gate_pending_id(&m->server, r->actor.name, &held, r->id, &open, err) < 0)
		return -(int)err->code;
	if (open)
		return gate_err_set(err, GATE_E_PENDING, "%s is open already", r->id);
	gate_pending_ref_name(r->id, r->refs[0].ref, r->refs[0].pending_ref);
	return 0;
}

static int make(struct making *m, const struct gate_buf *like, unsigned n, const char *commit, const char *tree, struct gate_err *err)
{
	__attribute__((cleanup(gate_record_clear))) struct gate_record r = { 0 };
	gate_auto(gate_buf) struct gate_buf text = { 0 }, statement = { 0 };

	if (gate_record_load(gate_buf_cstr(like), like->len, &r, err) < 0 || identify(m, &r, n, commit, tree, err) < 0 ||
	    new_statement(&r, commit, tree, &statement, err) < 0)
		return -(int)err->code;
	free(r.statement);
	r.statement = gate_buf_steal(&statement);
	if (!r.statement || gate_record_write(&r, &text, err) < 0)
		return -(int)err->code;
	fprintf(m->records, "blob\nmark :%u\ndata %zu\n%s\n", n, text.len, gate_buf_cstr(&text));
	fprintf(m->refs, "%u %s%s\n%s %s\n", n, GATE_REFS_RECORD, r.id, commit, r.refs[0].pending_ref);
	gate_pending_opened(&m->server, &r);
	return 0;
}

static int make_all(struct making *m, const char *repo, const char *id, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf like = { 0 };
	char line[256], commit[64], tree[64];
	unsigned n = 0;

	if (gate_server_start(repo, &m->server, err) < 0 || gate_pending_load(&m->server, id, &m->like, err) < 0 ||
	    gate_record_write(&m->like, &like, err) < 0)
		return -(int)err->code;
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "%63s %63s", commit, tree) != 2 || !gate_is_oid(commit) || !gate_is_oid(tree))
			return gate_err_set(err, GATE_E_SYNTAX, "line %u is not '<commit> <tree>'", n + 1);
		if (make(m, &like, ++n, commit, tree, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct making m = { 0 };
	struct gate_err err = { 0 };

	if (argc != 5) {
		fprintf(stderr, "usage: pendings REPO ID RECORDS REFS <commits\n");
		return 2;
	}
	m.records = fopen(argv[3], "we");
	m.refs = fopen(argv[4], "we");
	if (!m.records || !m.refs)
		gate_err_errno(&err, "%s", m.records ? argv[4] : argv[3]);
	else
		make_all(&m, argv[1], argv[2], &err);
	if ((m.records && fclose(m.records) != 0) || (m.refs && fclose(m.refs) != 0))
		gate_err_errno(&err, "writing");
	gate_record_clear(&m.like);
	gate_server_clear(&m.server);
	if (err.code != GATE_OK)
		fprintf(stderr, "pendings: %s\n", err.text);
	return err.code == GATE_OK ? 0 : 1;
}
