#!/bin/sh
# Debian's Chromium for the browser tests, where it is missing and may be installed.
[ -x /usr/bin/chromium ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Debian's Chromium for the browser tests…"
    if apt-get update -qq >/dev/null 2>&1 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-core fonts-urw-base35 >/dev/null 2>&1; then exit 0; fi
fi
echo "****************************************************************"
echo "*  NO CHROMIUM: the browser tests will be SKIPPED.             *"
echo "*  Install Debian's package chromium as root and run it again. *"
echo "****************************************************************"
exit 0
