#!/bin/sh
# The record of a real server: a line for every decision, nothing of a secret in it; verified, edited, cut, rewritten, restored; proofs
# that openssl and Go's reference check; what an approval signed witnesses it.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

new_server srv --maintainer "bob:$T/bob.pub" || done_testing
new_clone srv agent
new_clone srv maint alice
A=srv.git/refgate/audit
L=$A/log.jsonl
lines() { grep -c . "$L"; }
nth() { sed -n "$1p" "$L" | jq -r "$2"; }
last() { tail -n 1 "$L" | jq -r "$1"; }

is "$(lines)" 1 'init wrote one line'
is "$(last .ev)" policy_changed 'the policy that came into force'
is "$(stat -c %a srv.git/refgate) $(stat -c %a $A) $(stat -c %a $A/log.key)" '700 700 600' 'folder and key are closed to others'

# ---- every decision is a line, before the answer ----
commit_file agent low low
push_as codex-bot agent origin HEAD:refs/heads/topic
is "$(log_count srv '.ev == "decision" and .verdict == "accept"')" 1 'an accept is a line of its own'
is "$(jq -r 'select(.ev == "decision")|.refs[0]|.ref + " " + .verdict + " " + .new' $L)" "refs/heads/topic accept $(oid agent HEAD)" 'with ref, verdict, value'
is "$(log_count srv '.ev == "applied"')" 1 'and what landed is one'
hold_on srv agent
is "$(log_count srv ".ev == \"decision\" and .verdict == \"hold\" and .pending == \"$ID\"")" 1 'a hold is one, with the id'
is "$(log_count srv ".ev == \"held\" and .pending == \"$ID\"")" 1 'and so is its pending'
is "$(jq -r 'select(.ev == "decision" and .verdict == "hold")|.actor.name, .actor.transport[0], .tier, .score_milli, (.rules|join(",")), (.policy|length), (.findings|length)' $L | tr '\n' ' ')" \
	'user:codex-bot user:codex-bot medium 20000 GATE-PROT 64 64 ' 'with actor, tier, points, rules, digests'
n=$(lines)
push_as codex-bot agent origin HEAD:main
is "$(log_count srv '.ev == "held_again"')" 1 'the same push again is told as such'
is "$(lines)" $((n + 2)) 'with its decision'
if command -v openssl >/dev/null; then
	openssl genrsa 2048 2>/dev/null >agent/deploy.pem
	git -C agent add -A
	git -C agent commit -qm 'a key'
	snap srv
	push_as codex-bot agent origin HEAD:refs/heads/topic2
	refused srv 'a private key is rejected'
	is "$(log_count srv '.ev == "decision" and .verdict == "reject"')" 1 'a reject is a line'
	sed '1d;$d' agent/deploy.pem | fold -w 16 | grep -x '.\{16\}' >parts
	no 'nothing of the key stands below refgate/' grep -r -q -F -f parts srv.git/refgate
	git -C agent reset -q --hard HEAD~1
else
	skip 'a private key is rejected' 'no openssl'
fi
approve_as mallory maint "$ID"
is "$(log_count srv ".ev == \"approval_rejected\" and .pending == \"$ID\" and (.why|length > 0)")" 1 'a refused statement is a line, with the reason'
approve_as alice maint "$ID"
released srv 'released' refs/heads/main "$NEW"
is "$(jq -r 'select(.pending == "'"$ID"'").ev' $L | tr '\n' ' ')" \
	'decision held decision held_again approval_rejected approval_received released ' 'the life of a pending, in order'
is "$(jq -r '.seq' $L | awk '$1 != NR - 1' | wc -l)" 0 'seq counts without a gap'
is "$(jq -r '.ts' $L | grep -c -v -E '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$')" 0 'each has a time'
is "$(LC_ALL=C grep -c '[[:cntrl:]]' $L)" 0 'no control characters'
# One push of three refs is one decision.
git -C agent checkout -q --detach origin/main
commit_file agent multi multi
push_as codex-bot agent origin HEAD:refs/heads/a1 HEAD:refs/heads/a2 HEAD:refs/heads/a3
is "$(jq -c 'select(.ev == "decision" and (.refs|length) == 3)|[.refs[].verdict]' $L)" '["accept","accept","accept"]' 'three refs, one decision'
# Odd bytes of a ref and an actor stay JSON.
push_as "$(printf 'odd"\\name')" agent origin HEAD:"refs/heads/q\"uote"
is "$STATUS" 0 'a ref with a quote lands'
is "$(last '.refs[0].ref')" 'refs/heads/q"uote' 'and stands in the record as it is'

# ---- verify ----
log_verifies srv
says 'it says how many entries' "$(lines) entries"
rg log verify --repo srv.git --format json
is "$(jq -r '.verdict, .entries' "$OUTFILE" | tr '\n' ' ')" "ok $(lines) " 'JSON'
git -C srv.git cat-file blob main:.refgate/log.vkey >vkey
rg log verify --repo srv.git --key vkey
is "$STATUS" 0 'with the key given'
sed 's/A$/B/;t;s/.$/A/' vkey >vkey.bad # its last letter may be that one
rg log verify --repo srv.git --key vkey.bad
isnt "$STATUS" 0 'with another key it does not verify'
rm -rf good
cp -a $A good
back() { rm -rf $A && cp -a good $A; }
n=$(lines)
broken() { # NAME: verify fails with exit 1 and says why
	rg log verify --repo srv.git
	is "$STATUS" 1 "$1"
	isnt "$OUT" '' '... and says why'
	back
}
i=1
while [ $i -le "$n" ]; do
	case $((i % 4)) in 1) ;; *) i=$((i + 1)); continue ;; esac
	sed "${i}s/\"ev\":\"./\"ev\":\"X/" good/log.jsonl >$L
	broken "line $i edited"
	i=$((i + 1))
done
sed '3d' good/log.jsonl >$L
broken 'a line removed'
sed '3p' good/log.jsonl >$L
broken 'a line doubled'
awk 'NR == 2 { k = $0; next } { print } NR == 3 { print k }' good/log.jsonl >$L
broken 'two lines exchanged'
sed '$d' good/log.jsonl >$L
broken 'the last line removed'
head -c -5 good/log.jsonl >$L
broken 'the last bytes removed'
echo '{"v":1}' >>$L
broken 'a line added'
: >$L
broken 'an empty log'
rm $L
broken 'no log at all'
rm $A/checkpoint
broken 'no checkpoint'
sed '2s/[0-9]/9/' good/checkpoint >$A/checkpoint
broken 'an edited checkpoint'
rm $A/state
rg log verify --repo srv.git
is "$STATUS" 0 'a lost state alone takes nothing from the log'
commit_file agent after-state after-state
push_as codex-bot agent origin HEAD:refs/heads/topic3
is "$STATUS" 0 'and the next push goes on'
is "$(log_count srv '.ev == "recovered" and .state == "rebuilt"')" 1 'saying that it was made again'
log_verifies srv 'and verifies'

# ---- cut: pushes are refused until an admin has looked ----
rm -rf good
cp -a $A good
snap srv
sed '$d' good/log.jsonl >$L
commit_file agent after-cut after-cut
push_as codex-bot agent origin HEAD:refs/heads/topic3
refused srv 'a cut log refuses every push, and says what to do' truncated 'refgate log adopt --reason'
rm $A/state
push_as codex-bot agent origin HEAD:refs/heads/topic3
refused srv 'also when the state went with it: the checkpoint knows' 'refgate log adopt'
rm $A/checkpoint
push_as codex-bot agent origin HEAD:refs/heads/topic3
refused srv 'also without both' 'refgate log adopt'
rg log adopt --repo srv.git
is "$STATUS" 2 'adopt without a reason is a usage error'
back
sed '$d' good/log.jsonl >$L
rg log adopt --repo srv.git --reason 'restored after a disk failure'
is "$STATUS" 0 'adopt with one'
is "$(last '.ev + ": " + .reason')" 'adopted: restored after a disk failure' 'is an entry itself'
is "$(last .lost_from)" $(($(grep -c . good/log.jsonl) - 1)) 'which says from where entries are lost'
push_as codex-bot agent origin HEAD:refs/heads/topic3
is "$STATUS" 0 'and pushes go on'
log_verifies srv 'the adopted log verifies'

# ---- what maintainers signed witnesses the log ----
quiet srv
rm -rf early
cp -a $A early
for i in 1 2 3; do
	hold_on srv agent
	approve_as alice maint "$ID"
	quiet srv
done
rg log verify --repo srv.git
like "$OUT" '^4 checkpoints seen elsewhere: each a prefix of this log' 'verify looks at the checkpoint of every approval ever counted'
is "$STATUS" 0 'and they agree'
# A backup of the whole audit folder comes back, key, state, checkpoint and all, and the log grows again: consistent, signed, and false.
rm -rf $A
cp -a early $A
rg log verify --repo srv.git
is "$STATUS" 1 'a log that is shorter than what a maintainer signed is found'
for i in 1 2 3 4 5 6 7 8; do
	git -C agent checkout -q --detach origin/main
	commit_file agent re$i re$i
	push_as codex-bot agent origin HEAD:refs/heads/re$i
done
yes 'the log grew past it' test "$(lines)" -gt "$(grep -c . early/log.jsonl)"
rg log verify --repo srv.git
is "$STATUS" 1 'a rewritten log is found by the checkpoints in the approvals'
like "$OUT" 'checkpoint|approv|prefix' 'and that is said'

# ---- prove ----
new_server two || done_testing
rm -rf agent maint
new_clone two agent
new_clone two maint alice
for i in 1 2 3; do
	hold_on two agent
	approve_as alice maint "$ID"
done
quiet two
A=two.git/refgate/audit
L=$A/log.jsonl
n=$(lines)
rg log prove 0 --repo two.git
is "$(head -n 1 "$OUTFILE")" 'c2sp.org/tlog-proof@v1' 'a proof in the form of c2sp'
rg log prove "$n" --repo two.git
isnt "$STATUS" 0 'of an entry that is not there yet: none'
rg log prove --repo two.git
is "$STATUS" 2 'prove without a number is a usage error'

# RFC 9162 2.1.3.2 with openssl: leaf and nodes hashed again, the root compared with the checkpoint, its signature with the vkey.
proof_holds() { # PROOF LINE-FILE
	_index=$(sed -n 's/^index //p' "$1")
	_size=$(sed '1,/^$/d' "$1" | sed -n 2p)
	_root=$(sed '1,/^$/d' "$1" | sed -n 3p)
	{ printf '\000'; printf '%s' "$(cat "$2")"; } | openssl dgst -sha256 -binary >r
	_f=$_index
	_s=$((_size - 1))
	sed '1,2d; /^$/,$d' "$1" >hashes
	while read -r _h; do
		[ "$_s" != 0 ] || return 1
		echo "$_h" | base64 -d >p
		if [ $((_f & 1)) = 1 ] || [ "$_f" = "$_s" ]; then
			{ printf '\001'; cat p r; } | openssl dgst -sha256 -binary >t
			while [ $((_f & 1)) = 0 ] && [ "$_f" != 0 ]; do _f=$((_f >> 1)); _s=$((_s >> 1)); done
		else
			{ printf '\001'; cat r p; } | openssl dgst -sha256 -binary >t
		fi
		mv t r
		_f=$((_f >> 1))
		_s=$((_s >> 1))
	done <hashes
	[ "$_s" = 0 ] && [ "$(base64 <r)" = "$_root" ]
}
signature_holds() { # PROOF VKEY
	sed '1,/^$/d' "$1" | sed -n 1,3p >text
	sed '1,/^$/d' "$1" | sed -n '5s/.* //p' | base64 -d | tail -c 64 >sig
	{ printf '\060\052\060\005\006\003\053\145\160\003\041\000'; cut -d + -f 3- "$2" | base64 -d | tail -c 32; } >pub.der
	openssl pkeyutl -verify -pubin -keyform DER -inkey pub.der -rawin -in text -sigfile sig >/dev/null 2>&1
}
if command -v openssl >/dev/null; then
	git -C two.git cat-file blob main:.refgate/log.vkey >vkey
	bad=
	i=0
	while [ $i -lt "$n" ]; do
		"$RG" log prove $i --repo two.git >proof
		sed -n "$((i + 1))p" $L >line
		proof_holds proof line || bad="$bad $i"
		i=$((i + 1))
	done
	is "$bad" '' "each of $n entries is proved against the checkpoint"
	sed -n 2p $L >line
	no 'a proof of one entry does not fit another' proof_holds proof line
	yes "the checkpoint's signature is of the key in .refgate/log.vkey" signature_holds proof vkey
	git -C srv.git cat-file blob main:.refgate/log.vkey >vkey2
	no "and not of another gate's" signature_holds proof vkey2
else
	skip 'proofs with openssl' 'no openssl'
fi
src=/usr/share/gocode/src/golang.org/x/mod
if command -v go >/dev/null && [ -d $src/sumdb/tlog ]; then
	mkdir -p gopath/src/golang.org/x
	ln -s $src gopath/src/golang.org/x/mod
	cp "$PROJECT/tests/interop/tlog_check.go" main.go
	if GO111MODULE=off GOFLAGS='' GOPROXY=off GOPATH=$T/gopath GOCACHE=$T/gocache go build -o check main.go >gobuild 2>&1; then
		"$RG" log prove 4 --repo two.git >proof
		yes "Go's sumdb reads the log of a real server and its proof" ./check $A proof
		cp -a $A edited
		sed -i '2s/"ev":"./"ev":"X/' edited/log.jsonl
		no 'and refuses it when a byte changed' ./check edited proof
	else
		not_ok 'tlog_check.go builds' "$(tail -n 5 gobuild)"
	fi
else
	skip "Go's sumdb reads the log" 'no go, or no golang-golang-x-mod-dev'
fi

# ---- tail and the whole ----
rg log tail -n 3 --repo two.git
is "$OUT" "$(tail -n 3 $L)" 'tail prints the last lines'
rg log --repo two.git
is "$OUT" "$(cat $L)" 'log prints all of them'
rg log --format otlp --repo two.git
is "$STATUS" 2 'otlp is not in this version, and says so'
log_verifies two
done_testing
