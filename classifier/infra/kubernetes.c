/* Kubernetes' API objects (https://kubernetes.io/docs/reference/kubernetes-api/), and what deploys them. */
#include "classifier/infra/manifests.h"

#include <string.h>

static const char host_text[] = "a container gets rights, a namespace or files of its node: from there it can take over the node";
static const char wall_text[] = "a container lost a wall around it: why does it need to reach more?";
static const char rights_text[] = "more rights in the cluster are given: who gets them, and are all of them needed?";
static const char guard_text[] = "a wall or limit of the cluster is gone: what did it keep apart?";
static const char source_text[] = "what is deployed comes from another place: who can write there?";

static const struct gate_gain_kind host = { GATE_GAIN_RISK, GATE_TIER_HIGH, host_text };
static const struct gate_gain_kind wall = { GATE_GAIN_OWNED, GATE_TIER_HIGH, wall_text };
static const struct gate_gain_kind admin = { GATE_GAIN_RISK, GATE_TIER_CRITICAL, rights_text };
static const struct gate_gain_kind rights = { GATE_GAIN_RISK, GATE_TIER_HIGH, rights_text };
static const struct gate_gain_kind some_rights = { GATE_GAIN_RISK, GATE_TIER_MEDIUM, rights_text };
static const struct gate_gain_kind guard = { GATE_GAIN_GUARD, GATE_TIER_HIGH, guard_text };
static const struct gate_gain_kind origin = { GATE_GAIN_OWNED, GATE_TIER_HIGH, source_text };
static const struct gate_gain_kind remote = { GATE_GAIN_RISK, GATE_TIER_HIGH, source_text };

#define RISK(key, when, text, message) { key, GATE_WHEN_##when, text, { GATE_GAIN_RISK, GATE_TIER_HIGH, message } }
#define OWNED(key, when, text, message) { key, GATE_WHEN_##when, text, { GATE_GAIN_OWNED, GATE_TIER_HIGH, message } }
static const struct gate_setting settings[] = {
	RISK("privileged", TRUE, NULL, host_text),
	RISK("hostNetwork", TRUE, NULL, host_text),
	RISK("hostPID", TRUE, NULL, host_text),
	RISK("hostIPC", TRUE, NULL, host_text),
	RISK("allowPrivilegeEscalation", TRUE, NULL, host_text),
	RISK("automountServiceAccountToken", TRUE, NULL, wall_text),
	RISK("runAsNonRoot", FALSE, NULL, wall_text),
	RISK("runAsUser", TEXT, "0", host_text),
	RISK("procMount", TEXT, "Unmasked", host_text),
	RISK("failurePolicy", TEXT, "Ignore", guard_text),
	RISK("insecureSkipTLSVerify", TRUE, NULL, wall_text),
	RISK("insecure-skip-tls-verify", TRUE, NULL, wall_text),
	RISK("pod-security.kubernetes.io/enforce", TEXT, "privileged", guard_text),
	OWNED("allowPrivilegeEscalation", FALSE, NULL, wall_text),
	OWNED("automountServiceAccountToken", FALSE, NULL, wall_text),
	OWNED("runAsNonRoot", TRUE, NULL, wall_text),
	OWNED("readOnlyRootFilesystem", TRUE, NULL, wall_text),
	OWNED("pod-security.kubernetes.io/enforce", TEXT, "restricted", guard_text),
	OWNED("pod-security.kubernetes.io/enforce", TEXT, "baseline", guard_text),
};

static int pair(struct gate_walk *w, const struct gate_node *map, const struct gate_node *n, struct gate_err *err)
{
	const struct gate_node *path;
	int rc = gate_settings_facts(w, settings, GATE_ARRAY_LEN(settings), n, err);

	(void)map;
	if (rc == 0 && strcmp(n->key, "hostPath") == 0 && n->type != GATE_NODE_NULL) {
		path = gate_node_get(n, "path");
		rc = gate_gain_add(w->place, &host, n->key_line, err, "%s: hostPath %s", w->owner, path && gate_node_text(path) ? path->text : "");
	}
	if (rc == 0 && strcmp(n->key, "seccompProfile") == 0 && gate_node_holds(gate_node_get(n, "type"), "Unconfined"))
		rc = gate_gain_add(w->place, &host, n->key_line, err, "%s: %sseccompProfile Unconfined", w->owner, w->path);
	if (rc < 0 || strcmp(n->key, "capabilities") != 0 || n->type != GATE_NODE_MAP)
		return rc;
	for (const struct gate_node *l = n->first; rc == 0 && l; l = l->next) {
		bool adds = strcmp(l->key, "add") == 0;

		for (const struct gate_node *c = l->type == GATE_NODE_LIST ? l->first : NULL; rc == 0 && c; c = c->next) {
			if (gate_node_text(c))
				rc = gate_gain_add(w->place, adds ? &host : &wall, c->line, err, "%s: %scapabilities.%s %s", w->owner, w->path, l->key, c->text);
		}
	}
	return rc;
}

static bool holds_any(const struct gate_node *n, const char *const *texts)
{
	for (; *texts; texts++) {
		if (gate_node_holds(n, *texts))
			return true;
	}
	return false;
}

static const struct gate_gain_kind *weight_of(const struct gate_node *rule, const char *verb, const char *resource)
{
	static const char *const strong[] = { "*", "escalate", "bind", "impersonate" };
	static const char *const keys[] = { "*", "secrets", "pods/exec", "serviceaccounts/token", "nodes/proxy", "clusterroles", "clusterrolebindings",
					    "roles", "rolebindings", "certificatesigningrequests", NULL };
	(void)rule;
	for (size_t i = 0; i < GATE_ARRAY_LEN(strong); i++) {
		if (strcmp(verb, strong[i]) == 0)
			return &rights;
	}
	for (size_t i = 0; keys[i]; i++) {
		if (strcmp(resource, keys[i]) == 0)
			return &rights;
	}
	return &some_rights;
}

/* Each verb on each resource is one right, wherever the rules put it. */
static int role(const struct gate_gain_place *p, const struct gate_node *doc, const char *owner, struct gate_err *err)
{
	static const char *const all[] = { "*", NULL };
	const struct gate_node *rules = gate_node_get(doc, "rules");
	int rc = 0;

	for (const struct gate_node *r = rules && rules->type == GATE_NODE_LIST ? rules->first : NULL; rc == 0 && r; r = r->next) {
		const struct gate_node *verbs = gate_node_get(r, "verbs"), *resources = gate_node_get(r, "resources");
		bool every = holds_any(verbs, all) && holds_any(resources, all);

		if (!verbs || !resources || verbs->type != GATE_NODE_LIST || resources->type != GATE_NODE_LIST)
			continue;
		if ((uint64_t)verbs->n * resources->n > 10000)
			return gate_detect_limit(p->d, p->change, p->delta->path, NULL, false, "a role with too many rights to compare: read it by hand", err);
		for (const struct gate_node *v = verbs->first; rc == 0 && v; v = v->next) {
			for (const struct gate_node *x = resources->first; rc == 0 && x; x = x->next) {
				if (gate_node_text(v) && gate_node_text(x))
					rc = gate_gain_add(p, every ? &admin : weight_of(r, v->text, x->text), v->line, err, "%s: may %s %s", owner, v->text, x->text);
			}
		}
	}
	return rc;
}

static int binding(const struct gate_gain_place *p, const struct gate_node *doc, const char *owner, bool cluster, struct gate_err *err)
{
	static const char *const everyone[] = { "system:masters", "system:anonymous", "system:unauthenticated", "system:authenticated",
						"system:serviceaccounts", NULL };
	const struct gate_node *name = gate_node_at(doc, "roleRef.name"), *subjects = gate_node_get(doc, "subjects");
	int rc = 0;

	for (const struct gate_node *s = subjects && subjects->type == GATE_NODE_LIST ? subjects->first : NULL; rc == 0 && s; s = s->next) {
		const struct gate_node *who = gate_node_get(s, "name");
		bool worst = gate_node_holds(name, "cluster-admin") || holds_any(who, everyone);
		const struct gate_gain_kind *k = worst ? &admin : cluster || gate_node_holds(name, "admin") ? &rights : &some_rights;

		rc = gate_gain_add(p, k, s->line, err, "%s: %s to %s", owner, name && gate_node_text(name) ? name->text : "?", who && gate_node_text(who) ? who->text : "?");
	}
	return rc;
}

static int policy(const struct gate_gain_place *p, const struct gate_node *doc, const char *owner, struct gate_err *err)
{
	const struct gate_node *ingress = gate_node_at(doc, "spec.ingress"), *types = gate_node_at(doc, "spec.policyTypes");
	int rc = gate_gain_add(p, &guard, doc->line, err, "%s", owner);

	for (const struct gate_node *r = ingress && ingress->type == GATE_NODE_LIST ? ingress->first : NULL; rc == 0 && r; r = r->next) {
		if (r->type == GATE_NODE_NULL || (r->type == GATE_NODE_MAP && !gate_node_get(r, "from") ))
			rc = gate_gain_add(p, &rights, r->line, err, "%s: lets everyone in", owner);
	}
	for (const struct gate_node *t = types && types->type == GATE_NODE_LIST ? types->first : NULL; rc == 0 && t; t = t->next) {
		if (gate_node_text(t))
			rc = gate_gain_add(p, &wall, t->line, err, "%s: %s", owner, t->text);
	}
	return rc;
}

/* Where Argo CD and Flux take from. */
static int sources(const struct gate_gain_place *p, const struct gate_node *doc, const char *owner, struct gate_err *err)
{
	static const char *const keys[] = { "spec.source.repoURL", "spec.source.chart", "spec.url", "spec.template.spec.source.repoURL" };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(keys); i++) {
		const struct gate_node *n = gate_node_at(doc, keys[i]);

		if (n && gate_node_text(n))
			rc = gate_gain_add(p, &origin, n->line, err, "%s: %s %s", owner, keys[i], n->text);
	}
	return rc;
}

/* resources of a kustomization, dependencies of a chart: a place on the network. */
static int remotes(const struct gate_gain_place *p, const struct gate_node *doc, struct gate_err *err)
{
	static const char *const keys[] = { "resources", "bases", "components", "dependencies" };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < GATE_ARRAY_LEN(keys); i++) {
		const struct gate_node *l = gate_node_get(doc, keys[i]);

		for (const struct gate_node *c = l && l->type == GATE_NODE_LIST ? l->first : NULL; rc == 0 && c; c = c->next) {
			const struct gate_node *r = gate_node_get(c, "repository");
			const char *s = gate_node_text(r ? r : c);

			if (s && (strstr(s, "://") || gate_starts_with(s, "github.com/") || gate_starts_with(s, "git@")) && !gate_starts_with(s, "file:"))
				rc = gate_gain_add(p, &remote, c->line, err, "%s: %.*s%s", keys[i], (int)strcspn(s, "?"), s,
						   strstr(s, "ref=") || r ? "" : " without a version");
		}
	}
	return rc;
}

static bool starts(const char *kind, const char *const *list)
{
	for (; *list; list++) {
		if (strcmp(kind, *list) == 0)
			return true;
	}
	return false;
}

static int one(const struct gate_gain_place *p, const struct gate_node *doc, struct gate_err *err)
{
	static const char *const guards[] = { "ResourceQuota", "LimitRange", "PodSecurityPolicy", "ValidatingWebhookConfiguration", "AuthorizationPolicy",
					      "PeerAuthentication", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ClusterPolicy",
					      "CiliumNetworkPolicy", NULL };
	const struct gate_node *kind = gate_node_get(doc, "kind"), *name = gate_node_at(doc, "metadata.name"), *ns = gate_node_at(doc, "metadata.namespace");
	const char *k = kind && gate_node_text(kind) ? kind->text : "";
	char owner[200];
	struct gate_walk w = { .place = p, .owner = owner, .path = "", .pair = pair };
	int rc;

	snprintf(owner, sizeof(owner), "%.40s %.60s%s%.60s", *k ? k : gate_path_last(p->delta->path), ns && gate_node_text(ns) ? ns->text : "",
		 ns ? "/" : "", name && gate_node_text(name) ? name->text : "");
	rc = gate_gain_add(p, &gate_owner_stands, doc->line, err, "%s", owner);
	if (rc == 0)
		rc = gate_walk_tree(&w, doc, err);
	if (rc == 0 && (strcmp(k, "Role") == 0 || strcmp(k, "ClusterRole") == 0))
		rc = role(p, doc, owner, err);
	else if (rc == 0 && (strcmp(k, "RoleBinding") == 0 || strcmp(k, "ClusterRoleBinding") == 0))
		rc = binding(p, doc, owner, *k == 'C', err);
	else if (rc == 0 && strcmp(k, "NetworkPolicy") == 0)
		rc = policy(p, doc, owner, err);
	else if (rc == 0 && starts(k, guards))
		rc = gate_gain_add(p, &guard, doc->line, err, "%s", owner);
	else if (rc == 0 && (!*k || strcmp(k, "Kustomization") == 0 || strcmp(k, "Component") == 0))
		rc = remotes(p, doc, err);
	return rc < 0 ? rc : sources(p, doc, owner, err);
}

int gate_kubernetes_facts(const struct gate_gain_place *p, const struct gate_node *root, struct gate_err *err)
{
	const struct gate_node *items = gate_node_get(root, "items");
	int rc = 0;

	if (items && items->type == GATE_NODE_LIST && gate_node_holds(gate_node_get(root, "kind"), "List"))
		root = items;
	if (root->type == GATE_NODE_MAP)
		return one(p, root, err);
	for (const struct gate_node *c = root->type == GATE_NODE_LIST ? root->first : NULL; rc == 0 && c; c = c->next) {
		if (c->type == GATE_NODE_MAP)
			rc = one(p, c, err);
	}
	return rc;
}
