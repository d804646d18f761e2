#!/usr/bin/env bash
# Boots a kernel, which runs its self-tests, and prints their results as TAP.
# usage: run.sh ENGINE STACK+LOADER+ISOLATION [NAME=VALUE…]
# The assignments (CPU=…, MEMORY=…, WORDS=…) are passed to boot.sh as environment variables.
# WORDS=test=GLOB selects the tests whose names match GLOB.
set -uo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../bench/environment.sh"

engine=$1 build=$2
shift 2
what="$engine $build${*:+ $*}"
records=$(env "$@" "$(dirname "$0")/../boot.sh" "$engine" "$build" run=test)
status=$?
grep -a '^@' <<<"$records" | awk -v what="$what" -v status="$status" '
	function field(key,   i, v) {
		for (i = 3; i <= NF; i++)
			if (index($i, key "=") == 1) {
				v = substr($i, length(key) + 2)
				gsub(/%20/, " ", v)
				return v
			}
	}
	$2 == "test" {
		ok = field("ok"); detail = field("detail")
		sub(/^skip: /, "", detail)
		print (ok == 0 ? "not ok " : "ok ") ++n " - " what ": " field("name") \
			(ok == 2 ? " # SKIP " detail : ok == 0 ? " # " detail : "")
	}
	$2 == "end" { complete = field("status") == "ok" && field("records") == count }
	{ count++ }
	END {
		print (complete && n > (what ~ /test=/ ? 0 : 20) && status == 33 ? "ok " : "not ok ") ++n " - " what \
			": all records arrived, status " status
		print "1.." n
	}'
