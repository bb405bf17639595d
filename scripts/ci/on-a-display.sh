#!/usr/bin/env bash
# Runs a command with a display; on Linux a virtual one, which a runner lacks.
set -euo pipefail
if [ "$(uname)" = Linux ] && [ -z "${DISPLAY:-}" ]; then exec xvfb-run --auto-servernum "$@"; fi
exec "$@"
