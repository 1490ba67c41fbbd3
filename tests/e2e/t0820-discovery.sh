#!/bin/sh
# The command finds the repository around the working folder as git does, and is as careful: one of another owner, and one that lies in a work tree as
# committed files, run nothing of their configuration.
. "$(dirname "$0")/../lib/testlib.sh"

if [ "$(id -u)" != 0 ]; then
	skip 'a repository of another owner' 'only root can make one'
	done_testing
fi
evil() {
	git -C "$1" config remote.origin.url "$T/nowhere.git"
	git -C "$1" config remote.origin.uploadpack "touch $T/ran; git-upload-pack"
}
git init -q --bare nowhere.git
chmod 755 "$T"
git init -q other && evil other && mkdir other/sub && chown -R 65534:65534 other
no 'git refuses the repository of another owner' git -C other/sub status
for c in 'show 7k3m2qf9' queue 'approve 7k3m2qf9 --yes --as alice --key k' 'wait 7k3m2qf9 --timeout 1'; do
	rm -f ran
	# shellcheck disable=SC2086
	(cd other/sub && exec "$RG" $c) >/dev/null 2>&1 </dev/null
	no "refgate ${c%% *} runs nothing of another owner's repository" test -e ran
done

# A bare repository that somebody committed, in a clone of one's own: safe.bareRepository=explicit makes git refuse it.
git init -q mine && git init -q --bare mine/docs && evil mine/docs
git config --file "$HOME/.gitconfig" safe.bareRepository explicit
GIT_CONFIG_GLOBAL=$HOME/.gitconfig
export GIT_CONFIG_GLOBAL
no 'git refuses an embedded bare repository when told to' git -C mine/docs rev-parse
rm -f ran
(cd mine/docs && exec "$RG" show 7k3m2qf9) >/dev/null 2>&1 </dev/null
no 'and refgate runs nothing of it' test -e ran
done_testing
