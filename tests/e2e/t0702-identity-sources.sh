#!/bin/sh
# What refgate.identity may name: nothing that a client can set (HOLES 25). Refused at init, and refused again when somebody wrote it into
# git's configuration by hand.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
commit_file agent src/a.c 'int a;'
cp srv.git/config before

# ---- at init ----
for s in env:HTTP_USER env:HTTP_X_FORWARDED_USER env:HTTP_AUTHORIZATION env:HTTP_ env:GIT_PUSH_OPTION_0 env:GIT_COMMITTER_NAME env:GIT_PUSH_CERT_KEY \
	env:LC_ALL env:LC_IDENTIFICATION env:LANG env:LANGUAGE env:TERM env:SSH_ORIGINAL_COMMAND env:SSH_USER_AUTH env:QUERY_STRING env:PATH_INFO \
	env:REQUEST_URI env:CONTENT_TYPE env:REMOTE_IDENT env:PATH env: env env:A=B 'env:A B' env:A-B env:A/B "env:A'B" ENV:REMOTE_USER \
	Serve ssh_key sshkey push-option trailer author committer user codex-bot '*' ''; do
	rg init srv.git --identity "$s"
	_begin
	[ "$STATUS" = 2 ] || _because "the exit code is $STATUS, not 2"
	cmp -s before srv.git/config || _because "the configuration changed: $(diff before srv.git/config)"
	_end "init refuses --identity '$s'"
	cp before srv.git/config
done
rg init srv.git --identity env:TEST_ACTOR,env:HTTP_USER
is "$STATUS" 2 'one bad source spoils the list'
yes 'and nothing is changed' cmp before srv.git/config
for s in serve ssh-key push-cert os-user env:REMOTE_USER env:GL_USER env:_x9 serve,os-user; do
	rg init srv.git --identity "$s"
	is "$STATUS $(git -C srv.git config refgate.identity)" "0 $s" "init takes --identity $s"
done
cp before srv.git/config
new_repo fresh
rg init fresh.git --identity env:HTTP_USER --maintainer "alice:$T/alice.pub"
is "$STATUS" 2 'a fresh repository is refused too'
no 'and stays without a gate' test -e fresh.git/refgate
rg init fresh.git --maintainer "alice:$T/alice.pub"
is "$STATUS $(git -C fresh.git config refgate.identity)" '0 serve' 'without --identity it is serve'

# ---- by hand ----
for s in env:HTTP_USER env:GIT_PUSH_OPTION_0 env:LC_ALL env:SSH_ORIGINAL_COMMAND 'env:REMOTE_USER,env:HTTP_USER' author 'serve,trailer'; do
	git -C srv.git config refgate.identity "$s"
	snap srv
	run env HTTP_USER=alice LC_ALL=C GIT_PUSH_OPTION_0=alice GIT_PUSH_OPTION_COUNT=1 git -C agent push origin HEAD:refs/heads/agent/x
	refused srv "every push is refused while the list names $s"
done
cp before srv.git/config
snap srv
push_as codex-bot agent origin HEAD:refs/heads/agent/x
landed srv 'and lands again when it is mended' refs/heads/agent/x "$(oid agent HEAD)"

# An empty list, and none: nobody is known.
actor() {
	jq -r "select(.ev == \"decision\") | \"\(.actor.name) \(.actor.transport | join(\",\"))\"" srv.git/refgate/audit/log.jsonl | tail -n 1
}
commit_file agent src/b.c 'int b;'
git -C srv.git config refgate.identity ''
push_as alice agent origin HEAD:refs/heads/agent/x
is "$STATUS $(actor)" '0 unknown ' 'an empty list knows nobody'
commit_file agent src/c.c 'int c;'
git -C srv.git config --unset-all refgate.identity
push_as alice agent origin HEAD:refs/heads/agent/x
is "$STATUS $(actor)" '0 unknown ' 'nor does an absent one'
# Several entries are one list.
git -C srv.git config --add refgate.identity env:TEST_ACTOR
git -C srv.git config --add refgate.identity ' env:WHO , os-user '
commit_file agent src/d.c 'int d;'
WHO=x push_as alice agent origin HEAD:refs/heads/agent/x
is "$STATUS $(actor)" "0 user:alice user:alice,user:x,user:$(id -un)" 'several entries, with blanks, are one list'
cp before srv.git/config

# ---- what says nothing about who pushes ----
commit_file agent src/e.c 'int e;' 'a change

Signed-off-by: alice <alice@example.com>
Reviewed-by: alice <alice@example.com>
Actor: alice'
git -C agent commit -q --amend --no-edit --author='alice <alice@example.com>'
snap srv
run env TEST_ACTOR=codex-bot GIT_COMMITTER_NAME=alice GIT_COMMITTER_EMAIL=alice@example.com GIT_AUTHOR_NAME=alice git -C agent push \
	-o actor=alice -o 'refgate.identity=env:HTTP_USER' -o human -o skip-checks origin HEAD:main
held srv 'trailers, authors and push options name nobody' 1
is "$(actor)" 'user:codex-bot user:codex-bot' 'the actor is what the source says'
"$RG" deny "$ID" --repo srv.git --yes --as alice --key alice -m no >/dev/null 2>&1
clean_left srv
done_testing
