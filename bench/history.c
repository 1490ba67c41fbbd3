/* A long history of real text, as a stream for git fast-import: what a first push of an old project brings.
 *
 *   find DIR -type f | history COMMITS FILES EDITS >stream
 *
 * Takes the first FILES files of the list that are text of 8 to 128 KiB, and writes COMMITS commits on refs/heads/work: the first brings
 * them all, each further one edits EDITS of them (a line replaced by a line of another file, a line added). Blobs are written whole, so
 * the bytes are COMMITS x EDITS x the mean size. The same list gives the same stream. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
	char *s, *path;
	size_t len;
};

static struct text *files;
static size_t n_files;
static unsigned long long state = 88172645463325252ull;

static unsigned long pick(unsigned long below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned long)(state % below);
}

static void *need(void *p)
{
	if (!p) {
		fputs("history: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

static void take(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct text t = { 0 };
	long size;

	if (!f)
		return;
	if (fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) >= 8 << 10 && size <= 128 << 10 && fseek(f, 0, SEEK_SET) == 0) {
		t.s = need(malloc((size_t)size));
		t.len = fread(t.s, 1, (size_t)size, f);
		t.path = need(malloc(64));
		snprintf(t.path, 64, "src/d%02zu/f%04zu.c", n_files % 40, n_files);
		if (memchr(t.s, 0, t.len))
			free(t.s);
		else
			files[n_files++] = t;
	}
	fclose(f);
}

/* The line around a place somewhere in t. */
static void line_at(const struct text *t, size_t *from, size_t *len)
{
	size_t a = pick(t->len), b = a;

	while (a > 0 && t->s[a - 1] != '\n')
		a--;
	while (b < t->len && t->s[b] != '\n')
		b++;
	*from = a;
	*len = b - a;
}

static void edit(struct text *t)
{
	const struct text *other = &files[pick(n_files)];
	size_t from, len, from2, len2, room;
	char *s;

	line_at(t, &from, &len);
	line_at(other, &from2, &len2);
	room = t->len - len + len2;
	s = need(malloc(room + 1));
	memcpy(s, t->s, from);
	memcpy(s + from, other->s + from2, len2);
	memcpy(s + from + len2, t->s + from + len, t->len - from - len);
	free(t->s);
	t->s = s;
	t->len = room;
}

static void put(const struct text *t)
{
	printf("M 100644 inline %s\ndata %zu\n", t->path, t->len);
	fwrite(t->s, 1, t->len, stdout);
	putchar('\n');
}

int main(int argc, char **argv)
{
	unsigned long commits = argc > 3 ? strtoul(argv[1], NULL, 10) : 0, want = argc > 3 ? strtoul(argv[2], NULL, 10) : 0,
		      edits = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	char path[4096];

	if (!commits || !want || !edits) {
		fputs("usage: find DIR -type f | history COMMITS FILES EDITS\n", stderr);
		return 2;
	}
	files = need(calloc(want, sizeof(*files)));
	while (n_files < want && fgets(path, sizeof(path), stdin)) {
		path[strcspn(path, "\n")] = '\0';
		take(path);
	}
	for (unsigned long i = 0; i < commits && n_files; i++) {
		printf("commit refs/heads/work\ncommitter dev <dev@example.com> %lu +0000\ndata <<.\nchange %lu\n.\n", 1600000000 + i * 600, i);
		for (size_t k = 0; i == 0 && k < n_files; k++)
			put(&files[k]);
		for (unsigned long k = 0; i && k < edits; k++) {
			struct text *t = &files[pick(n_files)];

			edit(t);
			put(t);
		}
	}
	return n_files && fflush(stdout) == 0 ? 0 : 1;
}
