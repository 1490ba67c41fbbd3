/* The effective policy as YAML, which reads back as the same policy. */
#include "rules/policy.h"

#include <inttypes.h>
#include <string.h>

/* Always in double quotes, so that no text reads as a number, a bool or a comment. */
static void put_text(struct gate_buf *b, const char *s)
{
	gate_buf_char(b, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			gate_buf_char(b, '\\');
		if (*s == '\n')
			gate_buf_str(b, "\\n");
		else if (*s == '\t')
			gate_buf_str(b, "\\t");
		else
			gate_buf_char(b, *s);
	}
	gate_buf_char(b, '"');
}

static void put_list(struct gate_buf *b, const struct gate_strs *l)
{
	gate_buf_char(b, '[');
	for (size_t i = 0; i < l->n; i++) {
		gate_buf_str(b, i ? ", " : "");
		put_text(b, l->v[i]);
	}
	gate_buf_char(b, ']');
}

/* A list that the floor narrows cannot be written as one; the comment says what must match as well. */
static void put_globs(struct gate_buf *b, const struct gate_globs *g)
{
	put_list(b, &g->patterns);
	if (g->also) {
		gate_buf_str(b, " # and only what the floor allows: ");
		put_list(b, &g->also->patterns);
	}
	gate_buf_char(b, '\n');
}

static void put_points(struct gate_buf *b, uint32_t milli)
{
	gate_buf_fmt(b, "%u", milli / 1000);
	if (milli % 1000) {
		gate_buf_fmt(b, ".%03u", milli % 1000);
		while (b->len && b->s[b->len - 1] == '0')
			b->s[--b->len] = '\0';
	}
}

static void put_answer(struct gate_buf *b, const struct gate_answer *a)
{
	gate_buf_fmt(b, "action: %s", gate_verdict_name(a->action));
	if (a->action != GATE_VERDICT_HOLD)
		return;
	gate_buf_fmt(b, ", approvals: %u", a->need.approvals);
	gate_buf_str(b, ", roles: ");
	put_list(b, &a->need.roles);
	gate_buf_fmt(b, ", distinct_roles: %s, touch: %s, pin: %s, expires: %" PRId64 "s",
		     a->need.distinct_roles ? "true" : "false", a->need.touch ? "true" : "false",
		     a->need.pin ? "true" : "false", a->need.expires_s);
}

static void put_tiers(struct gate_buf *b, const char *key, const struct gate_tier_rule t[GATE_TIER_COUNT])
{
	gate_buf_fmt(b, "%s:\n", key);
	for (unsigned i = 0; i < GATE_TIER_COUNT; i++) {
		gate_buf_fmt(b, "  %s: {", gate_tier_name((enum gate_tier)i));
		put_answer(b, &t[i].open);
		gate_buf_str(b, ", protected: {");
		/* roles and flags are inherited from the open answer: written out, so nothing is */
		put_answer(b, &t[i].prot);
		gate_buf_str(b, "}}\n");
	}
}

static void put_actors(struct gate_buf *b, const struct gate_policy *p)
{
	gate_buf_str(b, "actors:\n  default: agent\n");
	if (p->n_agents)
		gate_buf_str(b, "  agents:\n");
	for (size_t i = 0; i < p->n_agents; i++) {
		gate_buf_str(b, "    ");
		put_text(b, p->agents[i].name);
		gate_buf_str(b, ": {match: ");
		put_list(b, &p->agents[i].match.patterns);
		if (p->agents[i].owner) {
			gate_buf_str(b, ", owner: ");
			put_text(b, p->agents[i].owner);
		}
		gate_buf_str(b, "}\n");
	}
	gate_buf_str(b, "  humans:\n    match: ");
	put_globs(b, &p->humans);
}

static void put_people(struct gate_buf *b, const struct gate_policy *p)
{
	if (p->people.n)
		gate_buf_str(b, "people:\n");
	for (size_t i = 0; i < p->people.n; i++) {
		const struct gate_person *one = &p->people.v[i];

		gate_buf_str(b, "  ");
		put_text(b, one->name);
		gate_buf_str(b, ": {roles: ");
		put_list(b, &one->roles);
		gate_buf_str(b, ", mails: ");
		put_list(b, &one->mails);
		gate_buf_fmt(b, "} # %zu key%s\n", one->n_keys, one->n_keys == 1 ? "" : "s");
	}
}

static void put_owners(struct gate_buf *b, const struct gate_policy *p)
{
	if (p->n_owners)
		gate_buf_str(b, "owners:\n");
	for (size_t i = 0; i < p->n_owners; i++) {
		gate_buf_str(b, "  - {paths: ");
		put_list(b, &p->owners[i].paths.patterns);
		gate_buf_str(b, ", roles: ");
		put_list(b, &p->owners[i].roles);
		gate_buf_fmt(b, ", approvals: %u}\n", p->owners[i].approvals);
	}
}

static void put_named(struct gate_buf *b, const char *key, const char *text)
{
	if (!text)
		return;
	gate_buf_fmt(b, "%s: ", key);
	put_text(b, text);
	gate_buf_str(b, ", ");
}

static void put_words(struct gate_buf *b, const char *key, const struct gate_strs *l)
{
	if (!l->n)
		return;
	gate_buf_fmt(b, "%s: ", key);
	put_list(b, l);
	gate_buf_str(b, ", ");
}

static void put_value_row(struct gate_buf *b, const struct gate_value_row *r)
{
	static const char *const formats[] = { "json", "jsonc", "yaml", "toml", "ini", "git-config", "properties",
					       "xml", "hcl" }, *const own[] = { "js", "code", "comments" };
	static const char *const ways[GATE_WORSE_COUNT] = { NULL, "down", "up", "true", "false", "added", "removed",
							    "changed", "grown", "shrunk", NULL, NULL };

	gate_buf_str(b, "{");
	put_words(b, "files", &r->files);
	put_words(b, "flags", &r->flags);
	put_words(b, "command", &r->command);
	put_named(b, "key", r->key);
	put_named(b, "text", r->text);
	put_named(b, "tool", r->tool);
	put_named(b, "metric", r->metric);
	put_named(b, "scope", r->scope);
	put_named(b, "default", r->fallback);
	put_named(b, "family", r->family);
	put_words(b, "order", &r->order);
	put_words(b, "to", &r->to);
	put_words(b, "off", &r->off);
	if (r->format != GATE_VALUE_AUTO)
		gate_buf_fmt(b, "format: %s, ", r->format >= GATE_VALUE_JS ? own[r->format - GATE_VALUE_JS] : formats[r->format]);
	if (ways[r->worse])
		gate_buf_fmt(b, "worse: \"%s\", ", ways[r->worse]);
	if (r->weighed && r->tier < GATE_TIER_CRITICAL)
		gate_buf_fmt(b, "tier: %s, ", gate_tier_name(r->tier));
	if (r->weighed) {
		gate_buf_str(b, "points: ");
		put_points(b, r->points);
		gate_buf_str(b, ", ");
	}
	gate_buf_fmt(b, "scale: %s}", r->ratio ? "ratio" : "percent");
}

static void put_values(struct gate_buf *b, const struct gate_rule *r)
{
	if (!r->n_values)
		return;
	gate_buf_str(b, ", values: [");
	for (size_t i = 0; i < r->n_values; i++) {
		gate_buf_str(b, i ? ", " : "");
		put_value_row(b, &r->values[i]);
	}
	gate_buf_str(b, "]");
}

/* What only a rule of the policy's own has. */
static void put_matcher(struct gate_buf *b, const struct gate_rule *r)
{
	gate_buf_str(b, ", class: ");
	put_text(b, r->cls);
	if (r->paths.patterns.n) {
		gate_buf_str(b, ", paths: ");
		put_list(b, &r->paths.patterns);
	}
	if (r->content) {
		gate_buf_str(b, ", content: ");
		put_text(b, gate_regex_pattern(r->content));
	}
	put_values(b, r);
	/* written out, it counts for the content too */
	if (!r->paths.fold || (r->content && gate_regex_folds(r->content)))
		gate_buf_fmt(b, ", fold: %s", r->paths.fold ? "true" : "false");
}

static bool is_shipped(const struct gate_rule *r)
{
	return r->paths.borrowed;
}

static void put_rule(struct gate_buf *b, const struct gate_rule *r)
{
	gate_buf_str(b, "  - {id: ");
	put_text(b, r->id);
	if (!is_shipped(r))
		put_matcher(b, r);
	if (r->not_paths.patterns.n && !r->not_paths.borrowed) {
		gate_buf_str(b, ", not_paths: ");
		put_list(b, &r->not_paths.patterns);
	}
	gate_buf_fmt(b, ", tier: %s, points: ", gate_tier_name(r->floor));
	put_points(b, r->points);
	gate_buf_fmt(b, ", deny: %s, effect: %s%s, message: ", r->deny ? "true" : "false",
		     r->everywhere ? "everywhere" : "protected", r->off ? ", off: true" : "");
	put_text(b, r->message);
	gate_buf_fmt(b, "} # %s\n", r->source);
}

static void put_rules(struct gate_buf *b, const struct gate_policy *p)
{
	if (p->n_rules)
		gate_buf_str(b, "rules:\n");
	for (size_t i = 0; i < p->n_rules; i++)
		put_rule(b, &p->rules[i]);
}

static void put_checks(struct gate_buf *b, const struct gate_policy *p)
{
	if (p->n_checks)
		gate_buf_str(b, "checks:\n");
	for (size_t i = 0; i < p->n_checks; i++) {
		const struct gate_check *c = &p->checks[i];

		gate_buf_str(b, "  - {name: ");
		put_text(b, c->name);
		gate_buf_str(b, ", run: ");
		put_list(b, &c->run);
		gate_buf_str(b, ", when: {paths: ");
		put_list(b, &c->paths.patterns);
		gate_buf_fmt(b, ", from: %s}, timeout: %" PRId64 "s, memory: %" PRIu64 ", mode: %s, network: ",
			     gate_tier_name(c->from), c->timeout_s, c->memory, c->background ? "background" : "inline");
		put_list(b, &c->network);
		gate_buf_str(b, ", env: ");
		put_list(b, &c->env);
		gate_buf_str(b, "}\n");
	}
}

static void put_settings(struct gate_buf *b, const struct gate_policy *p)
{
	if (p->trace_required)
		gate_buf_fmt(b, "trace: {required_from: %s}\n", gate_tier_name(p->trace_from));
	gate_buf_fmt(b, "effect: %s\n", p->effect_everywhere ? "everywhere" : "protected");
	gate_buf_fmt(b, "verifier: {external: %s}\n", p->external_verifier ? "ssh-keygen" : "off");
	gate_buf_fmt(b, "ledger: %dd\n", p->ledger_days);
	gate_buf_fmt(b,
		     "limits: {open_per_actor: %u, open_per_repo: %u, held_per_actor: %" PRIu64 ", judging: %us, checks: %us, max_push: %" PRIu64
		     "}\n",
		     p->limits.open_per_actor, p->limits.open_per_repo, p->limits.held_per_actor, p->limits.judging_s, p->limits.checks_s,
		     p->limits.max_push);
}

int gate_policy_show(const struct gate_policy *p, struct gate_buf *out, struct gate_err *err)
{
	gate_buf_fmt(out, "# the policy in effect, sha256:%s\nversion: 1\nmode: %s\nprotected: ", p->digest,
		     p->mode == GATE_MODE_OBSERVE ? "observe" : "enforce");
	put_globs(out, &p->protected_refs);
	gate_buf_str(out, "namespaces: ");
	put_globs(out, &p->namespaces);
	put_actors(out, p);
	put_people(out, p);
	put_tiers(out, "tiers", p->tiers);
	put_tiers(out, "humans", p->tiers_human);
	put_owners(out, p);
	put_rules(out, p);
	put_checks(out, p);
	put_settings(out, p);
	for (size_t i = 0; i < p->warnings.n; i++)
		gate_buf_fmt(out, "# warning: %s\n", p->warnings.v[i]);
	return gate_buf_check(out, err);
}
