/* The lines of the queue's cache: what was noted is read again, and nothing behind the last one. */
#include "gate/summary.h"

#include "base/io.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/mman.h>

static const char oid[] = "1111111111111111111111111111111111111111", old[] = "2222222222222222222222222222222222222222";

/* Two refs, noted in a repository of its own. */
static void note(struct gate_repo *repo)
{
	struct gate_record_ref refs[2] = { 0 };
	struct gate_record r = { .refs = refs, .n_refs = 2, .score = 20000, .created = 1, .expires = 2 };
	struct gate_err err = { 0 };
	char cache[PATH_MAX];

	snprintf(repo->gate, sizeof(repo->gate), "/tmp/refgate-summary.XXXXXX");
	assert_non_null(mkdtemp(repo->gate));
	snprintf(cache, sizeof(cache), "%.80s/cache", repo->gate);
	assert_int_equal(gate_mkdirs(cache, 0700, &err), 0);
	gate_copy(r.id, sizeof(r.id), "abcdefgh");
	gate_copy(r.actor.name, sizeof(r.actor.name), "bot");
	for (int i = 0; i < 2; i++) {
		snprintf(refs[i].ref, sizeof(refs[i].ref), "refs/heads/%c", 'a' + i);
		gate_copy(refs[i].old, sizeof(refs[i].old), old);
	}
	gate_summary_note(repo, oid, &r);
}

/* The same text right before a page that nobody may touch. */
static char *at_the_edge(struct gate_summaries *l, char **map, size_t *size)
{
	char *before = l->text.s;
	size_t page = 4096, room = (l->text.len / page + 1) * page;

	*size = room + page;
	*map = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(*map != MAP_FAILED);
	assert_int_equal(mprotect(*map + room, page, PROT_NONE), 0);
	l->text.s = *map + room - l->text.len;
	memcpy(l->text.s, before, l->text.len);
	return before;
}

static void test_reads_refs_and_no_further(void **state)
{
	struct gate_repo repo = { 0 };
	struct gate_summaries l = { 0 };
	struct gate_err err = { 0 };
	const struct gate_summary *s;
	char ref[GATE_REF_MAX], value[GATE_HEXSZ + 1], *map, *own;
	size_t at = 0, size;

	(void)state;
	note(&repo);
	assert_int_equal(gate_summaries_load(&repo, &l, &err), 0);
	own = at_the_edge(&l, &map, &size);
	s = gate_summaries_find(&l, oid);
	assert_non_null(s);
	assert_int_equal(s->n_refs, 2);
	for (int i = 0; i < 2; i++) {
		assert_true(gate_summary_next(&l, s, &at, ref, value));
		assert_int_equal(ref[strlen(ref) - 1], 'a' + i);
		assert_string_equal(value, old);
	}
	assert_false(gate_summary_next(&l, s, &at, ref, value));
	l.text.s = own;
	munmap(map, size);
	gate_summaries_clear(&l);
	gate_remove_tree(repo.gate, &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_refs_and_no_further),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
