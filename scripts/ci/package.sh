#!/usr/bin/env bash
# Packages for this system. Apple's key comes as text, and the packager wants a file.
set -euo pipefail
if [ -n "${APPLE_API_KEY_BASE64:-}" ]; then
  export APPLE_API_KEY="${RUNNER_TEMP:-/tmp}/apple.p8"
  printf '%s' "$APPLE_API_KEY_BASE64" | base64 --decode > "$APPLE_API_KEY"
fi
exec npm run package
