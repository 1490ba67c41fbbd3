/* CloudFormation and SAM (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/). */
#include "classifier/infra/manifests.h"

#include <string.h>

static const char open_text[] = "a cloud resource can be reached or read by everyone: who needs that?";
static const char lost_text[] = "data or a resource can be destroyed, or is no longer encrypted or guarded: is that meant?";
static const char rights_text[] = "more cloud rights are given: who gets them, and are all of them needed?";

static const struct gate_gain_kind opened = { GATE_GAIN_RISK, GATE_TIER_HIGH, open_text };
static const struct gate_gain_kind all_rights = { GATE_GAIN_RISK, GATE_TIER_CRITICAL, rights_text };
static const struct gate_gain_kind more_rights = { GATE_GAIN_RISK, GATE_TIER_HIGH, rights_text };

#define RISK(key, when, text, message) { key, GATE_WHEN_##when, text, { GATE_GAIN_RISK, GATE_TIER_HIGH, message } }
#define OWNED(key, when, text, message) { key, GATE_WHEN_##when, text, { GATE_GAIN_OWNED, GATE_TIER_HIGH, message } }
static const struct gate_setting settings[] = {
	RISK("PubliclyAccessible", TRUE, NULL, open_text),
	RISK("AccessControl", PREFIX, "PublicRead", open_text),
	RISK("BlockPublicAcls", FALSE, NULL, open_text),
	RISK("BlockPublicPolicy", FALSE, NULL, open_text),
	RISK("IgnorePublicAcls", FALSE, NULL, open_text),
	RISK("RestrictPublicBuckets", FALSE, NULL, open_text),
	RISK("AuthorizationType", TEXT, "NONE", open_text),
	RISK("AuthType", TEXT, "NONE", open_text),
	RISK("DeletionProtection", FALSE, NULL, lost_text),
	RISK("StorageEncrypted", FALSE, NULL, lost_text),
	RISK("Encrypted", FALSE, NULL, lost_text),
	RISK("EnableKeyRotation", FALSE, NULL, lost_text),
	RISK("HttpTokens", TEXT, "optional", lost_text),
	OWNED("BlockPublicAcls", TRUE, NULL, open_text),
	OWNED("BlockPublicPolicy", TRUE, NULL, open_text),
	OWNED("IgnorePublicAcls", TRUE, NULL, open_text),
	OWNED("RestrictPublicBuckets", TRUE, NULL, open_text),
	OWNED("DeletionPolicy", TEXT, "Retain", lost_text),
	OWNED("DeletionPolicy", TEXT, "Snapshot", lost_text),
	OWNED("DeletionProtection", TRUE, NULL, lost_text),
	OWNED("StorageEncrypted", TRUE, NULL, lost_text),
	OWNED("Encrypted", TRUE, NULL, lost_text),
	OWNED("EnableKeyRotation", TRUE, NULL, lost_text),
	OWNED("HttpTokens", TEXT, "required", lost_text),
};

static bool is_wildcard(const struct gate_node *n)
{
	return gate_node_holds(n, "*") || gate_node_holds(n, "*:*") || gate_node_holds(gate_node_get(n, "AWS"), "*");
}

static int pair(struct gate_walk *w, const struct gate_node *map, const struct gate_node *n, struct gate_err *err)
{
	static const char *const admin = "arn:aws:iam::aws:policy/AdministratorAccess";
	bool denied = gate_node_holds(gate_node_get(map, "Effect"), "Deny");
	int rc = gate_settings_facts(w, settings, GATE_ARRAY_LEN(settings), n, err);

	if (rc < 0)
		return rc;
	if (!denied && (strcmp(n->key, "Action") == 0 || strcmp(n->key, "Principal") == 0) && is_wildcard(n))
		return gate_gain_add(w->place, &all_rights, n->key_line, err, "%s: %s%s *", w->owner, w->path, n->key);
	if (!denied && strcmp(n->key, "Resource") == 0 && is_wildcard(n))
		return gate_gain_add(w->place, &more_rights, n->key_line, err, "%s: %s%s *", w->owner, w->path, n->key);
	if ((strcmp(n->key, "ManagedPolicyArns") == 0 || strcmp(n->key, "Policies") == 0) && (gate_node_holds(n, admin) || gate_node_holds(n, "AdministratorAccess")))
		return gate_gain_add(w->place, &all_rights, n->key_line, err, "%s: %s AdministratorAccess", w->owner, n->key);
	if (gate_starts_with(n->key, "CidrIp") && (gate_node_holds(n, "0.0.0.0/0") || gate_node_holds(n, "::/0")) && !strstr(w->path, "Egress") &&
	    !strstr(w->owner, "Egress"))
		return gate_gain_add(w->place, &opened, n->key_line, err, "%s: %s%s open to everyone, port %s", w->owner, w->path, n->key,
				     gate_node_get(map, "FromPort") && gate_node_text(gate_node_get(map, "FromPort")) ? gate_node_get(map, "FromPort")->text : "?");
	return 0;
}

int gate_cloudformation_facts(const struct gate_gain_place *p, const struct gate_node *root, struct gate_err *err)
{
	const struct gate_node *resources = gate_node_get(root, "Resources");
	int rc = 0;

	for (const struct gate_node *r = resources && resources->type == GATE_NODE_MAP ? resources->first : NULL; rc == 0 && r; r = r->next) {
		const struct gate_node *type = gate_node_get(r, "Type");
		char owner[160];
		struct gate_walk w = { .place = p, .owner = owner, .path = "", .pair = pair };

		if (!type || !gate_node_text(type))
			continue;
		snprintf(owner, sizeof(owner), "%.80s (%.60s)", r->key, type->text);
		for (char *c = owner; (c = strstr(c, ": ")) != NULL;)
			*c = '_';
		rc = gate_gain_add(p, &gate_owner_stands, r->line, err, "%s", owner);
		if (rc == 0)
			rc = gate_walk_tree(&w, r, err);
	}
	return rc;
}
