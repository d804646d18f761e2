/* SPDX-License-Identifier: MIT */
/* Figures: data files for gnuplot, and a run of gnuplot per script. */
#pragma once

/*
 * Writes <run_dir>/plots/data/ from <run_dir>/summary.csv, then runs gnuplot on every script in `plots_dir`
 * whose name ends in .gp and that has a `# needs:` line. A figure is <run_dir>/plots/<script>.svg and .png;
 * when the run has results of both bochs and kvm, those of kvm are in <script>-kvm.svg and .png. A script
 * none of whose benchmarks was measured is passed over with a note on stderr; so is one whose `# metric:` line names a metric
 * that none of them has. `profile` is that of the cycle model, or NULL.
 *
 * Returns 0, or -1 after a message on stderr; the other figures are still drawn.
 */
int plots_make(const char *run_dir, const char *plots_dir, const char *profile);
