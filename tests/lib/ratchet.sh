# Sourced by the tests of the ratchet, after testlib.sh.
#
# ratchet_rules [LINE]...  makes rules/ (for init --policy): all but critical lands unsigned; a floor that fell by five points on a protected ref
#                          is critical there, by less high. LINEs are more lines of the policy
# floor_to DIR VALUE       a commit that sets the floor of coverage.py
# lower ACTOR SERVER.X REF VALUE...  in that clone, a commit and a push for each value, until one does not land; LANDED is the number of those that did
# step SERVER ID           the values that the finding about the floor tells, in a record
# age SERVER               makes all that the ledger holds ten years older; its cache is believed, since its digest is right

ratchet_rules() {
	mkdir rules
	cat >rules/policy.yml <<'EOF'
version: 1
protected: [refs/heads/main, "refs/heads/release/*", refs/tags/*]
people: {alice: {roles: [maintainer]}, bob: {roles: [maintainer]}}
tiers:
  low: {action: accept}
  medium: {action: accept}
  high: {action: accept}
  critical: {action: hold, approvals: 1}
EOF
	for _l; do printf '%s\n' "$_l" >>rules/policy.yml; done
	_keys
	for k in alice bob; do printf '%s %s\n' "$k" "$(cut -d' ' -f1,2 "$k.pub")"; done >rules/allowed_signers
}

floor_to() {
	commit_file "$1" .coveragerc "[report]
fail_under = $2" "floor $2"
}

lower() {
	_actor=$1
	_dir=$2
	_ref=$3
	shift 3
	LANDED=0
	for _v; do
		floor_to "$_dir" "$_v"
		snap "${_dir%.*}"
		push_as "$_actor" "$_dir" -q origin "HEAD:$_ref"
		[ "$STATUS" = 0 ] || return 0
		LANDED=$((LANDED + 1))
	done
}

step() {
	record "$1" "$2" '.findings[]|select(.id=="TST-THR")|.old+" "+.new'
}

age() {
	_seen=$(head -n 1 "$1.git/refgate/ledger" | cut -d' ' -f1)
	tail -n +2 "$1.git/refgate/ledger" | sed 's/"t":[0-9]*/"t":1400000000/' >.aged
	{
		printf '%s %s\n' "$_seen" "$(sha256sum .aged | cut -d' ' -f1)"
		cat .aged
	} >"$1.git/refgate/ledger"
	rm .aged
}
