/* What a recovery would change, and whether it may (gate/recover.h). */
#include "base/io.h"
#include "formats/signers.h"
#include "gate/identity.h"
#include "gate/recover.h"
#include "gate/wall.h"
#include "rules/amend.h"

#include <string.h>

void gate_recovery_clear(struct gate_recovery *r)
{
	gate_server_clear(&r->server);
	gate_files_clear(&r->files);
	gate_policy_free(r->policy);
	gate_strs_clear(&r->people);
	gate_strs_clear(&r->keys);
	gate_strs_clear(&r->lost);
	gate_buf_clear(&r->shown);
	*r = (struct gate_recovery){ 0 };
}

/* ---- is it needed ---- */

static int refuse_needless(const struct gate_policy *p, int64_t now, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs able = { 0 };
	gate_auto(gate_buf) struct gate_buf list = { 0 };

	if (gate_policy_able(p, now, &able, err) < 0)
		return -(int)err->code;
	gate_strs_join(&list, &able, ", ");
	return gate_err_set(err, GATE_E_QUORUM, "the quorum can be reached: %s can sign. Change .refgate/ by a push; where nobody has a person's "
						"keys any more, name the person with --lost", gate_buf_cstr(&list));
}

/* The rules in force with the lost keys revoked: what stands today. */
static int present(const struct gate_recovery *r, struct gate_files *files, struct gate_policy **policy, struct gate_err *err)
{
	const struct gate_server *s = &r->server;
	struct gate_err why = { 0 };

	if (gate_amend_revoke(&s->policy_files, s->policy, &r->lost, files, err) < 0 ||
	    gate_policy_load(files, s->floor, s->floor ? strlen(s->floor) : 0, policy, err) < 0)
		return -(int)err->code;
	if (gate_policy_reachable(*policy, s->now, &why) == 0)
		return refuse_needless(*policy, s->now, err);
	return why.code == GATE_E_QUORUM ? 0 : gate_err_set(err, why.code, "%s", why.text);
}

/* ---- the people ---- */

static struct gate_amend_person *find(struct gate_amend_person *v, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(v[i].name, name) == 0)
			return &v[i];
	}
	return NULL;
}

/* What the person had, and the roles that are needed. */
static int begin_person(const struct gate_recovery *r, const struct gate_policy *now, const char *name, struct gate_amend_person *one,
			struct gate_err *err)
{
	const struct gate_person *before = gate_policy_person(now, name);
	gate_auto(gate_strs) struct gate_strs needed = { 0 };

	if (before && strcmp(before->name, name) != 0)
		return gate_err_set(err, GATE_E_USAGE, "--maintainer %s: that is another name of %s; write %s", name, before->name, before->name);
	one->name = name;
	if ((before && (gate_strs_copy(&one->roles, &before->roles, err) < 0 || gate_strs_copy(&one->mails, &before->mails, err) < 0)) ||
	    gate_policy_roles_needed(now, r->server.now, &needed, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < needed.n; i++) {
		if (gate_strs_add_new(&one->roles, needed.v[i], err) < 0)
			return -(int)err->code;
	}
	return one->roles.n ? 0 : gate_strs_add(&one->roles, "maintainer", err);
}

static int add_key(struct gate_recovery *r, const struct gate_maintainer *m, struct gate_amend_person *one, struct gate_err *err)
{
	gate_autofree char *line = gate_fmt("%s %s", m->key_type, m->key_base64);
	gate_auto(gate_buf) struct gate_buf fp = { 0 };
	struct gate_key key = { 0 };

	if (!line)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (gate_public_key_parse(line, strlen(line), m->key_file, &key, err) < 0)
		return -(int)err->code;
	gate_key_fingerprint(&key, &fp);
	free(key.blob);
	if (m->mail[0] && gate_strs_add_new(&one->mails, m->mail, err) < 0)
		return -(int)err->code;
	return gate_strs_add_new(&one->keys, line, err) < 0 || gate_strs_add_new(&r->keys, gate_buf_cstr(&fp), err) < 0 ? -(int)err->code : 0;
}

static int collect(struct gate_recovery *r, const struct gate_install *in, const struct gate_policy *now, struct gate_amend_person *v,
		   size_t *n, struct gate_err *err)
{
	for (size_t i = 0; i < in->n_maintainers; i++) {
		const struct gate_maintainer *m = &in->maintainers[i];
		struct gate_amend_person *one = find(v, *n, m->name);

		if (!one) {
			one = &v[(*n)++];
			if (begin_person(r, now, m->name, one, err) < 0 || gate_strs_add(&r->people, m->name, err) < 0)
				return -(int)err->code;
		}
		if (add_key(r, m, one, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

/* ---- would it hold ---- */

static int check_keys(const struct gate_recovery *r, struct gate_err *err)
{
	for (size_t i = 0; i < r->people.n; i++) {
		const struct gate_person *one = gate_policy_person(r->policy, r->people.v[i]);

		for (size_t k = 0; one && k < one->n_keys; k++) {
			gate_auto(gate_buf) struct gate_buf fp = { 0 };

			gate_key_fingerprint(&one->keys[k], &fp);
			if (one->keys[k].revoked)
				return gate_err_set(err, GATE_E_SIGNER, "the key %s of %s is revoked (.refgate/revoked_keys); make a new one with "
									"ssh-keygen", gate_buf_cstr(&fp), one->name);
		}
	}
	return 0;
}

static int check_result(struct gate_recovery *r, const struct gate_policy *now, struct gate_err *err)
{
	const struct gate_server *s = &r->server;
	bool same;

	if (gate_policy_load(&r->files, s->floor, s->floor ? strlen(s->floor) : 0, &r->policy, err) < 0)
		return gate_err_wrap(err, "with these people the policy does not hold");
	if (check_keys(r, err) < 0 || gate_amend_same_rules(now, r->policy, &same, err) < 0)
		return -(int)err->code;
	if (!same)
		return gate_err_set(err, GATE_E_POLICY, "the people cannot be put into .refgate/policy.yml without changing other rules; write its "
							"people: as a block, one person a line");
	if (gate_policy_reachable(r->policy, s->now, err) < 0)
		return gate_err_wrap(err, "with these people the quorum still cannot be reached");
	return 0;
}

/* ---- what is shown ---- */

static void show_person(struct gate_buf *b, char sign, const struct gate_person *one, int64_t now)
{
	gate_auto(gate_buf) struct gate_buf mails = { 0 };

	gate_buf_fmt(b, "  %c %s: roles ", sign, one->name);
	gate_strs_join(b, &one->roles, ", ");
	if (one->mails.n) {
		gate_buf_str(b, "; mails ");
		gate_strs_join(&mails, &one->mails, ", ");
		gate_escape(b, gate_buf_cstr(&mails), mails.len);
	}
	gate_buf_char(b, '\n');
	for (size_t k = 0; k < one->n_keys; k++) {
		gate_auto(gate_buf) struct gate_buf fp = { 0 };

		gate_key_fingerprint(&one->keys[k], &fp);
		gate_buf_fmt(b, "  %c   %s %s%s\n", sign, one->keys[k].type, gate_buf_cstr(&fp),
			     one->keys[k].revoked		? " (revoked)" :
			     gate_key_valid(&one->keys[k], now) ? "" :
								  " (not valid now)");
	}
}

static int show(struct gate_recovery *r, bool rewritten)
{
	const struct gate_server *s = &r->server;
	const char *who = NULL;

	gate_buf_fmt(&r->shown, "Recovery of %s by %s, without a signature.\n%s has the rules %.12s in force; these people change:\n", s->repo.dir,
		     r->by, s->policy_ref, s->policy->digest);
	for (size_t i = 0; i < r->policy->people.n; i++) {
		const struct gate_person *before, *after = &r->policy->people.v[i];

		who = after->name;
		if (!gate_strs_has(&r->people, who) && !gate_strs_has(&r->lost, who))
			continue;
		before = gate_policy_person(s->policy, who);
		if (before)
			show_person(&r->shown, '-', before, s->now);
		show_person(&r->shown, '+', after, s->now);
	}
	if (s->drift)
		gate_buf_fmt(&r->shown, "The .refgate/ on %s is not the one in force; it is replaced too.\n", s->policy_ref);
	if (rewritten)
		gate_buf_str(&r->shown, "people: in policy.yml is written anew; comments inside it are lost.\n");
	gate_buf_str(&r->shown, "Every push that is held now becomes void. It is recorded, and `refgate queue` shows it until it is ratified.\n");
	return 0;
}

/* ---- the plan ---- */

static int name_account(char by[64], struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf name = { 0 };

	if (gate_identity_account(&name, err) < 0)
		return -(int)err->code;
	if (name.len)
		gate_copy(by, 64, name.s);
	else
		snprintf(by, 64, "uid %u", (unsigned)geteuid());
	return 0;
}

/* Names as they stand in people:, so that later looks need no aliases. */
static int take_lost(struct gate_recovery *r, const struct gate_strs *lost, struct gate_err *err)
{
	for (size_t i = 0; i < lost->n; i++) {
		const struct gate_person *one = gate_policy_person(r->server.policy, lost->v[i]);

		if (!one)
			return gate_err_set(err, GATE_E_USAGE, "--lost %s: not in people: of the policy in force", lost->v[i]);
		if (gate_strs_add_new(&r->lost, one->name, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

static int amend(struct gate_recovery *r, const struct gate_install *in, struct gate_err *err)
{
	gate_autofree struct gate_amend_person *v = calloc(in->n_maintainers + 1, sizeof(*v));
	gate_auto(gate_files) struct gate_files files = { 0 };
	gate_autopolicy struct gate_policy *now = NULL;
	bool rewritten = false;
	size_t n = 0;

	if (!v)
		return gate_err_set(err, GATE_E_NOMEM, "out of memory");
	if (present(r, &files, &now, err) == 0 && collect(r, in, now, v, &n, err) == 0 &&
	    gate_amend_people(&files, now, v, n, &r->files, &rewritten, err) == 0 && check_result(r, now, err) == 0)
		show(r, rewritten);
	for (size_t i = 0; i < n; i++)
		gate_amend_person_clear(&v[i]);
	return err->code == GATE_OK ? gate_buf_check(&r->shown, err) : -(int)err->code;
}

int gate_recovery_plan(const struct gate_install *in, const struct gate_strs *lost, struct gate_recovery *out, struct gate_err *err)
{
	struct gate_install check = *in;
	struct gate_repo repo;

	if (gate_server_start(in->repo, &out->server, err) < 0)
		return -(int)err->code;
	check.worktree = !out->server.repo.bare;
	check.update_only = gate_wall_is_update(&out->server);
	if (gate_install_check(&check, &repo, err) < 0)
		return -(int)err->code;
	if (in->n_maintainers == 0)
		return gate_err_set(err, GATE_E_USAGE, "--recover needs --maintainer NAME[,MAIL]:KEY.pub: somebody who can sign afterwards");
	if (take_lost(out, lost, err) < 0 || name_account(out->by, err) < 0)
		return -(int)err->code;
	return amend(out, in, err);
}
