#!/usr/bin/env bash
# What a Linux desktop has, and the tests use: a display, a session bus, a keyring, an SSH server.
set -euo pipefail
sudo apt-get update
sudo apt-get install --yes xvfb dbus dbus-x11 gnome-keyring libsecret-1-0 libglib2.0-bin openssh-server \
  libgtk-3-0t64 libnss3 libasound2t64 libgbm1
