#include "classifier/deps/cfg.h"

#include "classifier/docs.h"
#include "rules/match.h"

#include <string.h>
#include <strings.h>

#define ENTRIES_MAX 20000u

struct entry {
	char *path, *value;
	uint32_t line;
};

struct entries {
	struct entry *v;
	size_t n, cap;
	bool full;
};

/* How a file is read; NULL fn of the row that matches first. Files of no row are code, or binary: any change counts. */
enum reading { READ_LINES, READ_TREE };

static const struct {
	const char *glob;
	enum reading how;
	enum gate_format format;
} files[] = {
	{ ".npmrc", READ_LINES, GATE_FORMAT_INI },	    { ".yarnrc", READ_LINES, GATE_FORMAT_INI },
	{ "go.env", READ_LINES, GATE_FORMAT_INI },	    { ".yarnrc.yml", READ_TREE, GATE_FORMAT_YAML },
	{ "pnpm-workspace.yaml", READ_TREE, GATE_FORMAT_YAML }, { "bunfig.toml", READ_TREE, GATE_FORMAT_TOML },
	{ "pip.conf", READ_TREE, GATE_FORMAT_INI },	    { "pip.ini", READ_TREE, GATE_FORMAT_INI },
	{ ".pypirc", READ_TREE, GATE_FORMAT_INI },	    { "uv.toml", READ_TREE, GATE_FORMAT_TOML },
	{ "poetry.toml", READ_TREE, GATE_FORMAT_TOML },	    { "config.toml", READ_TREE, GATE_FORMAT_TOML },
	{ ".gemrc", READ_TREE, GATE_FORMAT_YAML },	    { "settings.xml", READ_TREE, GATE_FORMAT_XML },
	{ "nuget.config", READ_TREE, GATE_FORMAT_XML },	    { "*.properties", READ_TREE, GATE_FORMAT_PROPERTIES },
};

static void entries_clear(struct entries *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].path);
		free(l->v[i].value);
	}
	free(l->v);
	*l = (struct entries){ 0 };
}

static int add(struct entries *l, const char *path, size_t path_len, const char *value, size_t len, uint32_t line,
	       struct gate_err *err)
{
	if (l->n >= ENTRIES_MAX) {
		l->full = true;
		return 0;
	}
	if (l->n == l->cap) {
		size_t want = l->cap ? l->cap * 2 : 64;
		struct entry *bigger = reallocarray(l->v, want, sizeof(*l->v));

		if (!bigger)
			return gate_err_set(err, GATE_E_NOMEM, "out of memory");
		l->v = bigger;
		l->cap = want;
	}
	l->v[l->n] = (struct entry){ strndup(path, path_len), strndup(value, len), line };
	l->n++;
	return l->v[l->n - 1].path && l->v[l->n - 1].value ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

/* .npmrc and .yarnrc have a dialect each: "key = value", where a key may hold ':' and '/'; "key value". Later lines win. */
static int read_lines(const char *s, size_t len, struct entries *l, struct gate_err *err)
{
	const char *end = s + len, *nl;
	uint32_t line = 0;
	int rc = 0;

	for (; rc == 0 && s < end; s = nl + 1) {
		const char *stop, *cut, *value;

		nl = memchr(s, '\n', (size_t)(end - s));
		nl = nl ? nl : end;
		line++;
		stop = nl;
		while (s < stop && strchr(" \t", *s))
			s++;
		while (stop > s && strchr(" \t\r;", stop[-1]))
			stop--;
		if (s == stop || *s == '#' || *s == ';')
			continue;
		cut = memchr(s, '=', (size_t)(stop - s));
		if (!cut)
			cut = memchr(s, ' ', (size_t)(stop - s));
		value = cut ? cut + 1 : stop;
		cut = cut ? cut : stop;
		while (value < stop && strchr(" \t\"'", *value))
			value++;
		while (stop > value && strchr("\"'", stop[-1]))
			stop--;
		while (cut > s && strchr(" \t\"[]", cut[-1]))
			cut--;
		/* "@scope:registry": the scope belongs to the key, the word behind ':' says what it is */
		rc = add(l, s, (size_t)(cut - s), value == stop && !memchr(s, '=', (size_t)(nl - s)) ? "true" : value,
			 value == stop && !memchr(s, '=', (size_t)(nl - s)) ? 4 : (size_t)(stop - value), line, err);
	}
	return rc;
}

static int on_node(void *arg, const char *path, const struct gate_node *n, struct gate_err *err)
{
	const char *text = gate_node_text(n);

	return text ? add(arg, path, strlen(path), text, strlen(text), n->line, err) : 0;
}

static const struct entry *find(const struct entries *l, const struct entry *like)
{
	const struct entry *found = NULL;

	for (size_t i = 0; i < l->n; i++) {
		if (strcasecmp(l->v[i].path, like->path) == 0)
			found = &l->v[i];
	}
	return found;
}

/* The part of a path in front of an index of a list; the whole of it when there is none. */
static size_t before_index(const char *path)
{
	for (const char *p = path; *p; p++) {
		size_t n = strspn(p, "0123456789");

		if (n && (p == path || p[-1] == '.') && (!p[n] || p[n] == '.'))
			return (size_t)(p - path);
	}
	return strlen(path);
}

/* The same value under the same key, wherever in a list it stands: order is no change. */
static bool has(const struct entries *l, const struct entry *like)
{
	size_t n = before_index(like->path);

	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i].value, like->value) == 0 && strncasecmp(l->v[i].path, like->path, n) == 0 &&
		    (strcasecmp(l->v[i].path, like->path) == 0 || like->path[n]))
			return true;
	}
	return false;
}

static bool truth(const char *s)
{
	return strcasecmp(s, "true") == 0 || strcasecmp(s, "yes") == 0 || strcasecmp(s, "on") == 0 || strcmp(s, "1") == 0;
}

/* "3d", "72h", "1440", "P3D": days weigh more than hours; a number without a unit is compared as it is. */
static double amount(const char *s)
{
	char *end;
	double v = strtod(s + strspn(s, "Pp\"' "), &end);

	end += strspn(end, " ");
	switch (*end) {
	case 'w':
	case 'W':
		return v * 7 * 1440;
	case 'd':
	case 'D':
		return v * 1440;
	case 'h':
	case 'H':
		return v * 60;
	default:
		return v;
	}
}

static size_t host_of(const char *s, const char **host)
{
	const char *sep = strstr(s, "://");

	*host = sep ? sep + 3 : s;
	return strcspn(*host, "/?#");
}

/* Whether `now` is worse than `was`; NULL: not there. Both are never NULL. */
static bool worse_place(const char *was, const char *now)
{
	const char *a, *b;
	size_t n, m;

	if (!now)
		return !gate_cfg_usual_place(was) && strncasecmp(was, "http:", 5) != 0;
	if (strncasecmp(now, "http:", 5) == 0 && (!was || strncasecmp(was, "http:", 5) != 0))
		return true;
	if (!was)
		return !gate_cfg_usual_place(now);
	n = host_of(was, &a);
	m = host_of(now, &b);
	return n != m || strncasecmp(a, b, n) != 0;
}

static bool worse(enum gate_cfg_way way, const char *was, const char *now)
{
	switch (way) {
	case GATE_CFG_KEEP_ON:
		return now ? !truth(now) && (!was || truth(was)) : truth(was);
	case GATE_CFG_KEEP_OFF:
		return now && truth(now) && (!was || !truth(was));
	case GATE_CFG_KEEP_HIGH:
		return was && (!now || amount(now) < amount(was));
	case GATE_CFG_PLACE:
		return worse_place(was, now);
	case GATE_CFG_STAY:
		return was != NULL;
	case GATE_CFG_ANY:
	default:
		return now != NULL;
	}
}

/* A new distribution has a new checksum: that it stands there is what counts, unless the address stayed. */
static bool moved_on(const struct entries *before, const struct entries *now, const char *path)
{
	static const char *const urls[] = { "distributionUrl", "wrapperUrl" };
	bool moved = false;

	if (!strcasestr(path, "Sha256Sum"))
		return false;
	for (size_t i = 0; i < GATE_ARRAY_LEN(urls); i++) {
		struct entry like = { gate_lend(urls[i]), NULL, 0 };
		const struct entry *a = find(before, &like), *b = find(now, &like);

		moved = moved || (a && b && strcmp(a->value, b->value) != 0);
	}
	return moved;
}

static int tell(struct gate_detect *d, const struct gate_look *l, const struct entry *e, const char *was, const char *now,
		struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf subject = { 0 };
	struct gate_sighting s = { .id = l->id, .path = l->delta->path, .line = now ? e->line : 0, .at_most = &l->w };

	/* a secret may stand in an address: the value is shown up to the credentials alone */
	gate_buf_fmt(&subject, "%.200s: %.200s", l->delta->path, e->path);
	if (gate_buf_check(&subject, err) < 0)
		return -GATE_E_NOMEM;
	s.subject = subject.s;
	s.old_value = !was ? "absent" : strchr(was, '@') || strlen(was) > 80 ? "set" : was;
	s.new_value = !now ? "removed" : strchr(now, '@') || strlen(now) > 80 ? "set otherwise" : now;
	s.message = NULL;
	return gate_detect_add(d, l->change, &s, err);
}

static bool secret_key(const char *path)
{
	return strcasestr(path, "_auth") || strcasestr(path, "password") || strcasestr(path, "token");
}

static int compare(struct gate_detect *d, const struct gate_look *l, const struct entries *before, const struct entries *now,
		   struct gate_err *err)
{
	enum gate_cfg_way way;
	size_t asked = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < now->n; i++) {
		const struct entry *e = &now->v[i], *old;

		if (secret_key(e->path) || !gate_cfg_way_of(e->path, &way))
			continue;
		if (++asked > 2000)
			return gate_detect_limit(d, l->change, l->delta->path, NULL, false,
						 "more settings of package managers than are compared: read the file as a whole", err);
		if (has(before, e) && find(now, e) == e)
			continue;
		old = find(before, e);
		if (e->path[before_index(e->path)])
			old = NULL; /* an element of a list: added */
		if (old && way == GATE_CFG_STAY && moved_on(before, now, e->path))
			continue;
		if (worse(way, old ? old->value : NULL, e->value))
			rc = tell(d, l, e, old ? old->value : NULL, e->value, err);
	}
	for (size_t i = 0; rc == 0 && i < before->n && asked < 4000; i++) {
		const struct entry *e = &before->v[i];

		if (secret_key(e->path) || !gate_cfg_way_of(e->path, &way) || has(now, e))
			continue;
		asked++;
		if (!e->path[before_index(e->path)] && find(now, e))
			continue;
		if (way != GATE_CFG_ANY && worse(way, e->value, NULL))
			rc = tell(d, l, e, e->value, NULL, err);
	}
	return rc;
}

static int read_both(struct gate_detect *d, const struct gate_look *l, size_t row, struct entries *before, struct entries *now,
		     bool *bad, struct gate_err *err)
{
	gate_auto(gate_sides) struct gate_sides sides = { 0 };
	struct gate_docs docs;
	struct gate_err why = { 0 };
	int rc;

	if (files[row].how == READ_LINES) {
		*bad = gate_detect_sides(d, l->delta, &sides, &why) < 0;
		rc = *bad ? 0 : read_lines(gate_buf_cstr(&sides.before), sides.before.len, before, err);
		return rc == 0 && !*bad ? read_lines(sides.now, sides.now_len, now, err) : rc;
	}
	rc = gate_detect_docs(d, l->change, l->delta, files[row].format, &docs, err);
	*bad = docs.bad_before || docs.bad_now;
	if (rc == 0 && docs.before)
		rc = gate_node_select(docs.before, "**", on_node, before, err);
	if (rc == 0 && docs.now)
		rc = gate_node_select(docs.now, "**", on_node, now, err);
	return rc;
}

static size_t row_of(const char *path)
{
	const char *last = gate_path_last(path);
	size_t row = 0;

	if (strcasecmp(last, "config") == 0) { /* .bundle/config is YAML, .cargo/config TOML */
		for (row = 0; row < GATE_ARRAY_LEN(files); row++) {
			if (strcmp(files[row].glob, strstr(path, ".cargo/") ? "config.toml" : ".gemrc") == 0)
				return row;
		}
	}
	while (row < GATE_ARRAY_LEN(files) && !gate_glob_match(files[row].glob, last, strlen(last), true))
		row++;
	return row;
}

int gate_cfg_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err)
{
	struct entries before = { 0 }, now = { 0 };
	size_t row = row_of(l->delta->path);
	bool bad = false;
	int rc;

	if (row == GATE_ARRAY_LEN(files))
		return 0;
	rc = read_both(d, l, row, &before, &now, &bad, err);
	if (rc == 0 && !bad) {
		l->keep = before.full || now.full;
		rc = compare(d, l, &before, &now, err);
	}
	entries_clear(&before);
	entries_clear(&now);
	return rc;
}
