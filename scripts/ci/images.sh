#!/usr/bin/env bash
# Builds the images of the server host and the relay, and starts each once.
set -euo pipefail
for program in server relay; do
  docker build -f "resources/$program/Dockerfile" -t "bridge-$program" .
  docker run --rm "bridge-$program" --version
done
