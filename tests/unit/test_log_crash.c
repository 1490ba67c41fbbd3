/* The audit log on a bad day: many writers, killed writers, power cuts. Power cuts are
 * played by writing into the state that it comes from another start of the machine. */
#include "log_fixture.h"

#include <signal.h>

#define WRITERS 8
#define EACH 100

static int write_many(const char *dir, unsigned who)
{
	struct gate_err err = { 0 };
	char body[64];
	const char *bodies[] = { body };

	for (unsigned i = 0; i < EACH; i++) {
		snprintf(body, sizeof(body), "\"ev\":\"note\",\"who\":%u,\"n\":%u", who, i);
		if (gate_log_append(dir, bodies, 1, T0, i % 10 == 0, false, NULL, &err) < 0)
			return 1;
	}
	return 0;
}

static int tally(uint64_t seq, const char *line, size_t len, void *arg)
{
	unsigned *next = arg, who, n;
	const char *at = memmem(line, len, "\"who\":", 6);

	(void)seq;
	assert_non_null(at);
	assert_int_equal(sscanf(at, "\"who\":%u,\"n\":%u", &who, &n), 2);
	assert_true(who < WRITERS);
	assert_int_equal(n, next[who]); /* none lost, none doubled, each writer's own order kept */
	next[who]++;
	return 0;
}

static void concurrent_writers(void **state)
{
	struct fixture *f = *state;
	unsigned next[WRITERS] = { 0 };
	pid_t pids[WRITERS];

	for (unsigned w = 0; w < WRITERS; w++) {
		pids[w] = fork();
		if (pids[w] == 0)
			_exit(write_many(f->dir, w));
		assert_true(pids[w] > 0);
	}
	for (unsigned w = 0; w < WRITERS; w++)
		assert_int_equal(wait_for(pids[w]), 0);
	assert_int_equal(verify(f), 0);
	assert_int_equal(f->report.entries, WRITERS * EACH);
	assert_int_equal(f->report.cp.size, WRITERS * EACH);
	assert_int_equal(gate_log_each(f->dir, 0, tally, next, &f->err), 0);
	for (unsigned w = 0; w < WRITERS; w++)
		assert_int_equal(next[w], EACH);
}

/* Units of three lines, for ever. */
static void write_units(const char *dir, unsigned who)
{
	char a[64], b[64], c[64];
	const char *unit[] = { a, b, c };

	for (unsigned i = 0;; i++) {
		struct gate_err err = { 0 };

		snprintf(a, sizeof(a), "\"u\":\"%u.%u\",\"part\":0", who, i);
		snprintf(b, sizeof(b), "\"u\":\"%u.%u\",\"part\":1", who, i);
		snprintf(c, sizeof(c), "\"u\":\"%u.%u\",\"part\":2", who, i);
		if (gate_log_append(dir, unit, 3, T0, i % 4 == 0, false, NULL, &err) < 0)
			_exit(1);
	}
}

struct units {
	unsigned part;
	char id[32];
	uint64_t whole;
};

static int whole_units(uint64_t seq, const char *line, size_t len, void *arg)
{
	struct units *u = arg;
	char id[32];
	unsigned part;
	const char *at = memmem(line, len, "\"u\":\"", 5);

	(void)seq;
	if (!at) {
		assert_int_equal(u->part, 0); /* a `recovered` record stands between units */
		return 0;
	}
	assert_int_equal(sscanf(at, "\"u\":\"%31[0-9.]\",\"part\":%u", id, &part), 2);
	assert_int_equal(part, u->part);
	if (part == 0)
		gate_copy(u->id, sizeof(u->id), id);
	assert_string_equal(u->id, id);
	u->part = (part + 1) % 3;
	u->whole += u->part == 0;
	return 0;
}

static void killed_writers(void **state)
{
	struct fixture *f = *state;
	struct units u = { 0 };

	for (unsigned round = 0; round < 10; round++) {
		pid_t pids[4];

		for (unsigned w = 0; w < 4; w++) {
			pids[w] = fork();
			if (pids[w] == 0)
				write_units(f->dir, round * 4 + w);
			assert_true(pids[w] > 0);
		}
		usleep(20000 + round * 3137);
		for (unsigned w = 0; w < 4; w++) {
			kill(pids[w], SIGKILL);
			assert_int_equal(wait_for(pids[w]), 128 + SIGKILL);
		}
		assert_int_equal(verify(f), 0);
		assert_int_equal(add(f, "\"ev\":\"after\"", true), 0);
		assert_int_equal(verify(f), 0);
		assert_int_equal(f->report.entries, f->report.cp.size);
	}
	assert_int_equal(gate_log_each(f->dir, 0, whole_units, &u, &f->err), 0);
	assert_int_equal(u.part, 0);
	assert_true(u.whole > 0);
}

/* Whoever reads while others write meets a whole log each time. */
static void readers_beside_writers(void **state)
{
	struct fixture *f = *state;
	struct gate_checkpoint before = { .origin = ORIGIN }, cp;
	pid_t pids[2];

	gate_sha256("", 0, before.root);
	for (unsigned w = 0; w < 2; w++) {
		pids[w] = fork();
		if (pids[w] == 0)
			write_units(f->dir, w);
		assert_true(pids[w] > 0);
	}
	for (unsigned i = 0; i < 40; i++) {
		gate_auto(gate_buf) struct gate_buf proof = { 0 };

		assert_int_equal(gate_log_checkpoint(f->dir, &cp, &f->err), 0);
		assert_int_equal(verify_with(f, &cp, 1), 0);
		assert_int_equal(gate_log_prove_consistency(f->dir, before.size, &cp, &proof, &f->err), 0);
		assert_true(gate_consistency_check(before.size, before.root, cp.size, cp.root,
						   gate_buf_cstr(&proof), proof.len));
		before = cp;
	}
	for (unsigned w = 0; w < 2; w++) {
		kill(pids[w], SIGKILL);
		assert_int_equal(wait_for(pids[w]), 128 + SIGKILL);
	}
	assert_true(before.size > 0);
}

static void killed_while_creating(void **state)
{
	struct fixture *f = *state;
	gate_autofree char *dir = gate_fmt("%s/new", f->dir);

	assert_non_null(dir);
	for (unsigned i = 0; i < 60; i++) {
		struct gate_err err = { 0 };
		const char *body = "\"a\":1";
		pid_t pid = fork();

		if (pid == 0)
			_exit(gate_log_create(dir, ORIGIN, &err) < 0);
		assert_true(pid > 0);
		usleep(i * 40);
		kill(pid, SIGKILL);
		wait_for(pid);
		assert_int_equal(gate_log_create(dir, ORIGIN, &err), 0);
		assert_int_equal(gate_log_append(dir, &body, 1, T0, true, false, NULL, &err), 0);
		assert_int_equal(gate_remove_tree(dir, &err), 0);
	}
}

/* A process that died after it had announced UNIT and written `n` bytes of `text`. */
static void die_writing(struct fixture *f, const char *text, size_t n)
{
	add_notes(f, 2, true);
	with_state(f, announce, UNIT);
	add_bytes(f, "log.jsonl", text, n);
}

static void torn_unit_is_cut_off_and_kept(void **state)
{
	static const size_t cuts[] = { 1, sizeof(UNIT_1) - 2, sizeof(UNIT_1) - 1, sizeof(UNIT) - 2 };
	struct fixture *f = *state;

	for (size_t i = 0; i < GATE_ARRAY_LEN(cuts); i++) {
		void *own = NULL;
		gate_auto(gate_buf) struct gate_buf torn = { 0 };
		char says[64];

		assert_int_equal(log_setup(&own), 0);
		f = own;
		die_writing(f, UNIT, cuts[i]);
		assert_int_equal(verify(f), 0);
		assert_int_equal(f->report.entries, 2);
		snprintf(says, sizeof(says), "%zu bytes of an append that died", cuts[i]);
		assert_non_null(strstr(f->report.text.s, says));
		assert_int_equal(add(f, "\"ev\":\"next\"", true), 0);
		slurp(f, "torn.2026-11-23T14:00:00Z", &torn);
		assert_int_equal(torn.len, cuts[i]);
		assert_memory_equal(torn.s, UNIT, cuts[i]);
		snprintf(says, sizeof(says), "\"cut_bytes\":%zu,\"kept_as\":\"torn.", cuts[i]);
		assert_true(last_has(f, 1, says));
		assert_true(last_has(f, 1, "\"seq\":2,") && last_has(f, 0, "\"ev\":\"next\""));
		assert_int_equal(verify(f), 0);
		assert_int_equal(f->report.entries, 4);
		assert_int_equal(log_teardown(&own), 0);
	}
}

static void whole_unit_is_taken(void **state)
{
	struct fixture *f = *state;

	die_writing(f, UNIT, strlen(UNIT));
	assert_int_equal(verify(f), 0);
	assert_non_null(strstr(f->report.text.s, "2 entries after the newest checkpoint"));
	assert_int_equal(add(f, "\"ev\":\"next\"", true), 0);
	assert_true(last_has(f, 1, "\"ev\":\"recovered\",\"replayed\":2,\"lost\":0,"));
	assert_true(last_has(f, 2, "\"n\":9"));
	assert_int_equal(verify(f), 0);
	assert_int_equal(f->report.entries, 6);
	assert_int_equal(add(f, "\"ev\":\"next\"", true), 0);
	assert_false(last_has(f, 1, "recovered"));
}

static void refused_tail(struct fixture *f)
{
	size_t len = log_len(f);

	assert_int_equal(verify(f), -GATE_E_LOG);
	assert_int_equal(add(f, "\"ev\":\"next\"", true), -GATE_E_LOG);
	assert_says(f, GATE_E_LOG, "did not write");
	assert_int_equal(log_len(f), len);
}

static void other_bytes_than_announced(void **state)
{
	struct fixture *f = *state;
	char text[] = UNIT;

	strstr(text, "\"n\":9")[4] = '7';
	die_writing(f, text, strlen(text));
	refused_tail(f);
}

static void more_bytes_than_announced(void **state)
{
	struct fixture *f = *state;

	die_writing(f, UNIT "x", strlen(UNIT "x"));
	refused_tail(f);
}

static void bytes_without_announcement(void **state)
{
	struct fixture *f = *state;

	add_notes(f, 2, true);
	add_bytes(f, "log.jsonl", "x", 1);
	refused_tail(f);
}

/* ---- after a power cut ---- */

static void unsynced_entries_may_be_lost(void **state)
{
	struct fixture *f = *state;
	size_t len;

	add_notes(f, 2, true);
	add_notes(f, 1, false);
	len = log_len(f);
	add_notes(f, 2, false);
	cut_log(f, len + 5);
	assert_int_equal(add(f, "\"a\":1", true), -GATE_E_LOG); /* the same start: nothing may be missing */
	assert_says(f, GATE_E_LOG, "truncated");
	with_state(f, other_boot, NULL);
	assert_int_equal(add(f, "\"a\":1", true), 0);
	assert_true(last_has(f, 1, "\"ev\":\"recovered\",\"replayed\":0,\"lost\":2,\"cut_bytes\":5,"));
	assert_int_equal(verify(f), 0);
	assert_int_equal(f->report.entries, 5);
}

static void synced_entries_may_not(void **state)
{
	struct fixture *f = *state;

	add_notes(f, 2, true);
	cut_log(f, log_len(f) - 1);
	with_state(f, other_boot, NULL);
	assert_int_equal(add(f, "\"a\":1", true), -GATE_E_LOG);
	assert_says(f, GATE_E_LOG, "synced");
	assert_int_equal(verify(f), -GATE_E_LOG);
}

/* A checkpoint that was handed out is never taken back by a power cut: its entries were synced first. */
static void handed_out_checkpoints_are_synced(void **state)
{
	struct fixture *f = *state;
	const char *body = "\"a\":1";
	struct gate_checkpoint cp;

	assert_int_equal(gate_log_append(f->dir, &body, 1, T0, false, false, &cp, &f->err), 0);
	cut_log(f, 0);
	with_state(f, other_boot, NULL);
	assert_int_equal(add(f, "\"a\":1", true), -GATE_E_LOG);
	assert_int_equal(gate_log_checkpoint(f->dir, &cp, &f->err), -GATE_E_LOG);
}

static void clean_restart_is_silent(void **state)
{
	struct fixture *f = *state;

	add_notes(f, 2, true);
	add_notes(f, 2, false);
	with_state(f, other_boot, NULL);
	assert_int_equal(verify(f), 0);
	assert_int_equal(add(f, "\"a\":1", false), 0);
	assert_false(last_has(f, 1, "recovered"));
	assert_int_equal(verify(f), 0);
	assert_int_equal(f->report.entries, 5);
}

static int count(uint64_t seq, const char *line, size_t len, void *arg)
{
	assert_true(gate_line_has_form(line, len, seq));
	++*(unsigned *)arg;
	return 0;
}

static int count_back(const char *line, size_t len, void *arg)
{
	uint64_t seq;

	assert_true(gate_line_seq(line, len, &seq));
	++*(unsigned *)arg;
	return 0;
}

/* The state is older than the log, whose last page came back as zeros. Readers come before the append that mends
 * it. */
static void state_older_than_the_log(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf old = { 0 };
	static const char zeros[70000];
	struct gate_checkpoint cp;
	unsigned n = 0;

	add_notes(f, 2, true);
	with_state(f, other_boot, NULL);
	slurp(f, "state", &old);
	add_notes(f, 3, true);
	add_bytes(f, "log.jsonl", zeros, sizeof(zeros));
	spit(f, "state", old.s, old.len);
	assert_int_equal(gate_log_each(f->dir, 0, count, &n, &f->err), 0);
	assert_int_equal(n, 5);
	assert_int_equal(gate_log_each_back(f->dir, count_back, &n, &f->err), 0);
	assert_int_equal(n, 10);
	assert_int_equal(gate_log_checkpoint(f->dir, &cp, &f->err), 0);
	assert_int_equal(cp.size, 2);
	assert_int_equal(verify(f), 0);
	assert_int_equal(add(f, "\"a\":1", true), 0);
	assert_true(last_has(f, 1, "\"ev\":\"recovered\",\"replayed\":3,\"lost\":0,\"cut_bytes\":70000,"));
	assert_int_equal(verify(f), 0);
	assert_int_equal(f->report.entries, 7);
}

static void older_state_put_back(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf old = { 0 };

	add_notes(f, 2, true);
	slurp(f, "state", &old);
	add_notes(f, 2, true);
	spit(f, "state", old.s, old.len);
	assert_int_equal(verify(f), -GATE_E_LOG);
	assert_says(f, GATE_E_LOG, "older than its checkpoint");
	assert_int_equal(add(f, "\"a\":1", true), -GATE_E_LOG);
}

/* All or nothing holds over a power cut too: one whole line of the announced two is cut off. */
static void part_of_a_unit_after_a_power_cut(void **state)
{
	struct fixture *f = *state;

	die_writing(f, UNIT, strlen(UNIT_1));
	with_state(f, other_boot, NULL);
	assert_int_equal(add(f, "\"a\":1", true), 0);
	assert_true(last_has(f, 1, "\"ev\":\"recovered\",\"replayed\":0,\"lost\":0,"));
	assert_true(last_has(f, 1, "\"seq\":2,"));
	assert_int_equal(verify(f), 0);
}

/* Entries that were not synced before the machine was started anew may still be cut off: no checkpoint over them. */
static void checkpoint_after_a_power_cut(void **state)
{
	struct fixture *f = *state;
	struct gate_checkpoint cp;

	add_notes(f, 2, true);
	add_notes(f, 2, false);
	assert_int_equal(gate_log_checkpoint(f->dir, &cp, &f->err), 0);
	assert_int_equal(cp.size, 4);
	with_state(f, other_boot, NULL);
	assert_int_equal(gate_log_checkpoint(f->dir, &cp, &f->err), 0);
	assert_int_equal(cp.size, 2);
}

static void torn_tail_without_state(void **state)
{
	struct fixture *f = *state;

	die_writing(f, UNIT, 10);
	drop(f, "state");
	assert_int_equal(verify(f), -GATE_E_LOG);
	assert_int_equal(add(f, "\"a\":1", true), -GATE_E_LOG);
	assert_says(f, GATE_E_LOG, "beyond its checkpoint");
	gate_err_reset(&f->err);
	assert_int_equal(gate_log_adopt(f->dir, "disk check", T0, &f->err), 0);
	assert_int_equal(verify(f), 0);
}

static void changed_before_the_state(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	add_notes(f, 2, true);
	add_notes(f, 2, false);
	slurp(f, "log.jsonl", &b);
	b.s[b.len - 3] ^= 1;
	spit(f, "log.jsonl", b.s, b.len);
	with_state(f, other_boot, NULL);
	assert_int_equal(add(f, "\"a\":1", true), -GATE_E_LOG);
	assert_says(f, GATE_E_LOG, "were changed");
}

/* A slot torn in the middle of its write leaves the other one: the unit it announced explains the log's end. */
static void torn_state(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_log_state st;
	char path[128];
	int fd;

	add_notes(f, 3, true);
	path_of(f, "state", path);
	fd = open(path, O_RDWR);
	assert_true(fd >= 0 && gate_log_state_load(fd, &st));
	assert_int_equal(pwrite(fd, "torn", 4, (off_t)(st.gen & 1) * GATE_STATE_SLOT + 60), 4);
	assert_int_equal(add(f, "\"a\":1", true), 0);
	assert_true(last_has(f, 1, "\"replayed\":1,"));
	assert_int_equal(verify(f), 0);
	slurp(f, "state", &b);
	memset(b.s, 'x', b.len);
	assert_int_equal(pwrite(fd, b.s, b.len, 0), b.len);
	close(fd);
	assert_int_equal(add(f, "\"a\":1", true), 0);
	assert_true(last_has(f, 1, "\"state\":\"rebuilt\""));
	assert_int_equal(verify(f), 0);
}

/* Every truncation and every flipped bit of the state: never a wrong log, at worst one that wants to be adopted.
 */
static void damaged_state_never_lies(void **state)
{
	struct fixture *f = *state;
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	add_notes(f, 3, true);
	slurp(f, "state", &b);
	for (size_t i = 0; i < b.len; i += 3) {
		b.s[i] ^= 0x10;
		spit(f, "state", b.s, b.len);
		assert_int_equal(verify(f), 0);
		b.s[i] ^= 0x10;
		spit(f, "state", b.s, i);
		assert_int_equal(verify(f), 0);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, log_setup, log_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(concurrent_writers),
		TEST(killed_writers),
		TEST(readers_beside_writers),
		TEST(killed_while_creating),
		TEST(torn_unit_is_cut_off_and_kept),
		TEST(whole_unit_is_taken),
		TEST(other_bytes_than_announced),
		TEST(more_bytes_than_announced),
		TEST(bytes_without_announcement),
		TEST(unsynced_entries_may_be_lost),
		TEST(synced_entries_may_not),
		TEST(handed_out_checkpoints_are_synced),
		TEST(clean_restart_is_silent),
		TEST(state_older_than_the_log),
		TEST(older_state_put_back),
		TEST(changed_before_the_state),
		TEST(part_of_a_unit_after_a_power_cut),
		TEST(checkpoint_after_a_power_cut),
		TEST(torn_tail_without_state),
		TEST(torn_state),
		TEST(damaged_state_never_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
