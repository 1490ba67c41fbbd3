/* Both sides of a lockfile or a manifest, row by row. Rows are sorted, so that one walk over both finds for each name what was and
 * what is; no step compares more than the rows of one name with each other. */
#include "classifier/deps/state.h"
#include "classifier/deps/vuln.h"
#include "classifier/deps/version.h"

#include <string.h>

/* A name with more rows than any project has is not compared row by row. */
#define ROWS_MAX 400u
/* So many findings of one file are told one by one; the halving of DESIGN section 7 makes the rest weigh nothing. */
#define ADDS_MAX 60u
#define HOSTS_MAX 200u
#define OTHERS_MAX 100u

const struct gate_weight gate_dep_critical = { GATE_TIER_CRITICAL, 100000, false };
const struct gate_weight gate_dep_high = { GATE_TIER_HIGH, 50000, false };
const struct gate_weight gate_dep_medium = { GATE_TIER_MEDIUM, 20000, false };
const struct gate_weight gate_dep_low = { GATE_TIER_LOW, 5000, false };

struct rows {
	const struct gate_dep *v;
	size_t n;
};

static const char *text(const struct gate_dep_compare *c, uint32_t at)
{
	return gate_lock_text(c->s, at);
}

int gate_dep_say(struct gate_dep_compare *c, const struct gate_dep_saying *what, struct gate_err *err)
{
	struct gate_sighting s = {
		.id = what->id,
		.subject = what->subject,
		.path = c->delta->path,
		.old_value = what->old_value,
		.new_value = what->new_value,
		.message = what->message,
		.line = what->line,
		.at_most = what->at_most ? what->at_most : &gate_dep_critical,
	};
	bool add = strcmp(what->id, "DEP-ADD") == 0 && s.at_most->floor == GATE_TIER_LOW;
	size_t *told = add ? &c->told_adds : &c->told_others, *more = add ? &c->more_adds : &c->more_others;

	if (*told >= (add ? ADDS_MAX : OTHERS_MAX)) {
		++*more;
		return 0;
	}
	++*told;
	return gate_detect_add(c->d, c->change, &s, err);
}

static int say_row(struct gate_dep_compare *c, const char *id, const struct gate_dep *row, const char *old, const char *now,
		   const struct gate_weight *w, const char *message, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf subject = { 0 };
	struct gate_dep_saying what = { id, NULL, old, now, message, w, row->line };

	gate_buf_fmt(&subject, "%s %s", gate_ecosystem_name(row->eco), text(c, row->name));
	if (row->role == GATE_DEP_OVERRIDE)
		gate_buf_str(&subject, " (override)");
	if (gate_buf_check(&subject, err) < 0)
		return -GATE_E_NOMEM;
	what.subject = subject.s;
	return gate_dep_say(c, &what, err);
}

/* ---- where a package is from ---- */

static bool usual_host(const char *source)
{
	static const char *const hosts[] = {
		"registry.npmjs.org",	 "crates.io",		"pypi.org",		  "rubygems.org",	"pub.dev",
		"proxy.golang.org",	 "hexpm",		"repo.hex.pm",		  "hex.pm",		"api.nuget.org",
		"www.nuget.org",	 "nuget.org",		"repo.packagist.org",	  "packagist.org",	"api.github.com",
		"github.com",		 "gitlab.com",		"bitbucket.org",	  "codeberg.org",	"codeload.github.com",
		"jsr.io",		 "deno.land",		"esm.sh",		  "cdn.cocoapods.org",	"repo.maven.apache.org",
		"maven.google.com",	 "dl.google.com",	"plugins.gradle.org",	  "repo.spring.io",	"oss.sonatype.org",
		"s01.oss.sonatype.org",	 "central.sonatype.com", "jitpack.io",		  "cran.rstudio.com",	"cloud.r-project.org",
		"cran.r-project.org",	 "packagemanager.posit.co", "p3m.dev",		  "bioconductor.org",	"hackage.haskell.org",
		"raw.githubusercontent.com", "registry.terraform.io", "registry.opentofu.org", "npm.pkg.github.com", "download.pytorch.org",
		"git.sr.ht",		 "releases.nixos.org",	"channels.nixos.org",	  "flakehub.com",	"api.flakehub.com",
		"conda.anaconda.org",	 "wpackagist.org",	"packages.drupal.org",	  "repo.magento.com",	"center2.conan.io",
		"center.conan.io",	 "trunk",		"repo.maven.apache.org/maven2",
	};
	size_t n = strcspn(source, "/");

	for (size_t i = 0; i < GATE_ARRAY_LEN(hosts); i++) {
		if ((strlen(hosts[i]) == n && strncmp(hosts[i], source, n) == 0) || strcmp(hosts[i], source) == 0)
			return true;
	}
	return false;
}

/* Whether the side before had anything from the same host: then it is not unknown. */
static bool host_seen(struct gate_dep_compare *c, const char *source)
{
	const struct gate_lock *l = &c->s->side[0];
	size_t n = strcspn(source, "/");
	uint32_t last = 0;

	if (c->hosts_asked++ > HOSTS_MAX)
		return false; /* each question reads the whole side */

	for (size_t i = 0; i < l->n; i++) {
		const char *s;

		if (l->v[i].source == last)
			continue;
		last = l->v[i].source;
		s = text(c, last);
		if (strcspn(s, "/") == n && strncmp(s, source, n) == 0)
			return true;
	}
	return false;
}

static const char *kind_name(unsigned kind)
{
	static const char *const names[] = { "registry", "git", "url", "path", "workspace" };

	return kind < GATE_ARRAY_LEN(names) ? names[kind] : "unknown";
}

static void show_source(const struct gate_dep_compare *c, const struct gate_dep *row, struct gate_buf *b)
{
	const char *source = text(c, row->source);

	gate_buf_fmt(b, "%s%s%.200s", kind_name(row->kind), *source ? ": " : "", source);
	if (row->flags & GATE_DEP_PLAIN)
		gate_buf_str(b, " without encryption");
}

/* One finding for each pair of places, so that a registry that changes for all packages is one fact. */
static int say_source(struct gate_dep_compare *c, const struct gate_dep *old, const struct gate_dep *now, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf was = { 0 }, is = { 0 }, subject = { 0 };
	struct gate_dep_saying what = { "DEP-SRC", NULL, NULL, NULL, NULL, &gate_dep_high, now->line };
	const char *source = text(c, now->source);

	c->changed = true;
	if (old)
		show_source(c, old, &was);
	show_source(c, now, &is);
	if (now->kind == GATE_DEP_REGISTRY && old && old->kind == GATE_DEP_REGISTRY && !(now->flags & GATE_DEP_MISNAMED))
		gate_buf_fmt(&subject, "%s %s -> %s", gate_ecosystem_name(now->eco), gate_buf_cstr(&was), gate_buf_cstr(&is));
	else
		gate_buf_fmt(&subject, "%s %s", gate_ecosystem_name(now->eco), text(c, now->name));
	if (gate_buf_check(&was, err) < 0 || gate_buf_check(&is, err) < 0 || gate_buf_check(&subject, err) < 0)
		return -GATE_E_NOMEM;
	what.subject = subject.s;
	what.old_value = old ? was.s : "absent";
	what.new_value = is.s;
	if (now->flags & GATE_DEP_PLAIN) {
		what.at_most = &gate_dep_critical;
		what.message = "a package is fetched without encryption: whoever is on the way can replace it; ask for https";
	} else if (now->kind != GATE_DEP_PATH && now->kind != GATE_DEP_WORKSPACE && *source && !usual_host(source) &&
		   !host_seen(c, source)) {
		what.at_most = &gate_dep_critical;
		what.message = "a package comes from a host that this project did not use and that is no usual registry: look who runs it";
	} else if (now->flags & GATE_DEP_MISNAMED) {
		what.message = "the address of a package is that of another one: what is installed is not what the name says";
	}
	return gate_dep_say(c, &what, err);
}

static bool same_source(const struct gate_dep_compare *c, const struct gate_dep *a, const struct gate_dep *b)
{
	if ((a->flags ^ b->flags) & b->flags & (GATE_DEP_PLAIN | GATE_DEP_MISNAMED))
		return false;
	if (a->kind != b->kind)
		return false;
	if (a->kind == GATE_DEP_REGISTRY && (!b->source || (!a->source && usual_host(text(c, b->source)))))
		return true; /* not said: that of everybody */
	return strcmp(text(c, a->source), text(c, b->source)) == 0;
}

static int check_source(struct gate_dep_compare *c, const struct rows *old, const struct gate_dep *now, struct gate_err *err)
{
	const struct gate_dep *other = NULL;

	for (size_t i = 0; i < old->n; i++) {
		if (same_source(c, &old->v[i], now))
			return 0;
		other = &old->v[i];
	}
	if (now->kind == GATE_DEP_WORKSPACE)
		return 0; /* a member of the project */
	return say_source(c, other, now, err);
}

/* A package that was not there: its source is worth a word when it is no registry's, or an unknown one. */
static int check_new_source(struct gate_dep_compare *c, const struct gate_dep *now, struct gate_err *err)
{
	const char *source = text(c, now->source);

	if (!(now->flags & (GATE_DEP_PLAIN | GATE_DEP_MISNAMED))) {
		if (now->kind == GATE_DEP_PATH || now->kind == GATE_DEP_WORKSPACE)
			return 0;
		if (now->kind == GATE_DEP_REGISTRY && (!*source || usual_host(source) || host_seen(c, source)))
			return 0;
		/* these are always addresses; the host is what counts */
		if ((now->eco == GATE_ECO_SWIFT || now->eco == GATE_ECO_NIX || now->eco == GATE_ECO_DENO) &&
		    (usual_host(source) || host_seen(c, source) || !strchr(source, '.')))
			return 0;
	}
	return say_source(c, NULL, now, err);
}

/* ---- checksums ---- */

enum sums { SUMS_SAME, SUMS_MORE, SUMS_GONE, SUMS_WEAKER, SUMS_OTHER };

static uint32_t strongest(const struct gate_dep_hash *h, size_t n)
{
	uint32_t best = 0;

	for (size_t i = 0; i < n; i++) {
		if (h[i].kind < GATE_HASH_OTHER && h[i].kind + 1 > best)
			best = h[i].kind + 1;
	}
	return best;
}

static enum sums compare_sums(const struct gate_dep_compare *c, const struct gate_dep *old, const struct gate_dep *now)
{
	const struct gate_dep_hash *a = c->s->hashes + old->hash, *b = c->s->hashes + now->hash;
	size_t same = 0, swapped = 0, comparable = 0;
	uint32_t strong_a, strong_b;

	if (!old->n_hashes)
		return now->n_hashes ? SUMS_MORE : SUMS_SAME;
	if (!now->n_hashes)
		return SUMS_GONE;
	if ((size_t)old->n_hashes * now->n_hashes > 4000000)
		return SUMS_OTHER;
	for (size_t i = 0; i < now->n_hashes; i++) {
		bool found = false, other = false;

		for (size_t k = 0; k < old->n_hashes && !found; k++) {
			if (a[k].kind != b[i].kind || a[k].file != b[i].file)
				continue;
			found = a[k].digest == b[i].digest;
			other = other || !found;
		}
		same += found;
		comparable += found || other;
		/* one file has one checksum of a kind; without names of files, there may be others */
		swapped += !found && other && b[i].file;
	}
	strong_a = strongest(a, old->n_hashes);
	strong_b = strongest(b, now->n_hashes);
	if (strong_b < strong_a)
		return SUMS_WEAKER;
	if (swapped || (comparable && !same))
		return SUMS_OTHER;
	if (!comparable && strong_a == strong_b) { /* nothing of one kind in both */
		/* other files of the same release, a checksum that got stronger, or another way of the tool to make them */
		if (strong_a && old->n_hashes == 1 && now->n_hashes == 1)
			return SUMS_OTHER;
		return c->s->side[0].format == c->s->side[1].format && !a[0].file ? SUMS_OTHER : SUMS_MORE;
	}
	return same == now->n_hashes && now->n_hashes <= old->n_hashes ? SUMS_SAME : SUMS_MORE;
}

static int check_sums(struct gate_dep_compare *c, const struct rows *old, const struct gate_dep *now, struct gate_err *err)
{
	static const char *const messages[] = {
		[SUMS_GONE] = "the checksum of a locked package is gone: whatever the registry answers would be installed",
		[SUMS_WEAKER] = "the checksum of a locked package is of a weaker kind, which can be forged: ask for the strong one",
		[SUMS_OTHER] = "the checksum of a package changed while its version did not: other code under the same name; do not take it "
			       "before it is explained",
	};
	gate_auto(gate_buf) struct gate_buf subject = { 0 };
	struct gate_dep_saying what = { "DEP-HASH", NULL, text(c, now->version), text(c, now->version), NULL, NULL, now->line };
	enum sums best = SUMS_OTHER;

	for (size_t i = 0; i < old->n && best != SUMS_SAME; i++) {
		enum sums one = compare_sums(c, &old->v[i], now);

		best = one < best || !i ? one : best;
	}
	if (best == SUMS_SAME || best == SUMS_MORE)
		return 0;
	gate_buf_fmt(&subject, "%s %s@%s", gate_ecosystem_name(now->eco), text(c, now->name), text(c, now->version));
	if (gate_buf_check(&subject, err) < 0)
		return -GATE_E_NOMEM;
	what.subject = subject.s;
	what.message = messages[best];
	c->changed = true;
	return gate_dep_say(c, &what, err);
}

/* ---- versions ---- */

static bool is_development(const char *v)
{
	return strstr(v, ".dev") || strstr(v, "-dev") || strstr(v, "SNAPSHOT") || strstr(v, "-alpha") || strstr(v, "-pre");
}

/* "^1.2.3" -> "1.2.3": what a range begins with. */
static const char *bare(const char *v)
{
	return v + strspn(v, "^~>=<! v\"'[(");
}

static int check_down(struct gate_dep_compare *c, const struct gate_dep *old, const struct gate_dep *now, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf a = { 0 }, b = { 0 };
	const char *was = bare(text(c, old->version)), *is = bare(text(c, now->version));
	int cmp = 0;

	gate_buf_add(&a, was, strcspn(was, "# ,|"));
	gate_buf_add(&b, is, strcspn(is, "# ,|"));
	if (gate_buf_check(&a, err) < 0 || gate_buf_check(&b, err) < 0)
		return -GATE_E_NOMEM;
	if (!a.len || !b.len || *text(c, now->version) == '<')
		return 0;
	if (gate_version_compare(now->eco, a.s, b.s, &cmp) < 0 || cmp <= 0)
		return 0;
	/* "2.0.0.dev0" back to the release before it is how releases are restored */
	if (is_development(a.s) && !is_development(b.s) && strtoul(b.s, NULL, 10) + 1 >= strtoul(a.s, NULL, 10))
		return 0;
	return say_row(c, "DEP-DOWN", now, text(c, old->version), text(c, now->version), &gate_dep_medium, NULL, err);
}

/* ---- code at install time ---- */

static bool any_flag(const struct rows *r, unsigned flag)
{
	for (size_t i = 0; i < r->n; i++) {
		if (r->v[i].flags & flag)
			return true;
	}
	return false;
}

static int check_scripts(struct gate_dep_compare *c, const struct rows *old, const struct rows *now, struct gate_err *err)
{
	bool known = !old->n && gate_dep_well_known(now->v[0].eco, text(c, now->v[0].name));
	int rc = 0;

	/* a format that did not say which packages run scripts gained none when it is written anew */
	if (old->n && !c->has_scripts && c->s->side[0].format != c->s->side[1].format)
		return 0;
	c->changed = c->changed || any_flag(now, GATE_DEP_SCRIPT) != any_flag(old, GATE_DEP_SCRIPT);
	if (any_flag(now, GATE_DEP_SCRIPT) && !any_flag(old, GATE_DEP_SCRIPT))
		rc = say_row(c, "DEP-SCRIPT", &now->v[0], old->n ? "no install script" : "absent", "install script",
			     known ? &gate_dep_medium : &gate_dep_high,
			     old->n ? "a package gained a script that runs when it is installed: read the script before it runs on "
				      "anyone's machine" :
				      "a new package runs a script when it is installed: read the script before it runs on anyone's machine",
			     err);
	if (rc == 0 && any_flag(old, GATE_DEP_WHEEL) && !any_flag(now, GATE_DEP_WHEEL) && any_flag(now, GATE_DEP_SDIST))
		rc = say_row(c, "DEP-SCRIPT", &now->v[0], "built file", "source archive only", &gate_dep_high,
			     "a package lost its built files: its own build script now runs when it is installed", err);
	return rc;
}

/* A name that the project uses for another package: harmless for a second version of one, not when the name is somebody's. */
static int check_alias(struct gate_dep_compare *c, const struct gate_dep *now, struct gate_err *err)
{
	const char *alias = text(c, now->alias), *slash;

	if (!now->alias || strcmp(alias, text(c, now->name)) == 0)
		return 0;
	slash = strrchr(alias, '/');
	if (!gate_dep_well_known(now->eco, alias) && !(slash && gate_dep_well_known(now->eco, slash + 1) && *alias != '@'))
		return 0;
	return say_row(c, "DEP-SRC", now, alias, text(c, now->name), &gate_dep_high,
		       "the name of a well-known package stands for another package: what is imported is not what the name says", err);
}

/* ---- one name ---- */

static int added(struct gate_dep_compare *c, const struct rows *now, struct gate_err *err)
{
	const struct gate_dep *row = &now->v[0];
	bool own = row->kind == GATE_DEP_PATH || row->kind == GATE_DEP_WORKSPACE;
	bool direct = row->role == GATE_DEP_DIRECT || ((c->kind->is & GATE_LOCK_MANIFEST) && !(row->flags & GATE_DEP_INDIRECT));
	int rc = 0;

	/* the format did not say before what the project asks for */
	if (row->role == GATE_DEP_DIRECT && row->flags & GATE_DEP_FROM_ROOT && c->s->side[0].n && !c->has_direct)
		return 0;
	c->changed = true;
	if (!own)
		rc = say_row(c, "DEP-ADD", row, "absent", text(c, row->version), direct ? &gate_dep_medium : &gate_dep_low,
			     direct ? "a new direct dependency: look at who makes it, how long it has been there, and whether it is needed" :
				      "a package comes along with another one: look whether it is asked for",
			     err);
	for (size_t i = 0; rc == 0 && i < now->n && i < ROWS_MAX; i++) {
		rc = check_new_source(c, &now->v[i], err);
		if (rc == 0)
			rc = check_alias(c, &now->v[i], err);
	}
	if (rc == 0)
		rc = check_scripts(c, &(struct rows){ NULL, 0 }, now, err);
	return rc == 0 && !own ? gate_dep_compare_name(c, row, direct, err) : rc;
}

/* The rows of `r` with this version; r is sorted by version. */
static struct rows with_version(const struct gate_dep_compare *c, const struct rows *r, uint32_t version)
{
	struct rows out = { r->v, 0 };

	for (size_t i = 0; i < r->n; i++) {
		if (r->v[i].version != version && strcmp(text(c, r->v[i].version), text(c, version)) != 0)
			continue;
		if (!out.n)
			out.v = &r->v[i];
		out.n++;
	}
	return out;
}

static bool higher(const struct gate_dep_compare *c, const struct gate_dep *a, const struct gate_dep *b)
{
	int cmp = 0;

	return gate_version_compare(a->eco, bare(text(c, a->version)), bare(text(c, b->version)), &cmp) == 0 && cmp > 0;
}

/* The highest version of `r` that the other side has not. */
static const struct gate_dep *only_here(const struct gate_dep_compare *c, const struct rows *r, const struct rows *other)
{
	const struct gate_dep *best = NULL;

	for (size_t i = 0; i < r->n; i++) {
		if (with_version(c, other, r->v[i].version).n == 0 && (!best || higher(c, &r->v[i], best)))
			best = &r->v[i];
	}
	return best;
}

static int both(struct gate_dep_compare *c, const struct rows *old, const struct rows *now, struct gate_err *err)
{
	const struct gate_dep *was = only_here(c, old, now), *is = only_here(c, now, old);
	int rc = 0;

	if (was || is)
		c->changed = true;
	for (size_t i = 0; rc == 0 && i < now->n; i++) {
		struct rows same = with_version(c, old, now->v[i].version);

		rc = check_source(c, old, &now->v[i], err);
		if (rc == 0 && same.n)
			rc = check_sums(c, &same, &now->v[i], err);
		if (rc == 0 && now->v[i].alias && (!i || now->v[i].alias != now->v[i - 1].alias)) {
			bool had = false;

			for (size_t k = 0; k < old->n; k++)
				had = had || old->v[k].alias == now->v[i].alias;
			rc = had ? 0 : check_alias(c, &now->v[i], err);
		}
	}
	if (rc == 0 && was && is)
		rc = check_down(c, was, is, err);
	return rc == 0 ? check_scripts(c, old, now, err) : rc;
}

/* ---- what is no package ---- */

static int override_row(struct gate_dep_compare *c, const struct rows *old, const struct gate_dep *now, struct gate_err *err)
{
	const struct gate_weight *w = &gate_dep_high;
	const char *was = "absent";
	int cmp;

	/* a file of constraints pins what is wanted anyway, line by line */
	if (c->kind->is & GATE_LOCK_LOCKED && now->eco == GATE_ECO_PYPI && now->kind == GATE_DEP_REGISTRY)
		w = &gate_dep_medium;
	for (size_t i = 0; i < old->n; i++) {
		if (strcmp(text(c, old->v[i].version), text(c, now->version)) == 0 && same_source(c, &old->v[i], now))
			return 0;
		was = text(c, old->v[i].version);
		/* the version that is forced on all rises: what such a line is for */
		if (same_source(c, &old->v[i], now) && now->kind == GATE_DEP_REGISTRY &&
		    gate_version_compare(now->eco, bare(was), bare(text(c, now->version)), &cmp) == 0 && cmp < 0)
			w = &gate_dep_low;
	}
	c->changed = true;
	return say_row(c, "DEP-OVR", now, was, *text(c, now->version) ? text(c, now->version) : text(c, now->source), w, NULL, err);
}

/* Anyone may keep packages there: who is in the path. */
static bool is_forge(const char *source)
{
	static const char *const forges[] = { "github.com/", "gitlab.com/", "bitbucket.org/", "codeberg.org/", "raw.githubusercontent.com/" };

	if (strcasecmp(source, "github.com/CocoaPods/Specs") == 0)
		return false;
	for (size_t i = 0; i < GATE_ARRAY_LEN(forges); i++) {
		if (gate_starts_with(source, forges[i]))
			return true;
	}
	return false;
}

static int index_row(struct gate_dep_compare *c, const struct rows *old, const struct gate_dep *now, struct gate_err *err)
{
	const char *source = text(c, now->source);

	for (size_t i = 0; i < old->n; i++) {
		if (same_source(c, &old->v[i], now) && old->v[i].version == now->version)
			return 0;
	}
	c->changed = true;
	if (now->kind == GATE_DEP_PATH || (!(now->flags & GATE_DEP_PLAIN) && usual_host(source) && !is_forge(source)))
		return 0;
	if (!*source)
		return 0;
	return say_source(c, old->n ? &old->v[0] : NULL, now, err);
}

static int build_row(struct gate_dep_compare *c, const struct rows *old, const struct gate_dep *now, struct gate_err *err)
{
	if (old->n)
		return 0;
	return say_row(c, "DEP-SCRIPT", now, "not allowed", "allowed", &gate_dep_high,
		       "one more package may run its scripts when it is installed: read them before they run on anyone's machine", err);
}

static int each(struct gate_dep_compare *c, const struct rows *old, const struct rows *now,
		int (*fn)(struct gate_dep_compare *, const struct rows *, const struct gate_dep *, struct gate_err *),
		struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < now->n; i++)
		rc = fn(c, old, &now->v[i], err);
	return rc;
}

/* Versions that were not locked before are looked up in what is known (DEP-VULN). */
static int look_up(struct gate_dep_compare *c, const struct rows *old, const struct rows *now, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && (c->kind->is & GATE_LOCK_LOCKED) && i < now->n; i++) {
		const struct gate_dep *row = &now->v[i];
		struct gate_dep_version v = { row->eco, text(c, row->name), text(c, row->version), c->delta->path, row->line };

		if (row->kind == GATE_DEP_REGISTRY && *v.version && !with_version(c, old, row->version).n &&
		    (!i || now->v[i - 1].version != row->version))
			rc = gate_dep_vuln(c->d, c->change, &v, err);
	}
	return rc;
}

/* ---- the walk ---- */

static int group(struct gate_dep_compare *c, const struct rows *old, const struct rows *now, struct gate_err *err)
{
	unsigned role = now->n ? now->v[0].role : old->v[0].role;

	if (old->n > ROWS_MAX || now->n > ROWS_MAX) {
		c->changed = true;
		return gate_detect_limit(c->d, c->change, c->delta->path, NULL, false,
					 "one package stands in a lockfile more often than is compared", err);
	}
	if (role == GATE_DEP_OVERRIDE)
		return each(c, old, now, override_row, err);
	if (role == GATE_DEP_INDEX)
		return each(c, old, now, index_row, err);
	if (role == GATE_DEP_BUILD)
		return each(c, old, now, build_row, err);
	if (!now->n) {
		c->changed = true;
		return 0;
	}
	if (look_up(c, old, now, err) < 0)
		return -(int)err->code;
	return old->n ? both(c, old, now, err) : added(c, now, err);
}

static int order(const struct gate_dep_compare *c, const struct gate_dep *a, const struct gate_dep *b)
{
	if (a->role != b->role)
		return (int)a->role - b->role;
	if (a->eco != b->eco)
		return (int)a->eco - b->eco;
	return a->name == b->name ? 0 : strcmp(text(c, a->name), text(c, b->name));
}

/* The rows of one name from `at` on; equal ones next to each other are one. */
static struct rows take(const struct gate_dep_compare *c, struct gate_lock *l, size_t *at)
{
	struct rows r = { l->v + *at, 0 };
	size_t kept = *at;

	while (*at < l->n && order(c, r.v, &l->v[*at]) == 0) {
		const struct gate_dep *x = &l->v[*at];
		const struct gate_dep *last = kept > (size_t)(r.v - l->v) ? &l->v[kept - 1] : NULL;

		++*at;
		if (last && last->version == x->version && last->source == x->source && last->kind == x->kind && last->flags == x->flags &&
		    last->alias == x->alias && last->n_hashes == x->n_hashes &&
		    (!x->n_hashes ||
		     (c->s->hashes[last->hash].digest == c->s->hashes[x->hash].digest &&
		      c->s->hashes[last->hash].kind == c->s->hashes[x->hash].kind && x->n_hashes == 1)))
			continue;
		l->v[kept++] = *x;
	}
	r.n = kept - (size_t)(r.v - l->v);
	return r;
}

static int say_more(struct gate_dep_compare *c, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf subject = { 0 }, count = { 0 };
	struct gate_sighting s = { .id = "DEP-ADD", .path = c->delta->path, .at_most = &gate_dep_low,
				   .message = "more packages change than are told one by one: read the file as a whole" };

	if (!c->more_adds && !c->more_others)
		return 0;
	gate_buf_fmt(&subject, "%s: more", c->delta->path);
	gate_buf_fmt(&count, "%zu more", c->more_adds + c->more_others);
	if (gate_buf_check(&subject, err) < 0 || gate_buf_check(&count, err) < 0)
		return -GATE_E_NOMEM;
	s.subject = subject.s;
	s.new_value = count.s;
	if (c->more_others)
		s.at_most = &gate_dep_medium;
	return gate_detect_add(c->d, c->change, &s, err);
}

static int check_split(struct gate_dep_compare *c, struct gate_err *err)
{
	const struct gate_lock *old = &c->s->side[0], *now = &c->s->side[1];
	gate_auto(gate_buf) struct gate_buf subject = { 0 };
	struct gate_dep_saying what = { .id = "DEP-SPLIT" };

	if (!now->split || now->splits == old->splits)
		return 0;
	gate_buf_fmt(&subject, "%s: %s", c->delta->path, text(c, now->split));
	if (gate_buf_check(&subject, err) < 0)
		return -GATE_E_NOMEM;
	what.subject = subject.s;
	what.new_value = text(c, now->split);
	c->changed = true;
	return gate_dep_say(c, &what, err);
}

int gate_dep_compare_sides(struct gate_dep_compare *c, struct gate_err *err)
{
	struct gate_lock *old = &c->s->side[0], *now = &c->s->side[1];
	size_t i = 0, k = 0;
	int rc = check_split(c, err);

	for (size_t n = 0; n < old->n; n++) {
		c->has_direct = c->has_direct || old->v[n].role == GATE_DEP_DIRECT;
		c->has_scripts = c->has_scripts || old->v[n].flags & GATE_DEP_SCRIPT;
	}
	while (rc == 0 && (i < old->n || k < now->n)) {
		int o = i >= old->n ? 1 : k >= now->n ? -1 : order(c, &old->v[i], &now->v[k]);
		struct rows before = { NULL, 0 }, after = { NULL, 0 };

		if (o <= 0)
			before = take(c, old, &i);
		if (o >= 0)
			after = take(c, now, &k);
		rc = group(c, &before, &after, err);
	}
	if (rc == 0)
		rc = gate_dep_compare_reach(c, err);
	return rc == 0 ? say_more(c, err) : rc;
}
