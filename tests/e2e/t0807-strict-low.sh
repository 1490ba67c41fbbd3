#!/bin/sh
# An admin who holds everything (`low: {action: hold}`) must not hold the signatures too: a statement is verified, never judged by tier.
. "$(dirname "$0")/../lib/testlib.sh"
. "$PROJECT/tests/lib/approvals.sh"

_keys
for k in alice bob; do signer srv.rules "$k" "$k"; done
people_server srv <<'EOF'
version: 1
protected: [refs/heads/main, refs/tags/*]
people: {alice: {roles: [maintainer]}, bob: {roles: [maintainer]}}
tiers:
  low: {action: hold, approvals: 1, roles: [maintainer]}
  medium: {action: hold, approvals: 1, roles: [maintainer]}
  high: {action: hold, approvals: 1, roles: [maintainer]}
  critical: {action: hold, approvals: 1, roles: [maintainer]}
EOF
new_clone srv agent
new_clone srv maint alice
hold_on srv agent
approve_as alice maint "$ID"
released srv 'a held push is released by the signature' refs/heads/main "$NEW"
is "$(pendings srv)" '' 'and the signature itself is no pending'
done_testing
