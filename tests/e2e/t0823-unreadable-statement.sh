#!/bin/sh
# A stored statement that cannot be read may be a denial: nothing is decided without it. Its twin, mended, is released.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys
cp mallory carol && cp mallory.pub carol.pub
for k in alice bob carol; do signer srv.rules "$k" "$k"; done
people_server srv <<'EOP'
version: 1
protected: [refs/heads/main, refs/tags/*]
actors:
  agents: {codex-bot: {owner: carol}}
people: {alice: {roles: [maintainer]}, bob: {roles: [maintainer]}, carol: {roles: [maintainer]}}
tiers:
  medium: {action: hold, approvals: 2}
  high: {action: hold, approvals: 2}
  critical: {action: hold, approvals: 2}
EOP
new_clone srv agent
new_clone srv maint alice
commit_file agent Makefile 'all:'
snap srv
push_as codex-bot agent origin HEAD:refs/heads/main
held srv 'a push that needs two'
approve_as alice maint "$ID"
unlike "$OUT" '^released' 'one signature does not release it'
kept=$(git -C srv.git for-each-ref --format='%(objectname)' "refs/refgate/approvals/$ID/*")
object=srv.git/objects/$(printf %s "$kept" | cut -c1-2)/$(printf %s "$kept" | cut -c3-)
# It came in a pack; as a file of its own it can be taken away.
mkdir packs && mv srv.git/objects/pack/* packs
for p in packs/*.pack; do git -C srv.git unpack-objects -q <"$p"; done
yes 'the statement is a loose object' test -f "$object"
mv "$object" aside
before=$(oid srv.git refs/heads/main)
approve_as bob maint "$ID"
unlike "$OUT" '^released' 'nothing is released while the first statement cannot be read'
is "$(oid srv.git refs/heads/main)" "$before" 'main stands where it stood'
mv aside "$object"
run "$RG" gc --repo srv.git
approve_as bob maint "$ID"
isnt "$(oid srv.git refs/heads/main)" "$before" 'with the statement back the change is released'
done_testing
