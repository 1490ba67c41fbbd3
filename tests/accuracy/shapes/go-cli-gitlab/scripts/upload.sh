#!/bin/sh
set -eu
for f in bin/*; do
	curl --fail --header "JOB-TOKEN: $CI_JOB_TOKEN" --upload-file "$f" "$CI_API_V4_URL/projects/$CI_PROJECT_ID/packages/generic/dockctl/$CI_COMMIT_TAG/$(basename "$f")"
done
