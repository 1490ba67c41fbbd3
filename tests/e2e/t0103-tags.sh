#!/bin/sh
# Tags, light and annotated, nested, of trees and blobs, moved: refs/tags/* is protected by the sample policy, other tags are open.
. "$(dirname "$0")/../lib/testlib.sh"
new_server srv
new_clone srv agent
new_clone srv maint alice

approve() {
	approve_as alice maint "$ID"
	is "$STATUS" 0 "$1"
}

git -C agent tag light HEAD
snap srv
push_as codex-bot agent origin refs/tags/light
held srv 'a light tag is held' 1
is "$(oid srv.git "refs/pending/$ID/tags/light")" "$(oid agent HEAD)" 'its value lies at its pending ref'
approve 'it is approved'
is "$(oid srv.git refs/tags/light)" "$(oid agent HEAD)" 'a light tag lands by approval'
clean_left srv

commit_file agent t one
git -C agent tag -a -m 'version 1' v1 HEAD
snap srv
push_as codex-bot agent origin refs/tags/v1
held srv 'an annotated tag on a new commit is held' 1
is "$(oid srv.git "refs/pending/$ID/tags/v1")" "$(oid agent refs/tags/v1)" 'the tag object lies at its pending ref'
is "$(git -C srv.git cat-file -t "refs/pending/$ID/tags/v1")" tag 'as a tag object'
is "$(record srv "$ID" '.refs[0].tree')" "$(oid agent 'v1^{tree}')" 'the record names the tree that the tag leads to'
approve 'it is approved'
is "$(oid srv.git refs/tags/v1)" "$(oid agent refs/tags/v1)" 'an annotated tag lands by approval'
clean_left srv

git -C agent tag -a -m 'tag of a tag' nested v1
git -C agent tag -a -m 'tag of a tag of a tag' nested2 nested
snap srv
push_as codex-bot agent origin refs/tags/nested2
held srv 'a tag of a tag of a tag is held' 1
approve 'it is approved'
is "$(oid srv.git 'refs/tags/nested2^{commit}')" "$(oid agent HEAD)" 'and leads to the commit'
clean_left srv

tree=$(oid agent 'HEAD^{tree}')
git -C agent tag -a -m 'a tree' oftree "$tree"
blob=$(echo 'a lonely blob' | git -C agent hash-object -w --stdin)
git -C agent tag ofblob "$blob"
snap srv
push_as codex-bot agent origin refs/tags/oftree refs/tags/ofblob
held srv 'tags of a tree and of a blob are held together' 1
is "$(record srv "$ID" '.refs|length')" 2 'in one pending'
approve 'they are approved'
is "$(oid srv.git refs/tags/ofblob)" "$blob" 'the tag of a blob stands'
is "$(oid srv.git 'refs/tags/oftree^{tree}')" "$tree" 'and the tag of a tree'
clean_left srv

# A private key as a bare blob behind a tag is found like any other.
ssh-keygen -q -t ed25519 -N '' -f "$T/leak"
git -C agent tag leaked "$(git -C agent hash-object -w --stdin <leak)"
snap srv
push_as codex-bot agent origin refs/tags/leaked
refused srv 'a tag of a blob that is a private key is rejected'
no 'its object is not on the server' git -C srv.git cat-file -e "$(oid agent refs/tags/leaked)"

# A moved tag.
was=$(oid srv.git refs/tags/v1)
commit_file agent t two
git -C agent tag -f -a -m 'version 1 again' v1 HEAD >/dev/null
snap srv
push_as codex-bot agent origin refs/tags/v1
isnt "$STATUS" 0 'git itself refuses to move a tag without force'
unmoved srv 'and nothing moved'
push_as codex-bot agent --force origin refs/tags/v1
held srv 'a moved tag is held' 1
is "$(json .tier)" critical 'as critical'
is "$(oid srv.git refs/tags/v1)" "$was" 'the tag stands where it stood'
deny_as alice maint "$ID"
is "$(oid srv.git refs/tags/v1)" "$was" 'also after the denial'
clean_left srv

# A light tag that moves forward along the history is a fast-forward, and still protected.
commit_file agent t three
git -C agent tag -f light HEAD >/dev/null
snap srv
push_as codex-bot agent --force origin refs/tags/light
held srv 'a light tag that moves forward is held' 1
deny_as alice maint "$ID"
clean_left srv

# Where the policy leaves tags open they land at once; the light and the annotated one alike.
mkdir pol && git -C srv.git archive main .refgate | tar -x -C pol
grep -v -F 'refs/tags/' pol/.refgate/policy.yml >pol/p && mv pol/p pol/.refgate/policy.yml
new_repo free && rg init free.git --identity env:TEST_ACTOR --policy pol/.refgate
is "$STATUS" 0 'a second server, whose policy does not protect tags'
new_clone free agent2
commit_file agent2 x one
git -C agent2 tag light && git -C agent2 tag -a -m one v1
snap free
push_as codex-bot agent2 origin refs/tags/light refs/tags/v1
landed free 'open tags land' refs/tags/light "$(oid agent2 HEAD)" refs/tags/v1 "$(oid agent2 refs/tags/v1)"
snap free
push_as codex-bot agent2 origin :refs/tags/v1
landed free 'and are deleted' refs/tags/v1 "$ZERO"
done_testing
