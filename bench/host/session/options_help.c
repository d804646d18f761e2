/* SPDX-License-Identifier: MIT */
#include "bench/host/engine/profiles.h"
#include "bench/host/session/options.h"
#include "strategies.h" /* made from kernel/axes.txt */

static const char usage_line[] =
        "usage: run-bench.sh [--setup] [--engine E[,E]] [--strategy S[,S]] [--compiler C[,C]]\n"
        "                    [--bench GLOB] [--quick] [--full] [--rounds N] [--layout random|fixed]\n"
        "                    [--cpus N] [--memory MIB] [--seed N] [--jobs N] [--timeout SECONDS]\n"
        "                    [--out DIR] [--pcid on|off] [--window-flush invlpg|cr3] [--profile NAME]\n"
        "                    [--functions] [--trace] [--profile-guest] [--level1]\n"
        "                    [--tables] [--quiet | --verbose] [--list] [--probe] [--help]\n"
        "       run-bench.sh --compare A B [--threshold PCT] | --reproduces A B\n"
        "       run-bench.sh --recover DIR | --report DIR\n"
        "       run-bench.sh --export " EXPORT_PERF_SCRIPT " DIR [--bench GLOB] [--strategy S[,S]]\n"
        "       run-bench.sh --calibrate NAME [--isolated CPU] [--quick]\n"
        "       run-bench.sh --import FILE --profile NAME\n";

static const char help_text[] =
        "\n"
        "Builds the kernels, runs the benchmarks, and writes results, claims and figures to a\n"
        "folder of results/.\n"
        "\n"
        "What is measured:\n"
        "  --setup              first install missing Debian packages (--setup-only: only that)\n"
        "  --engine E[,E]       auto (bochs, and kvm if its probe passes), bochs, kvm, kvm-emulated,\n"
        "                       tcg; default auto\n"
        "  --strategy S[,S]     " PRESET_NAMES ", all, or STACK+LOADER+ISOLATION;\n"
        "                       default " PRESET_DEFAULTS "\n"
        "                       STACK " AXIS_STACKS "\n"
        "                       LOADER " AXIS_LOADERS "   ISOLATION " AXIS_ISOLATIONS "\n"
        /* clang-format off */
        "  --compiler C[,C]     gcc or clang, with one of " COMPILER_LEVELS_TEXT ": gcc-O2,clang-Os; each has\n"
        "                       results of its own, and verdicts are compared; default " COMPILER_DEFAULT "\n"
        /* clang-format on */
        "  --bench GLOB[,GLOB]  only benchmarks whose name matches; default *\n"
        "  --quick              fewer samples and rounds\n"
        "  --full               on kvm-emulated: the variants ept=1 and ept=0 as well (slower)\n"
        "  --rounds N           boots per image; default 9 on kvm, 7 on bochs (3 with --quick), 1\n"
        "                       elsewhere\n"
        "  --layout L           where memory lies: random (default), drawn anew for each round, or\n"
        "                       fixed, as in a boot without layout=\n"
        "  --pcid on|off        use PCIDs in the context switch; the CPU must have them; default off\n"
        "  --window-flush F     flush the loading window by invlpg (default) or by loading cr3\n"
        "  --profile NAME       on bochs: cycles of this processor, by the cycle model; --list shows the\n"
        "                       names; default " PROFILE_DEFAULT "; none: counts only, in less time\n"
        "  --functions          on bochs: counts per kernel function, even with --profile none\n"
        "  --trace              on bochs: write a line per page walk, TLB flush, interrupt and\n"
        "                       exception; needs --bench\n"
        "  --profile-guest      on kvm: record with perf in which functions of the kernel each row spends\n"
        "                       its cycles, in one more launch per image\n"
        "  --level1             also boot kernels in the level-1 environment, which takes minutes; claims\n"
        "                       26, 27, 28 and 31 need it\n"
        "\n"
        "Where and how it runs:\n"
        "  --cpus N             CPUs of the machine, 1 to 64, on bochs 1 to 15; default 1\n"
        "  --memory MIB         memory of the machine, 64 to 8192; default 512\n"
        "  --seed N             seed of all random choices; default 1\n"
        "  --jobs N             boots at the same time, except on kvm; default: the host's CPUs\n"
        "  --timeout SECONDS    for each boot; default 900 on bochs (300 with --profile none), 60 on\n"
        "                       kvm and tcg, 3000 on kvm-emulated\n"
        "  --out DIR            a new folder for the results\n"
        "  --tables             print all tables, and not only the screen of answers after them\n"
        "  --quiet              print results and errors only; --verbose: also where logs are\n"
        "\n";

/* The rest of the help; a portable string literal has at most 4095 bytes. */
static const char help_rest[] =
        "Without a run:\n"
        "  --list               list engines, strategies, profiles and benchmarks\n"
        "  --probe              report what KVM can do on this host\n"
        "  --compare A B        report what changed from folder A to folder B; exit status 1 if there\n"
        "                       are regressions (--verbose: every series)\n"
        "  --threshold PCT      how large a change must be to count; default 5. Also\n"
        "                       instructions=PCT,cycles=PCT,time=PCT,bytes=PCT, or some of these\n"
        "  --reproduces A B     report whether B has the numbers of A, and if not, why\n"
        "  --report DIR         draw the figures and write report.html and texts again\n"
        "  --export FORMAT DIR  write DIR/perf-script/: where each row spends its cycles or instructions,\n"
        "                       by calls, as `perf script` prints it. FORMAT is " EXPORT_PERF_SCRIPT ".\n"
        "                       --bench and --strategy choose rows\n"
        "  --recover DIR        compute summaries, claims and figures again, even if the run was killed\n"
        "  --calibrate NAME     measure this processor and write the profile NAME, in under 3 minutes\n"
        "                       (--quick: in seconds, with a wider spread)\n"
        "  --isolated CPU       with --calibrate: on this CPU, which the host's other programs leave\n"
        "                       alone\n"
        "  --import FILE        put prices of ring 0 into the profile NAME (--profile) that --calibrate\n"
        "                       wrote: FILE is COM1's output of make iso RUN=bench\n"
        "                       EXTRA='bench=micro.*', booted on the same processor\n"
        "  measure ...          measure calls of functions in your own kernel; measure --help shows how\n"
        "\n"
        "Environment: PALIMPSEST_QEMU and PALIMPSEST_BOCHS name the engines' programs; NO_COLOR\n"
        "turns colours off.\n"
        "Exit status: 0 success; 1 a launch failed or the run was interrupted (what was measured is\n"
        "kept); 2 wrong use, a missing tool, or a named engine that cannot run.\n";

void options_usage(FILE *out)
{
	fputs(usage_line, out);
}

void options_help(FILE *out)
{
	fputs(usage_line, out);
	fputs(help_text, out);
	fputs(help_rest, out);
}
