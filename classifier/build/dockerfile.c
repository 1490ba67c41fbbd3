#include "classifier/build/dockerfile.h"

#include "classifier/build/images.h"

#include <string.h>
#include <strings.h>

#define STAGES_MAX 100u
#define ARGS_MAX 100u

struct stage {
	char name[64];
	bool root, user;
};

struct reader {
	struct gate_image_build *out;
	struct stage stages[STAGES_MAX];
	size_t n;
	struct gate_strs args; /* NAME=value */
	char escape;
	struct gate_err *err;
};

void gate_image_build_clear(struct gate_image_build *f)
{
	gate_strs_clear(&f->images);
	gate_strs_clear(&f->secrets);
}

/* The n-th word of s. */
static bool word(const char *s, size_t nth, char *to, size_t size)
{
	for (;; nth--) {
		size_t n;

		s += strspn(s, " \t\r\n");
		n = strcspn(s, " \t\r\n");
		if (!n)
			return false;
		if (!nth) {
			snprintf(to, size, "%.*s", (int)(n < size ? n : size - 1), s);
			return true;
		}
		s += n;
	}
}

/* ${NAME}, ${NAME:-default}, $NAME with the defaults of ARG. */
static void substitute(const struct reader *x, const char *s, struct gate_buf *out)
{
	while (*s) {
		bool brace = s[0] == '$' && s[1] == '{';
		size_t n = *s == '$' ? strspn(s + 1 + brace, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") : 0;
		const char *value = NULL, *rest = s + 1 + brace + n;

		for (size_t i = 0; n && i < x->args.n; i++) {
			if (strncmp(x->args.v[i], s + 1 + brace, n) == 0 && x->args.v[i][n] == '=')
				value = x->args.v[i] + n + 1;
		}
		if (!value) {
			gate_buf_char(out, *s++);
			continue;
		}
		gate_buf_str(out, value);
		s = brace ? rest + strcspn(rest, "}") : rest;
		s += brace && *s == '}';
	}
}

static int add_image(struct reader *x, const char *name)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };

	for (size_t i = 0; i < x->n; i++) {
		if (strcasecmp(x->stages[i].name, name) == 0)
			return 0;
	}
	substitute(x, name, &b);
	if (gate_buf_check(&b, x->err) < 0)
		return -GATE_E_NOMEM;
	if (strcmp(gate_buf_cstr(&b), "scratch") == 0 || !b.len || strspn(b.s, "0123456789") == b.len)
		return 0;
	return gate_strs_add(&x->out->images, b.s, x->err);
}

static int from(struct reader *x, const char *args)
{
	char image[300], as[16], name[64];
	size_t k = 0;
	struct stage s = { .root = true };

	while (word(args, k, image, sizeof(image)) && strncmp(image, "--", 2) == 0)
		k++;
	if (!word(args, k, image, sizeof(image)))
		return 0;
	for (size_t i = 0; i < x->n; i++) {
		if (strcasecmp(x->stages[i].name, image) == 0)
			s = x->stages[i];
	}
	s.name[0] = 0;
	if (strstr(image, "nonroot") || strstr(image, "unprivileged") || strstr(image, "rootless"))
		s.root = false;
	if (word(args, k + 1, as, sizeof(as)) && strcasecmp(as, "as") == 0 && word(args, k + 2, name, sizeof(name)))
		gate_copy(s.name, sizeof(s.name), name);
	if (add_image(x, image) < 0)
		return -GATE_E_NOMEM;
	if (x->n == STAGES_MAX)
		x->n--;
	x->stages[x->n++] = s;
	return 0;
}

static int names(struct reader *x, const char *args, bool arg)
{
	char w[300];
	int rc = 0;

	for (size_t k = 0; rc == 0 && k < ARGS_MAX && word(args, k, w, sizeof(w)); k++) {
		size_t n = strcspn(w, "=");

		if (k && !w[n])
			continue; /* ENV NAME value */
		if (gate_name_is_secret(w, n))
			rc = gate_strs_addn(&x->out->secrets, w, n, x->err);
		if (rc == 0 && arg && !x->n && w[n] && x->args.n < ARGS_MAX) {
			size_t len = strlen(w);

			if (w[len - 1] == '"' || w[len - 1] == '\'')
				w[len - 1] = 0;
			if (w[n + 1] == '"' || w[n + 1] == '\'')
				memmove(w + n + 1, w + n + 2, strlen(w + n + 2) + 1);
			rc = gate_strs_add(&x->args, w, x->err);
		}
	}
	return rc;
}

static bool is_root(const char *user)
{
	size_t n = strcspn(user, ":");

	return (n == 4 && strncmp(user, "root", 4) == 0) || (n == 1 && *user == '0') || strncmp(user, "ContainerAdministrator", 22) == 0;
}

static int copied(struct reader *x, const char *args)
{
	char w[300];
	int rc = 0;

	for (size_t k = 0; rc == 0 && word(args, k, w, sizeof(w)) && strncmp(w, "--", 2) == 0; k++) {
		if (strncmp(w, "--from=", 7) == 0)
			rc = add_image(x, w + 7);
	}
	return rc;
}

static int instruction(struct reader *x, const char *text)
{
	char name[32], user[128];
	const char *args;

	if (!word(text, 0, name, sizeof(name)))
		return 0;
	args = text + strspn(text, " \t") + strlen(name);
	if (strcasecmp(name, "FROM") == 0)
		return from(x, args);
	if (strcasecmp(name, "ARG") == 0 || strcasecmp(name, "ENV") == 0)
		return names(x, args, strcasecmp(name, "ARG") == 0);
	if (strcasecmp(name, "COPY") == 0)
		return copied(x, args);
	if (strcasecmp(name, "USER") == 0 && x->n && word(args, 0, user, sizeof(user))) {
		x->stages[x->n - 1].root = is_root(user);
		x->stages[x->n - 1].user = true;
	}
	return 0;
}

/* The word behind "<<" or "<<-" that ends a here-document, or 0. */
static size_t heredoc(const char *text, char end[64])
{
	const char *at = strstr(text, "<<");
	size_t n;

	if (!at || (strncasecmp(text, "RUN", 3) != 0 && strncasecmp(text, "COPY", 4) != 0 && strncasecmp(text, "ADD", 3) != 0))
		return 0;
	at += 2 + (at[2] == '-');
	at += *at == '"' || *at == '\'';
	n = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
	snprintf(end, 64, "%.*s", (int)(n < 63 ? n : 63), at);
	return n;
}

static size_t line_at(const char *s, size_t len, size_t i)
{
	const char *nl = memchr(s + i, '\n', len - i);

	return nl ? (size_t)(nl - s) - i : len - i;
}

int gate_image_build_read(const char *s, size_t len, struct gate_image_build *out, struct gate_err *err)
{
	struct reader x = { .out = out, .escape = '\\', .err = err };
	gate_auto(gate_buf) struct gate_buf text = { 0 };
	int rc = 0;

	if (len && memmem(s, len < 200 ? len : 200, "escape=`", 8))
		x.escape = '`';
	for (size_t i = 0, n; rc == 0 && i < len; i += n + 1) {
		size_t skip = 0, end;
		char stop[64];

		n = line_at(s, len, i);
		while (skip < n && strchr(" \t", s[i + skip]))
			skip++;
		if (skip == n || s[i + skip] == '#' || s[i + skip] == '\r')
			continue;
		end = n;
		while (end && strchr(" \t\r", s[i + end - 1]))
			end--;
		gate_buf_add(&text, s + i + (text.len ? 0 : skip), end - (text.len ? 0 : skip));
		if (end && s[i + end - 1] == x.escape) {
			text.len--;
			gate_buf_char(&text, ' ');
			continue;
		}
		if (gate_buf_check(&text, err) < 0)
			rc = -GATE_E_NOMEM;
		else
			rc = instruction(&x, gate_buf_cstr(&text));
		if (heredoc(gate_buf_cstr(&text), stop)) {
			for (i += n + 1; i < len; i += n + 1) {
				n = line_at(s, len, i);
				if (n >= strlen(stop) && memmem(s + i, n, stop, strlen(stop)) && n <= strlen(stop) + 8)
					break;
			}
		}
		gate_buf_reset(&text);
	}
	if (rc == 0 && text.len)
		rc = instruction(&x, gate_buf_cstr(&text));
	out->has_stage = x.n > 0;
	out->root = x.n && x.stages[x.n - 1].root;
	out->user = x.n && x.stages[x.n - 1].user;
	gate_strs_clear(&x.args);
	return rc;
}
