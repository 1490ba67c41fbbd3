#include "cli/rebase.h"

#include "base/io.h"

#include <stdio.h>
#include <string.h>

static int compare(const struct gate_repo *repo, const struct gate_record_ref *r, struct gate_buf *out, struct gate_err *err)
{
	gate_autofree char *was = gate_fmt("%s..%s", r->was_old, r->was_new);
	gate_autofree char *is = gate_fmt("%s..%s", r->old, r->new);

	if (!was || !is)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	gate_buf_fmt(out, "# %s %.12s..%.12s now %.12s..%.12s\n", r->ref, r->was_old, r->was_new, r->old, r->new);
	return gate_git(repo, (const char *const[]){ "range-diff", "--no-color", was, is, NULL }, NULL, 0, out, err);
}

static int compare_all(const struct gate_repo *repo, const struct gate_record *r, struct gate_buf *out, struct gate_err *err)
{
	for (size_t i = 0; i < r->n_refs; i++) {
		if (r->refs[i].was_new[0] && compare(repo, &r->refs[i], out, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

int gate_cli_range_diff(struct gate_target *t, const struct gate_record *r, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf raw = { 0 }, again = { 0 }, safe = { 0 };
	struct gate_err first = { 0 };

	if (!r->rebased[0])
		return gate_err_set(err, GATE_E_USAGE, "pending %s was not rebased; see `refgate diff %s`", r->id, r->id);
	if (compare_all(gate_target_repo(t), r, &raw, &first) == 0) {
		gate_cli_escape(&raw, &safe);
		return gate_cli_print(&safe, err);
	}
	/* The target may have moved to what was not fetched here yet: once more with all branches. */
	if (t->on_server)
		return gate_err_set(err, first.code, "%s", first.text);
	if (gate_target_fetch_all(t, err) < 0 || compare_all(&t->clone, r, &again, err) < 0)
		return -(int)err->code;
	gate_cli_escape(&again, &safe);
	return gate_cli_print(&safe, err);
}

int gate_cli_rebased(struct gate_target *t, const char *old, struct gate_err *err)
{
	__attribute__((cleanup(gate_record_clear))) struct gate_record was = { 0 }, is = { 0 };

	if (gate_target_record(t, old, &was, err) < 0)
		return -(int)err->code;
	if (!was.next[0])
		return gate_err_set(err, GATE_E_STALE, "pending %s names no rebased one; look with `refgate queue`", old);
	if (gate_target_record(t, was.next, &is, err) < 0 || gate_cli_range_diff(t, &is, err) < 0)
		return -(int)err->code;
	fprintf(stderr, "refgate: next: refgate diff %s, then refgate approve %s\n", is.id, is.id);
	return GATE_EXIT_OK;
}
