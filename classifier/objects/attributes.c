#include "classifier/objects/attributes.h"

#include "classifier/text/place.h"

#include <string.h>
#include <strings.h>

#define FILE_MAX_BYTES ((size_t)256 << 10)
#define LINES_MAX 2000u /* each is tried on each sample */
#define SAMPLES_MAX 400u

static const struct gate_weight low = { GATE_TIER_LOW, 5000, false };
static const struct gate_weight medium = { GATE_TIER_MEDIUM, 20000, false };

/* What hides from review, or runs. The value of an attribute that a path has; "" none, "-" unset, "+" set. */
enum attr { ATTR_FILTER, ATTR_DIFF, ATTR_MERGE, ATTR_ENCODING, ATTR_SUBST, ATTR_IDENT, ATTR_TEXT, ATTR_GENERATED, ATTR_VENDORED, ATTRS };
static const char *const attr_names[] = { "filter", "diff", "merge", "working-tree-encoding", "export-subst", "ident", "text",
					  "linguist-generated", "linguist-vendored" };

struct values {
	char v[ATTRS][24];
};

struct line {
	char *pattern;
	char *attrs;
};

struct file {
	struct line v[LINES_MAX];
	size_t n;
	struct gate_strs macros; /* "name attrs" */
	struct gate_buf text;
	bool cut;
};

static void file_free(struct file *f)
{
	if (f) {
		gate_buf_clear(&f->text);
		gate_strs_clear(&f->macros);
	}
	free(f);
}

/* A pattern in quotes is written as in C; what is behind a backslash stands for itself here. */
static char *split(char *line)
{
	char *to = line, *p = line;

	if (*line != '"') {
		p = line + strcspn(line, " \t");
		if (*p)
			*p++ = '\0';
		return p;
	}
	for (p = line + 1; *p && *p != '"'; p++) {
		if (*p == '\\' && p[1])
			p++;
		*to++ = *p;
	}
	if (*p)
		p++;
	*to = '\0';
	return p;
}

static int add_line(struct file *f, char *line, struct gate_err *err)
{
	line += strspn(line, " \t");
	if (!*line || *line == '#')
		return 0;
	if (gate_starts_with(line, "[attr]"))
		return gate_strs_add(&f->macros, line + 6, err);
	if (f->n >= LINES_MAX) {
		f->cut = true;
		return 0;
	}
	f->v[f->n].pattern = line;
	f->v[f->n++].attrs = split(line);
	return 0;
}

static int read_file(struct file *f, const char *s, size_t len, struct gate_err *err)
{
	int rc;

	f->cut = len > FILE_MAX_BYTES || memchr(s, '\0', len) != NULL;
	gate_buf_add(&f->text, s, f->cut ? 0 : len);
	if (gate_buf_check(&f->text, err) < 0)
		return -GATE_E_NOMEM;
	rc = 0;
	for (char *p = f->text.len ? f->text.s : NULL, *next; rc == 0 && p; p = next) {
		size_t n = strcspn(p, "\r\n");

		next = p[n] ? p + n + 1 : NULL;
		p[n] = '\0';
		rc = add_line(f, p, err);
	}
	return rc;
}

static void set(struct values *v, const char *word, size_t len, const struct file *f, int depth)
{
	char sign = *word == '-' || *word == '!' ? *word : '+', value[24];
	size_t skip = sign == '+' ? 0 : 1, name;
	const char *eq = memchr(word, '=', len);

	name = (eq ? (size_t)(eq - word) : len) - skip;
	snprintf(value, sizeof(value), "%s", sign == '!' ? "" : sign == '-' ? "-" : "+");
	if (eq)
		snprintf(value, sizeof(value), "%.*s", (int)(word + len - eq - 1), eq + 1);
	word += skip;
	for (size_t i = 0; i < ATTRS; i++) {
		if (strlen(attr_names[i]) == name && memcmp(word, attr_names[i], name) == 0)
			memcpy(v->v[i], value, sizeof(value));
	}
	if (name == 6 && memcmp(word, "binary", 6) == 0 && sign == '+') {
		snprintf(v->v[ATTR_DIFF], sizeof(value), "-");
		snprintf(v->v[ATTR_TEXT], sizeof(value), "-");
	}
	for (size_t i = 0; sign == '+' && depth < 4 && i < f->macros.n && i < 64; i++) {
		const char *m = f->macros.v[i];

		if (strcspn(m, " \t") != name || memcmp(m, word, name) != 0)
			continue;
		for (m += name; *(m += strspn(m, " \t")); m += strcspn(m, " \t"))
			set(v, m, strcspn(m, " \t"), f, depth + 1);
	}
}

static bool matches(const char *pattern, const char *path)
{
	const char *slash = strchr(pattern, '/');

	if (!slash)
		return gate_glob_match(pattern, gate_path_last(path), strlen(gate_path_last(path)), false);
	return gate_glob_match(*pattern == '/' ? pattern + 1 : pattern, path, strlen(path), false);
}

static void hold(const struct file *f, const char *path, struct values *v)
{
	*v = (struct values){ 0 };
	for (size_t i = 0; i < f->n; i++) {
		const char *a = f->v[i].attrs;

		if (!matches(f->v[i].pattern, path))
			continue;
		for (; *(a += strspn(a, " \t")); a += strcspn(a, " \t"))
			set(v, a, strcspn(a, " \t"), f, 0);
	}
}

/* Drivers that git brings: they name no command. */
static bool built_in(const char *value)
{
	static const char list[] = "|ada|bash|bibtex|cpp|csharp|css|dts|elixir|fortran|fountain|golang|html|java|kotlin|markdown|matlab|objc|"
				   "pascal|perl|php|python|ruby|rust|scheme|tex|astextplain|text|binary|union|";
	char key[32];

	snprintf(key, sizeof(key), "|%s|", value);
	return strstr(list, key) != NULL;
}

static bool reviewed(const char *path)
{
	return gate_place_is_source(path) || gate_place_is_test(path) || gate_place_is_lock(path) || strstr(path, ".github/") ||
	       strstr(path, ".yml");
}

/* How bad it is that the path has this now. NULL with *bad false: not at all; NULL with it true: the row's weight. */
static const struct gate_weight *weigh(enum attr a, const char *value, const char *path, bool *bad)
{
	bool media = gate_place_is_media(path), lock = gate_place_is_lock(path);

	*bad = *value && strcmp(value, "-") != 0;
	switch (a) {
	case ATTR_FILTER:
	case ATTR_MERGE:
	case ATTR_DIFF:
		if (*bad && strcmp(value, "+") != 0) {
			*bad = !(strcmp(value, "lfs") == 0 && media) && !(built_in(value) && strcmp(value, "union") != 0 &&
									  (strcmp(value, "binary") != 0 || !reviewed(path)));
			return strcmp(value, "union") == 0 ? &medium : NULL;
		}
		*bad = a == ATTR_DIFF && strcmp(value, "-") == 0 && !media && reviewed(path);
		return NULL;
	case ATTR_TEXT:
		*bad = strcmp(value, "-") == 0 && !media && reviewed(path);
		return &medium;
	case ATTR_GENERATED:
	case ATTR_VENDORED:
		*bad = (strcmp(value, "+") == 0 || strcmp(value, "true") == 0) && !media && reviewed(path);
		return lock ? &low : NULL;
	case ATTR_ENCODING:
	case ATTR_SUBST:
	case ATTR_IDENT:
	case ATTRS:
		break;
	}
	return NULL;
}

struct work {
	struct gate_detect *d;
	uint32_t change;
	const struct gate_object *o;
	struct file *now, *old;
	uint32_t told;
};

static int sample(struct work *w, const char *path, const char *glob, struct gate_err *err)
{
	struct values now, old;
	int rc = 0;

	hold(w->now, path, &now);
	hold(w->old, path, &old);
	for (int i = 0; rc == 0 && i < ATTRS; i++) {
		struct gate_sighting s = { .id = "GIT-ATTR", .path = w->o->path, .commit = w->o->commit, .old_value = old.v[i] };
		char subject[200], value[64];
		bool bad;

		if (strcmp(now.v[i], old.v[i]) == 0)
			continue;
		s.at_most = weigh((enum attr)i, now.v[i], path, &bad);
		if (!bad)
			continue;
		snprintf(subject, sizeof(subject), "%s:%.150s", attr_names[i], glob);
		snprintf(value, sizeof(value), "%s=%s", attr_names[i], now.v[i]);
		s.subject = subject;
		s.new_value = value;
		rc = gate_detect_add(w->d, w->change, &s, err);
	}
	return rc;
}

/* A path that the pattern matches: wildcards become letters. */
static int own_sample(struct work *w, const char *pattern, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf path = { 0 };

	for (const char *p = *pattern == '/' ? pattern + 1 : pattern; *p; p++) {
		if (*p == '[' && strchr(p, ']')) {
			gate_buf_char(&path, p[1] == '!' || p[1] == '^' ? '~' : p[1]);
			p = strchr(p, ']');
		} else if (*p == '*' && p[1] == '*') {
			gate_buf_str(&path, "a.c");
			p++;
		} else {
			gate_buf_char(&path, *p == '*' || *p == '?' ? 'x' : *p);
		}
	}
	return gate_buf_check(&path, err) < 0 ? -GATE_E_NOMEM : sample(w, gate_buf_cstr(&path), pattern, err);
}

static int compare(struct work *w, struct gate_err *err)
{
	static const char *const paths[] = { "src/main.c", "src/app.py", "src/app.js", "src/app.ts", "main.go", "src/lib.rs", "src/A.java",
					     "lib/a.rb", "tests/test_a.py", "a.test.js", "package-lock.json", "yarn.lock", "Cargo.lock",
					     "go.sum", ".github/workflows/ci.yml", ".gitlab-ci.yml", "Makefile", "Dockerfile", "a.sh", "a.sql" };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < w->now->n && i < SAMPLES_MAX; i++)
		rc = own_sample(w, w->now->v[i].pattern, err);
	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(paths); i++)
		rc = sample(w, paths[i], paths[i], err);
	if (rc == 0 && (w->now->cut || w->now->n > SAMPLES_MAX))
		rc = gate_detect_limit(w->d, w->change, w->o->path, w->o->commit, false, "attributes too many to be compared", err);
	return rc;
}

bool gate_attributes_bound(struct gate_detect *d, const char *path)
{
	(void)d;
	return strcasecmp(gate_path_last(path), ".gitattributes") == 0;
}

int gate_attributes_object(struct gate_detect *d, uint32_t change, const struct gate_object *o, struct gate_err *err)
{
	struct work w = { .d = d, .change = change, .o = o };
	struct gate_err why = { 0 };
	const char *s = "";
	size_t len = 0;
	int rc;

	if (!o->bytes || strcasecmp(gate_path_last(o->path), ".gitattributes") != 0)
		return 0;
	w.now = calloc(1, sizeof(*w.now));
	w.old = calloc(1, sizeof(*w.old));
	rc = w.now && w.old ? 0 : gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (rc == 0)
		rc = read_file(w.now, o->bytes, o->len, err);
	if (rc == 0 && o->n_olds && gate_mode_is_file(o->olds[0].mode) && d->load &&
	    d->load(d->load_arg, o->olds[0].oid, &s, &len, &why) == 0)
		rc = read_file(w.old, s, len, err);
	if (rc == 0)
		rc = compare(&w, err);
	file_free(w.now);
	file_free(w.old);
	return rc;
}

int gate_attributes_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err)
{
	gate_auto(gate_sides) struct gate_sides sides = { 0 };
	struct gate_err why = { 0 };

	(void)err;
	if (gate_detect_sides(d, l->delta, &sides, &why) == 0) /* what cannot be read is not lowered */
		l->w = low;
	return 0;
}
