/* Where there is no libFuzzer: each file of the folders named, as it is and changed in a few hundred ways, which are the same
 * each time. The input lies at the end of its own allocation, so that a sanitizer sees a read behind it. Speaks TAP. */
#include "base/mem.h"
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdbool.h>

#define ROUNDS 300
#define SEED_MAX (64 << 10)

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static void feed(const char *bytes, size_t len)
{
	gate_autofree uint8_t *own = malloc(len ? len : 1);

	if (!own)
		exit(3);
	memcpy(own, bytes, len);
	LLVMFuzzerTestOneInput(own, len);
}

/* One change: a byte gone, another byte, a byte more, or a piece twice. */
static size_t mutate(char *s, size_t len, size_t max, uint32_t *state)
{
	static const char signs[] = "{}[]()<>:=,\"'\\/#&*!|-+.$%@;\n\r\t \x01\xc3\xff";
	size_t at = len ? next_random(state) % len : 0, n;

	switch (next_random(state) % 4) {
	case 0:
		if (len)
			memmove(s + at, s + at + 1, --len - at);
		break;
	case 1:
		if (len)
			s[at] = (char)next_random(state);
		break;
	case 2:
		if (len < max) {
			memmove(s + at + 1, s + at, len++ - at);
			s[at] = signs[next_random(state) % (sizeof(signs) - 1)];
		}
		break;
	default:
		n = next_random(state) % 32;
		if (n <= len - at && len + n <= max) {
			memmove(s + at + n, s + at, len - at);
			len += n;
		}
	}
	return len;
}

static bool replay(const char *path)
{
	static char seed[SEED_MAX], changed[2 * SEED_MAX];
	FILE *f = fopen(path, "rb");
	uint32_t state = 1;
	size_t len;

	if (!f)
		return false;
	len = fread(seed, 1, sizeof(seed), f);
	fclose(f);
	feed(seed, len);
	for (int i = 0; i < ROUNDS; i++) {
		size_t n = len;

		memcpy(changed, seed, len);
		for (uint32_t k = next_random(&state) % 4 + 1; k; k--)
			n = mutate(changed, n, sizeof(changed), &state);
		feed(changed, n);
	}
	return true;
}

int main(int argc, char **argv)
{
	int tests = 0, bad = 0;

	for (int i = 1; i < argc; i++) {
		DIR *d = opendir(argv[i]);
		const struct dirent *e;

		while (d && (e = readdir(d))) {
			char path[4096];

			if (e->d_name[0] == '.')
				continue;
			snprintf(path, sizeof(path), "%s/%s", argv[i], e->d_name);
			if (!replay(path))
				bad++;
			printf("%s %d - %s\n", bad ? "not ok" : "ok", ++tests, e->d_name);
			fflush(stdout);
		}
		if (d)
			closedir(d);
	}
	printf("1..%d\n", tests);
	return bad || !tests;
}
