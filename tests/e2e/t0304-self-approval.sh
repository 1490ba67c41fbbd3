#!/bin/sh
# Nobody approves his own change: who pushed, the owner of the agent that did, author, committer, co-author and signer-off of the new
# commits. A push whose commits name everybody who could sign is rejected at once; a mail of nobody excludes nobody; a denial is
# open to all.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys
ssh-keygen -q -t ed25519 -N '' -f carol
for p in alice bob carol; do signer srv.rules $p "$T/$p"; done
people_server srv <<'EOP' || done_testing
version: 1
protected: [refs/heads/main, refs/heads/release/*]
actors:
  agents:
    codex-bot: {owner: bob, match: ["user:codex-*"]}
    lone-bot: {owner: nobody-here, match: ["user:lone-*"]}
  humans: {match: ["user:alice", "user:carol@corp.example"]}
people:
  alice: {roles: [maintainer], mails: [alice@corp.example, Alice@Home.Example]}
  bob: {roles: [maintainer], mails: [bob@corp.example]}
  carol: {roles: [maintainer], mails: [carol@corp.example]}
tiers:
  low: {action: accept}
  medium: {action: hold, approvals: 1, roles: [maintainer]}
  high: {action: hold, approvals: 1, roles: [maintainer]}
  critical: {action: hold, approvals: 1, roles: [maintainer]}
EOP
new_clone srv agent
new_clone srv maint someone
n=0

# change [git commit arguments]: one commit on main's tip, the author and committer being nobody in people unless said
change() {
	n=$((n + 1))
	git -C agent fetch -q origin
	git -C agent checkout -q -f --detach "$(oid srv.git main)"
	echo "$n" >agent/f$n
	git -C agent add -A
	git -C agent commit -q "$@"
	OLD=$(oid srv.git main)
	NEW=$(oid agent HEAD)
}

# push_by ACTOR: holds it, sets ID
push_by() {
	push_as "$1" agent origin HEAD:main
	ID=$(json .id)
	snap srv
}

# barred PERSON WHY: by the remote and on the server she cannot
barred() {
	approve_as "$1" maint "$ID"
	is "$STATUS" 1 "$1 cannot approve: $2"
	open_still srv "$ID" '... and nothing moves'
	is "$(record srv "$ID" ".excluded|index(\"$1\") != null")" true '... the record names who is barred'
}

# free PERSON: she can, and it releases
free() {
	approve_as "$1" maint "$ID"
	released srv "$1, who has no part in it, can" refs/heads/main "$NEW"
}

change -m 'plain'
push_by codex-1
held srv 'an agent with an owner is held'
barred bob 'he owns the agent'
like "$OUT" 'bob cannot approve this' '... and is told why'
free alice

change -m 'by a person'
push_by carol@corp.example
barred carol 'she pushed it'
free bob

change -m plain --author 'A <alice@corp.example>'
push_by lone-1
barred alice 'she is the author'
free bob

change -m plain --author 'A <ALICE@CORP.example>'
push_by lone-1
barred alice 'she is the author, in other letters'
free bob

change -m plain --author 'A <alice@home.example>'
push_by lone-1
barred alice 'she is the author under her other mail'
free carol

git -C agent config user.email carol@corp.example
change -m plain --author 'X <x@nowhere.example>'
git -C agent config user.email codex-bot@example.com
push_by lone-1
barred carol 'she is the committer'
free alice

change -m plain -m 'Co-authored-by: Bob <bob@corp.example>'
push_by lone-1
barred bob 'he is a co-author'
free alice

change -m plain -m 'CO-AUTHORED-BY:    Bob B. Bobson   <Bob@Corp.Example>  '
push_by lone-1
barred bob 'he is a co-author, in other letters and spaces'
free alice

change -m plain -m 'Signed-off-by: Carol <carol@corp.example>'
push_by lone-1
barred carol 'she signed it off'
free bob

# An earlier commit of the push names her, the last one does not.
change -m one --author 'A <alice@corp.example>'
commit_file agent second second 'two'
NEW=$(oid agent HEAD)
push_by lone-1
barred alice 'she wrote the first of two commits'
free bob

# A side history that a merge brings in.
change -m 'mainline'
git -C agent checkout -q -b side "$OLD"
commit_file agent side side
git -C agent commit -q --amend --no-edit --author 'B <bob@corp.example>'
git -C agent checkout -q --detach "$NEW"
git -C agent merge -q --no-edit side
git -C agent branch -q -D side
NEW=$(oid agent HEAD)
push_by lone-1
barred bob 'he wrote a commit that a merge brings in'
free alice

# A commit that landed already bars nobody: it is not new.
change -m 'after them'
push_by lone-1
is "$(record srv "$ID" '.excluded|length')" 0 'who wrote what landed before is not barred from the next change'
free alice

# ---- mails of nobody ----
change -m plain -m 'Co-authored-by: Zed <zed@nowhere.example>
Co-authored-by: not a mail
Co-authored-by: <>
Signed-off-by: alice'
push_by lone-1
held srv 'co-authors whom nobody knows do not hinder the hold'
is "$(record srv "$ID" '.excluded|length')" 0 'and bar nobody'
free alice

# ---- poisoned: every person who could sign is named ----
change -m plain -m 'Co-authored-by: A <alice@corp.example>
Co-authored-by: B <bob@corp.example>
Co-authored-by: C <carol@corp.example>'
snap srv
push_as lone-1 agent origin HEAD:main
refused srv 'a push that names every maintainer is rejected at once, with the lines that bar them' \
	'nobody could release it' 'alice: author, committer or co-author of a new commit (alice@corp.example)' \
	'(bob@corp.example)' '(carol@corp.example)'
# The same, with one of them barred as the owner.
change -m plain -m 'Co-authored-by: A <alice@corp.example>
Co-authored-by: C <carol@corp.example>'
snap srv
push_as codex-1 agent origin HEAD:main
refused srv 'so is one whose commits and whose owner leave nobody' 'bob: owns the agent that pushed this'
change -m plain -m 'Co-authored-by: A <alice@corp.example>
Co-authored-by: C <carol@corp.example>'
push_by lone-1
held srv 'one person left is enough where one is asked for'
free bob

# ---- denying is open to all, approving for money is not ----
change -m plain --author 'A <alice@corp.example>'
push_by codex-1
deny_as alice maint "$ID"
is "$STATUS" 0 'the author may deny'
is "$(oid srv.git main)" "$OLD" '... and nothing moved'
change -m plain
push_by codex-1
deny_as bob maint "$ID"
is "$STATUS" 0 'the owner of the agent may deny'
clean_left srv

# ---- a person who pushes under her own name, unlisted as human: owner by her name ----
change -m plain
push_by bob
is "$(record srv "$ID" '.actor.human')" false 'a name that no match lists is an agent'
barred bob 'it is his own name that pushed'
free carol

# ---- signs of an agent in a human's commits: judged as the agent's, and still hers ----
change -m plain -m 'Co-Authored-By: Claude <noreply@anthropic.com>'
push_by alice
is "$(record srv "$ID" '.actor.human, .actor.owner' | tr '\n' ' ')" 'false alice ' 'a human push with signs of an agent has her as its owner'
barred alice 'her agent wrote it'
free bob
log_verifies srv
done_testing
