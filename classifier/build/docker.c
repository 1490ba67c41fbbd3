/* BLD-DOCK of a Dockerfile; compose files go to compose.c. */
#include "classifier/build/dockerfile.h"
#include "classifier/build/images.h"
#include "classifier/build/program_rows.h"

#include <string.h>

static const struct gate_risk image[] = {
	{ "remote file", NULL, "^[ \\t]*(?i:ADD)\\s+(?:--(?!checksum)\\S+\\s+)*(?:(?:https?|ftp)://|git@|git://)\\S+",
	  { GATE_GAIN_RISK, GATE_TIER_HIGH, "the image takes in a file from the network without a checksum: whose host is it?" } },
	{ "insecure run", NULL, "--security=insecure|--network=host\\b",
	  { GATE_GAIN_RISK, GATE_TIER_HIGH, "a build step gets the rights or the network of the host" } },
	{ "secret copied", NULL, "^[ \\t]*(?i:COPY|ADD)\\s+[^\\n]*(?:\\.ssh/|id_rsa\\b|\\.aws/|\\.kube/|\\.npmrc\\b|\\.netrc\\b|\\.pypirc\\b)",
	  { GATE_GAIN_RISK, GATE_TIER_HIGH, "a file that holds keys goes into a layer of the image, where everyone who pulls it can read it" } },
};
const struct gate_risk_table gate_rows_image = GATE_RISKS(image);

static const struct gate_risk directives[] = {
	{ "frontend", "syntax", "^#\\s*syntax\\s*=\\s*(?!docker/dockerfile|docker\\.io/docker/dockerfile)\\S+",
	  { GATE_GAIN_RISK, GATE_TIER_HIGH, "the build reads this file with another program: whose is it?" } },
};
static const struct gate_risk_table directive_rows = GATE_RISKS(directives);

static const struct gate_gain_kind secret = { GATE_GAIN_RISK, GATE_TIER_HIGH,
					      "a secret as ARG or ENV stays in the layers of the image: use a secret mount" };

static int secrets(const struct gate_gain_place *p, const struct gate_image_build *f, struct gate_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < f->secrets.n && i < 500; i++)
		rc = gate_gain_add(p, &secret, 0, err, "secret of the build: %s", f->secrets.v[i]);
	return rc;
}

static int user(struct gate_detect *d, const struct gate_look *l, const struct gate_image_build *before, const struct gate_image_build *now,
		struct gate_err *err)
{
	struct gate_weight w = gate_weight_of(before->has_stage ? GATE_TIER_HIGH : GATE_TIER_MEDIUM);
	struct gate_sighting s = { .id = "BLD-DOCK", .path = l->delta->path, .subject = "USER", .at_most = &w };

	s.message = "the container runs as root now: who needs that?";
	s.old_value = before->has_stage ? "another user" : NULL;
	s.new_value = "root";
	if (!now->root || (before->has_stage ? before->root : !now->user))
		return 0;
	return gate_detect_add(d, l->change, &s, err);
}

static int dockerfile(struct gate_detect *d, const struct gate_look *l, const struct gate_sides *raw, struct gate_err *err)
{
	gate_auto(gate_image_build) struct gate_image_build before = { 0 }, now = { 0 };
	struct gate_gain_place p = { .d = d, .change = l->change, .delta = l->delta, .id = "BLD-DOCK", .most = GATE_TIER_CRITICAL };
	int rc = gate_image_build_read(gate_buf_cstr(&raw->before), raw->before.len, &before, err);

	if (rc == 0)
		rc = gate_image_build_read(raw->now, raw->now_len, &now, err);
	if (rc == 0 && (before.cut || now.cut))
		rc = gate_detect_limit(d, l->change, l->delta->path, NULL, false, "more instructions than can be compared: make the file smaller", err);
	if (rc == 0)
		rc = secrets(&p, &before, err);
	if (rc == 0)
		rc = gate_risks_of(&p, &directive_rows, gate_buf_cstr(&raw->before), raw->before.len, 1, err);
	p.now = true;
	if (rc == 0)
		rc = secrets(&p, &now, err);
	if (rc == 0)
		rc = gate_risks_of(&p, &directive_rows, raw->now, raw->now_len, 1, err);
	if (rc == 0 && l->delta->new_mode)
		rc = user(d, l, &before, &now, err);
	return rc < 0 ? rc : gate_images_compare(d, l->change, l->delta, "BLD-DOCK", &before.images, &now.images, err);
}

static bool is_compose(const char *path)
{
	return gate_ends_with(path, ".yml") || gate_ends_with(path, ".yaml") || gate_ends_with(path, ".YML");
}

int gate_docker_closer(struct gate_detect *d, struct gate_look *l, struct gate_err *err)
{
	gate_auto(gate_code_sides) struct gate_code_sides c = { 0 };
	gate_auto(gate_sides) struct gate_sides raw = { 0 };
	struct gate_err why = { 0 };
	int rc = gate_code_sides_read(d, l->change, l->delta, GATE_COMMENTS_SHELL, &c, err);

	if (rc < 0 || c.unread)
		return rc;
	l->w = gate_weight_of(c.same ? GATE_TIER_LOW : GATE_TIER_MEDIUM);
	rc = gate_risks_delta(d, l->change, l->delta, l->id, &gate_rows_shell, &c, GATE_TIER_CRITICAL, err);
	if (rc < 0 || gate_ends_with(l->delta->path, ".hcl"))
		return rc;
	if (is_compose(l->delta->path))
		return gate_compose_compare(d, l, err);
	rc = gate_risks_delta(d, l->change, l->delta, l->id, &gate_rows_image, &c, GATE_TIER_CRITICAL, err);
	if (rc == 0 && gate_detect_sides(d, l->delta, &raw, &why) == 0)
		rc = dockerfile(d, l, &raw, err);
	return rc;
}
