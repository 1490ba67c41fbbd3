#include "classifier/build/images.h"

#include "classifier/values/gains.h"

#include <string.h>
#include <strings.h>

#define IMAGES_MAX 200u

struct image {
	const char *name; /* without docker.io/library/ */
	size_t repo;	  /* length of the name up to tag and digest */
	size_t registry;  /* length, 0: Docker Hub */
	bool digest, floating;
	bool claimed;
};

static struct image read_image(const char *s)
{
	struct image m = { 0 };
	const char *at, *slash, *colon;

	if (strncmp(s, "docker.io/", 10) == 0)
		s += 10;
	if (strncmp(s, "library/", 8) == 0)
		s += 8;
	m.name = s;
	at = strchr(s, '@');
	m.digest = at != NULL;
	m.repo = at ? (size_t)(at - s) : strlen(s);
	slash = memrchr(s, '/', m.repo);
	colon = memrchr(s, ':', m.repo);
	m.floating = !m.digest && !strchr(s, '$');
	if (colon && (!slash || colon > slash)) {
		m.floating &= strncmp(colon, ":latest", 7) == 0 && colon[7] == 0;
		m.repo = (size_t)(colon - s);
	}
	slash = memchr(s, '/', m.repo);
	if (slash && (memchr(s, '.', (size_t)(slash - s)) || memchr(s, ':', (size_t)(slash - s)) || strncmp(s, "localhost/", 10) == 0))
		m.registry = (size_t)(slash - s);
	return m;
}

static bool same_part(const struct image *a, size_t an, const struct image *b, size_t bn)
{
	return an == bn && memcmp(a->name, b->name, an) == 0;
}

static int tell(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, const char *id, const struct image *was,
		const struct image *is, enum gate_tier tier, const char *message, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf subject = { 0 };
	struct gate_weight w = gate_weight_of(tier);
	struct gate_sighting s = { .id = id, .path = delta->path, .at_most = &w, .message = message };

	gate_buf_fmt(&subject, "image %.150s", is->name);
	if (gate_buf_check(&subject, err) < 0)
		return -GATE_E_NOMEM;
	s.subject = subject.s;
	s.old_value = was ? was->name : NULL;
	s.new_value = is->name;
	return gate_detect_add(d, change, &s, err);
}

static struct image *partner(struct image *v, size_t n, const struct image *m, bool same_repo)
{
	for (size_t i = 0; i < n; i++) {
		if (!v[i].claimed && (!same_repo || same_part(&v[i], v[i].repo, m, m->repo)))
			return &v[i];
	}
	return NULL;
}

static int judge(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, const char *id, struct image *was, const struct image *is,
		 bool same_repo, struct gate_err *err)
{
	static const char loose[] = "an image that was named by its digest or version is whatever its registry gives out now: name it as firmly as before";
	static const char elsewhere[] = "an image comes from another registry: who holds it?";

	if (was)
		was->claimed = true;
	if (was && !same_repo && !same_part(was, was->registry, is, is->registry))
		return tell(d, change, delta, id, was, is, GATE_TIER_HIGH, elsewhere, err);
	if (was && ((was->digest && !is->digest) || (!was->floating && is->floating)))
		return tell(d, change, delta, id, was, is, GATE_TIER_HIGH, loose, err);
	if (!was && is->floating)
		return tell(d, change, delta, id, was, is, delta->old_mode ? GATE_TIER_HIGH : GATE_TIER_MEDIUM, loose, err);
	return 0;
}

static size_t read_images(const struct gate_strs *l, struct image v[IMAGES_MAX])
{
	size_t n = 0;

	for (; n < l->n && n < IMAGES_MAX; n++)
		v[n] = read_image(l->v[n]);
	return n;
}

int gate_images_compare(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, const char *id,
			const struct gate_strs *before, const struct gate_strs *now, struct gate_err *err)
{
	struct image b[IMAGES_MAX], a[IMAGES_MAX];
	size_t nb = read_images(before, b), na = read_images(now, a);
	int rc = 0;

	if (before->n > IMAGES_MAX || now->n > IMAGES_MAX)
		return gate_detect_limit(d, change, delta->path, NULL, false, "too many images to compare: read them by hand", err);
	for (size_t i = 0; i < na; i++) {
		for (size_t k = 0; k < nb && !a[i].claimed; k++) {
			if (!b[k].claimed && strcmp(a[i].name, b[k].name) == 0)
				a[i].claimed = b[k].claimed = true;
		}
	}
	for (int same = 1; same >= 0; same--) {
		for (size_t i = 0; rc == 0 && i < na; i++) {
			struct image *was = a[i].claimed ? NULL : partner(b, nb, &a[i], same);

			if (a[i].claimed || (same && !was))
				continue;
			a[i].claimed = true;
			rc = judge(d, change, delta, id, was, &a[i], same, err);
		}
	}
	return rc;
}

bool gate_name_is_secret(const char *name, size_t len)
{
	static const char *const words[] = { "TOKEN", "PASSWORD", "PASSWD", "SECRET", "SECRETS", "APIKEY", "PASSPHRASE", "CREDENTIALS" };
	static const char *const ends[] = { "API_KEY", "ACCESS_KEY", "PRIVATE_KEY", "SECRET_KEY", "AUTH_KEY", "ACCESS_KEY_ID" };
	size_t start = 0;

	for (size_t i = 0; i < GATE_ARRAY_LEN(ends); i++) {
		size_t n = strlen(ends[i]);

		if (len >= n && strncasecmp(name + len - n, ends[i], n) == 0)
			return true;
	}
	for (size_t i = 0; i <= len; i++) {
		if (i < len && name[i] != '_')
			continue;
		start = i;
		while (start && name[start - 1] != '_')
			start--;
	}
	for (size_t i = 0; i < GATE_ARRAY_LEN(words); i++) {
		if (strlen(words[i]) == len - start && strncasecmp(name + start, words[i], len - start) == 0)
			return true;
	}
	return false;
}
