#include "gate/host.h"

#include "base/io.h"
#include "gate/chain.h"
#include "gate/entries.h"

#include <string.h>

#define WORDS_MAX 200 /* bytes of what the host said that go into git's own answer */

void gate_host_answer_clear(struct gate_host_answer *a)
{
	gate_strs_clear(&a->refs);
	gate_strs_clear(&a->words);
}

/* The first line that says something. All of them have gone to the pusher already. */
static void first_words(const struct gate_buf *said, int code, struct gate_buf *out)
{
	const char *p = gate_buf_cstr(said) + strspn(gate_buf_cstr(said), " \t\r\n");
	size_t n = strcspn(p, "\r\n");

	if (n == 0) {
		gate_buf_fmt(out, "the repository's own update hook refused it (exit %d)", code);
		return;
	}
	gate_escape(out, p, n < WORDS_MAX ? n : WORDS_MAX);
}

int gate_host_ask(const struct gate_server *s, const struct gate_record *r, struct gate_host_answer *out, struct gate_err *err)
{
	for (size_t i = 0; i < r->n_refs; i++) {
		gate_auto(gate_buf) struct gate_buf said = { 0 }, words = { 0 };
		const struct gate_record_ref *ref = &r->refs[i];
		int code;

		if (gate_chain_ask_update(&s->repo, ref->ref, ref->old, ref->new, &said, &code, err) < 0)
			return -(int)err->code;
		if (code == 0)
			continue;
		first_words(&said, code, &words);
		if (gate_buf_check(&words, err) < 0 || gate_strs_add(&out->refs, ref->ref, err) < 0 ||
		    gate_strs_add(&out->words, gate_buf_cstr(&words), err) < 0)
			return -(int)err->code;
	}
	return 0;
}

const char *gate_host_words(const struct gate_host_answer *a, const char *ref)
{
	for (size_t i = 0; i < a->refs.n; i++) {
		if (strcmp(a->refs.v[i], ref) == 0)
			return a->words.v[i];
	}
	return NULL;
}

/* The names of the refs alone: what the host said is the host's, and the log takes no text of others. */
static void put_refused(const struct gate_host_answer *a, struct gate_buf *out)
{
	struct gate_jw w = { .out = out };

	gate_jw_str(&w, "verdict", "reject");
	gate_jw_str(&w, "why", "the repository's own update hook refused it");
	gate_jw_array(&w, "refused");
	for (size_t i = 0; i < a->refs.n; i++)
		gate_jw_str(&w, NULL, a->refs.v[i]);
	gate_jw_end(&w);
}

int gate_host_refuse(const struct gate_server *s, const struct gate_record *r, const struct gate_host_answer *a, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf extra = { 0 };
	gate_auto(gate_strs) struct gate_strs bodies = { 0 };
	gate_auto(gate_buf) struct gate_buf ref = { 0 };

	put_refused(a, &extra);
	if (gate_entry_pending(s, "decision_withdrawn", r, gate_buf_cstr(&extra), &bodies, err) < 0 ||
	    gate_entries_append(s, &bodies, true, false, NULL, err) < 0)
		return -(int)err->code;
	gate_escape(&ref, a->refs.v[0], strlen(a->refs.v[0]));
	return gate_err_set(err, GATE_E_REF, "the repository's own update hook refuses %.300s, so nothing was held: %s", gate_buf_cstr(&ref),
			    a->words.v[0]);
}
