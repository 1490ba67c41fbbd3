#!/bin/sh
# The labelled set (tests/accuracy): each case applies and is labelled, the classifier is nowhere worse than tests/accuracy/floor says, and
# what measures it can fail.
. "$(dirname "$0")/../lib/testlib.sh"

fill=$BUILD/bench/fill
if [ ! -x "$fill" ]; then
	mkdir -p "$T/build/bench"
	${CC:-cc} -O1 -o "$T/build/bench/fill" "$PROJECT/bench/fill.c" || { skip 'the labelled set' 'needs a C compiler' && done_testing; }
	for f in refgate refgate-worker; do ln -s "$BUILD/$f" "$T/build/$f"; done
	REFGATE_BUILD=$T/build
fi
export REFGATE_BUILD="${REFGATE_BUILD:-$BUILD}"
accuracy=$PROJECT/bench/accuracy

run "$accuracy" --page page --floor "$PROJECT/tests/accuracy/floor"
is "$STATUS" 0 "every case applies and is labelled, nothing is worse than the floor"
[ "$STATUS" = 0 ] || sed 's/^/# /' "$OUTFILE"
like "$(cat page)" '\| seen \| [1-9]' 'the page counts the seen half'

# A set of our own: a miss, a false alarm, a case that does not apply, one without a label.
mkdir -p set/shapes/one set/seen/one
echo 'hello' >set/shapes/one/README.md
case_of() {
	{ printf 'Label: %s\nExpect:%s\nTier: %s\nWhy: a test\n\n' "$2" "$3" "$4" && cat; } >"set/seen/one/$1.case"
}
case_of 001-miss weakening ' TST-THR' high <<'END'
diff --git a/README.md b/README.md
--- a/README.md
+++ b/README.md
@@ -1 +1 @@
-hello
+hello there
END
case_of 002-loud harmless '' low <<'END'
diff --git a/.refgate/policy.yml b/.refgate/policy.yml
new file mode 100644
--- /dev/null
+++ b/.refgate/policy.yml
@@ -0,0 +1 @@
+version: 1
END
case_of 003-key credential ' SEC-TXT' critical <<'END'
diff --git a/a.txt b/a.txt
new file mode 100644
--- /dev/null
+++ b/a.txt
@@ -0,0 +1 @@
+@{pem_rsa}@
END
run "$accuracy" --root set --page page --floor floor --raise
is "$STATUS" 0 'a small set is measured'
like "$(cat page)" 'one/001-miss. \(weakening\): not found: TST-THR' 'a miss is named'
like "$(cat page)" 'one/002-loud. \(harmless\): GATE-RULES=critical' 'a false alarm is named'
unlike "$(cat page)" '003-key' 'a key that was made at run time is found'
like "$(cat floor)" 'seen recall 0' 'the floor has what was measured'
sed 's/recall 0/recall 1000/' floor >higher
run "$accuracy" --root set --page page --floor higher
is "$STATUS" 4 'a number that is worse than the floor fails'
like "$OUT" 'worse: seen recall: 1000 -> 0' 'and is named'
case_of 004-stale harmless '' medium <<'END'
diff --git a/README.md b/README.md
--- a/README.md
+++ b/README.md
@@ -1 +1 @@
-good bye
+hello there
END
run "$accuracy" --root set --page page
is "$STATUS" 1 'a case that does not apply fails'
like "$OUT" 'broken: seen/one/004-stale: does not apply' 'and is named'
sed -i '/^Label/d' set/seen/one/001-miss.case && rm set/seen/one/004-stale.case
run "$accuracy" --root set --page page
is "$STATUS" 1 'a case without a label fails'
like "$OUT" 'broken: seen/one/001-miss: no Label' 'and is named'
done_testing
