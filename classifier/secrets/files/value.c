#include "classifier/secrets/files/reader.h"

#include "base/mem.h"
#include "rules/match.h"

#include <string.h>
#include <strings.h>

static bool holds(const char *s, size_t len, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= len; i++) {
		if (strncasecmp(s + i, word, n) == 0)
			return true;
	}
	return false;
}

static bool ends(const char *s, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && strncasecmp(s + len - n, word, n) == 0;
}

bool gate_file_name_secret(const char *name, size_t len)
{
	static const char *const words[] = { "passw",	   "passphrase",  "secret",	 "token",     "apikey",
					     "api_key",	   "api-key",	  "access_key",	 "accesskey", "access-key",
					     "private_key", "privatekey", "private-key", "credential", "auth_key",
					     "authkey",	   "encryption_key", "signing_key", "client_key", "master_key",
					     "app_key",	   "_pass",	  "_pwd",	 "dbpass",    "userpass" };
	/* names of what is about a secret and is none */
	static const char *const about[] = { "_file", "_path",	"path",	   "_name",   "_url",	"_uri",	  "_id",    "_ttl",
					     "_type", "_length", "_policy", "_header", "_expiry", "_expires", "_enabled",
					     "_days", "_seconds", "_minutes", "_hours", "_count", "_version", "_arn",
					     "secretname", "_field", "_algorithm", "_endpoint", "_host", "_issuer",
					     "_limit", "_prefix", "_required", "_lifetime", "_timeout", "_max", "_min" };

	if (holds(name, len, "public"))
		return false;
	for (size_t i = 0; i < GATE_ARRAY_LEN(about); i++) {
		if (ends(name, len, about[i]))
			return false;
	}
	for (size_t i = 0; i < GATE_ARRAY_LEN(words); i++) {
		if (holds(name, len, words[i]))
			return true;
	}
	return (len == 4 && strncasecmp(name, "pass", 4) == 0) || (len == 3 && strncasecmp(name, "pwd", 3) == 0);
}

bool gate_file_key_wanted(const struct gate_file_text *t, const char *name, size_t len)
{
	if (!t->keys)
		return gate_file_name_secret(name, len);
	for (const char *const *k = t->keys; *k; k++) {
		if (gate_glob_match(*k, name, len, true))
			return true;
	}
	return false;
}

bool gate_file_value_sealed(const char *s, size_t len)
{
	static const char *const marks[] = { "ENC[", "ENC(", "$ANSIBLE_VAULT", "!vault", "{cipher}", "AQICAHh", "vault:v1:" };

	for (size_t i = 0; i < GATE_ARRAY_LEN(marks); i++) {
		if (len >= strlen(marks[i]) && strncmp(s, marks[i], strlen(marks[i])) == 0)
			return true;
	}
	return false;
}

static bool everybodys(const char *s, size_t len)
{
	static const char *const words[] = {
		"password", "passwd", "pass",	"secret",  "changeme", "change_me", "change-me", "changeit", "example", "test",
		"testing",  "dummy",  "none",	"null",	   "true",     "false",	    "undefined", "root",     "admin",	"user",
		"postgres", "mysql",  "guest",	"token",   "todo",     "fixme",	    "redacted",	 "hidden",   "default", "empty",
		"username", "string", "secret_key", "api_key", "placeholder", "yes", "no", "on", "off", "local", "dev", "docker",
		"development", "your-token", "sample", "anonymous", "nopassword", "nil", "prompt", "ask", "replace_me", "replaceme",
	};

	while (len && s[len - 1] >= '0' && s[len - 1] <= '9')
		len--;
	for (size_t i = 0; i < GATE_ARRAY_LEN(words); i++) {
		if (strlen(words[i]) == len && strncasecmp(words[i], s, len) == 0)
			return true;
	}
	return false;
}

static size_t different(const char *s, size_t len)
{
	bool seen[256] = { false };
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		n += !seen[(unsigned char)s[i]];
		seen[(unsigned char)s[i]] = true;
	}
	return n;
}

bool gate_file_value_real(const char *s, size_t len)
{
	static const char *const holes[] = { "your",   "example", "placeholder", "changeme", "change-me", "change_me", "replace",
					     "insert", "xxxx",	  "****",	 "....",     "_here",	  "-here",     "dummy" };

	/* a reference: ${X}, $(x), {{ x }}, %(x)s, <x>, @x@, [x], ~/x, /x, !ref */
	if (len < 4 || strchr("$<{%@[~!`#", *s) || gate_file_value_sealed(s, len))
		return false;
	if (memmem(s, len, "${", 2) || memmem(s, len, "{{", 2) || memmem(s, len, "<%", 2) || memmem(s, len, "://", 3))
		return false;
	if (*s == '/' && memchr(s + 1, '/', len - 1) && !memchr(s, '+', len) && !memchr(s, '=', len))
		return false;
	for (size_t i = 0; i < GATE_ARRAY_LEN(holes); i++) {
		if (holds(s, len, holes[i]))
			return false;
	}
	return different(s, len) >= 3 && !everybodys(s, len);
}

bool gate_file_value_strong(const char *s, size_t len)
{
	size_t letters = 0, others = 0, capitals = 0;

	for (size_t i = 0; i < len; i++) {
		bool letter = (s[i] | 32) >= 'a' && (s[i] | 32) <= 'z';

		letters += letter;
		capitals += s[i] >= 'A' && s[i] <= 'Z';
		others += !letter && s[i] != ' ' && s[i] != '-' && s[i] != '_' && s[i] != '.';
	}
	return len >= 10 && different(s, len) >= 7 && (others || (capitals > 3 && capitals < letters)) &&
	       !memchr(s, ' ', len) && letters + others > len / 2;
}
