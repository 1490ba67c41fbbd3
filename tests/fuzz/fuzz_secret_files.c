/* The readers of files that show their credentials by format: the first line is the file's path, the rest its content. */
#include "classifier/secrets/files/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int seen(void *arg, const struct gate_file_value *v, struct gate_err *err)
{
	(void)arg;
	(void)err;
	(void)gate_file_value_real(v->value, v->len);
	(void)gate_file_value_strong(v->value, v->len);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data, *nl = size ? memchr(s, '\n', size) : NULL;
	const struct gate_file_form *f;
	struct gate_err err = { 0 };
	char path[256];
	size_t at = 0, n = nl ? (size_t)(nl - s) : 0;

	if (!nl || n >= sizeof(path))
		return 0;
	memcpy(path, s, n);
	path[n] = '\0';
	while ((f = gate_file_form_next(path, &at)))
		(void)f->read(&(struct gate_file_text){ nl + 1, size - n - 1, f->keys }, seen, NULL, &err);
	return 0;
}
