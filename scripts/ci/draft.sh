#!/usr/bin/env bash
# Drafts a release of the installers below files/, without those that did not start (folders named …-failed).
# DRAFT_COMMAND replaces gh in tests.
set -euo pipefail
mapfile -d '' -t files < <(find files -type f ! -path '*-failed/*' ! -name 'latest*.yml' -print0 | sort -z)
if [ ${#files[@]} -eq 0 ]; then
  echo 'Nothing was packaged that starts: there is no draft.' >&2
  exit 1
fi
printf 'In the draft: %s\n' "${files[@]}"
missing=$(find files -maxdepth 1 -type d -name '*-failed' -exec basename {} -failed \; | sort)
notes=()
if [ -n "$missing" ]; then
  echo "Missing in the draft: $missing" >&2
  notes=(--notes "Missing, because it did not start: $(echo "$missing" | paste -sd ' ')")
fi
exec "${DRAFT_COMMAND:-gh}" release create "$GITHUB_REF_NAME" --repo "$GITHUB_REPOSITORY" --draft --generate-notes \
  "${notes[@]}" "${files[@]}"
