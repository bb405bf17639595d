#!/usr/bin/env bash
# The desktop specs on real Electron: BRIDGE_DESKTOP forbids the stand-in, so a missing Electron is a failure.
set -euo pipefail
export BRIDGE_DESKTOP="${BRIDGE_DESKTOP:-electron}"
exec bash scripts/ci/on-a-display.sh npm test -- tests/desktop
