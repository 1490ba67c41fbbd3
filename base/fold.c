#include "base/fold.h"

#include "base/str.h"

#include <utf8proc.h>

/* A character of several forms (fullwidth, superscript, ligature) is what it stands for; one that is not shown is nothing. */
#define FOLD (UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE)

static bool is_ascii(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)s[i] >= 0x80)
			return false;
	}
	return true;
}

static void fold_bytes(struct gate_buf *out, const char *s, size_t n)
{
	char *to = gate_buf_room(out, n);

	if (!to)
		return;
	for (size_t i = 0; i < n; i++)
		to[i] = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] + 'a' - 'A') : s[i];
	out->len += n;
	out->s[out->len] = '\0';
}

/* A blank of another kind than the space, which no ref name holds, is not seen where a name ends. */
static utf8proc_int32_t hide_blank(utf8proc_int32_t c, void *arg)
{
	static const utf8proc_int32_t zero_width = 0x200b;

	(void)arg;
	return c != ' ' && utf8proc_category(c) == UTF8PROC_CATEGORY_ZS ? zero_width : c;
}

int gate_fold(struct gate_buf *out, const char *s, size_t n, struct gate_err *err)
{
	gate_autofree utf8proc_uint8_t *apart = NULL, *folded = NULL;
	utf8proc_ssize_t len;

	if (is_ascii(s, n) || !gate_utf8_valid(s, n)) {
		fold_bytes(out, s, n);
		return gate_buf_check(out, err);
	}
	/* Taken apart first: one mark (U+0345) becomes a letter by folding, and must stand in its place by then. */
	len = utf8proc_map((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, &apart, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE);
	if (len >= 0)
		len = utf8proc_map_custom(apart, len, &folded, FOLD, hide_blank, NULL);
	if (len == UTF8PROC_ERROR_NOMEM)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (len < 0) /* whatever the library does not take is compared by its bytes */
		fold_bytes(out, s, n);
	else
		gate_buf_add(out, folded, (size_t)len);
	return gate_buf_check(out, err);
}
