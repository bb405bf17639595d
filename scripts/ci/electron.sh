#!/usr/bin/env bash
# Fetches Electron's program. On Linux its sandbox helper has to belong to root, as the deb sets it up.
set -euo pipefail
node node_modules/electron/install.js
if [ "$(uname)" = Linux ]; then bash scripts/ci/sandbox.sh node_modules/electron/dist; fi
