#include "rules/amend.h"

#include "base/crypto.h"
#include "base/io.h"
#include "formats/signers.h"
#include "formats/yaml.h"

#include <string.h>

void gate_amend_person_clear(struct gate_amend_person *p)
{
	gate_strs_clear(&p->roles);
	gate_strs_clear(&p->mails);
	gate_strs_clear(&p->keys);
}

/* ---- the lines of a text ---- */

static const char *line_at(const char *text, uint32_t line)
{
	while (--line && *text)
		text += strcspn(text, "\n") + (text[strcspn(text, "\n")] == '\n');
	return text;
}

static const char *next_line(const char *p)
{
	p += strcspn(p, "\n");
	return *p ? p + 1 : p;
}

/* Nothing, or a comment. */
static bool is_idle(const char *line)
{
	line += strspn(line, " \t\r");
	return *line == '#' || *line == '\n' || !*line;
}

/* ---- policy.yml ---- */

/* Plain where a plain scalar cannot be taken for anything else. */
static void put_word(struct gate_buf *b, const char *s)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@+-";
	bool plain = *s && strspn(s, letters) == strlen(s) && !strchr("._@+-", *s);

	if (!plain)
		gate_buf_char(b, '"');
	for (; *s; s++) {
		if (!plain && (*s == '"' || *s == '\\'))
			gate_buf_char(b, '\\');
		gate_buf_char(b, *s);
	}
	if (!plain)
		gate_buf_char(b, '"');
}

static void put_list(struct gate_buf *b, const char *indent, const char *key, const struct gate_strs *l)
{
	if (!l->n)
		return;
	gate_buf_fmt(b, "%s  %s: [", indent, key);
	for (size_t i = 0; i < l->n; i++) {
		gate_buf_str(b, i ? ", " : "");
		put_word(b, l->v[i]);
	}
	gate_buf_str(b, "]\n");
}

static void put_person(struct gate_buf *b, const char *indent, const char *name, const struct gate_strs *roles,
		       const struct gate_strs *mails)
{
	gate_buf_str(b, indent);
	put_word(b, name);
	gate_buf_str(b, roles->n || mails->n ? ":\n" : ": {}\n");
	put_list(b, indent, "roles", roles);
	put_list(b, indent, "mails", mails);
}

struct section {
	const char *begin, *end; /* of the lines of people:; equal where there are none */
	const struct gate_yaml *people;
	char indent[32];
	bool block; /* a person begins on a line of his own */
};

/* Each key of a block map stands first on its line; that of a flow map behind a brace. */
static bool begins_line(const char *text, const struct gate_yaml *node, size_t *indent)
{
	const char *line = line_at(text, node->key_line);

	*indent = strspn(line, " ");
	line += *indent;
	line += *line == '"' || *line == '\'';
	return strncmp(line, node->key, strlen(node->key)) == 0;
}

static bool is_block(const char *text, struct section *s)
{
	uint32_t before = s->people->key_line;
	size_t indent, first = 0;

	for (const struct gate_yaml *c = s->people->first; c; c = c->next) {
		if (c->key_line <= before || !begins_line(text, c, &indent) || (first && indent != first) || !indent ||
		    indent >= sizeof(s->indent))
			return false;
		first = indent;
		before = c->key_line;
	}
	if (!first)
		return false;
	memset(s->indent, ' ', first);
	s->indent[first] = '\0';
	return true;
}

static int find_section(const char *text, const struct gate_yaml *root, struct section *s, struct gate_err *err)
{
	uint32_t until = 0;
	size_t indent;

	for (const struct gate_yaml *c = root->first; c; c = c->next) {
		if (!begins_line(text, c, &indent) || indent)
			return gate_err_set(err, GATE_E_POLICY, ".refgate/policy.yml:%u: '%s' does not begin its line, so nothing can be put in "
								"between; write the file with a key at the start of each line", c->key_line,
					    c->key);
		if (s->people && c->key_line > s->people->key_line && (!until || c->key_line < until))
			until = c->key_line;
		if (strcmp(c->key, "people") == 0)
			s->people = c;
	}
	s->begin = s->end = text + strlen(text);
	if (!s->people)
		return 0;
	s->begin = line_at(text, s->people->key_line);
	if (until)
		s->end = line_at(text, until);
	/* A comment at the left edge speaks of what comes after it. */
	for (const char *p = next_line(s->begin), *idle = NULL; p < s->end; p = next_line(p)) {
		if (!is_idle(p) || *p == ' ')
			idle = NULL;
		else if (!idle)
			idle = p;
		if (next_line(p) >= s->end && idle)
			s->end = idle;
	}
	s->block = s->people->type == GATE_YAML_MAP && is_block(text, s);
	return 0;
}

static const struct gate_amend_person *among(const struct gate_amend_person *v, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(v[i].name, name) == 0)
			return &v[i];
	}
	return NULL;
}

/* The lines of everybody who stays as he is, those of the others replaced. */
static void keep_lines(const char *text, const struct section *s, const struct gate_amend_person *v, size_t n, struct gate_buf *out)
{
	const char *p = line_at(text, s->people->first->key_line);

	gate_buf_add(out, s->begin, (size_t)(p - s->begin));
	for (const struct gate_yaml *c = s->people->first; c; c = c->next) {
		const struct gate_amend_person *new = among(v, n, c->key);
		const char *end = c->next ? line_at(text, c->next->key_line) : s->end, *rest = end;

		if (new) {
			put_person(out, s->indent, new->name, &new->roles, &new->mails);
			for (const char *q = p; q < end; q = next_line(q))
				rest = !is_idle(q) ? end : rest == end ? q : rest;
			p = rest;
		}
		gate_buf_add(out, p, (size_t)(end - p));
		if (out->len && out->s[out->len - 1] != '\n')
			gate_buf_char(out, '\n');
		p = end;
	}
}

static void write_anew(const struct gate_policy *now, const struct gate_amend_person *v, size_t n, struct gate_buf *out)
{
	gate_buf_str(out, "people:\n");
	for (size_t i = 0; i < now->people.n; i++) {
		const struct gate_person *one = &now->people.v[i];
		const struct gate_amend_person *new = among(v, n, one->name);

		put_person(out, "  ", one->name, new ? &new->roles : &one->roles, new ? &new->mails : &one->mails);
	}
}

static int amend_policy(const char *text, const struct gate_policy *now, const struct gate_amend_person *v, size_t n, struct gate_buf *out,
			bool *rewritten, struct gate_err *err)
{
	gate_autoyaml struct gate_yaml_doc *doc = NULL;
	struct section s = { .indent = "  " };

	if (gate_yaml_parse(text, strlen(text), GATE_POLICY_MAX, ".refgate/policy.yml", &doc, err) < 0 ||
	    find_section(text, gate_yaml_root(doc), &s, err) < 0)
		return -(int)err->code;
	gate_buf_add(out, text, (size_t)(s.begin - text));
	if (out->len && out->s[out->len - 1] != '\n')
		gate_buf_char(out, '\n');
	*rewritten = s.people && s.people->n && !s.block;
	if (s.block)
		keep_lines(text, &s, v, n, out);
	else
		write_anew(now, v, n, out);
	for (size_t i = 0; i < n; i++) {
		bool there = false;

		for (size_t k = 0; k < now->people.n; k++)
			there |= strcmp(now->people.v[k].name, v[i].name) == 0;
		if (!there)
			put_person(out, s.indent, v[i].name, &v[i].roles, &v[i].mails);
	}
	gate_buf_str(out, s.end);
	return gate_buf_check(out, err);
}

/* ---- allowed_signers, revoked_keys ---- */

static const struct gate_person *person_of(const struct gate_policy *p, const char *name)
{
	for (size_t i = 0; i < p->people.n; i++) {
		if (strcmp(p->people.v[i].name, name) == 0)
			return &p->people.v[i];
	}
	return NULL;
}

static void put_keys(const struct gate_policy *now, const struct gate_amend_person *one, struct gate_buf *out)
{
	const struct gate_person *before = person_of(now, one->name);

	for (size_t i = 0; i < one->keys.n; i++) {
		gate_buf_str(out, one->name);
		for (size_t k = 0; before && k < before->aliases.n; k++)
			gate_buf_fmt(out, ",%s", before->aliases.v[k]);
		gate_buf_fmt(out, " namespaces=\"git,approval.v1@refgate\" %s\n", one->keys.v[i]);
	}
}

static int amend_signers(const char *text, const struct gate_policy *now, const struct gate_amend_person *v, size_t n,
			 struct gate_buf *out, struct gate_err *err)
{
	gate_auto(gate_signers) struct gate_signers old = { 0 };
	size_t k = 0;
	uint32_t line = 1;

	if (gate_signers_parse(text, strlen(text), ".refgate/allowed_signers", &old, err) < 0)
		return -(int)err->code;
	for (const char *p = text; *p; p = next_line(p), line++) {
		bool is_key = k < old.n && old.v[k].line == line;

		if (!is_key || !among(v, n, old.v[k].principals.v[0]))
			gate_buf_add(out, p, (size_t)(next_line(p) - p));
		k += is_key;
	}
	if (out->len && out->s[out->len - 1] != '\n')
		gate_buf_char(out, '\n');
	for (size_t i = 0; i < n; i++)
		put_keys(now, &v[i], out);
	return gate_buf_check(out, err);
}

/* ---- whole folders ---- */

static const char *text_of(const struct gate_files *f, const char *path, const char *absent)
{
	const struct gate_file *one = gate_files_get(f, path);

	return one ? one->bytes : absent;
}

/* `from` with some of its files replaced. */
static int with(const struct gate_files *from, const char *const *paths, const struct gate_buf *texts, size_t n, struct gate_files *out,
		struct gate_err *err)
{
	for (size_t i = 0; i < from->n; i++) {
		bool replaced = false;

		for (size_t k = 0; k < n; k++)
			replaced |= strcmp(paths[k], from->v[i].path) == 0;
		if (!replaced && gate_files_add(out, from->v[i].path, from->v[i].bytes, from->v[i].len, err) < 0)
			return -(int)err->code;
	}
	for (size_t k = 0; k < n; k++) {
		if (gate_files_add(out, paths[k], gate_buf_cstr(&texts[k]), texts[k].len, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

int gate_amend_people(const struct gate_files *from, const struct gate_policy *now, const struct gate_amend_person *v, size_t n,
		      struct gate_files *out, bool *rewritten, struct gate_err *err)
{
	static const char *const paths[] = { "policy.yml", "allowed_signers" };
	struct gate_buf texts[GATE_ARRAY_LEN(paths)] = { 0 };

	if (amend_policy(text_of(from, paths[0], "version: 1\n"), now, v, n, &texts[0], rewritten, err) == 0 &&
	    amend_signers(text_of(from, paths[1], ""), now, v, n, &texts[1], err) == 0)
		with(from, paths, texts, GATE_ARRAY_LEN(paths), out, err);
	gate_buf_clear(&texts[0]);
	gate_buf_clear(&texts[1]);
	return err->code == GATE_OK ? 0 : -(int)err->code;
}

static int add_revoked(const struct gate_policy *now, const char *name, struct gate_buf *out, struct gate_err *err)
{
	const struct gate_person *one = gate_policy_person(now, name);

	if (!one)
		return gate_err_set(err, GATE_E_USAGE, "--lost %s: not in people: of the policy in force", name);
	for (size_t i = 0; i < one->n_keys; i++) {
		if (one->keys[i].revoked)
			continue;
		gate_buf_fmt(out, "%s ", one->keys[i].type);
		gate_b64_encode(out, one->keys[i].blob, one->keys[i].blob_len, true);
		gate_buf_fmt(out, " %s\n", one->name);
	}
	return gate_buf_check(out, err);
}

int gate_amend_revoke(const struct gate_files *from, const struct gate_policy *now, const struct gate_strs *names, struct gate_files *out,
		      struct gate_err *err)
{
	static const char *const paths[] = { "revoked_keys" };
	gate_auto(gate_strs) struct gate_strs done = { 0 };
	gate_auto(gate_buf) struct gate_buf text = { 0 };

	gate_buf_str(&text, text_of(from, paths[0], ""));
	if (text.len && text.s[text.len - 1] != '\n')
		gate_buf_char(&text, '\n');
	for (size_t i = 0; i < names->n; i++) {
		const struct gate_person *one = gate_policy_person(now, names->v[i]);

		if (one && gate_strs_has(&done, one->name))
			continue;
		if (add_revoked(now, names->v[i], &text, err) < 0 || gate_strs_add(&done, one->name, err) < 0)
			return -(int)err->code;
	}
	return names->n ? with(from, paths, &text, 1, out, err) : with(from, NULL, NULL, 0, out, err);
}

/* As `policy show` prints it, without the lines that tell people, digest and warnings, and without the line numbers of rules, which a
 * person more or less moves. */
static int rules_text(const struct gate_policy *p, struct gate_buf *out, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf all = { 0 };
	static const char source[] = "} # .refgate/policy.yml:";
	bool people = false;

	if (gate_policy_show(p, &all, err) < 0)
		return -(int)err->code;
	for (const char *l = gate_buf_cstr(&all); *l; l = next_line(l)) {
		size_t n = (size_t)(next_line(l) - l), digits = n;

		people = *l == ' ' ? people : gate_starts_with(l, "people:");
		while (digits && (l[digits - 1] == '\n' || (l[digits - 1] >= '0' && l[digits - 1] <= '9')))
			digits--;
		if (digits >= sizeof(source) && memcmp(l + digits - (sizeof(source) - 1), source, sizeof(source) - 1) == 0)
			n = digits;
		if (!people && *l != '#')
			gate_buf_add(out, l, n);
	}
	return gate_buf_check(out, err);
}

int gate_amend_same_rules(const struct gate_policy *a, const struct gate_policy *b, bool *same, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf one = { 0 }, two = { 0 };

	if (rules_text(a, &one, err) < 0 || rules_text(b, &two, err) < 0)
		return -(int)err->code;
	*same = strcmp(gate_buf_cstr(&one), gate_buf_cstr(&two)) == 0;
	return 0;
}
