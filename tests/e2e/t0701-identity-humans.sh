#!/bin/sh
# Tiers eased for known humans (HOLES 19, 25): they land what an agent is held for, but not where the commits carry signs of an agent, not
# against a deny rule, and never in the gate's own rules.
. "$(dirname "$0")/../lib/testlib.sh"
_keys
mkdir rules
cat >rules/policy.yml <<END
version: 1
actors:
  agents:
    codex-bot: {owner: bob}
  humans: {match: ["user:*@corp.example"]}
people:
  alice: {roles: [maintainer, security], mails: [alice@corp.example]}
  bob: {roles: [maintainer, security], mails: [bob@corp.example]}
tiers:
  critical: {action: hold, approvals: 1, roles: [maintainer], touch: false}
humans:
  medium: {action: accept}
END
for k in alice bob; do
	printf '%s namespaces="approval.v1@refgate" %s\n' $k "$(cut -d' ' -f1,2 $k.pub)" >>rules/allowed_signers
done
# The same without the easing, to see that it is the easing.
mkdir strict && cp rules/allowed_signers strict/ && sed '/^humans:/,$d' rules/policy.yml >strict/policy.yml
for s in srv:rules hard:strict; do
	new_repo "${s%:*}"
	rg init "${s%:*}.git" --identity env:TEST_ACTOR --policy "${s#*:}"
	is "$STATUS" 0 "init of ${s%:*}"
done
new_clone srv work alice
new_clone hard work2 alice

decided() {
	jq -r 'select(.ev == "decision") | "\(.actor.name) \(.actor.human) \(.actor.owner // "-") \(.tier) \(.verdict)"' srv.git/refgate/audit/log.jsonl | tail -n 1
}
close_all() {
	for p in $(pendings srv); do
		"$RG" deny "$p" --repo srv.git --yes --as bob --key bob -m no >/dev/null 2>&1
	done
}

commit_file work src/a.c 'int a;'
snap srv
push_as codex-bot work origin HEAD:main
held srv 'an agent is held on main' 1
like "$(decided)" '^codex-bot false bob medium hold$' 'for a medium change'
close_all
snap srv
push_as stranger work origin HEAD:main
held srv 'so is somebody unknown' 1
close_all
snap srv
push_as alice work origin HEAD:main
held srv 'and a person by a name that is no human'\''s' 1
close_all
snap srv
push_as alice@corp.example work origin HEAD:main
landed srv 'a known human lands the same' refs/heads/main "$(oid work HEAD)"
is "$(decided)" 'alice true - medium accept' 'as a human'
commit_file work2 src/a.c 'int a;'
snap hard
push_as alice@corp.example work2 origin HEAD:main
held hard 'not where the policy eases nothing' 1

# ---- signs of an agent ----

# sign NAME COMMAND...: a commit made so is held although a human pushes it, and names the human as the owner
sign() {
	_what=$1
	shift
	echo "$_what" >>work/notes
	git -C work add notes
	"$@"
	snap srv
	push_as alice@corp.example work origin HEAD:main
	held srv "$_what: held" 1
	is "$(decided)" 'alice false alice medium hold' "$_what: as an agent's, owned by the human"
	is "$(record srv "$ID" '.excluded | join(",")')" alice "$_what: the human may not sign it"
	like "$OUT" 'signs of an agent' "$_what: the pusher is told why"
	close_all
	git -C work reset -q --hard origin/main
}
git -C work fetch -q
sign 'a co-author who is an agent' git -C work commit -q -m 'note

Co-authored-by: Claude <noreply@anthropic.com>'
sign 'an author who is an agent' git -C work commit -q -m note --author='Cursor Agent <cursoragent@cursor.com>'
sign 'a committer who is an agent' env GIT_COMMITTER_EMAIL=198982749+copilot@users.noreply.github.com git -C work commit -q -m note
sign 'a co-author in other letters' git -C work commit -q -m 'note

CO-AUTHORED-BY: codex <NoReply@OpenAI.com>'
two_commits() {
	git -C work commit -q -m 'note

Co-authored-by: Claude <noreply@anthropic.com>' && commit_file work src/z.c 'int z;'
}
sign 'an agent in an earlier commit of the push' two_commits

commit_file work src/b.c 'int b;' 'note

Co-authored-by: Bob <bob@corp.example>'
snap srv
push_as alice@corp.example work origin HEAD:main
landed srv 'a co-author who is no agent changes nothing' refs/heads/main "$(oid work HEAD)"
git -C work fetch -q

# ---- what is never eased ----

cp mallory work/deploy.pem && git -C work add -f deploy.pem && git -C work commit -q -m key
snap srv
push_as alice@corp.example work origin HEAD:main
refused srv 'a private key of a human is rejected as any' deploy.pem
git -C work reset -q --hard origin/main

printf 'mode: observe\n' >>work/.refgate/policy.yml && git -C work add -A && git -C work commit -q -m 'look only'
snap srv
push_as alice@corp.example work origin HEAD:main
held srv 'a human'\''s change of the gate'\''s own rules is held' 1
like "$(decided)" '^alice true - critical hold$' 'as critical'
close_all
git -C work reset -q --hard origin/main

snap srv
push_as alice@corp.example work origin :main
isnt "$STATUS" 0 'a human does not delete the policy ref'
unmoved srv 'and nothing moved'
clean_left srv
done_testing
