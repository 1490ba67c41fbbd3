/* How fast a text is searched for secrets, beside what must be done to it anyway. One row each: MB/s of one core.
 *   secrets FILE...      files of the corpus; "-": their names, one a line, from standard input. BENCH_MB cuts it (default 64)
 * The corpus is held in memory; files above 1 MiB are cut there. Times are CPU time of this thread. */
#include "base/io.h"
#include "rules/secret_scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* zlib's header stands in repo/ alone; these three are all that is needed here. */
unsigned long compressBound(unsigned long len);
int compress2(unsigned char *to, unsigned long *to_len, const unsigned char *s, unsigned long len, int level);
int uncompress(unsigned char *to, unsigned long *to_len, const unsigned char *s, unsigned long len);

#define FILE_MAX ((size_t)1 << 20)

struct blob {
	char *s;
	unsigned char *packed;
	size_t len, packed_len;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int count(void *arg, const struct gate_secret_match *m, bool limit, struct gate_err *err)
{
	size_t *n = arg;

	(void)err;
	n[m->index]++;
	n[gate_secret_shipped.n_rules] += limit;
	return 0;
}

struct corpus {
	struct blob *v;
	size_t n, cap, total;
};

static void load(struct corpus *c, const char *path)
{
	FILE *f = fopen(path, "rb");
	struct blob *b;

	if (f && c->n == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 1024;
		c->v = realloc(c->v, c->cap * sizeof(*c->v));
		if (!c->v)
			exit(1);
	}
	if (!f)
		return;
	b = &c->v[c->n];
	*b = (struct blob){ .s = malloc(FILE_MAX) };
	b->len = b->s ? fread(b->s, 1, FILE_MAX, f) : 0;
	fclose(f);
	b->s = b->s ? realloc(b->s, b->len + 1) : NULL;
	c->total += b->len;
	c->n += b->len != 0;
}

static void load_all(struct corpus *c, int argc, char **argv, size_t most)
{
	bool listed = argc == 2 && strcmp(argv[1], "-") == 0;
	char path[4096];

	for (int i = 1; !listed && i < argc && c->total < most; i++)
		load(c, argv[i]);
	while (listed && c->total < most && fgets(path, sizeof(path), stdin)) {
		path[strcspn(path, "\n")] = '\0';
		load(c, path);
	}
}

static void row(const char *name, double seconds, size_t bytes)
{
	printf("%-44s %8.0f MB/s\n", name, (double)bytes / 1e6 / (seconds > 0 ? seconds : 1e-9));
}

int main(int argc, char **argv)
{
	const char *mb = getenv("BENCH_MB");
	struct corpus c = { 0 };
	struct blob *v;
	size_t n, total = 0, absent = 0;
	struct gate_err err = { 0 };
	struct gate_secret_scanner *s = gate_secret_scanner_new(&gate_secret_shipped, &err);
	size_t *hits = calloc(gate_secret_shipped.n_rules + 1, sizeof(*hits)), found = 0, words = 0;
	struct gate_ac_hit *ac = calloc(GATE_ACDFA_BLOCK, sizeof(*ac));
	unsigned char *out = malloc(FILE_MAX + 64);
	double t, inflate, alone;

	load_all(&c, argc, argv, (mb ? strtoul(mb, NULL, 10) : 64) << 20);
	v = c.v;
	n = c.n;
	if (!n || !s || !hits || !ac || !out)
		return 1;
	for (size_t i = 0; i < n; i++) {
		unsigned long len = compressBound(v[i].len);

		v[i].packed = malloc(len);
		if (!v[i].packed || compress2(v[i].packed, &len, (const unsigned char *)v[i].s, v[i].len, 6) != 0)
			return 1;
		v[i].packed_len = len;
		total += v[i].len;
	}
	t = now();
	for (size_t i = 0; i < n; i++)
		absent += memchr(v[i].s, 1, v[i].len) != NULL;
	row("memchr", now() - t, total);
	t = now();
	for (size_t i = 0; i < n; i++) {
		unsigned long len = FILE_MAX + 64;

		uncompress(out, &len, v[i].packed, v[i].packed_len);
	}
	inflate = now() - t;
	row("zlib inflate of the same blobs", inflate, total);
	t = now();
	for (size_t i = 0; i < n; i++) {
		for (size_t at = 0; at < v[i].len; at += GATE_ACDFA_BLOCK)
			words += gate_acdfa_walk(gate_secret_shipped.dfa, v[i].s, at,
						 v[i].len - at > GATE_ACDFA_BLOCK ? at + GATE_ACDFA_BLOCK : v[i].len, ac);
	}
	alone = now() - t;
	row("keywords alone", alone, total);
	printf("%-44s %8.2f times inflate; bar 1000 MB/s: %s\n", "", inflate / alone, (double)total / 1e6 / alone >= 1000 ? "meets" : "MISSES");
	t = now();
	for (size_t i = 0; i < n; i++)
		gate_secret_scan(s, v[i].s, v[i].len, NULL, count, hits, &err);
	row("all types of secrets", now() - t, total);
	for (size_t i = 0; i < gate_secret_shipped.n_rules; i++)
		found += hits[i];
	printf("%zu blobs, %.0f MB, %zu types, %zu keyword hits, %zu matches, %zu limits, %zu\n", n, (double)total / 1e6,
	       gate_secret_shipped.n_rules, words, found, hits[gate_secret_shipped.n_rules], absent);
	for (size_t i = 0; getenv("BENCH_TYPES") && i < gate_secret_shipped.n_rules; i++) {
		if (hits[i])
			printf("  %-40s %zu\n", gate_secret_shipped.rules[i].id, hits[i]);
	}
	return 0;
}
