#include "hooks/push.h"

#include "base/io.h"
#include "gate/answer.h"
#include "hooks/hook.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static int parse_line(char *line, struct gate_changes *out, struct gate_err *err)
{
	size_t n = strlen(line);
	struct gate_change *c;

	if (n < 2 * GATE_HEXSZ + 3 || line[GATE_HEXSZ] != ' ' || line[2 * GATE_HEXSZ + 1] != ' ')
		return gate_err_set(err, GATE_E_SYNTAX, "a ref line of the push is malformed");
	if (out->n >= GATE_PUSH_REFS_MAX)
		return gate_err_set(err, GATE_E_LIMIT, "the push has more than %d refs; push fewer at once", GATE_PUSH_REFS_MAX);
	c = gate_changes_add(out);
	if (!c)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	line[GATE_HEXSZ] = line[2 * GATE_HEXSZ + 1] = '\0';
	if (!gate_is_oid(line) || !gate_is_oid(line + GATE_HEXSZ + 1))
		return gate_err_set(err, GATE_E_SYNTAX, "a ref line of the push is malformed (SHA-256 repositories cannot be gated)");
	gate_copy(c->old, sizeof(c->old), line);
	gate_copy(c->new, sizeof(c->new), line + GATE_HEXSZ + 1);
	if (!gate_copy(c->ref, sizeof(c->ref), line + 2 * GATE_HEXSZ + 2))
		return gate_err_set(err, GATE_E_LIMIT, "a ref name of the push is over %d bytes", GATE_REF_MAX - 1);
	return 0;
}

int gate_push_parse(const struct gate_buf *text, struct gate_changes *out, struct gate_err *err)
{
	gate_autofree char *copy = NULL;

	if (memchr(gate_buf_cstr(text), '\0', text->len))
		return gate_err_set(err, GATE_E_SYNTAX, "a ref line of the push holds a NUL byte");
	copy = strdup(gate_buf_cstr(text));
	if (!copy)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	/* An empty line is malformed like any other: strtok would pass over it. */
	for (char *line = copy, *next; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (parse_line(line, out, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

int gate_push_read(int fd, struct gate_changes *out, struct gate_buf *raw, struct gate_err *err)
{
	if (gate_read_all(fd, (size_t)GATE_PUSH_REFS_MAX * (GATE_REF_MAX + 100), raw, "the push's ref lines", err) < 0)
		return -(int)err->code;
	return gate_push_parse(raw, out, err);
}

int gate_push_options(struct gate_strs *out, struct gate_err *err)
{
	const char *count = getenv("GIT_PUSH_OPTION_COUNT");
	unsigned long n = count ? strtoul(count, NULL, 10) : 0;

	if (n > 100)
		return gate_err_set(err, GATE_E_LIMIT, "more than 100 push options");
	for (unsigned long i = 0; i < n; i++) {
		gate_autofree char *name = gate_fmt("GIT_PUSH_OPTION_%lu", i);
		const char *v = name ? getenv(name) : NULL;

		if (!v)
			continue;
		if (strlen(v) > 4096)
			return gate_err_set(err, GATE_E_LIMIT, "a push option is over 4096 bytes");
		if (gate_strs_add(out, v, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

/* ---- the note: "<id or -> <repo id> <0 or 1>\n", then "<fate> <old> <new> <ref>\n" lines, an empty line, the answer ---- */

static const char letters[] = "RAHP"; /* by enum gate_fate */

void gate_push_note_clear(struct gate_push_note *n)
{
	gate_changes_clear(&n->changes);
	free(n->fates);
	free(n->answer);
	*n = (struct gate_push_note){ 0 };
}

static enum gate_fate fate_of(const struct gate_judged_ref *r)
{
	if (r->verdict == GATE_VERDICT_ACCEPT)
		return r->room == GATE_JUDGED_APPROVAL ? GATE_FATE_APPROVAL : GATE_FATE_ACCEPT;
	return r->verdict == GATE_VERDICT_HOLD ? GATE_FATE_HOLD : GATE_FATE_REJECT;
}

int gate_push_note_write(const struct gate_server *s, const struct gate_judged *j, const char *id, const struct gate_buf *answer,
			 struct gate_buf *out, struct gate_err *err)
{
	bool moves = false;

	for (size_t i = 0; i < j->ask.changes.n; i++)
		moves |= fate_of(&j->refs[i]) == GATE_FATE_ACCEPT && j->ask.changes.v[i].is_protected;
	gate_buf_fmt(out, "%s %s %d\n", id ? id : "-", s->repo_id, moves);
	for (size_t i = 0; i < j->ask.changes.n; i++) {
		const struct gate_change *c = &j->ask.changes.v[i];

		gate_buf_fmt(out, "%c %s %s %s\n", letters[fate_of(&j->refs[i])], c->old, c->new, c->ref);
	}
	gate_buf_fmt(out, "\n%s", gate_buf_cstr(answer));
	return gate_buf_check(out, err);
}

int gate_push_note_load(const char *text, size_t len, struct gate_push_note *n, struct gate_err *err)
{
	const char *p = strchr(text, '\n'), *end = text + len;
	size_t lines = 0;

	for (const char *q = text; q < end; q++)
		lines += *q == '\n';
	n->fates = calloc(lines + 1, sizeof(*n->fates));
	if (!n->fates)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	int moves;

	if (!p || sscanf(text, "%15s %32s %d", n->id, n->repo_id, &moves) != 3)
		return gate_err_set(err, GATE_E_DECISION, "the decision of this push is damaged; push again");
	n->moves_protected = moves;
	if (n->id[0] == '-')
		n->id[0] = '\0';
	for (p++; p < end && *p != '\n';) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		const char *fate = strchr(letters, *p);
		gate_autofree char *line = lf ? strndup(p + 2, (size_t)(lf - p - 2)) : NULL;

		if (!line || !fate || !*p || p[1] != ' ' || parse_line(line, &n->changes, err) < 0)
			return gate_err_set(err, GATE_E_DECISION, "the decision of this push is damaged; push again");
		n->fates[n->changes.n - 1] = (enum gate_fate)(fate - letters);
		p = lf + 1;
	}
	n->answer = strdup(p < end ? p + 1 : "");
	return n->answer ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

enum gate_fate gate_push_note_fate(const struct gate_push_note *n, const char *ref, const char *old, const char *new)
{
	for (size_t i = 0; i < n->changes.n; i++) {
		const struct gate_change *c = &n->changes.v[i];

		if (strcmp(c->ref, ref) == 0 && strcmp(c->old, old) == 0 && strcmp(c->new, new) == 0)
			return n->fates[i];
	}
	return GATE_FATE_REJECT;
}

void gate_push_say(const struct gate_buf *lines)
{
	if (lines->len)
		fputs(lines->s, stderr);
}

/* The path as the kernel has it, which is what our own messages use. */
static void repo_dir(char dir[PATH_MAX])
{
	const char *given = getenv("GIT_DIR");

	if (!realpath(given ? given : ".", dir))
		dir[0] = '\0';
}

void gate_push_hide(const char *text, struct gate_buf *out)
{
	char dir[PATH_MAX];

	repo_dir(dir);
	gate_answer_hide(dir, text, out);
}

const char *gate_push_words(struct gate_err *err)
{
	char dir[PATH_MAX];

	repo_dir(dir);
	gate_answer_hide_err(dir, err);
	return err->text;
}

static enum gate_verdict verdict_of(enum gate_fate f)
{
	return f == GATE_FATE_ACCEPT || f == GATE_FATE_APPROVAL ? GATE_VERDICT_ACCEPT : GATE_VERDICT_REJECT;
}

int gate_push_refuse_refs(const struct gate_err *why, const struct gate_push_note *note)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	gate_autofree enum gate_verdict *verdicts = calloc(note->changes.n + 1, sizeof(*verdicts));
	struct gate_err safe = *why;

	gate_push_words(&safe);
	for (size_t i = 0; verdicts && i < note->changes.n; i++)
		verdicts[i] = verdict_of(note->fates[i]);
	gate_answer_error(&safe, verdicts ? &note->changes : NULL, verdicts, &b);
	gate_push_say(&b);
	return GATE_EXIT_REJECT;
}

int gate_push_refuse(const struct gate_err *why)
{
	gate_auto(gate_buf) struct gate_buf b = { 0 };
	struct gate_err safe = *why;

	gate_push_words(&safe);
	gate_answer_error(&safe, NULL, NULL, &b);
	gate_push_say(&b);
	return GATE_EXIT_REJECT;
}
