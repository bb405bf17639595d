#!/usr/bin/env bash
# Unit and integration tests under Electron's own Node: BoringSSL for OpenSSL, V8's pointer cage, other versions.
# Arguments: the tests, else all of them.
set -euo pipefail
program="${ELECTRON_EXEC_PATH:-$(node -p 'require("electron")')}"
if [ $# -eq 0 ]; then set -- tests/unit tests/integration; fi
ELECTRON_RUN_AS_NODE=1 exec "$program" node_modules/vitest/vitest.mjs run "$@"
