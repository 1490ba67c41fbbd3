#!/bin/sh
# Identities that the host hands over in variables: what each source is called in match:, what is no answer, and what several answers
# mean together (HOLES 25, CONTRACT). A row is the environment of a push and the actor that the log then names.
. "$(dirname "$0")/../lib/testlib.sh"
_keys
mkdir rules
cat >rules/policy.yml <<END
version: 1
actors:
  default: agent
  agents:
    codex-bot: {owner: bob, match: ["user:codex-*", "gl:codex", "remote-user:codex@bots.example", "gitea:codex", "cert:SHA256:AAAA*"]}
    claude: {}
  humans: {match: ["user:*@corp.example", "remote-user:*@corp.example", "gl:carol"]}
people:
  alice: {roles: [maintainer, security], mails: [alice@corp.example]}
  bob: {roles: [maintainer, security], mails: [bob@corp.example]}
tiers:
  critical: {action: hold, approvals: 2, roles: [maintainer, security], touch: false}
END
for k in alice bob; do
	printf '%s namespaces="approval.v1@refgate" %s\n' $k "$(cut -d' ' -f1,2 $k.pub)" >>rules/allowed_signers
done
new_repo srv
rg init srv.git --identity env:REMOTE_USER,env:GL_USER,env:GL_USERNAME --identity env:GITEA_PUSHER_NAME,env:WHO --policy rules
is "$STATUS" 0 'init takes a list of sources'
is "$(git -C srv.git config refgate.identity)" env:REMOTE_USER,env:GL_USER,env:GL_USERNAME,env:GITEA_PUSHER_NAME,env:WHO 'and keeps its order'
new_clone srv agent
commit_file agent src/a.c 'int a;'
unset WHO REMOTE_USER GL_USER GL_USERNAME GITEA_PUSHER_NAME HTTP_ANON_USER

n=0
# who NAME ACTOR HUMAN OWNER ANSWERS VARIABLE=VALUE...
who() {
	_n=$1
	_want="$2 $3 $4 $5"
	shift 5
	n=$((n + 1))
	run env "$@" git -C agent push -q "$T/srv.git" "HEAD:refs/heads/who/$n"
	is "$STATUS $(jq -r "select(.ev == \"decision\" and .refs[0].ref == \"refs/heads/who/$n\") | .actor |
		\"\(.name) \(.human) \(.owner // \"-\") \(.transport | join(\",\"))\"" srv.git/refgate/audit/log.jsonl)" "0 $_want" "$_n"
}

# ---- no answer ----
long=$(awk 'BEGIN { for (i = 0; i < 200; i++) printf "b" }')
who 'nobody says who pushes' unknown false - '' X=1
who 'an empty value is no answer' unknown false - '' WHO=
who 'nor a space' unknown false - '' 'WHO= '
who 'nor a value with a space' unknown false - '' 'WHO=alice@corp.example x'
who 'nor one with a line feed' unknown false - '' 'WHO=alice@corp.example
'
who 'nor one with a tab' unknown false - '' "WHO=$(printf 'a\tb')"
who 'nor one with an escape sequence' unknown false - '' "WHO=$(printf 'a\033[1m')"
who 'nor one with DEL' unknown false - '' "WHO=$(printf 'a\177')"
who 'nor bytes that are no text' unknown false - '' "WHO=$(printf '\303\050')"
who 'nor an overlong form' unknown false - '' "WHO=$(printf '\300\257')"
who 'nor a control character beyond ASCII' unknown false - '' "WHO=$(printf 'a\302\205b')"
who 'nor 201 characters' unknown false - '' "WHO=${long}b"
who '200 characters are one' "user:$long" false - "user:$long" "WHO=$long"
who 'a name with letters beyond ASCII matches nobody' unknown false - "user:$(printf '\303\245lice@corp.example')" "WHO=$(printf '\303\245lice@corp.example')"
who 'gitolite'\''s name for those without one is no answer' unknown false - '' GL_USER=anon HTTP_ANON_USER=anon
who 'no answer beside an answer leaves that one' alice true - user:alice@corp.example REMOTE_USER= WHO=alice@corp.example
who 'a variable that is no source says nothing' unknown false - '' TEST_ACTOR=alice@corp.example USER=alice@corp.example LOGNAME=alice@corp.example

# ---- what each source is called ----
who 'REMOTE_USER is remote-user:' remote-user:x false - remote-user:x REMOTE_USER=x
who 'GL_USER is gl:' gl:x false - gl:x GL_USER=x
who 'GL_USERNAME is gl:' gl:x false - gl:x GL_USERNAME=x
who 'GITEA_PUSHER_NAME is gitea:' gitea:x false - gitea:x GITEA_PUSHER_NAME=x
who 'any other is user:' user:agent7 false - user:agent7 WHO=agent7

# ---- agents ----
who 'an agent by its pattern' codex-bot false bob user:codex-7 WHO=codex-7
who 'by the pattern of another source' codex-bot false bob gl:codex GL_USER=codex
who 'and another' codex-bot false bob remote-user:codex@bots.example REMOTE_USER=codex@bots.example
who 'and another' codex-bot false bob gitea:codex GITEA_PUSHER_NAME=codex
who 'a pattern of one source is none of another' gl:codex-7 false - gl:codex-7 GL_USER=codex-7
who 'a pattern matches the whole value' user:xcodex-7 false - user:xcodex-7 WHO=xcodex-7
who 'case counts' user:Codex-7 false - user:Codex-7 WHO=Codex-7
who 'an agent'\''s name stands for itself' codex-bot false bob user:codex-bot WHO=codex-bot
who 'whatever the source' claude false - gitea:claude GITEA_PUSHER_NAME=claude
who 'a value that spells another source stays a value' user:gl:codex false - user:gl:codex WHO=gl:codex
who 'a value that spells a whole identity too' user:user:codex-1 false - user:user:codex-1 WHO=user:codex-1

# ---- humans ----
who 'a human by pattern, known as a person by mail' alice true - user:alice@corp.example WHO=alice@corp.example
who 'a human who is no person' zed@corp.example true - user:zed@corp.example WHO=zed@corp.example
who 'a pattern of one source is none of another' gitea:carol false - gitea:carol GITEA_PUSHER_NAME=carol
who 'the one that is' carol true - gl:carol GL_USER=carol
who 'a person who matches no pattern is an agent'\''s owner, not a human' user:alice false alice user:alice WHO=alice
who 'a mail in other letters matches no pattern' user:ALICE@CORP.EXAMPLE false alice user:ALICE@CORP.EXAMPLE WHO=ALICE@CORP.EXAMPLE

# ---- several answers ----
who 'two that agree' alice true - remote-user:alice@corp.example,user:alice@corp.example REMOTE_USER=alice@corp.example WHO=alice@corp.example
who 'two humans who are not one: unknown, and owned by the first' unknown false alice remote-user:alice@corp.example,user:zed@corp.example \
	REMOTE_USER=alice@corp.example WHO=zed@corp.example
who 'a human and somebody unknown: that one' gl:stranger false alice gl:stranger,user:alice@corp.example GL_USER=stranger WHO=alice@corp.example
who 'whatever the order' user:stranger false alice remote-user:alice@corp.example,user:stranger REMOTE_USER=alice@corp.example WHO=stranger
who 'a human and an agent: the agent' codex-bot false bob remote-user:alice@corp.example,user:codex-1 REMOTE_USER=alice@corp.example WHO=codex-1
who 'an agent without an owner is then the human'\''s' claude false alice remote-user:alice@corp.example,user:claude REMOTE_USER=alice@corp.example WHO=claude
who 'two unknown ones: the first' remote-user:a false - remote-user:a,user:b REMOTE_USER=a WHO=b
who 'the same value from two sources is two identities' remote-user:a false - remote-user:a,user:a REMOTE_USER=a WHO=a
who 'three, one of them an agent' codex-bot false bob remote-user:alice@corp.example,gl:carol,gitea:codex \
	REMOTE_USER=alice@corp.example GL_USER=carol GITEA_PUSHER_NAME=codex

# ---- what follows from it ----
snap srv
run env WHO=codex-7 git -C agent push "$T/srv.git" HEAD:main
held srv 'the agent'\''s push to main is held' 1
is "$(record srv "$ID" '.excluded | join(",")')" bob 'its owner may not sign'
new_clone srv maint alice
snap srv
approve_as bob maint "$ID"
isnt "$STATUS" 0 'and cannot'
unmoved srv 'main stays'
approve_as alice maint "$ID"
is "$STATUS" 0 'somebody else can'
is "$(oid srv.git main)" "$(oid agent HEAD)" 'and main moves'
commit_file agent src/b.c 'int b;'
snap srv
run env REMOTE_USER=alice@corp.example GL_USER=stranger git -C agent push "$T/srv.git" HEAD:main
held srv 'a human and somebody unknown at once: held' 1
is "$(record srv "$ID" '.excluded | join(",")')" alice 'and the human may not sign'
deny_as bob maint "$ID"
clean_left srv

# ---- the account that runs git ----
rg init srv.git --identity os-user
is "$STATUS" 0 'init changes the list'
n=1000
who 'os-user is the account that runs git' "user:$(id -un)" false - "user:$(id -un)" WHO=alice@corp.example
rg init srv.git --identity os-user,env:WHO
who 'beside a variable it is one more answer' "user:$(id -un)" false alice "user:$(id -un),user:alice@corp.example" WHO=alice@corp.example
clean_left srv
done_testing
