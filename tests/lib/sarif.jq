# What SARIF 2.1.0 (sections 3.13 to 3.52 and the OASIS schema) says about each object that refgate writes: its keys, which of them must be
# there, the enums. Prints one line for each fault, nothing for a valid document. The schema takes no other key in these objects.
def keys_of($what; $known; $must):
	if type != "object" then "\($what): no object"
	else (keys - $known | map("\($what): \(.) is no key of it") | .[]),
	     ($must - keys | map("\($what): \(.) is missing") | .[]) end;
def text($what): if type == "string" and length > 0 then empty else "\($what): not a text" end;
def whole($what; $min): if type == "number" and . == floor and . >= $min then empty else "\($what): no whole number from \($min)" end;
def message($what): keys_of($what; ["text", "markdown", "id", "arguments", "properties"]; ["text"]), (.text | text($what + ".text"));
def bag($what): if type == "object" then ((.tags // []) | if type == "array" and all(.[]; type == "string") then empty else "\($what).tags" end)
	else "\($what): no object" end;
def location: keys_of("location"; ["id", "physicalLocation", "logicalLocations", "message", "annotations", "relationships", "properties"]; []),
	(.physicalLocation | keys_of("physicalLocation"; ["address", "artifactLocation", "region", "contextRegion", "properties"]; ["artifactLocation"]),
		(.artifactLocation | keys_of("artifactLocation"; ["uri", "uriBaseId", "index", "description", "properties"]; ["uri"]),
			(.uri | if test("^[A-Za-z0-9._~/-]*(%[0-9A-F]{2}[A-Za-z0-9._~/-]*)*$") then empty else "uri: \(.)" end)),
		(select(.region).region | keys_of("region"; ["startLine", "startColumn", "endLine", "endColumn", "properties"]; ["startLine"]),
			(.startLine | whole("startLine"; 1))));
def result($rules): keys_of("result"; ["ruleId", "ruleIndex", "rule", "kind", "level", "message", "analysisTarget", "locations", "guid",
		"correlationGuid", "occurrenceCount", "partialFingerprints", "fingerprints", "stacks", "codeFlows", "graphs", "graphTraversals",
		"relatedLocations", "suppressions", "baselineState", "rank", "attachments", "hostedViewerUri", "workItemUris", "provenance", "fixes",
		"taxa", "webRequest", "webResponse", "properties"]; ["message", "ruleId"]),
	(.message | message("result.message")),
	(if [.level] | inside(["none", "note", "warning", "error"]) then empty else "level: \(.level)" end),
	(.ruleIndex as $i | if $rules[$i].id == .ruleId then empty else "ruleIndex \($i) is not \(.ruleId)" end),
	(.locations[] | location),
	(.partialFingerprints | if type == "object" and all(.[]; type == "string") then empty else "partialFingerprints" end),
	(.properties | bag("result.properties"));
def rule: keys_of("rule"; ["id", "deprecatedIds", "guid", "deprecatedGuids", "name", "deprecatedNames", "shortDescription", "fullDescription",
		"messageStrings", "defaultConfiguration", "helpUri", "help", "relationships", "properties"]; ["id"]),
	(select(.shortDescription).shortDescription | message("shortDescription")), (select(.properties).properties | bag("rule.properties"));
keys_of("document"; ["$schema", "version", "runs", "inlineExternalProperties", "properties"]; ["version", "runs"]),
(if .version == "2.1.0" then empty else "version" end),
(if (.runs | length) == 1 then empty else "runs" end),
(.runs[] | keys_of("run"; ["tool", "invocations", "conversion", "language", "versionControlProvenance", "originalUriBaseIds", "artifacts",
		"logicalLocations", "graphs", "results", "automationDetails", "runAggregates", "baselineGuid", "redactionTokens", "defaultEncoding",
		"defaultSourceLanguage", "newlineSequences", "columnKind", "externalPropertyFileReferences", "threadFlowLocations", "taxonomies",
		"addresses", "translations", "policies", "webRequests", "webResponses", "specialLocations", "properties"]; ["tool"]),
	(if [.columnKind] | inside(["utf16CodeUnits", "unicodeCodePoints"]) then empty else "columnKind" end),
	(.tool | keys_of("tool"; ["driver", "extensions", "properties"]; ["driver"]),
		(.driver | keys_of("driver"; ["name", "version", "semanticVersion", "rules", "informationUri", "organization", "product", "properties"]; ["name"]),
			(.rules | if (map(.id) | unique | length) == length then empty else "rules: an id twice" end), (.rules[] | rule))),
	(.tool.driver.rules as $rules | .results[] | result($rules)))
