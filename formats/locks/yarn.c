/* yarn.lock: version 1, which looks like YAML and is not (yarnpkg/yarn, src/lockfile/parse.js), and version 2 and newer, which is
 * (yarnpkg/berry). The newer one has a key __metadata. */
#include "formats/locks/read.h"

/* "@scope/name@^1.0, @scope/name@~1" -> "@scope/name"; what follows the '@' goes to *range. */
static size_t pattern_name(const char *s, size_t len, const char **range, size_t *range_len)
{
	const char *at = len > 1 ? memchr(s + 1, '@', len - 1) : NULL;
	const char *end = at ? memchr(at, ',', (size_t)(s + len - at)) : NULL;

	*range = at ? at + 1 : "";
	*range_len = at ? (size_t)((end ? end : s + len) - at - 1) : 0;
	return at ? (size_t)(at - s) : len;
}

/* The name in "npm:real@1.0". */
static void real_name(struct gate_parts *p, const char *range, size_t len)
{
	const char *at;

	if (len < 5 || memcmp(range, "npm:", 4) != 0)
		return;
	range += 4;
	len -= 4;
	at = memrchr(range + 1, '@', len - 1);
	if (!at)
		return;
	gate_parts_set(p, GATE_PART_ALIAS, gate_parts_get(p, GATE_PART_NAME));
	gate_parts_setn(p, GATE_PART_NAME, range, (size_t)(at - range));
}

/* ---- version 1 ---- */

static int emit_classic(struct gate_lock_store *s, struct gate_parts *p, struct gate_err *err)
{
	const char *source = gate_parts_get(p, GATE_PART_SOURCE), *rev = gate_address_rev(source);
	enum gate_dep_kind kind = gate_address_kind(*source ? source : gate_parts_get(p, GATE_PART_TYPE));

	if (!p->open)
		return 0;
	p->open = false;
	if (kind == GATE_DEP_GIT && rev)
		gate_parts_set(p, GATE_PART_REV, rev);
	else if (kind == GATE_DEP_URL && rev && !p->f[GATE_PART_HASH].len)
		gate_parts_set(p, GATE_PART_HASH, rev); /* the sha1 of the archive */
	if (kind == GATE_DEP_URL)
		kind = GATE_DEP_REGISTRY;
	return gate_parts_add(s, p, GATE_ECO_NPM, GATE_DEP_PACKAGE, kind, err);
}

static void head(struct gate_parts *p, const struct gate_line *l)
{
	const char *text = l->s, *range, *from = l->s;
	size_t len = l->len, range_len;

	gate_parts_reset(p, l->number);
	if (*text == '"')
		gate_line_quoted(&from, l->s + l->len, &text, &len);
	else
		len = strcspn(text, ":,\n") < len ? strcspn(text, ",\n") : len;
	if (len > l->len)
		len = l->len;
	while (len && text[len - 1] == ':')
		len--;
	gate_parts_setn(p, GATE_PART_NAME, text, pattern_name(text, len, &range, &range_len));
	gate_parts_setn(p, GATE_PART_TYPE, range, range_len);
	real_name(p, range, range_len);
}

static void classic_field(struct gate_parts *p, const struct gate_line *l)
{
	static const struct gate_part_key keys[] = {
		{ "version", GATE_PART_VERSION }, { "resolved", GATE_PART_SOURCE }, { "integrity", GATE_PART_HASH }
	};
	const char *s = l->s + 2, *end = l->s + l->len, *value;
	size_t key = 0, len;
	char name[16];

	while (s + key < end && s[key] != ' ' && s[key] != ':')
		key++;
	if (*s == '"' && key > 2) {
		s++;
		key -= 2;
	}
	if (key >= sizeof(name))
		return;
	memcpy(name, s, key);
	name[key] = '\0';
	s += key + strspn(s + key, "\": ") * (size_t)(s + key < end);
	if (s > end)
		return;
	value = s;
	len = (size_t)(end - s);
	while (len && (value[len - 1] == '"' || value[len - 1] == ' '))
		len--;
	for (size_t i = 0; i < GATE_ARRAY_LEN(keys); i++) {
		if (strcmp(keys[i].key, name) == 0)
			gate_parts_setn(p, keys[i].at, value, len);
	}
}

static int read_classic(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	struct gate_parts p = { 0 };
	struct gate_line l = { 0 };
	const char *at = bytes, *end = bytes + len;
	int rc = 0;

	while (rc == 0 && gate_line_next(&at, end, &l)) {
		if (!l.len || l.s[0] == '#')
			continue;
		if (l.s[0] != ' ') {
			rc = emit_classic(s, &p, err);
			if (l.s[l.len - 1] != ':')
				rc = gate_err_set(err, GATE_E_SYNTAX, "%u: an entry begins with names and a colon", l.number);
			else
				head(&p, &l);
		} else if (!p.open || l.len < 3 || l.s[1] != ' ') {
			rc = gate_err_set(err, GATE_E_SYNTAX, "%u: this belongs to no entry", l.number);
		} else if (l.s[2] != ' ') {
			classic_field(&p, &l);
		}
	}
	if (rc == 0)
		rc = emit_classic(s, &p, err);
	gate_parts_clear(&p);
	return rc;
}

/* ---- version 2 and newer ---- */

struct berry {
	struct gate_lock_store *s;
	struct gate_parts p;
};

/* "name@npm:1.0", "name@workspace:packages/a", "name@patch:name@npm%3A1.0#./p.patch", "name@https://host/a.git#commit=abc" */
static int emit_berry(struct berry *b, struct gate_err *err)
{
	struct gate_parts *p = &b->p;
	const char *text = gate_parts_get(p, GATE_PART_TYPE), *range, *rev;
	size_t len, range_len;
	enum gate_dep_kind kind = GATE_DEP_REGISTRY;
	gate_auto(gate_buf) struct gate_buf source = { 0 };

	len = pattern_name(text, strlen(text), &range, &range_len);
	if (p->f[GATE_PART_ALIAS].len != len || memcmp(gate_parts_get(p, GATE_PART_ALIAS), text, len) == 0)
		gate_buf_reset(&p->f[GATE_PART_ALIAS]);
	gate_parts_setn(p, GATE_PART_NAME, text, len);
	if (gate_starts_with(range, "workspace:")) {
		kind = GATE_DEP_WORKSPACE;
		p->flags |= GATE_DEP_OWN;
		return 0;
	}
	if (!gate_starts_with(range, "npm:")) {
		kind = gate_starts_with(range, "patch:") ? GATE_DEP_PATH : gate_address_kind(range);
		rev = gate_address_rev(range);
		gate_buf_add(&source, range, kind == GATE_DEP_GIT && rev ? (size_t)(rev - range - 1) : range_len);
		gate_parts_set(p, GATE_PART_SOURCE, gate_buf_cstr(&source));
		if (kind == GATE_DEP_GIT && rev)
			gate_parts_set(p, GATE_PART_REV, gate_starts_with(rev, "commit=") ? rev + 7 : rev);
	}
	return gate_parts_add(b->s, p, GATE_ECO_NPM, GATE_DEP_PACKAGE, kind, err);
}

static int berry_edge(struct berry *b, const struct gate_visit *v, struct gate_err *err)
{
	const char *range;
	size_t len, range_len = 0;
	gate_auto(gate_buf) struct gate_buf name = { 0 };
	bool own = strstr(v->key[0], "@workspace:") != NULL;

	if (strcmp(v->key[1], "dependencies") != 0 && strcmp(v->key[1], "peerDependencies") != 0)
		return 0;
	len = pattern_name(v->key[0], strlen(v->key[0]), &range, &range_len);
	gate_buf_add(&name, v->key[0], len);
	return gate_lock_edge(b->s, own ? NULL : gate_buf_cstr(&name), v->key[2], err);
}

static int berry_visit(void *arg, const struct gate_visit *v, struct gate_err *err)
{
	static const struct gate_part_key keys[] = {
		{ "version", GATE_PART_VERSION }, { "resolution", GATE_PART_TYPE }, { "checksum", GATE_PART_HASH }
	};
	struct berry *b = arg;
	const char *range;
	size_t range_len;

	if (!v->depth)
		return 0;
	if (strcmp(v->key[0], "__metadata") == 0)
		return v->depth == 2 && strcmp(v->key[1], "cacheKey") == 0 ?
			       gate_lock_intern(b->s, v->text, strlen(v->text), &b->s->now->format, err) : 0;
	if (v->depth == 1 && v->what == GATE_VISIT_MAP) {
		gate_parts_reset(&b->p, v->line);
		gate_parts_setn(&b->p, GATE_PART_ALIAS, v->key[0],
				pattern_name(v->key[0], strlen(v->key[0]), &range, &range_len));
	} else if (v->depth == 1 && v->what == GATE_VISIT_END) {
		return emit_berry(b, err);
	} else if (v->depth == 1) {
		return gate_err_set(err, GATE_E_SYNTAX, "%u: an entry that is no map", v->line);
	} else if (v->depth == 2 && v->what == GATE_VISIT_VALUE) {
		gate_parts_take(&b->p, keys, GATE_ARRAY_LEN(keys), v->key[1], v->text);
	} else if (v->depth == 3 && v->what == GATE_VISIT_VALUE) {
		return berry_edge(b, v, err);
	}
	return 0;
}

int gate_lock_read_yarn(const char *bytes, size_t len, struct gate_lock_store *s, struct gate_err *err)
{
	struct berry b = { .s = s };
	int rc;

	if (!memmem(bytes, len, "\n__metadata:", 12) && (len < 11 || memcmp(bytes, "__metadata:", 11) != 0))
		return read_classic(bytes, len, s, err);
	rc = gate_visit_bytes(GATE_FORMAT_YAML, bytes, len, berry_visit, &b, err);
	s->now->edges_whole = rc == 0;
	gate_parts_clear(&b.p);
	return rc;
}
