#!/usr/bin/env bash
# Starts all that was packaged: the folder, and what users install.
set -euo pipefail
if [ "$(uname)" = Linux ]; then bash scripts/ci/sandbox.sh dist/linux*-unpacked; fi
exec bash scripts/ci/on-a-display.sh node scripts/ci/smoke.ts
