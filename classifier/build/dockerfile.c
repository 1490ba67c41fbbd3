#include "classifier/build/dockerfile.h"

#include "classifier/build/images.h"
#include "formats/dockerfile.h"

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
	struct stage s = { .root = true };

	if (!word(args, 0, image, sizeof(image)))
		return 0;
	for (size_t i = 0; i < x->n; i++) {
		if (strcasecmp(x->stages[i].name, image) == 0)
			s = x->stages[i];
	}
	s.name[0] = 0;
	if (strstr(image, "nonroot") || strstr(image, "unprivileged") || strstr(image, "rootless"))
		s.root = false;
	if (word(args, 1, as, sizeof(as)) && strcasecmp(as, "as") == 0 && word(args, 2, name, sizeof(name)))
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

static int copied(struct reader *x, const struct gate_strs *flags)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < flags->n; i++) {
		if (strncmp(flags->v[i], "--from=", 7) == 0)
			rc = add_image(x, flags->v[i] + 7);
	}
	return rc;
}

static int instruction(struct reader *x, const struct gate_docker_instruction *i)
{
	char user[128];

	if (strcmp(i->name, "FROM") == 0)
		return from(x, i->args);
	if (strcmp(i->name, "ARG") == 0 || strcmp(i->name, "ENV") == 0)
		return names(x, i->args, *i->name == 'A');
	if (strcmp(i->name, "COPY") == 0)
		return copied(x, &i->flags);
	if (strcmp(i->name, "USER") == 0 && x->n && word(i->args, 0, user, sizeof(user))) {
		x->stages[x->n - 1].root = is_root(user);
		x->stages[x->n - 1].user = true;
	}
	return 0;
}

int gate_image_build_read(const char *s, size_t len, struct gate_image_build *out, struct gate_err *err)
{
	struct reader x = { .out = out, .err = err };
	gate_auto(gate_dockerfile) struct gate_dockerfile file = { 0 };
	struct gate_err why = { 0 };
	int rc = gate_dockerfile_parse(s, len, &file, &why);

	out->cut = rc == -GATE_E_LIMIT;
	rc = rc == 0 || out->cut ? 0 : gate_err_set(err, why.code, "%s", why.text);
	for (size_t i = 0; rc == 0 && i < file.n; i++)
		rc = instruction(&x, &file.v[i]);
	out->has_stage = x.n > 0;
	out->root = x.n && x.stages[x.n - 1].root;
	out->user = x.n && x.stages[x.n - 1].user;
	gate_strs_clear(&x.args);
	return rc;
}
