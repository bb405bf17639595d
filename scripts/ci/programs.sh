#!/usr/bin/env bash
# The server host and the relay for this system: dist/*.tar.gz and dist/*.deb.
set -euo pipefail
npm run package -- server
npm run package -- relay
