#include "classifier/infra/terraform.h"

#include "classifier/docs.h"
#include "classifier/infra/walk.h"
#include "classifier/values/risk.h"

#include <string.h>

static const char open_text[] = "a cloud resource can be reached or read by everyone: who needs that?";
static const char lost_text[] = "data or a resource can be destroyed, or is no longer encrypted or guarded: is that meant?";
static const char rights_text[] = "more cloud rights are given: who gets them, and are all of them needed?";
static const char state_text[] = "where the state lies, or where code comes from, changes: who can write there?";
static const char runs_text[] = "terraform runs a program: read the command";

static const struct gate_gain_kind opened = { GATE_GAIN_RISK, GATE_TIER_HIGH, open_text };
static const struct gate_gain_kind all_rights = { GATE_GAIN_RISK, GATE_TIER_CRITICAL, rights_text };
static const struct gate_gain_kind more_rights = { GATE_GAIN_RISK, GATE_TIER_HIGH, rights_text };
static const struct gate_gain_kind read_rights = { GATE_GAIN_RISK, GATE_TIER_MEDIUM, rights_text };
static const struct gate_gain_kind runs = { GATE_GAIN_RISK, GATE_TIER_HIGH, runs_text };
static const struct gate_gain_kind backend = { GATE_GAIN_GUARD, GATE_TIER_CRITICAL, state_text };
static const struct gate_gain_kind source = { GATE_GAIN_OWNED, GATE_TIER_HIGH, state_text };

#define T(key, tier, text) { key, GATE_WHEN_TRUE, NULL, { GATE_GAIN_RISK, GATE_TIER_##tier, text } }
#define F(key, tier, text) { key, GATE_WHEN_FALSE, NULL, { GATE_GAIN_RISK, GATE_TIER_##tier, text } }
#define X(key, value, tier, text) { key, GATE_WHEN_PREFIX, value, { GATE_GAIN_RISK, GATE_TIER_##tier, text } }
#define GUARD(key, text) { key, GATE_WHEN_TRUE, NULL, { GATE_GAIN_OWNED, GATE_TIER_HIGH, text } }
static const struct gate_setting settings[] = {
	X("acl", "public-read", HIGH, open_text),
	T("publicly_accessible", HIGH, open_text),
	T("public_network_access_enabled", HIGH, open_text),
	T("allow_blob_public_access", HIGH, open_text),
	T("allow_nested_items_to_be_public", HIGH, open_text),
	T("associate_public_ip_address", MEDIUM, open_text),
	T("map_public_ip_on_launch", MEDIUM, open_text),
	T("endpoint_public_access", HIGH, open_text),
	F("block_public_acls", HIGH, open_text),
	F("block_public_policy", HIGH, open_text),
	F("ignore_public_acls", HIGH, open_text),
	F("restrict_public_buckets", HIGH, open_text),
	F("uniform_bucket_level_access", MEDIUM, open_text),
	X("public_access_prevention", "inherited", HIGH, open_text),
	X("authorization", "NONE", HIGH, open_text),
	X("authorization_type", "NONE", HIGH, open_text),
	T("force_destroy", HIGH, lost_text),
	T("force_delete", HIGH, lost_text),
	T("skip_final_snapshot", HIGH, lost_text),
	F("prevent_destroy", HIGH, lost_text),
	F("deletion_protection", HIGH, lost_text),
	F("deletion_protection_enabled", HIGH, lost_text),
	F("enable_deletion_protection", HIGH, lost_text),
	F("storage_encrypted", HIGH, lost_text),
	F("encrypted", HIGH, lost_text),
	F("encrypt", HIGH, lost_text),
	F("enable_key_rotation", HIGH, lost_text),
	F("enable_logging", HIGH, lost_text),
	F("enable_log_file_validation", HIGH, lost_text),
	F("purge_protection_enabled", HIGH, lost_text),
	F("enable_https_traffic_only", HIGH, lost_text),
	F("https_only", HIGH, lost_text),
	T("delete_protection_disabled", HIGH, lost_text),
	X("http_tokens", "optional", HIGH, lost_text),
	X("ssl_policy", "ELBSecurityPolicy-2015", HIGH, lost_text),
	X("min_tls_version", "TLS1_0", HIGH, lost_text),
	X("backup_retention_period", "0", HIGH, lost_text),
	T("insecure", HIGH, state_text),
	T("skip_tls_verify", HIGH, state_text),
	T("skip_credentials_validation", MEDIUM, state_text),
	X("ignore_changes", "all", MEDIUM, lost_text),
	GUARD("prevent_destroy", lost_text),
	GUARD("deletion_protection", lost_text),
	GUARD("deletion_protection_enabled", lost_text),
	GUARD("enable_deletion_protection", lost_text),
	GUARD("storage_encrypted", lost_text),
	GUARD("encrypted", lost_text),
	GUARD("enable_key_rotation", lost_text),
	GUARD("purge_protection_enabled", lost_text),
	GUARD("block_public_acls", open_text),
	GUARD("block_public_policy", open_text),
	GUARD("ignore_public_acls", open_text),
	GUARD("restrict_public_buckets", open_text),
	GUARD("uniform_bucket_level_access", open_text),
	{ "http_tokens", GATE_WHEN_PREFIX, "required", { GATE_GAIN_OWNED, GATE_TIER_HIGH, lost_text } },
};

static const struct gate_risk policy_rows[] = {
	{ "policy of every action", "ction", "(?i)\"?(?<!not)\\baction\"?\\s*[:=]\\s*\\[?\\s*\"\\*(?::\\*)?\"(?![^{}]*\"?effect\"?\\s*[:=]\\s*\"deny)", { GATE_GAIN_RISK, GATE_TIER_CRITICAL, rights_text } },
	{ "policy on every resource", "esource", "(?i)\"?(?<!not)\\bresource\"?\\s*[:=]\\s*\\[?\\s*\"\\*\"", { GATE_GAIN_RISK, GATE_TIER_HIGH, rights_text } },
	{ "policy for everyone", "rincipal", "(?i)\"?(?<!not)\\bprincipal\"?\\s*[:=]\\s*(?:\\{\\s*\"?\\w+\"?\\s*[:=]\\s*)?\\[?\\s*\"\\*\"", { GATE_GAIN_RISK, GATE_TIER_CRITICAL, rights_text } },
};
static const struct gate_risk_table policies = GATE_RISKS(policy_rows);

static bool everyone(const char *s)
{
	return strcmp(s, "0.0.0.0/0") == 0 || strcmp(s, "::/0") == 0 || strcmp(s, "0.0.0.0/1") == 0;
}

static bool holds_everyone(const struct gate_node *n)
{
	for (const struct gate_node *c = n->type == GATE_NODE_LIST ? n->first : NULL; c; c = c->next) {
		if (gate_node_text(c) && everyone(c->text))
			return true;
	}
	return gate_node_text(n) && (everyone(n->text) || (!n->quoted && (strstr(n->text, "\"0.0.0.0/0\"") || strstr(n->text, "\"::/0\""))));
}

/* What leaves, and where routes lead, may go everywhere. */
static bool outward(const struct gate_walk *w, const struct gate_node *map, const char *key)
{
	const struct gate_node *type = gate_node_get(map, "type"), *direction = gate_node_get(map, "direction"), *egress = gate_node_get(map, "egress");

	return strstr(w->path, "egress") || strstr(w->owner, "egress") || strstr(w->owner, "_route") || strstr(key, "egress") || strstr(key, "destination") ||
	       strstr(w->path, "route.") || gate_node_holds(type, "egress") || gate_node_holds(direction, "EGRESS") || gate_node_holds(direction, "Outbound") ||
	       gate_node_is_true(egress);
}

static int network(struct gate_walk *w, const struct gate_node *map, const struct gate_node *n, struct gate_err *err)
{
	bool azure = gate_node_holds(n, "*") && gate_starts_with(n->key, "source_address_prefix") && !gate_node_holds(gate_node_get(map, "access"), "Deny");

	if (outward(w, map, n->key) || (!azure && !holds_everyone(n)))
		return 0;
	return gate_gain_add(w->place, &opened, n->key_line, err, "%s: %s%s open to everyone, ports %s", w->owner, w->path, n->key,
			     gate_node_get(map, "from_port") && gate_node_text(gate_node_get(map, "from_port")) ? gate_node_get(map, "from_port")->text : "?");
}

static bool reads_only(const char *action)
{
	const char *verb = strchr(action, ':');

	verb = verb ? verb + 1 : action;
	return gate_starts_with(verb, "Get") || gate_starts_with(verb, "List") || gate_starts_with(verb, "Describe") || gate_starts_with(verb, "View") ||
	       gate_starts_with(verb, "Put") || gate_starts_with(verb, "Create") || gate_starts_with(verb, "BatchGet");
}

static int right(struct gate_walk *w, const struct gate_node *n, const char *value, struct gate_err *err)
{
	const struct gate_gain_kind *k = &more_rights;

	if (strcmp(value, "*") == 0)
		k = strcmp(n->key, "resources") == 0 ? &more_rights : &all_rights;
	else if (strcmp(n->key, "resources") == 0)
		return 0;
	else if (strstr(value, "AdministratorAccess") || strcmp(value, "roles/owner") == 0 || strcmp(value, "roles/editor") == 0 ||
		 strcmp(value, "Owner") == 0 || strcmp(value, "allUsers") == 0 || strcmp(value, "allAuthenticatedUsers") == 0 ||
		 strcmp(value, "iam:*") == 0 || strcmp(value, "*:*") == 0)
		k = &all_rights;
	else if (!strchr(value, '*') && (strcmp(n->key, "actions") != 0 || reads_only(value)))
		k = &read_rights;
	return gate_gain_add(w->place, k, n->key_line, err, "%s: %s%s %s", w->owner, w->path, n->key, value);
}

static int rights(struct gate_walk *w, const struct gate_node *map, const struct gate_node *n, struct gate_err *err)
{
	static const char *const keys[] = { "actions", "resources", "policy_arn", "managed_policy_arns", "role_definition_name", "role", "member", "members",
					    "identifiers", "roles" };
	int rc = 0;

	if (gate_node_holds(gate_node_get(map, "effect"), "Deny"))
		return 0;
	for (size_t i = 0; i < GATE_ARRAY_LEN(keys); i++) {
		bool iam = strstr(w->owner, "iam") || strstr(w->owner, "role") || strcmp(keys[i], "actions") == 0;

		if (strcmp(n->key, keys[i]) != 0 || !iam)
			continue;
		if (gate_node_text(n) && n->quoted)
			rc = right(w, n, n->text, err);
		for (const struct gate_node *c = n->type == GATE_NODE_LIST ? n->first : NULL; rc == 0 && c; c = c->next) {
			if (gate_node_text(c))
				rc = right(w, n, c->text, err);
		}
	}
	return rc;
}

static int pair(struct gate_walk *w, const struct gate_node *map, const struct gate_node *n, struct gate_err *err)
{
	const char *text = gate_node_text(n);
	int rc = gate_settings_facts(w, settings, GATE_ARRAY_LEN(settings), n, err);

	if (rc == 0)
		rc = network(w, map, n, err);
	if (rc == 0)
		rc = rights(w, map, n, err);
	if (rc == 0 && strcmp(n->key, "provisioner") == 0 && n->type == GATE_NODE_MAP && n->first &&
	    (strcmp(n->first->key, "local-exec") == 0 || strcmp(n->first->key, "remote-exec") == 0)) {
		const struct gate_node *command = gate_node_get(n->first, "command");

		rc = gate_gain_add(w->place, &runs, n->key_line, err, "%s: provisioner %s %s", w->owner, n->first->key,
				   command && gate_node_text(command) ? command->text : "");
	}
	return rc == 0 && text ? gate_risks_of(w->place, &policies, text, strlen(text), n->line, err) : rc;
}

/* "git::https://h/p?ref=v1": the address without the version. */
static int address_length(const char *s)
{
	return (int)strcspn(s, "?");
}

static int owner_pair(struct gate_walk *w, const char *owner, const struct gate_node *body, struct gate_err *err)
{
	int rc = gate_gain_add(w->place, &gate_owner_stands, body->line, err, "%s", owner);

	w->owner = owner;
	w->path = "";
	return rc < 0 ? rc : gate_walk_tree(w, body, err);
}

static int module(struct gate_walk *w, const struct gate_node *m, const char *owner, struct gate_err *err)
{
	const struct gate_node *s = gate_node_get(m, "source"), *v = gate_node_get(m, "version");
	const char *text = s ? gate_node_text(s) : NULL;
	int rc = 0;

	if (text)
		rc = gate_gain_add(w->place, &source, s->line, err, "%s: source %.*s", owner, address_length(text), text);
	if (rc == 0 && ((v && gate_node_text(v)) || (text && strstr(text, "ref="))))
		rc = gate_gain_add(w->place, &source, m->line, err, "%s: a version is named", owner);
	return rc;
}

static int terraform_block(struct gate_walk *w, const struct gate_node *t, struct gate_err *err)
{
	const struct gate_node *providers = gate_node_get(t, "required_providers"), *b = gate_node_get(t, "backend");
	int rc = 0;

	for (const struct gate_node *kind = b && b->type == GATE_NODE_MAP ? b->first : NULL; rc == 0 && kind; kind = kind->next) {
		rc = gate_gain_add(w->place, &backend, kind->key_line, err, "backend %s", kind->key);
		for (const struct gate_node *c = kind->type == GATE_NODE_MAP ? kind->first : NULL; rc == 0 && c; c = c->next)
			rc = gate_gain_add(w->place, &backend, c->key_line, err, "backend %s: %s = %s", kind->key, c->key, gate_node_text(c) ? c->text : "");
	}
	for (const struct gate_node *p = providers && providers->type == GATE_NODE_MAP ? providers->first : NULL; rc == 0 && p; p = p->next) {
		char owner[128];

		snprintf(owner, sizeof(owner), "provider %.80s", p->key);
		rc = gate_gain_add(w->place, &gate_owner_stands, p->line, err, "%s", owner);
		if (rc == 0)
			rc = module(w, p, owner, err);
	}
	return rc;
}

/* `provider "x" { hashes = [...] }` of .terraform.lock.hcl */
static int lock(struct gate_walk *w, const struct gate_node *p, const char *owner, struct gate_err *err)
{
	const struct gate_node *h = gate_node_get(p, "hashes");

	return h && h->type == GATE_NODE_LIST && h->n ? gate_gain_add(w->place, &source, h->line, err, "%s: has hashes", owner) : 0;
}

static int labelled(struct gate_walk *w, const struct gate_node *top, struct gate_err *err)
{
	bool two = strcmp(top->key, "resource") == 0 || strcmp(top->key, "data") == 0;
	int rc = 0;

	for (const struct gate_node *a = top->first; rc == 0 && a; a = a->next) {
		for (const struct gate_node *b = two && a->type == GATE_NODE_MAP ? a->first : a; rc == 0 && b; b = two ? b->next : NULL) {
			char owner[200];

			snprintf(owner, sizeof(owner), "%s %.90s%s%.60s", top->key, a->key, two ? "." : "", two ? b->key : "");
			rc = owner_pair(w, owner, b, err);
			if (rc == 0 && strcmp(top->key, "module") == 0)
				rc = module(w, b, owner, err);
			if (rc == 0 && strcmp(top->key, "provider") == 0)
				rc = lock(w, b, owner, err);
			if (rc == 0 && two && strcmp(top->key, "data") == 0 && strcmp(a->key, "external") == 0)
				rc = gate_gain_add(w->place, &runs, b->line, err, "%s: program", owner);
		}
	}
	return rc;
}

static int file(const struct gate_gain_place *p, const struct gate_node *root, struct gate_err *err)
{
	int rc = 0;

	for (const struct gate_node *top = root->type == GATE_NODE_MAP ? root->first : NULL; rc == 0 && top; top = top->next) {
		static const char *const labels[] = { "resource", "data", "module", "provider", "variable", "output" };
		struct gate_walk w = { .place = p, .pair = pair, .path = "", .owner = top->key };
		bool has_label = false;

		for (size_t i = 0; i < GATE_ARRAY_LEN(labels); i++)
			has_label |= strcmp(top->key, labels[i]) == 0;
		if (strcmp(top->key, "terraform") == 0)
			rc = terraform_block(&w, top, err);
		if (rc == 0 && has_label && top->type == GATE_NODE_MAP)
			rc = labelled(&w, top, err);
		else if (rc == 0 && top->type != GATE_NODE_MAP)
			rc = pair(&w, root, top, err);
		else if (rc == 0)
			rc = gate_walk_tree(&w, top, err);
	}
	return rc;
}

int gate_terraform_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err)
{
	struct gate_gain_place p = { .d = d, .change = l->change, .delta = l->delta, .id = "IAC-TF", .most = GATE_TIER_CRITICAL };
	enum gate_format format = gate_ends_with(l->delta->path, ".json") ? GATE_FORMAT_JSON : GATE_FORMAT_HCL;
	struct gate_docs docs;
	int rc = gate_detect_docs(d, l->change, l->delta, format, &docs, err);

	if (rc < 0)
		return rc;
	l->w = gate_weight_of(GATE_TIER_LOW);
	if (docs.before)
		rc = file(&p, docs.before, err);
	p.now = true;
	return rc == 0 && docs.now ? file(&p, docs.now, err) : rc;
}
