/* A new name that is one slip of the finger away from a name that the project uses, or that everybody uses: the oldest way to bring
 * foreign code into a project. */
#include "classifier/deps/state.h"

#include "rules/names.h"

#include <ctype.h>
#include <string.h>

#define NAME_MAX_BYTES 80 /* longer ones are not compared letter by letter */
/* A file that brings more new names than this was made to make the comparison long: the rest is GATE-LIMIT. */
#define NAMES_MAX 30000u

static const struct gate_name_list *list_of(enum gate_ecosystem eco)
{
	for (size_t i = 0; i < gate_names_n; i++) {
		if (strcmp(gate_names[i].ecosystem, gate_ecosystem_name(eco)) == 0)
			return &gate_names[i];
	}
	return NULL;
}

bool gate_dep_well_known(enum gate_ecosystem eco, const char *name)
{
	const struct gate_name_list *l = list_of(eco);
	size_t low = 0, high = l ? l->n : 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int o = strcasecmp(l->v[mid], name);

		if (!o)
			return true;
		if (o < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

static bool is_mark(char c)
{
	return c == '-' || c == '_' || c == '.' || c == '@' || c == '/' || c == ':';
}

/* Letters and digits alone: "node_fetch", "node-fetch", "@node/fetch" become the same. */
static size_t squeeze(const char *name, char *out)
{
	size_t n = 0;

	for (; *name && n < NAME_MAX_BYTES; name++) {
		if (!is_mark(*name))
			out[n++] = (char)tolower((unsigned char)*name);
	}
	out[n] = '\0';
	return n;
}

static size_t owner_len(enum gate_ecosystem eco, const char *name)
{
	const char *cut = NULL;

	if (eco == GATE_ECO_NPM || eco == GATE_ECO_JSR)
		cut = *name == '@' ? strchr(name, '/') : NULL;
	else if (eco == GATE_ECO_PACKAGIST || eco == GATE_ECO_TERRAFORM)
		cut = strchr(name, '/');
	else if (eco == GATE_ECO_MAVEN)
		cut = strchr(name, ':');
	else if (eco == GATE_ECO_GO)
		cut = strrchr(name, '/');
	else if (eco == GATE_ECO_NUGET)
		cut = strchr(name, '.');
	return cut ? (size_t)(cut - name) : 0;
}

/* Packages of one owner have names alike. */
static bool same_owner(enum gate_ecosystem eco, const char *a, const char *b)
{
	size_t n = owner_len(eco, a);

	return n && n == owner_len(eco, b) && strncasecmp(a, b, n) == 0;
}

/* Optimal string alignment: letters changed, lost, gained, or two neighbours swapped; 3 for anything above 2. */
static unsigned distance(const char *a, size_t n, const char *b, size_t m)
{
	unsigned row[3][NAME_MAX_BYTES + 1];
	unsigned *before = row[0], *last = row[1], *now = row[2];

	for (size_t k = 0; k <= m; k++)
		last[k] = (unsigned)k;
	for (size_t i = 1; i <= n; i++) {
		unsigned best = now[0] = (unsigned)i, *spare;

		for (size_t k = 1; k <= m; k++) {
			unsigned cost = a[i - 1] != b[k - 1], v = last[k - 1] + cost;

			v = last[k] + 1 < v ? last[k] + 1 : v;
			v = now[k - 1] + 1 < v ? now[k - 1] + 1 : v;
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] && before[k - 2] + 1 < v)
				v = before[k - 2] + 1;
			now[k] = v;
			best = v < best ? v : best;
		}
		if (best > 2)
			return 3;
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[m] > 3 ? 3 : last[m];
}

static uint64_t letters(const char *s, size_t n)
{
	uint64_t set = 0;

	for (size_t i = 0; i < n; i++)
		set |= UINT64_C(1) << (tolower((unsigned char)s[i]) & 63);
	return set;
}

/* The part of both that is not the same at both ends, widened to the marks around it: of "eslint-plugin-vue" and
 * "eslint-plugin-vuex" it is "vue" and "vuex". Short words differ by a letter by chance, long ones do not. */
static size_t odd_word(const char *a, size_t n, const char *b, size_t m)
{
	size_t from = 0, end = 0, least = n < m ? n : m;

	while (from < least && a[from] == b[from])
		from++;
	while (end < least - from && a[n - 1 - end] == b[m - 1 - end])
		end++;
	while (from && !is_mark(a[from - 1]))
		from--;
	while (end && !is_mark(a[n - end]))
		end--;
	n -= from + end;
	m -= from + end;
	return n < m ? n : m;
}

static bool digits_apart(const char *a, const char *b)
{
	while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b))
		a++, b++;
	/* "boto" and "boto3", "glob2": a new major version under its own name */
	return (isdigit((unsigned char)*a) || isdigit((unsigned char)*b)) && strspn(a, "0123456789") == strlen(a) &&
	       strspn(b, "0123456789") == strlen(b);
}

static bool marks_apart(enum gate_ecosystem eco, const char *name, const char *known)
{
	char a[NAME_MAX_BYTES + 1], b[NAME_MAX_BYTES + 1];
	size_t n = squeeze(name, a), m = squeeze(known, b);

	if (eco == GATE_ECO_CRATES || n != m || n < 5 || n >= NAME_MAX_BYTES || memcmp(a, b, n) != 0)
		return false;
	/* Go modules and coordinates have marks that only say who owns them */
	return eco != GATE_ECO_GO && eco != GATE_ECO_MAVEN && eco != GATE_ECO_PACKAGIST;
}

static bool alike(enum gate_ecosystem eco, const char *name, const char *known)
{
	size_t n = strlen(name), m = strlen(known), word;
	unsigned d;

	if (strcasecmp(name, known) == 0 || n >= NAME_MAX_BYTES || m >= NAME_MAX_BYTES)
		return false;
	if (same_owner(eco, name, known))
		return false;
	if (marks_apart(eco, name, known))
		return true;
	if (n > m + 2 || m > n + 2 || digits_apart(name, known))
		return false;
	if (__builtin_popcountll(letters(name, n) ^ letters(known, m)) > 4)
		return false;
	word = odd_word(name, n, known, m);
	if (word < 5)
		return false;
	d = distance(name, n, known, m);
	return d == 1 || (d == 2 && word >= 10);
}

static const char *find_alike(struct gate_dep_compare *c, enum gate_ecosystem eco, const char *name)
{
	const struct gate_name_list *l = list_of(eco);
	const struct gate_lock *old = &c->s->side[0];
	size_t looked = 0;

	for (size_t i = 0; l && i < l->n; i++) {
		if (alike(eco, name, l->v[i]))
			return l->v[i];
	}
	/* names that the project itself asks for; rows are sorted by role, these are few */
	for (size_t i = 0; i < old->n && looked < 600; i++) {
		const struct gate_dep *d = &old->v[i];

		if (d->eco != eco || (d->role != GATE_DEP_DIRECT && !(d->role == GATE_DEP_PACKAGE && (c->kind->is & GATE_LOCK_MANIFEST))))
			continue;
		looked++;
		if (alike(eco, name, gate_lock_text(c->s, d->name)))
			return gate_lock_text(c->s, d->name);
	}
	return NULL;
}

int gate_dep_compare_name(struct gate_dep_compare *c, const struct gate_dep *row, bool direct, struct gate_err *err)
{
	const char *name = gate_lock_text(c->s, row->name), *known;
	gate_auto(gate_buf) struct gate_buf subject = { 0 };
	struct gate_dep_saying what = { .id = "DEP-NAME", .new_value = name, .line = row->line,
					.at_most = direct ? &gate_dep_high : &gate_dep_medium };

	if (gate_dep_well_known(row->eco, name))
		return 0;
	if (++c->d->deps->names_checked == NAMES_MAX)
		return gate_detect_limit(c->d, c->change, c->delta->path, NULL, false,
					 "more new packages than are compared with well-known names", err);
	if (c->d->deps->names_checked > NAMES_MAX)
		return 0;
	known = find_alike(c, row->eco, name);
	if (!known)
		return 0;
	gate_buf_fmt(&subject, "%s %s", gate_ecosystem_name(row->eco), name);
	if (gate_buf_check(&subject, err) < 0)
		return -GATE_E_NOMEM;
	what.subject = subject.s;
	what.old_value = known;
	return gate_dep_say(c, &what, err);
}
