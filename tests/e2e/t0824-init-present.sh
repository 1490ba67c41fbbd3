#!/bin/sh
# A .refgate/ that the branch holds already comes into force as it is, so init reads it first: one that cannot be read, or that nobody could ever
# sign again, is refused and no policy is placed. Its twin is taken.
. "$(dirname "$0")/../lib/testlib.sh"

_keys
holds() { # <name>: a bare repository whose main holds the policy on standard input
	git init -q -b main "$1.work" && mkdir "$1.work/.refgate"
	cat >"$1.work/.refgate/policy.yml"
	printf 'alice %s\n' "$(cut -d' ' -f1,2 alice.pub)" >"$1.work/.refgate/allowed_signers"
	git -C "$1.work" add . && git -C "$1.work" -c user.name=a -c user.email=a@b commit -qm policy
	git clone -q --bare "$1.work" "$1.git"
}
none() {
	git -C "$1" for-each-ref 'refs/refgate/policy' | grep -c . | grep -qx 0
}
holds typo <<'EOP'
version: 1
tierz: {}
EOP
run "$RG" init typo.git
isnt "$STATUS" 0 'a policy with a typo is refused'
like "$OUT" 'policy.yml:2' 'by its line'
yes 'and nothing is in force' none typo.git
holds lost <<'EOP'
version: 1
people: {alice: {roles: [maintainer]}}
tiers:
  critical: {action: hold, approvals: 2}
EOP
run "$RG" init lost.git
isnt "$STATUS" 0 'a policy that nobody could sign under is refused'
like "$OUT" 'critical' 'by its tier'
yes 'and nothing is in force then' none lost.git
holds fine <<'EOP'
version: 1
people: {alice: {roles: [maintainer]}}
tiers:
  medium: {action: hold, approvals: 1}
  high: {action: hold, approvals: 1}
  critical: {action: hold, approvals: 1}
EOP
git clone -q --bare fine.work gone.git
run "$RG" init fine.git
is "$STATUS" 0 'one that holds is taken'
no 'and is in force' none fine.git
t=$(git -C gone.git rev-parse 'main^{tree}')
rm -f "gone.git/objects/$(printf %s "$t" | cut -c1-2)/$(printf %s "$t" | cut -c3-)"
run "$RG" init gone.git
isnt "$STATUS" 0 'a tip that cannot be read is not taken for one without .refgate/'
yes 'and nothing is in force there' none gone.git
done_testing
