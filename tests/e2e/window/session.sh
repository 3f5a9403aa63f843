#!/usr/bin/env bash
# Runs a command on a display, a session bus, a keyring and a home of its own, and leaves nothing behind.
# The keyring is unlocked, as it is on a desktop after logging in. Both languages of the app are known to the system.
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir -m 700 "$place/home" "$place/run" "$place/locale"
export HOME="$place/home" XDG_RUNTIME_DIR="$place/run"
for language in en_US zh_CN; do
  localedef --inputfile="$language" --charmap=UTF-8 "$place/locale/$language.UTF-8"
done
export LOCPATH="$place/locale"
unset XDG_DATA_HOME XDG_CONFIG_HOME XDG_CACHE_HOME WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS

# shellcheck disable=SC2016 # the inner shell expands "$@"
xvfb-run -a -s '-screen 0 1280x900x24' dbus-run-session -- bash -c '
  printf test | gnome-keyring-daemon --unlock --components=secrets >/dev/null
  "$@"
' session "$@"
