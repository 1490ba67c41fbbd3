#!/bin/sh
# HOLES 8, 9: names are compared without letter case in every script, whatever form their characters are written in, and without what
# nobody sees: whole names, folders, tags beside branches, names that are only reserved. What stood there before the gate goes on.
. "$(dirname "$0")/../lib/testlib.sh"
b() { printf "$1"; }

_keys && new_repo srv
main=$(oid srv.git main)
strasse=$(b 'Stra\303\237e')		# sharp s
eacute=$(b '\303\251')			# one character
e_acute=$(b 'e\314\201')		# a letter and a mark
EACUTE=$(b '\303\211')
zhe=$(b '\320\266')
ZHE=$(b '\320\226')
wide_main=$(b '\357\275\215\357\275\201\357\275\211\357\275\216')
bold_m=$(b '\360\235\220\246')
zwsp=$(b '\342\200\213')
nbsp=$(b '\302\240')
bad=$(b 'caf\351')

# What was there before: twins of each other, an invisible character, bytes that are no UTF-8, two spellings of one folder.
for r in "refs/heads/topic/$eacute" "refs/heads/old-$zhe" "refs/heads/old-$ZHE" "refs/heads/hid${zwsp}den" "refs/heads/$bad" \
	refs/heads/Both/a refs/heads/both/b refs/heads/One/a "refs/heads/$strasse" "refs/tags/v$EACUTE"; do
	git -C srv.git update-ref "$r" "$main"
done
printf 'namespaces:\n- refs/notes/**\n' >extra
rg init srv.git --identity env:TEST_ACTOR --maintainer "alice:$T/alice.pub"
is "$STATUS" 0 'init among names that look alike'
new_clone srv agent
commit_file agent a one
new=$(oid agent HEAD)
printf '%s\n^%s\n' "$new" "$main" | git -C agent pack-objects -q --revs --stdout >p.pack

# beside NEW OTHER: making NEW is refused with the name of OTHER
beside() {
	snap srv
	push_as codex-bot agent origin "HEAD:$1"
	refused srv "$3 is refused" "$2"
}
fine() {
	snap srv
	push_as codex-bot agent origin "$new:$1"
	landed srv "$2 lands" "$1" "$new"
}
beside refs/heads/strasse "refs/heads/$strasse" 'a branch that folds to another'
beside refs/heads/STRASSE "refs/heads/$strasse" 'the same in capitals'
beside "refs/heads/topic/$EACUTE" "refs/heads/topic/$eacute" 'another letter case'
beside "refs/heads/topic/$e_acute" "refs/heads/topic/$eacute" 'the same name in another form'
beside "refs/heads/$wide_main" refs/heads/main 'main in fullwidth letters'
beside "refs/heads/${bold_m}ain" refs/heads/main 'main with a bold letter'
beside "refs/heads/main$nbsp" refs/heads/main 'main and a blank'
beside refs/heads/hidden 'refs/heads/hid\xe2\x80\x8bden' 'a name beside one with an invisible character, which is shown escaped,'
beside "refs/heads/v$eacute" "refs/tags/v$EACUTE" 'a branch that looks like a tag'
beside "refs/tags/strasse" "refs/heads/$strasse" 'a tag that looks like a branch'
fine "refs/heads/topic/e" 'a letter without its accent'
fine "refs/heads/agent/$ZHE" 'a name in another script'
beside "refs/heads/agent/$zhe" "refs/heads/agent/$ZHE" 'its twin'
beside "refs/heads/AGENT/$zhe" "refs/heads/agent/$ZHE" 'its twin in a folder of another spelling'

# Folders.
beside "refs/heads/strasse/x" "refs/heads/$strasse" 'a branch in a folder that looks like a branch'
beside "refs/heads/strasse/x/y" "refs/heads/$strasse" 'further down too'
beside "refs/heads/MAIN/x" refs/heads/main 'a branch below MAIN'
beside "refs/heads/Topic" "refs/heads/topic/" 'a branch that looks like a folder'
beside "refs/heads/one/b" refs/heads/One/a 'a folder in another spelling'
fine refs/heads/One/b 'the same folder'
fine refs/heads/Both/c 'a folder of which both spellings stand'
fine refs/heads/both/d 'in either of them'
beside refs/heads/BOTH/e refs/heads/Both/a 'a third spelling'

# Reserved names that are not there.
beside refs/heads/Master refs/heads/master 'a name that would be taken for a protected one'
beside refs/tags/MASTER refs/heads/master 'a tag of that kind'
beside refs/heads/MASTER/x refs/heads/master 'a folder of that kind'
fine "refs/heads/v$eacute/x" 'a branch below the name of a tag'

# What reads like something else.
for r in "refs/heads/$(b '\357\274\250\357\274\245\357\274\241\357\274\244')" "refs/heads/$(b '\357\274\215')x" "refs/heads/$nbsp" "refs/heads/a/$nbsp/b" \
	"refs/heads/$(b '\357\275\222')efs/heads/x" "refs/heads/$(b '\357\274\220')$(echo "$main" | cut -c 2-)" "refs/heads/x$zwsp" \
	"refs/heads/x$(b '\360\233\262\240')"; do
	snap srv
	push_as codex-bot agent origin "HEAD:$r"
	refused srv "$(printf '%s' "$r" | od -A n -t o1 | tr -d ' \n') is refused" 'is refused'
done

# Bytes that are no UTF-8: never pushed, but what is there may go; and it is nobody's twin.
snap srv
raw_push codex-bot srv ' report-status' p.pack "$ZERO $new refs/heads/x$bad"
refused srv 'a name that is no UTF-8 is refused' 'no UTF-8'
snap srv
raw_push codex-bot srv ' report-status' p.pack "$main $new refs/heads/$bad"
refused srv 'moving one that is there too' 'no UTF-8'
fine "refs/heads/caf$eacute" 'the same word in UTF-8'
snap srv
push_as codex-bot agent origin ":refs/heads/$bad"
landed srv 'the old one may be deleted' "refs/heads/$bad" "$ZERO"

# Two of one push, in either order, and beside thousands of others.
for pair in "refs/heads/p-$eacute refs/heads/p-$e_acute" "refs/heads/q-$ZHE refs/heads/q-$zhe" "refs/heads/s-$strasse refs/tags/S-STRASSE" \
	"refs/heads/f-$zhe/x refs/heads/f-$ZHE" "refs/heads/g-$ZHE/x refs/heads/g-$zhe/y"; do
	one=${pair% *} two=${pair#* }
	snap srv
	push_as codex-bot agent origin "HEAD:$one" "HEAD:$two"
	refused srv "two of one push: $(printf '%s' "$one" | cut -c 12 -)" "$one" "$two"
done

# Twins that stood there before the gate go on, and go away.
snap srv
push_as codex-bot agent origin "HEAD:refs/heads/old-$zhe" "HEAD:refs/heads/$strasse"
landed srv 'old twins are updated' "refs/heads/old-$zhe" "$new" "refs/heads/$strasse" "$new"
snap srv
push_as codex-bot agent origin "HEAD:refs/heads/old-$zhe" "HEAD:refs/heads/fresh"
[ "$STATUS" = 0 ] && landed srv 'beside a new ref' refs/heads/fresh "$new" || not_ok 'beside a new ref' "$OUT"
snap srv
push_as codex-bot agent origin ":refs/heads/old-$ZHE"
landed srv 'one of them is deleted' "refs/heads/old-$ZHE" "$ZERO"
beside "refs/heads/old-$ZHE" "refs/heads/old-$zhe" 'and does not come back'

# A room that the policy opened has its own names.
rm -rf open.d && mkdir open.d && git -C srv.git archive main .refgate | tar -x -C open.d --strip-components 1 && cat extra >>open.d/policy.yml
new_repo open && git -C open.git update-ref "refs/notes/team/$eacute" "$(oid open.git main)"
rg init open.git --identity env:TEST_ACTOR --policy open.d
new_clone open agent2
commit_file agent2 a one
snap open
push_as codex-bot agent2 origin "HEAD:refs/notes/team/$EACUTE"
refused open 'in a room that the policy opened too' "refs/notes/team/$eacute"
snap open
push_as codex-bot agent2 origin "HEAD:refs/notes/team/e"
landed open 'and another name lands there' refs/notes/team/e "$(oid agent2 HEAD)"

# Names of the greatest length: both are shown, cut.
long=$(printf '%0200d' 7)/$(printf '%0200d' 7)/$(printf '%0200d' 7)
fine "refs/heads/L/$long" 'a name of 600 bytes'
beside "refs/heads/L/${long%7}$(b '\357\274\227')" 'refs/heads/L/0000' 'its twin'
printable 'and nothing raw is shown'
done_testing
