/* The proofs, one file a family; classifier/secrets/proofs.c gives them their names. Each reads `len` bytes that may be
 * anything and never keeps them. */
#ifndef GATE_CLASSIFIER_SECRETS_PROOFS_ALL_H
#define GATE_CLASSIFIER_SECRETS_PROOFS_ALL_H

#include "classifier/secrets/proofs.h"

typedef enum gate_proof gate_proof_fn(const char *s, size_t len, int64_t now);

gate_proof_fn gate_proof_github;     /* crc_tail.c: CRC32 in base62 behind the prefix; npm's too */
gate_proof_fn gate_proof_gitlab;     /* CRC32 in base36 */
gate_proof_fn gate_proof_atlassian;  /* CRC32 in hex, everything before it */
gate_proof_fn gate_proof_grafana;    /* CRC32 in hex, low byte first */
gate_proof_fn gate_proof_bech32;     /* bech32.c: age */
gate_proof_fn gate_proof_armor;	     /* armor.c: PEM, OpenSSH, PGP */
gate_proof_fn gate_proof_der;	     /* armor.c: a bare base64 body */
gate_proof_fn gate_proof_jwt;	     /* jwt.c */
gate_proof_fn gate_proof_supabase;   /* jwt.c: the role decides */
gate_proof_fn gate_proof_json;	     /* json.c: base64 of a JSON object behind a prefix */
gate_proof_fn gate_proof_sentry;     /* json.c */
gate_proof_fn gate_proof_onepassword; /* json.c */
gate_proof_fn gate_proof_gcp;	     /* json.c: a service account's file */
gate_proof_fn gate_proof_pypi;	     /* macaroon.c */
gate_proof_fn gate_proof_fly;	     /* macaroon.c */
gate_proof_fn gate_proof_aws;	     /* aws.c */
gate_proof_fn gate_proof_wif;	     /* base58.c: Bitcoin */
gate_proof_fn gate_proof_xprv;	     /* base58.c: BIP 32 */
gate_proof_fn gate_proof_nkey;	     /* nkey.c: NATS */
gate_proof_fn gate_proof_azure;	     /* marvin.c */
gate_proof_fn gate_proof_pair;	     /* pair.c: base64 of user:password */
gate_proof_fn gate_proof_discord;    /* pair.c: a bot's number in base64 */
gate_proof_fn gate_proof_slack_hook; /* pair.c */

#endif
