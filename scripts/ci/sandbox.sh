#!/usr/bin/env bash
# Lets Chromium's sandbox start in each of the given folders: its helper has to belong to root.
set -euo pipefail
for folder in "$@"; do
  sudo chown root "$folder/chrome-sandbox"
  sudo chmod 4755 "$folder/chrome-sandbox"
done
