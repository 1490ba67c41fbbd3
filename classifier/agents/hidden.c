#include "classifier/agents/hidden.h"

#include "classifier/control/facts.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define BASE64_MIN 80

static const char *const secrecy[] = { "do not mention", "don't mention", "never mention", "do not tell", "don't tell", "never tell", "without telling", "do not reveal",
				       "don't reveal", "never reveal", "do not disclose", "never disclose", "do not inform", "don't inform", "hide this from", "keep this secret",
				       "keep this hidden", "without informing", "do not show the user", "don't show the user", "without the user knowing", "do not let the user",
				       "don't let the user", "do not log this", "never show this", "not to be shown", "do not report this", "don't report this", "do not ask the user",
				       "without asking the user", "do not explain this", "ignore previous instructions", "ignore all previous", "disregard previous", "disregard all previous" };
static const char *const orders[] = { "must ", "always ", "never ", "ignore ", "execute", "do not ", "don't ", "you should", "install ", "send ", "curl ", "wget ", "fetch ",
				      "download", "delete ", "override", "disregard", "silently", "run ", "instead of", "add the", "append", "include the", "when asked", "assistant",
				      "agent", "upload", "bypass", "disable ", "skip " };
static const char *const tool_notes[] = { "markdownlint", "prettier", "toc", "generated", "do not edit", "don't edit", "eslint", "vale ", "cspell", "textlint", "begin", "end", "todo", "fixme",
					  "spdx", "copyright", "license", "remark", "doctoc", "start ", "all-contributors", "auto", "keep" };
static const char *const follow[] = { "read and follow", "and follow", "follow the instructions", "follow its instructions", "follow all instructions", "follow every instruction", "obey", "execute the instructions",
				      "load your instructions", "instructions from http", "instructions at http", "do what it says", "and execute", "and run it" };

static bool any(const char *s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strstr(s, words[i]))
			return true;
	}
	return false;
}

static bool begins(const char *s, const char *const *words, size_t n)
{
	s += strspn(s, "<!- \t\n");
	for (size_t i = 0; i < n; i++) {
		if (gate_starts_with(s, words[i]))
			return true;
	}
	return false;
}
#define ANY(s, list) any(s, list, GATE_ARRAY_LEN(list))

static int add(struct gate_factbag *out, const char *what, const char *text, uint32_t line, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf key = { 0 };
	struct gate_fact f = { .line = line, .note = gate_lend(what) };

	gate_buf_fmt(&key, "%s: ", what);
	for (const char *p = text; *p; p++) { /* without blanks: an indent more is no other order */
		if (!isspace((unsigned char)*p))
			gate_buf_char(&key, *p);
	}
	if (gate_buf_check(&key, err) < 0)
		return -GATE_E_NOMEM;
	f.key = key.s;
	return gate_factbag_add(out, &f, err);
}

/* Letters of both cases and digits, no path and no plain number: what people do not write by hand. */
static bool is_encoded(const char *s, size_t n)
{
	size_t upper = 0, lower = 0, digits = 0, slashes = 0;

	for (size_t i = 0; i < n; i++) {
		upper += isupper((unsigned char)s[i]) != 0;
		lower += islower((unsigned char)s[i]) != 0;
		digits += isdigit((unsigned char)s[i]) != 0;
		slashes += s[i] == '/';
	}
	return n >= BASE64_MIN && upper > 4 && lower > 4 && digits + slashes > 0 && slashes * 10 < n;
}

static int line_of(struct gate_factbag *out, const char *low, const char *raw, uint32_t line, struct gate_err *err)
{
	int rc = 0;

	if (ANY(low, secrecy))
		rc = add(out, "secrecy", low, line, err);
	if (rc == 0 && strstr(low, "http") && strstr(low, "://") && ANY(low, follow))
		rc = add(out, "an address to follow", low, line, err);
	if (rc == 0 && (strstr(low, "_comment") || strstr(low, "[//]: #")) && ANY(low, orders))
		rc = add(out, "an order in a comment", low, line, err);
	for (const char *p = raw; rc == 0 && *p;) {
		size_t n = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-");

		if (is_encoded(p, n))
			rc = add(out, "encoded text", p, line, err);
		p += n ? n : 1;
	}
	return rc;
}

/* <!-- ... --> that gives an order; what tools write there does not, while it is short. */
static int comments(struct gate_factbag *out, const char *low, struct gate_err *err)
{
	uint32_t line = 1;
	const char *from = low;
	int rc = 0;

	for (const char *p = low; rc == 0 && (p = strstr(p, "<!--")) != NULL;) {
		const char *end = strstr(p, "-->");
		gate_auto(gate_buf) struct gate_buf text = { 0 };

		for (; from < p; from++)
			line += *from == '\n';
		end = end ? end : p + strlen(p);
		gate_buf_add(&text, p, (size_t)(end - p));
		if (gate_buf_check(&text, err) < 0)
			return -GATE_E_NOMEM;
		if (ANY(text.s, orders) && !(text.len < 90 && begins(text.s, tool_notes, GATE_ARRAY_LEN(tool_notes)) && !ANY(text.s, secrecy)))
			rc = add(out, "an order in a comment", text.s, line, err);
		p = end;
	}
	return rc;
}

static int collect(const char *s, size_t len, struct gate_factbag *out, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf low = { 0 }, one = { 0 }, raw = { 0 };
	uint32_t line = 1;
	int rc;

	for (size_t i = 0; i < len; i++)
		gate_buf_char(&low, s[i] ? (char)tolower((unsigned char)s[i]) : ' ');
	if (gate_buf_check(&low, err) < 0)
		return -GATE_E_NOMEM;
	rc = comments(out, gate_buf_cstr(&low), err);
	for (size_t i = 0; rc == 0 && i < len; line++) {
		const char *nl = memchr(low.s + i, '\n', len - i);
		size_t n = nl ? (size_t)(nl - low.s) - i : len - i;

		gate_buf_reset(&one);
		gate_buf_reset(&raw);
		gate_buf_add(&one, low.s + i, n);
		for (size_t k = 0; k < n; k++)
			gate_buf_char(&raw, s[i + k] ? s[i + k] : ' ');
		rc = gate_buf_check(&one, err) < 0 || gate_buf_check(&raw, err) < 0 ? -GATE_E_NOMEM : line_of(out, gate_buf_cstr(&one), gate_buf_cstr(&raw), line, err);
		i += n + 1;
	}
	return rc;
}

static bool is_agents(const struct gate_detect *d, const char *path)
{
	static const char *const ids[] = { "AGT-DOC", "AGT-RUN" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(ids); i++) {
		const struct gate_rule *r = gate_policy_rule(d->policy, ids[i]);

		if (r && gate_globs_match(&r->paths, path, strlen(path)))
			return true;
	}
	return false;
}

int gate_agents_hidden_delta(struct gate_detect *d, uint32_t change, const struct gate_delta *delta, struct gate_err *err)
{
	gate_auto(gate_sides) struct gate_sides sides = { 0 };
	gate_auto(gate_factbag) struct gate_factbag before = { 0 }, now = { 0 };
	struct gate_err why = { 0 };
	int rc;

	if (!gate_mode_is_file(delta->new_mode) || !is_agents(d, delta->path))
		return 0;
	if (gate_detect_sides(d, delta, &sides, &why) < 0)
		return gate_detect_limit(d, change, delta->path, NULL, false, "too big or unreadable: nobody looked for hidden orders", err);
	rc = collect(gate_buf_cstr(&sides.before), sides.before.len, &before, err);
	if (rc == 0)
		rc = collect(sides.now, sides.now_len, &now, err);
	if (rc < 0)
		return rc;
	gate_factbag_cancel(&now, &before);
	for (size_t i = 0; rc == 0 && i < now.n && i < 40; i++) {
		char subject[64];
		struct gate_sighting s = { .id = "AGT-HIDE", .subject = subject, .path = delta->path, .line = now.v[i].line, .new_value = now.v[i].note };
		gate_auto(gate_buf) struct gate_buf b = { 0 };

		snprintf(subject, sizeof(subject), "%s", now.v[i].note);
		gate_buf_fmt(&b, "%s: %s line %u", delta->path, now.v[i].note, now.v[i].line);
		s.subject = gate_buf_cstr(&b);
		rc = gate_detect_add(d, change, &s, err);
	}
	return rc;
}
