#!/bin/sh
# Bring Chromium through the system's package manager when it can; without it the browser tests say why they are skipped.
set -u
for name in chromium chromium-browser google-chrome google-chrome-stable; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "Installing Chromium for the browser tests …"
  apt-get update >/dev/null 2>&1
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium >/dev/null 2>&1 ||
    echo "Chromium could not be installed: the browser tests will be skipped."
else
  echo "No Chromium here and no way to install it: the browser tests will be skipped."
fi
exit 0
