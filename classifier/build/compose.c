/* BLD-DOCK of compose files (https://github.com/compose-spec/compose-spec/blob/main/spec.md). */
#include "classifier/build/images.h"

#include "classifier/docs.h"
#include "classifier/values/gains.h"

#include <string.h>

static const struct gate_gain_kind rights = { GATE_GAIN_RISK, GATE_TIER_HIGH,
					      "a container gets rights, a namespace or a socket of the host: from there it can take over the host" };
static const struct gate_gain_kind wall = { GATE_GAIN_OWNED, GATE_TIER_HIGH, "a container lost a wall around it: why does it need to reach more?" };
static const struct gate_gain_kind secret = { GATE_GAIN_RISK, GATE_TIER_HIGH,
					      "a secret as a build argument stays in the layers of the image: use a build secret" };
static const struct gate_gain_kind stands = { GATE_GAIN_OWNER, GATE_TIER_LOW, "" };

static bool is_root(const char *u)
{
	return strcmp(u, "root") == 0 || strncmp(u, "root:", 5) == 0 || strcmp(u, "0") == 0 || strncmp(u, "0:", 2) == 0;
}

static bool host_path(const char *s)
{
	static const char *const roots[] = { "/", "/etc", "/root", "/var/run", "/run", "/proc", "/sys", "/dev", "/var/lib/docker", "/boot", "/home" };
	size_t n = strcspn(s, ":");

	if (strstr(s, "docker.sock") || strstr(s, "containerd.sock") || strstr(s, "podman.sock") || strstr(s, "crio.sock"))
		return true;
	for (size_t i = 0; i < GATE_ARRAY_LEN(roots); i++) {
		if (strlen(roots[i]) == n && strncmp(s, roots[i], n) == 0)
			return true;
	}
	return false;
}

static bool on_host(const char *s)
{
	return strcmp(s, "host") == 0;
}

static bool unconfined(const char *s)
{
	return strstr(s, "unconfined") || strstr(s, "label:disable") || strstr(s, "label=disable") || strstr(s, "no-new-privileges:false") ||
	       strstr(s, "no-new-privileges=false");
}

static bool any(const char *s)
{
	return *s != 0;
}

static bool no_new_privileges(const char *s)
{
	return gate_starts_with(s, "no-new-privileges") && !strstr(s, "false");
}

static bool not_root(const char *s)
{
	return !is_root(s);
}

static bool is_true(const char *s)
{
	return strcmp(s, "true") == 0 || strcmp(s, "yes") == 0 || strcmp(s, "on") == 0 || strcmp(s, "True") == 0;
}

/* A key of a service whose texts, alone or in a list, say something. */
static const struct {
	const char *key;
	bool (*says)(const char *s);
	const struct gate_gain_kind *kind;
	bool value; /* the text is part of the fact */
} keys[] = {
	{ "privileged", is_true, &rights, false },  { "cap_add", any, &rights, true },	      { "network_mode", on_host, &rights, true },
	{ "pid", on_host, &rights, true },	    { "ipc", on_host, &rights, true },	      { "uts", on_host, &rights, true },
	{ "userns_mode", on_host, &rights, true },  { "cgroup", on_host, &rights, true },    { "security_opt", unconfined, &rights, true },
	{ "volumes", host_path, &rights, true },    { "devices", any, &rights, true },	      { "user", is_root, &rights, false },
	{ "user", not_root, &wall, false },	    { "cap_drop", any, &wall, true },	      { "read_only", is_true, &wall, false },
	{ "security_opt", no_new_privileges, &wall, false },
};

static int key_facts(const struct gate_gain_place *p, const char *service, const struct gate_node *n, size_t k, struct gate_err *err)
{
	const char *s = n ? gate_node_text(n) : NULL;
	int rc = 0;

	if (n && n->type == GATE_NODE_MAP)
		s = gate_node_text(gate_node_get(n, "source") ? gate_node_get(n, "source") : n);
	for (const struct gate_node *c = n && n->type == GATE_NODE_LIST ? n->first : NULL; rc == 0 && c; c = c->next)
		rc = key_facts(p, service, c, k, err);
	if (!s || !keys[k].says(s))
		return rc;
	return gate_gain_add(p, keys[k].kind, n->line, err, "service %.80s: %s%s%s", service, keys[k].key, keys[k].value ? " " : "",
			     keys[k].value ? s : keys[k].kind == &wall ? " set" : "");
}

static int build_args(const struct gate_gain_place *p, const char *service, const struct gate_node *args, struct gate_err *err)
{
	int rc = 0;

	for (const struct gate_node *c = args && args->type > GATE_NODE_TEXT ? args->first : NULL; rc == 0 && c; c = c->next) {
		const char *name = c->key ? c->key : gate_node_text(c);
		size_t n = name ? strcspn(name, "=") : 0;

		if (n && gate_name_is_secret(name, n))
			rc = gate_gain_add(p, &secret, c->line, err, "service %.80s: build argument %.*s", service, (int)n, name);
	}
	return rc;
}

static int compose(const struct gate_gain_place *p, const struct gate_node *root, struct gate_strs *images, struct gate_err *err)
{
	const struct gate_node *services = gate_node_get(root, "services");
	int rc = 0;

	for (const struct gate_node *s = services && services->type == GATE_NODE_MAP ? services->first : NULL; rc == 0 && s; s = s->next) {
		const struct gate_node *image = gate_node_get(s, "image");

		rc = gate_gain_add(p, &stands, s->line, err, "service %.80s", s->key);
		for (size_t k = 0; rc == 0 && k < GATE_ARRAY_LEN(keys); k++)
			rc = key_facts(p, s->key, gate_node_get(s, keys[k].key), k, err);
		if (rc == 0)
			rc = build_args(p, s->key, gate_node_at(s, "build.args"), err);
		if (rc == 0 && image && gate_node_text(image) && !gate_node_get(s, "build"))
			rc = gate_strs_add(images, image->text, err);
	}
	return rc;
}

int gate_compose_compare(struct gate_detect *d, struct gate_look *l, struct gate_err *err)
{
	struct gate_gain_place p = { .d = d, .change = l->change, .delta = l->delta, .id = "BLD-DOCK", .most = GATE_TIER_CRITICAL };
	gate_auto(gate_strs) struct gate_strs before = { 0 }, now = { 0 };
	struct gate_docs docs;
	int rc = gate_detect_docs(d, l->change, l->delta, GATE_FORMAT_YAML, &docs, err);

	if (rc == 0 && docs.before)
		rc = compose(&p, docs.before, &before, err);
	p.now = true;
	if (rc == 0 && docs.now)
		rc = compose(&p, docs.now, &now, err);
	return rc < 0 ? rc : gate_images_compare(d, l->change, l->delta, "BLD-DOCK", &before, &now, err);
}
