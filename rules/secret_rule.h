/* One type of credential: what it looks like and what finding one is worth. The shipped ones come from rules/secrets/xxx.yml
 * as constant tables (rules/secretgen_main.c makes them while refgate is built), those of a policy from `secrets:` in
 * .refgate/rules/xxx.yml. docs/RULES.secrets.md explains each key. */
#ifndef GATE_RULES_SECRET_RULE_H
#define GATE_RULES_SECRET_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GATE_SECRET_KEYWORD_MIN 2u
#define GATE_SECRET_KEYWORD_MAX 32u
#define GATE_SECRET_LEN_DEFAULT 512u
#define GATE_SECRET_LEN_MAX 65536u
#define GATE_SECRET_WINDOW_MAX 256u
#define GATE_SECRET_ID_MAX 48u

/* What a match is worth, in rising order. DENY is a certain secret, HIGH a likely one: both refuse the push (HOLES 5). */
enum gate_secret_tier { GATE_SECRET_LOW, GATE_SECRET_MEDIUM, GATE_SECRET_HIGH, GATE_SECRET_DENY };

/* Where in a match a keyword stands: at its start, exactly N bytes behind it, or not more than N bytes behind it. */
enum gate_secret_anchor { GATE_ANCHOR_KEYWORD, GATE_ANCHOR_OFFSET, GATE_ANCHOR_WINDOW };

struct gate_secret_rule {
	const char *id, *name, *source; /* "github-pat", "GitHub personal access token", "forges.yml:12" */
	char *const *keywords;		/* caseless literals; a match holds one of them */
	const char *regex;		/* PCRE2 over bytes */
	const char *checksum;		/* a name of classifier/secrets/proofs.h, or NULL */
	const char *prefix;		/* what of a match may be shown, or NULL */
	const char *near_id, *near_regex; /* what must stand not further than near_within bytes away; NULL: nothing */
	char *const *paths;		/* only there; n 0: everywhere */
	char *const *allow;		/* PCRE2 on the secret: no finding */
	uint32_t n_keywords, n_paths, n_allow;
	uint32_t max_len, near_within;
	uint32_t entropy_milli; /* at least so many bits for each character of the secret; 0: any */
	uint16_t anchor_n;
	uint8_t anchor, group, tier, failed;
	bool generic; /* an assignment to a name that sounds secret: no finding in lockfiles, vendored code, binaries, or
		       * when the value is a placeholder */
};

extern const struct gate_secret_rule gate_secret_packs[];
extern const size_t gate_secret_packs_n;

#endif
