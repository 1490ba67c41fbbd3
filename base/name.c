#include "base/name.h"

#include "base/limits.h"

#include <string.h>

bool gate_name_hfs_ignores(uint32_t cp)
{
	return (cp >= 0x200c && cp <= 0x200f) || (cp >= 0x202a && cp <= 0x202e) || (cp >= 0x206a && cp <= 0x206f) ||
	       cp == 0xfeff;
}

/* The first bytes of the name as HFS+ and NTFS compare them: ignorable points left out, ASCII letters small. Returns how many
 * bytes of `to` were filled. */
static size_t fold(const char *name, size_t len, char *to, size_t size)
{
	size_t n = 0;

	for (size_t i = 0, step; i < len && n < size; i += step) {
		uint32_t cp = 0;

		step = gate_utf8_next(name + i, len - i, &cp);
		if (step && gate_name_hfs_ignores(cp))
			continue;
		if (step == 0)
			step = 1;
		to[n++] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] - 'A' + 'a') : name[i];
		if (step > 1) /* the rest of a longer character never equals what we look for */
			n += n < size ? (to[n] = '\x01', 1u) : 0u;
	}
	return n;
}

/* After the name NTFS drops dots and spaces, and a colon begins the name of a stream. */
static bool ends_here(const char *s, size_t len)
{
	size_t i = 0;

	while (i < len && (s[i] == '.' || s[i] == ' '))
		i++;
	return i == len || s[i] == ':';
}

static bool like(const char *folded, size_t n, const char *wanted)
{
	size_t m = strlen(wanted);

	return n >= m && memcmp(folded, wanted, m) == 0 && ends_here(folded + m, n - m);
}

static const char *component_unsafe(const char *s, size_t len)
{
	/* Long enough for the name and a tail of dots; a longer tail is all dots and spaces or no match. */
	char folded[GATE_PATH_MAX_BYTES];
	size_t n;

	if (len == 1 && s[0] == '.')
		return "a component is '.'";
	if (len == 2 && s[0] == '.' && s[1] == '.')
		return "a component is '..'";
	/* Few names begin with what could become '.' or 'g'; the others are done. */
	if (len == 0 || (s[0] != '.' && s[0] != 'g' && s[0] != 'G' && (unsigned char)s[0] < 0x80))
		return NULL;
	n = fold(s, len, folded, sizeof(folded));
	if (like(folded, n, ".git") || like(folded, n, "git~1"))
		return "a name that a file system takes for .git";
	if (n == 2 && folded[0] == '.' && folded[1] == '.')
		return "a name that a file system takes for '..'";
	return NULL;
}

const char *gate_name_unsafe(const char *name, size_t len)
{
	const char *why = component_unsafe(name, len);

	/* To Windows a backslash divides components. */
	for (const char *p = name, *end = name + len, *b; !why && (b = memchr(p, '\\', (size_t)(end - p))) != NULL; p = b + 1) {
		const char *next = memchr(b + 1, '\\', (size_t)(end - b - 1));

		if (p == name)
			why = component_unsafe(name, (size_t)(b - name));
		if (!why)
			why = component_unsafe(b + 1, (size_t)((next ? next : end) - b - 1));
	}
	return why;
}
