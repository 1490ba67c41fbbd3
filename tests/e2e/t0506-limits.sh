#!/bin/sh
# Limits of open pendings: over one the push is refused with the number; what has expired, gone stale or is being replaced does not count.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys
signer srv.rules alice "$T/alice"
people_server srv <<'EOP' || done_testing
version: 1
protected: [refs/heads/main, refs/heads/release/*, refs/heads/p/*]
limits: {open_per_actor: 2, open_per_repo: 4}
people:
  alice: {roles: [maintainer]}
tiers:
  low: {action: accept}
  medium: {action: hold, expires: 1h}
  high: {action: hold, expires: 1s}
  critical: {action: hold}
rules:
  - {id: brief-code, paths: ["brief/**"], points: 50, tier: high, message: "brief"}
EOP
new_clone srv agent
new_clone srv maint alice
n=0
push_to() { # ACTOR BRANCH [PATH]
	n=$((n + 1))
	git -C agent checkout -q -f --detach origin/main
	commit_file agent "${3:-f}$n" "$n"
	snap srv
	push_as "$1" agent origin "HEAD:refs/heads/p/$2"
}
push_to one a
held srv 'the first of an actor'
FIRST=$ID
push_to one b
held srv 'the second'
push_to one c
refused srv 'the third is over the limit, with the number' '2 pushes of user:one are held already (limits.open_per_actor)'
push_to one b
held srv 'a push that replaces one of the two is not' 2
push_to two a
held srv 'another actor has room'
push_to three a
held srv 'and a third'
push_to four a
refused srv 'the fifth of the repository is over its limit' '4 pushes are held in this repository already (limits.open_per_repo)'
deny_as alice maint "$FIRST"
push_to four a
held srv 'after one was decided there is room'
for id in $(pendings srv); do deny_here alice srv "$id"; done
clean_left srv

# What is over waits for nobody.
push_to one a brief/
held srv 'one that expires after a second'
push_to one b brief/
held srv 'and another'
sleep 2
push_to one c
held srv 'expired ones do not count, though nobody has closed them'
quiet srv
for id in $(pendings srv); do deny_here alice srv "$id"; done
push_to one a
push_to one b
git -C srv.git update-ref refs/heads/p/a "$(oid srv.git main)"
git -C srv.git update-ref refs/heads/p/b "$(oid srv.git main)"
push_to one c
held srv 'nor do stale ones'
log_verifies srv
done_testing
