#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Counts page-walk reads after a TLB flush in three cases: without KVM, under KVM with ept=1, and
# under KVM with ept=0. Prints a table.
# usage: nested-walks.sh [STRATEGY]
set -euo pipefail
# shellcheck source=bench/environment.sh
. "$(dirname "$0")/../../environment.sh"

cd "$(dirname "$0")/../../.."
exec ./run-bench.sh --engine bochs,kvm-emulated --full --quick --strategy "${1:-window}" --bench tlb.cr3,tlb.refill
