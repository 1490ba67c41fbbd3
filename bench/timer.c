/* timer: runs the same steps for several rows, interleaved, and prints what each took.
 *
 *   timer JOB >table
 *
 * JOB is a text of lines:
 *   rounds N [WARM]      how often; the first WARM rounds are run and not counted
 *   lines FILE           round i takes line i of FILE; its words are {1}, {2}, ...
 *   row NAME             begins a row; one round runs every row once, in this order
 *   beside NAME          an earlier row to compare this one with, round by round
 *   env NAME=VALUE       for the steps of this row
 *   step EXIT WORD...    runs WORD... without a shell; EXIT is a number, or * for any
 *   say TEXT             what that step must have printed
 * In words {k} is the number of the round and {id} the last `"id":"..."` that a step of this round and row printed.
 *
 * The table has one line for each step and one, `all`, for each row, tab separated:
 *   row step median p95 least cpu added
 * in microseconds; cpu is the median of the processor time, `added` that of what the row took more than the one beside it in the
 * same round. A command that fails ends the run with what it printed. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_ROWS 16
#define MAX_STEPS 4
#define MAX_WORDS 48
#define MAX_ENV 8
#define MAX_ROUNDS 10000
#define WORD_SIZE 1024

extern char **environ;

struct step {
	char *words[MAX_WORDS];
	size_t n_words;
	int exit; /* -1: any */
	char *say;
	int64_t *took, *cpu;
};

struct row {
	char *name;
	char *env[MAX_ENV];
	size_t n_env;
	struct step steps[MAX_STEPS];
	size_t n_steps;
	int64_t *all, *all_cpu;
	const struct row *beside; /* itself, unless told */
};

struct job {
	struct row rows[MAX_ROWS];
	size_t n_rows;
	unsigned rounds, warm;
	char *lines; /* text of `lines FILE` */
};

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *fmt, ...)
{
	va_list ap;

	fputs("timer: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

static void *need(void *p)
{
	if (!p)
		die("out of memory");
	return p;
}

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	size_t cap = 1 << 16, n = 0, r;
	char *s = need(malloc(cap));

	if (!f)
		die("%s: %s", path, strerror(errno));
	while ((r = fread(s + n, 1, cap - n - 1, f)) > 0) {
		n += r;
		if (n + 1 == cap)
			s = need(realloc(s, cap *= 2));
	}
	fclose(f);
	s[n] = '\0';
	return s;
}

/* ---- the job ---- */

static unsigned number(const char *s, unsigned max)
{
	char *end;
	unsigned long n = s ? strtoul(s, &end, 10) : max + 1UL;

	if (!s || *end || n > max)
		die("'%s' is no number up to %u", s ? s : "", max);
	return (unsigned)n;
}

static struct row *last_row(struct job *j)
{
	if (j->n_rows == 0)
		die("a step before the first row");
	return &j->rows[j->n_rows - 1];
}

static void add_step(struct job *j, char **save)
{
	struct row *r = last_row(j);
	struct step *s = &r->steps[r->n_steps];
	const char *code = strtok_r(NULL, " ", save);
	char *word;

	if (r->n_steps == MAX_STEPS)
		die("more than %d steps", MAX_STEPS);
	r->n_steps++;
	s->exit = code && strcmp(code, "*") == 0 ? -1 : (int)number(code, 255);
	while ((word = strtok_r(NULL, " ", save))) {
		if (s->n_words + 1 == MAX_WORDS)
			die("more than %d words", MAX_WORDS);
		s->words[s->n_words++] = word;
	}
	s->took = need(calloc(j->rounds + 1, sizeof(*s->took)));
	s->cpu = need(calloc(j->rounds + 1, sizeof(*s->cpu)));
}

static void add_env(struct job *j, char *pair)
{
	struct row *r = last_row(j);

	if (!pair || r->n_env == MAX_ENV)
		die("env: NAME=VALUE, at most %d", MAX_ENV);
	r->env[r->n_env++] = pair;
}

static void add_say(struct job *j, char *text)
{
	struct row *r = last_row(j);

	if (r->n_steps == 0 || !text)
		die("say belongs behind a step");
	r->steps[r->n_steps - 1].say = text;
}

static void add_row(struct job *j, char *name)
{
	struct row *r = &j->rows[j->n_rows];

	if (j->n_rows == MAX_ROWS || !name || j->rounds == 0)
		die("row: after rounds, at most %d", MAX_ROWS);
	j->n_rows++;
	r->name = name;
	r->beside = r;
	r->all = need(calloc(j->rounds + 1, sizeof(int64_t)));
	r->all_cpu = need(calloc(j->rounds + 1, sizeof(int64_t)));
}

static void set_beside(struct job *j, const char *name)
{
	struct row *r = last_row(j);

	for (size_t i = 0; name && i < j->n_rows; i++) {
		if (strcmp(j->rows[i].name, name) == 0) {
			r->beside = &j->rows[i];
			return;
		}
	}
	die("beside: no row %s before this one", name ? name : "");
}

static void parse_line(struct job *j, char *line)
{
	char *save = NULL, *rest;
	const char *verb = strtok_r(line, " ", &save);

	if (!verb || *verb == '#')
		return;
	if (strcmp(verb, "rounds") == 0) {
		j->rounds = number(strtok_r(NULL, " ", &save), MAX_ROUNDS);
		rest = strtok_r(NULL, " ", &save);
		j->warm = rest ? number(rest, MAX_ROUNDS) : 0;
	} else if (strcmp(verb, "lines") == 0) {
		j->lines = read_file(strtok_r(NULL, "", &save));
	} else if (strcmp(verb, "row") == 0) {
		add_row(j, strtok_r(NULL, "", &save));
	} else if (strcmp(verb, "beside") == 0) {
		set_beside(j, strtok_r(NULL, "", &save));
	} else if (strcmp(verb, "env") == 0) {
		add_env(j, strtok_r(NULL, "", &save));
	} else if (strcmp(verb, "step") == 0) {
		add_step(j, &save);
	} else if (strcmp(verb, "say") == 0) {
		add_say(j, strtok_r(NULL, "", &save));
	} else {
		die("unknown word '%s'", verb);
	}
}

static void parse(struct job *j, char *text)
{
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		parse_line(j, line);
	if (j->n_rows == 0)
		die("no rows");
}

/* ---- one round ---- */

struct round {
	unsigned k;
	char words[9][WORD_SIZE]; /* {1} to {9} */
	char id[64];
};

static void begin_round(const struct job *j, unsigned k, const char **at, struct round *r)
{
	size_t n, i = 0;

	*r = (struct round){ .k = k };
	if (!j->lines)
		return;
	n = strcspn(*at, "\n");
	if (n == 0)
		die("round %u: no line is left", k);
	for (const char *p = *at, *end = *at + n; p < end && i < 9; i++) {
		size_t len = strcspn(p, " \n");

		snprintf(r->words[i], WORD_SIZE, "%.*s", (int)len, p);
		p += len + 1;
	}
	*at += n + ((*at)[n] == '\n');
}

static void fill_word(const char *from, const struct round *r, char to[WORD_SIZE])
{
	size_t n = 0;

	while (*from && n + 1 < WORD_SIZE) {
		const char *value = NULL;
		char k[16];
		size_t skip = 3;

		if (strncmp(from, "{id}", 4) == 0) {
			value = r->id;
			skip = 4;
		} else if (strncmp(from, "{k}", 3) == 0) {
			snprintf(k, sizeof(k), "%u", r->k);
			value = k;
		} else if (from[0] == '{' && from[1] >= '1' && from[1] <= '9' && from[2] == '}') {
			value = r->words[from[1] - '1'];
		}
		if (!value) {
			to[n++] = *from++;
			continue;
		}
		n += (size_t)snprintf(to + n, WORD_SIZE - n, "%s", value);
		if (n >= WORD_SIZE)
			die("a word is over %d bytes", WORD_SIZE);
		from += skip;
	}
	to[n] = '\0';
}

static void find_id(const char *said, struct round *r)
{
	static const char key[] = "\"id\":\"";

	for (const char *p = said; (p = strstr(p, key)); p++) {
		const char *id = p + sizeof(key) - 1;

		/* findings have ids too, in capitals: a pending's is lower case */
		if (strcspn(id, "\"") == strspn(id, "0123456789abcdefghjkmnpqrstvwxyz"))
			snprintf(r->id, sizeof(r->id), "%.*s", (int)strcspn(id, "\""), id);
	}
}

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* The environment of this process with the row's own pairs in front, which is where getenv looks first. */
static char **environment(const struct row *row)
{
	size_t n = 0;
	char **v;

	while (environ[n])
		n++;
	v = need(calloc(n + row->n_env + 1, sizeof(*v)));
	memcpy(v, row->env, row->n_env * sizeof(*v));
	memcpy(v + row->n_env, environ, n * sizeof(*v));
	return v;
}

/* What the child printed goes to a file in memory, so that no reader runs beside it. */
static char *output_of(int fd)
{
	struct stat st;
	char *s;

	if (fstat(fd, &st) < 0)
		die("fstat: %s", strerror(errno));
	s = need(calloc(1, (size_t)st.st_size + 1));
	if (pread(fd, s, (size_t)st.st_size, 0) != st.st_size)
		die("the output of a step could not be read");
	return s;
}

static int64_t run_step(const struct row *row, struct step *s, struct round *r, int64_t *cpu)
{
	char words[MAX_WORDS][WORD_SIZE], *argv[MAX_WORDS] = { NULL };
	char **env = environment(row), *said;
	int out = memfd_create("out", MFD_CLOEXEC), status, rc;
	posix_spawn_file_actions_t actions;
	struct rusage used;
	int64_t start, took;
	pid_t pid;

	for (size_t i = 0; i < s->n_words; i++) {
		fill_word(s->words[i], r, words[i]);
		argv[i] = words[i];
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, 1);
	posix_spawn_file_actions_adddup2(&actions, out, 2);
	start = now_us();
	rc = posix_spawnp(&pid, argv[0], &actions, NULL, argv, env);
	if (rc != 0)
		die("%s: %s", argv[0], strerror(rc));
	while (wait4(pid, &status, 0, &used) < 0) {
		if (errno != EINTR)
			die("wait4: %s", strerror(errno));
	}
	took = now_us() - start;
	*cpu = (int64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
	posix_spawn_file_actions_destroy(&actions);
	free(env);
	said = output_of(out);
	close(out);
	if ((s->exit >= 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != s->exit)) || (s->say && !strstr(said, s->say)))
		die("%s, round %u: %s %s ended with %d\n%s", row->name, r->k, argv[0], argv[1] ? argv[1] : "",
		    WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), said);
	find_id(said, r);
	free(said);
	return took;
}

static void run_row(struct row *row, const struct round *of, bool counted, unsigned slot)
{
	struct round r = *of;
	int64_t sum = 0, sum_cpu = 0;

	for (size_t i = 0; i < row->n_steps; i++) {
		int64_t cpu, took = run_step(row, &row->steps[i], &r, &cpu);

		sum += took;
		sum_cpu += cpu;
		if (!counted)
			continue;
		row->steps[i].took[slot] = took;
		row->steps[i].cpu[slot] = cpu;
	}
	if (!counted)
		return;
	row->all[slot] = sum;
	row->all_cpu[slot] = sum_cpu;
}

/* ---- the table ---- */

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t *sorted(const int64_t *v, unsigned n)
{
	int64_t *copy = need(calloc(n, sizeof(*copy)));

	memcpy(copy, v, n * sizeof(*copy));
	qsort(copy, n, sizeof(*copy), by_value);
	return copy;
}

static int64_t median(const int64_t *v, unsigned n)
{
	int64_t *s = sorted(v, n);
	int64_t m = n % 2 ? s[n / 2] : (s[n / 2 - 1] + s[n / 2]) / 2;

	free(s);
	return m;
}

static void print_line(const char *row, const char *step, const int64_t *took, const int64_t *cpu, const int64_t *beside, unsigned n)
{
	int64_t *s = sorted(took, n), *more = need(calloc(n, sizeof(*more)));

	for (unsigned i = 0; i < n; i++)
		more[i] = took[i] - beside[i];
	printf("%s\t%s\t%lld\t%lld\t%lld\t%lld\t%lld\n", row, step, (long long)median(took, n), (long long)s[(n * 95 + 99) / 100 - 1],
	       (long long)s[0], (long long)median(cpu, n), (long long)median(more, n));
	free(s);
	free(more);
}

static void print_row(const struct job *j, const struct row *r)
{
	for (size_t i = 0; i < r->n_steps && r->n_steps > 1; i++) {
		char name[24];

		snprintf(name, sizeof(name), "%zu", i + 1);
		print_line(r->name, name, r->steps[i].took, r->steps[i].cpu, r->steps[i].took, j->rounds);
	}
	print_line(r->name, "all", r->all, r->all_cpu, r->beside->all, j->rounds);
}

static void free_row(struct row *r)
{
	free(r->all);
	free(r->all_cpu);
	for (size_t i = 0; i < r->n_steps; i++) {
		free(r->steps[i].took);
		free(r->steps[i].cpu);
	}
}

int main(int argc, char **argv)
{
	struct job *j = need(calloc(1, sizeof(*j)));
	const char *at;
	char *text;

	if (argc != 2)
		die("usage: timer JOB");
	text = read_file(argv[1]);
	parse(j, text);
	at = j->lines;
	for (unsigned k = 0; k < j->warm + j->rounds; k++) {
		struct round r;

		begin_round(j, k, &at, &r);
		for (size_t i = 0; i < j->n_rows; i++)
			run_row(&j->rows[i], &r, k >= j->warm, k >= j->warm ? k - j->warm : 0);
	}
	for (size_t i = 0; i < j->n_rows; i++)
		print_row(j, &j->rows[i]);
	for (size_t i = 0; i < j->n_rows; i++)
		free_row(&j->rows[i]);
	free(j->lines);
	free(j);
	free(text);
	return 0;
}
