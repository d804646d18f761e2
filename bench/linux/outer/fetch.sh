#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Fetches the two Debian packages of the outer machines of engine kvm-emulated; installs nothing.
# usage: fetch.sh FOLDER      (the packages are kept in FOLDER/packages)
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../environment.sh"

[ $# -eq 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
folder=$1/packages

fail()
{
	echo "lab: $*" >&2
	exit 1
}

have()
{
	compgen -G "$folder/$1_*.deb" >/dev/null
}

# Prints the name of the package with Debian's cloud kernel: the metapackage linux-image-cloud-amd64
# depends on it. This kernel is small, and has the drivers for the serial line and KVM.
kernel_package()
{
	apt-cache depends linux-image-cloud-amd64 2>/dev/null | sed -n 's/.*Depends: \(linux-image-[0-9].*-cloud-amd64\)$/\1/p' |
		head -n 1
}

if have 'linux-image-*' && have busybox-static; then
	exit 0
fi
command -v apt-get >/dev/null || fail "apt-get is missing; put the packages linux-image-<version>-cloud-amd64 and" \
	"busybox-static of Debian 12 into $folder as .deb files"
kernel=$(kernel_package || true)
[ -n "$kernel" ] || fail "apt knows no package linux-image-cloud-amd64; run 'apt-get update' as root and try again"
mkdir -p "$folder"
folder=$(readlink -f "$folder")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
for package in "$kernel" busybox-static; do
	have "$package" && continue
	echo "lab: fetching $package, for engine kvm-emulated and the Linux baseline (it is not installed)" >&2
	(cd "$scratch" && timeout 300 apt-get -q download "$package") >"$scratch/log" 2>&1 || {
		grep -aE '^(E|Err|W):' "$scratch/log" | head -n 5 >&2 || true
		fail "$package cannot be fetched; 'make lab' needs the Debian mirror once (is there a network? is" \
			"'apt-get update' recent?). Or put its .deb into $folder"
	}
	mv "$scratch"/*.deb "$folder/"
done
