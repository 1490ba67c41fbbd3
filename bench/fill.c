/*
 * Fills the placeholders of a case of the labelled set (tests/accuracy) with made-up key material, so that no text that looks like a
 * live credential stands in this repository: fill KEYS SEED <in >out. KEYS is a folder with one file for each name that a tool made
 * (pem_rsa, openssh_ed25519, ...); the other names are put together here from SEED, with the checksums that their vendors publish.
 * The same name gives the same text wherever it stands in a case. With `-` for KEYS the names of files stay as they are, so that a
 * patch keeps the number of its lines.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char digits[] = "0123456789";
static const char hex[] = "0123456789abcdef";
static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char lower[] = "abcdefghijklmnopqrstuvwxyz";
static const char upnum[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
static const char alnum[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char urlsafe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char print[] = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789!#%*+=?~";

static const struct set {
	const char *name, *chars;
} sets[] = {
	{ "digits", digits }, { "hex", hex },	      { "upper", upper },	{ "lower", lower },  { "upnum", upnum },
	{ "base32", base32 }, { "alnum", alnum },     { "base64", base64 },	{ "b64", base64 },   { "urlsafe", urlsafe },
	{ "b64url", urlsafe }, { "base64url", urlsafe }, { "print", print }, { "password", print }, { "HEX", "0123456789ABCDEF" },
	{ NULL, NULL },
};

/* In a recipe: plain text, and <set:n>; a trailing <crc> is the CRC-32 of what stands after the last '_', six characters in base 62. */
static const struct recipe {
	const char *name, *text;
} recipes[] = {
	{ "github_pat", "ghp_<alnum:30><crc>" },
	{ "github_oauth", "gho_<alnum:30><crc>" },
	{ "github_app", "ghs_<alnum:30><crc>" },
	{ "github_fine", "github_pat_<alnum:22>_<alnum:59>" },
	{ "npm_token", "npm_<alnum:30><crc>" },
	{ "gitlab_pat", "glpat-<urlsafe:20>" },
	{ "aws_id", "AKIA<base32:16>" },
	{ "aws_secret", "<base64:40>" },
	{ "gcp_api_key", "AIza<urlsafe:35>" },
	{ "google_api_key", "AIza<urlsafe:35>" },
	{ "slack_bot", "xoxb-<digits:12>-<digits:13>-<alnum:24>" },
	{ "slack_webhook", "https://hooks.slack.com/services/T<upnum:10>/B<upnum:10>/<alnum:24>" },
	{ "stripe_live", "sk_live_<alnum:99>" },
	{ "stripe_restricted", "rk_live_<alnum:99>" },
	{ "sendgrid", "SG.<urlsafe:22>.<urlsafe:43>" },
	{ "twilio_sid", "AC<hex:32>" },
	{ "twilio_key", "SK<hex:32>" },
	{ "openai", "sk-proj-<urlsafe:74>T3BlbkFJ<urlsafe:74>" },
	{ "anthropic", "sk-ant-api03-<urlsafe:93>AA" },
	{ "pypi", "pypi-AgEIcHlwaS5vcmc<urlsafe:150>" },
	{ "digitalocean", "dop_v1_<hex:64>" },
	{ "huggingface", "hf_<alnum:34>" },
	{ "vault", "hvs.<urlsafe:95>" },
	{ "terraform_cloud", "<alnum:14>.atlasv1.<alnum:67>" },
	{ "telegram", "<digits:10>:AA<urlsafe:33>" },
	{ "mailgun", "key-<hex:32>" },
	{ "shopify", "shpat_<hex:32>" },
	{ "doppler", "dp.pt.<alnum:43>" },
	{ "linear", "lin_api_<alnum:40>" },
	{ "databricks", "dapi<hex:32>" },
	{ "azure_storage", "<base64:86>==" },
	{ "discord", "M<urlsafe:25>.<urlsafe:6>.<urlsafe:38>" },
	{ "sentry_dsn", "https://<hex:32>@o<digits:6>.ingest.sentry.io/<digits:7>" },
	{ "jwt", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJzdmMtZGVwbG95Iiwicm9sZSI6ImFkbWluIiwiaWF0IjoxNzAwMDAwMDAwfQ.<urlsafe:43>" },
	{ NULL, NULL },
};

static uint64_t state;

static uint32_t next(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 16) % below);
}

static void mix(const char *text)
{
	for (; *text; text++)
		state = (state ^ (unsigned char)*text) * 1099511628211u;
}

static void seed(const char *text, const char *name)
{
	state = 1469598103934665603u;
	mix(text);
	mix(name);
	state |= 1;
	for (int i = 0; i < 32; i++)
		next(2);
}

static uint32_t crc32(const char *s, size_t n)
{
	uint32_t crc = ~0u;

	while (n--) {
		crc ^= (unsigned char)*s++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (0xedb88320u & -(crc & 1));
	}
	return ~crc;
}

/* The characters of NAME, NAME_LEN bytes long; NULL where there is no such set. */
static const char *set_of(const char *name, size_t len)
{
	for (const struct set *s = sets; s->name; s++)
		if (strlen(s->name) == len && !memcmp(s->name, name, len))
			return s->chars;
	return NULL;
}

static size_t some(char *out, size_t room, const char *chars, size_t n)
{
	size_t i;

	for (i = 0; i < n && i + 1 < room; i++)
		out[i] = chars[next((uint32_t)strlen(chars))];
	out[i] = '\0';
	return i;
}

static void checksum(char *out, size_t at)
{
	const char *body = strrchr(out, '_') + 1;
	uint32_t crc = crc32(body, (size_t)(out + at - body));

	for (int i = 5; i >= 0; i--, crc /= 62)
		out[at + (size_t)i] = alnum[crc % 62];
	out[at + 6] = '\0';
}

static void cook(char *out, size_t room, const char *text)
{
	size_t at = 0;

	while (*text && at + 8 < room) {
		const char *colon = strchr(text, ':'), *end = strchr(text, '>');

		if (!strncmp(text, "<crc>", 5)) {
			checksum(out, at);
			at += 6;
			text += 5;
		} else if (*text == '<' && colon && end && colon < end) {
			const char *chars = set_of(text + 1, (size_t)(colon - text - 1));

			if (!chars)
				exit(3);
			at += some(out + at, room - at, chars, strtoul(colon + 1, NULL, 10));
			text = end + 1;
		} else {
			out[at++] = *text++;
			out[at] = '\0';
		}
	}
}

/* A file of KEYS: its lines after the first get the INDENT of the line that the placeholder stands on; ESCAPED puts \n between them. */
static int from_file(const char *keys, const char *name, const char *indent, int escaped)
{
	char path[4096], line[4096];
	int lines = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", keys, name);
	f = fopen(path, "r");
	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (escaped)
			printf("%s\\n", line);
		else
			printf("%s%s%s", lines ? "\n" : "", lines ? indent : "", line);
		lines++;
	}
	fclose(f);
	return 0;
}

static int placeholder(const char *keys, const char *text, char *name, const char *indent)
{
	char out[2048], *arg = strchr(name, ':');
	const char *chars;

	seed(text, name);
	if (arg)
		*arg++ = '\0';
	chars = set_of(name, strlen(name));
	if (chars && arg) {
		some(out, sizeof(out), chars, strtoul(arg, NULL, 10));
		return fputs(out, stdout);
	}
	for (const struct recipe *r = recipes; r->name; r++)
		if (!strcmp(r->name, name)) {
			cook(out, sizeof(out), r->text);
			return fputs(out, stdout);
		}
	if (!strcmp(keys, "-"))
		return printf("@{%s%s%s}@", name, arg ? ":" : "", arg ? arg : "");
	return from_file(keys, name, indent, arg && !strcmp(arg, "escaped"));
}

static int fill_line(const char *keys, const char *text, char *line)
{
	char indent[256];
	size_t n = strspn(line, " \t");

	snprintf(indent, sizeof(indent), "%.*s", (int)(n < 255 ? n : 255), line);
	for (;;) {
		char *at = strstr(line, "@{"), *end = at ? strstr(at, "}@") : NULL;

		if (!end) {
			fputs(line, stdout);
			return 0;
		}
		*at = *end = '\0';
		fputs(line, stdout);
		if (placeholder(keys, text, at + 2, indent) < 0) {
			fprintf(stderr, "fill: no such placeholder: %s\n", at + 2);
			return 1;
		}
		line = end + 2;
	}
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t room = 0;

	if (argc != 3)
		return 2;
	while (getline(&line, &room, stdin) >= 0)
		if (fill_line(argv[1], argv[2], line))
			return 1;
	free(line);
	return 0;
}
