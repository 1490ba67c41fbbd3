#include "rules/c_table.h"

void gate_c_string(struct gate_buf *b, const char *s)
{
	if (!s) {
		gate_buf_str(b, "NULL");
		return;
	}
	gate_buf_char(b, '"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		/* octal ends after three digits, and "?" could begin a trigraph */
		if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '?')
			gate_buf_fmt(b, "\\%03o", c);
		else
			gate_buf_char(b, (char)c);
	}
	gate_buf_char(b, '"');
}

void gate_c_list(struct gate_buf *b, const char *name, size_t row, const struct gate_strs *l)
{
	if (l->n == 0)
		return;
	gate_buf_fmt(b, "static char *const %s_%zu[] = {", name, row);
	for (size_t i = 0; i < l->n; i++) {
		gate_buf_str(b, i ? ", " : " ");
		gate_c_string(b, l->v[i]);
	}
	gate_buf_str(b, " };\n");
}
