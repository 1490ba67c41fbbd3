# Writes the page of bench/accuracy from its results: SET|SET/SHAPE/NAME|LABEL|EXPECTED IDS|TIER|FOUND IDS, each with its tier. An expected
# id may name others that a reader would take as well: A|B is not used there as the field separator is, so it is written A/B.
function rank(t) { return index("low....medium.high...critical", t) }

# 1 when every expected id is among the findings; STRONG says whether one of them has the tier asked for.
function seen_all(expect, found, tier,    n, i, j, k, m, e, alt, f, hit, all) {
	n = split(expect, e, /[ ,]+/)
	m = split(found, f, " ")
	all = 1
	STRONG = 0
	MISSING = ""
	for (i = 1; i <= n; i++) {
		if (e[i] == "")
			continue
		hit = 0
		k = split(e[i], alt, "/")
		for (j = 1; j <= m; j++) {
			split(f[j], one, "=")
			for (a = 1; a <= k; a++)
				if (one[1] == alt[a]) {
					hit = 1
					if (rank(one[2]) >= rank(tier))
						STRONG = 1
				}
		}
		ids_asked[$1, alt[1]]++
		known[alt[1]] = 1
		if (hit)
			ids_found[$1, alt[1]]++
		else {
			all = 0
			MISSING = MISSING " " e[i]
		}
	}
	return all
}

function worst_above(found, tier,    m, j, f, out) {
	m = split(found, f, " ")
	for (j = 1; j <= m; j++) {
		split(f[j], one, "=")
		if (rank(one[2]) > rank(tier))
			out = out " " f[j]
	}
	return out
}

{
	cases[$1]++
	label[$1, $3]++
	split($2, where, "/")
	if (!(($1, where[2]) in shape_seen)) {
		shape_seen[$1, where[2]] = 1
		shapes[$1]++
	}
}
$3 == "weakening" || $3 == "credential" {
	all = seen_all($4, $6, $5)
	if (all)
		named[$1, $3]++
	if (all && STRONG)
		good[$1, $3]++
	else
		missed[$1] = missed[$1] "- `" $2 "` (" $3 "): " (all ? "found, though below " $5 : "not found:" MISSING) "; findings: " ($6 == "" ? "none" : $6) "\n"
	if (worst_above($6, "medium") != "")
		stopped[$1, $3]++
}
$3 == "harmless" || $3 == "hardening" {
	above = worst_above($6, $5)
	if (above != "") {
		loud[$1, $3]++
		flagged[$1] = flagged[$1] "- `" $2 "` (" $3 "):" above "\n"
		m = split(above, f, " ")
		for (j = 1; j <= m; j++) {
			split(f[j], one, "=")
			ids_false[$1, one[1]]++
			known[one[1]] = 1
		}
	}
}

function share(a, b) { return b ? sprintf("%.1f %%", 100 * a / b) : "-" }
function mille(a, b) { return b ? int(1000 * a / b) : 1000 }

END {
	print "# How well the classifier agrees with a careful reader"
	print ""
	print "Written by `make accuracy`; do not edit. Each case of `tests/accuracy` is a commit on a small project, labelled by what a reviewer"
	print "would say and not by what the detectors do. `seen` may be looked at while a detector is tuned, `unseen` is only counted."
	print "- *recall*: every expected id is among the findings, one of them at the tier asked for or above."
	print "- *by id*: every expected id is there, whatever its tier; *stopped*: anything at high or above."
	print "- *false high*: harmless changes and hardening with a finding above what their label allows (medium, where it says nothing else)."
	print ""
	print "| set | projects | cases | weakenings | recall | by id | stopped | credentials | recall | harmless | false high | hardening | false high |"
	print "|---|---|---|---|---|---|---|---|---|---|---|---|---|"
	for (i = 1; i <= 2; i++) {
		s = i == 1 ? "seen" : "unseen"
		w = label[s, "weakening"]; c = label[s, "credential"]; h = label[s, "harmless"]; d = label[s, "hardening"]
		printf "| %s | %d | %d | %d | %s | %s | %s | %d | %s | %d | %d (%s) | %d | %d (%s) |\n", s, shapes[s], cases[s], w,
			share(good[s, "weakening"], w), share(named[s, "weakening"], w), share(stopped[s, "weakening"], w), c,
			share(good[s, "credential"], c), h, loud[s, "harmless"], share(loud[s, "harmless"], h), d,
			loud[s, "hardening"], share(loud[s, "hardening"], d)
		if (cases[s]) {
			print s, "recall", mille(good[s, "weakening"], w) >numbers
			print s, "credentials", mille(good[s, "credential"], c) >numbers
			print s, "false-high", loud[s, "harmless"] + loud[s, "hardening"] >numbers
		}
	}
	print ""
	print "## By id"
	print ""
	print "| id | seen: expected | found | false high | unseen: expected | found | false high |"
	print "|---|---|---|---|---|---|---|"
	n = 0
	for (k in known)
		sorted[++n] = k
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && sorted[j - 1] > sorted[j]; j--) {
			t = sorted[j]; sorted[j] = sorted[j - 1]; sorted[j - 1] = t
		}
	for (i = 1; i <= n; i++) {
		k = sorted[i]
		printf "| %s | %d | %d | %d | %d | %d | %d |\n", k, ids_asked["seen", k], ids_found["seen", k], ids_false["seen", k],
			ids_asked["unseen", k], ids_found["unseen", k], ids_false["unseen", k]
	}
	for (i = 1; i <= 2; i++) {
		s = i == 1 ? "seen" : "unseen"
		if (!cases[s])
			continue
		printf "\n## Misses, %s\n\n%s", s, missed[s] == "" ? "None.\n" : missed[s]
		printf "\n## False high, %s\n\n%s", s, flagged[s] == "" ? "None.\n" : flagged[s]
	}
}
