# Palimpsest. `make help` lists the targets.
#
# A kernel is built for one combination of values of the three axes. Each combination has its own
# folder build/<stack>+<loader>+<isolation>/, so that several can coexist; objects that they share are
# in build/objects/.

ifneq ($(words $(CURDIR)),1)
$(error the path of the source tree, "$(CURDIR)", contains a space, which make does not support: move the tree)
endif

BUILD     := build
STRATEGY  ?= window
HOSTCC    ?= gcc
HOST_CFLAGS := -std=gnu17 -O2 -g -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror -I. -I$(BUILD)

# `make V=1` prints the commands.
ifeq ($(V),1)
Q   :=
say :=
else
Q   := @
# `make -s` prints nothing.
say  = $(if $(findstring s,$(firstword -$(MAKEFLAGS))),@:,@printf '  %-5s %s\n' $(1) $(2))
endif

SHELL := /bin/bash

# Commands run in the environment that bench/environment.sh sets up; scripts use the same
# environment.
UNSET := $(shell sed -n 's/^unset -v//p' bench/environment.sh)
unexport $(UNSET)
$(foreach set,$(shell sed -n 's/^export//p' bench/environment.sh),$(eval export $(set)))
# $(shell) still gets the user's environment, so its commands begin with $(CLEAN), which removes the
# variables in UNSET.
# $(call quoted,name) quotes a name for the shell.
CLEAN  := env $(UNSET:%=-u %)
quoted  = '$(subst ','\'',$(1))'

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

all: kernel host

include kernel/kernel.mk
include bench/programs/programs.mk
include kernel/boot/level1/level1.mk
include bench/bochs/bochs.mk
include bench/host/host.mk
include bench/linux/outer/outer.mk
include bench/linux/baseline/baseline.mk
include bench/predict/predict.mk
include tests/tests.mk

# RUN is what the kernel does after booting: demo (a prompt), test or bench. EXTRA has more words
# for the kernel's command line.
RUN   ?= demo
# CPUs of QEMU's machine.
CPUS  ?= 1
EXTRA ?=

setup:
	./run-bench.sh --setup-only

iso: $(BUILD)/palimpsest.iso

$(BUILD)/palimpsest.iso: $(START_KERNEL) $(START_MODULES) FORCE
	$(call say,ISO,$@)
	$(Q)kernel/boot/make-iso.sh $@ $< "run=$(RUN) $(EXTRA)" $(START_MODULES)

QEMU = qemu-system-x86_64 -m 512 -cpu max -smp $(CPUS) -nodefaults -no-user-config -display none -no-reboot \
	-device isa-debug-exit,iobase=0xf4,iosize=4 -kernel $(START_KERNEL) -append "run=$(RUN) $(EXTRA)" \
	-initrd "$$(printf '%s\n' $(START_MODULES) $(if $(filter level1,$(BOOT)),,$$(ls $(BUILD)/linux/linux.cpio 2>/dev/null)) | \
		sed 's|.*/\(.*\)\.elf|& \1|; s|.*/linux.cpio|& linux|' | paste -sd,)"

# Packs the static Linux programs of this machine. If busybox is one of them, its shell is the
# prompt of make qemu.
linux:
	@bench/linux/programs/archive.sh $(BUILD)/linux bench/linux/programs/init.sh
	@sed 's/^/not on this machine: static /' $(BUILD)/linux/missing

# If standard input is not a terminal, the session ends with the input (bench/console.sh). QEMU
# exits with 33 if the guest reports success and with 35 if it reports failure. With RUN=demo, 35 is
# no error: it means that the shell's last command failed.
qemu: $(START_KERNEL) $(START_MODULES) linux
	@echo "Console of the kernel; Ctrl-A X ends QEMU."
	@$(if $(filter demo,$(RUN)),bench/console.sh) $(QEMU) -serial mon:stdio || { status=$$?; [ $$status = 33 ] || [ "$(RUN) $$status" = "demo 35" ] || exit $$status; }

qemu-gdb: $(START_KERNEL) $(START_MODULES)
	@echo "QEMU waits. In another terminal:"
	@echo "    gdb $(K)/palimpsest.elf -ex 'target remote $(BUILD)/gdb.sock' -ex 'hbreak kernel_main' -ex continue"
	@$(QEMU) -serial mon:stdio -S -gdb chardev:gdb -chardev socket,id=gdb,path=$(BUILD)/gdb.sock,server=on,wait=off \
		|| [ $$? = 33 ]

bochs: $(BUILD)/palimpsest.iso bochs-library
	@bench/bochs/console.sh $(BUILD)

# Tests the parts of the cycle model, then compares its figures with published ones. PROFILE is one
# of bench/bochs/profiles. If KVM is usable, the figures are also measured under KVM. If KVM is not
# usable, ENGINE=kvm is an error.
PROFILE ?= skylake-client
ENGINE  ?= auto

validate-model: $(MODEL_TESTS)
	@for test in $(MODEL_TESTS); do $$test >/dev/null 2>&1 || { echo "$$test fails: run it" >&2; exit 1; }; done
	@env -u MAKEFLAGS -u MAKELEVEL bench/validate/validate.sh $(PROFILE) $(ENGINE)

# Replaces the committed results. Benchmarks that run Linux programs are left out, because these
# programs differ between machines. Modelled cycles are left out too, so the reference has only
# counts. Cycles are computed from counts and from the prices in a profile. Cycles would make the
# run longer and the file larger, and each corrected price would change the reference.
# To choose other options: make reference REFERENCE_RUN='--engine bochs --quick'.
REFERENCE     := results/reference
REFERENCE_RUN ?= --engine bochs --profile none --strategy heap,window,random,best

reference:
	rm -rf $(BUILD)/reference
	./run-bench.sh $(REFERENCE_RUN) --out $(BUILD)/reference
	mkdir -p $(REFERENCE)
	cp $(BUILD)/reference/environment.json $(REFERENCE)/
	awk 'NR == FNR { split($$0, field, "\t"); if (field[3] == "linux") linux[field[1]]; next } { split($$0, field, ",") } !(field[7] in linux)' \
		$(BUILD)/host/about.txt $(BUILD)/reference/summary.csv >$(REFERENCE)/summary.csv

# Repeats the reference run, with the same profile if it had one. Reports for each benchmark whether
# its numbers are the same and, if not, why.
reproduce:
	@rm -rf $(BUILD)/reproduce
	@mkdir -p $(BUILD)
	@run=$$(sed -n 's/^ *"run.command": "run-bench.sh \(.*\) --out [^ "]*",$$/\1/p' $(REFERENCE)/environment.json) && \
		profile=$$(sed -n 's/^ *"run.profile": "\(.*\)",$$/\1/p' $(REFERENCE)/environment.json) && \
		[ -n "$$run" ] || { echo "$(REFERENCE)/environment.json does not say how it was made; see make reference"; exit 2; }; \
		./run-bench.sh $$run --profile "$${profile:-none}" --out $(BUILD)/reproduce >$(BUILD)/reproduce.out || { tail -n 5 $(BUILD)/reproduce.out; exit 1; }
	@./run-bench.sh --reproduces $(REFERENCE) $(BUILD)/reproduce

# $(call sources,PATTERNS,TESTS-OF-FIND): with git, the files that match PATTERNS and that git
# tracks or would add. Without git, all files that pass the tests of find.
sources = $(wildcard $(shell $(CLEAN) git ls-files -co --exclude-standard $(1) 2>/dev/null || \
	find . -path ./build -prune -o -path ./results -prune -o -type f \( $(2) \) -printf '%P\n'))
SOURCES_C  = $(call sources,'*.c' '*.h',-name '*.c' -o -name '*.h')
SOURCES_SH = $(call sources,'*.sh' .ci/run,-name '*.sh' -o -path ./.ci/run)

format:
	@echo "clang-format over $(words $(SOURCES_C)) files"
	@clang-format -i $(SOURCES_C)

lint: $(BUILD)/strategies.h
	@echo "rules, clang-format, cppcheck and shellcheck over $(words $(SOURCES_C)) and $(words $(SOURCES_SH)) files"
	@tests/rules.sh
	@clang-format --dry-run -Werror $(SOURCES_C)
	@cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,portability --inline-suppr \
		--suppressions-list=tests/cppcheck.txt -D__x86_64__ -D__STDC_HOSTED__=0 -Ikernel -I. kernel bench/guest tests/kernel
	@cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,portability --inline-suppr \
		--suppressions-list=tests/cppcheck.txt -D__x86_64__ -I$(BUILD) -I. bench/host bench/bochs
	@shellcheck $(SOURCES_SH)

# Makes the figures and tables of the documents from a run. RESULTS is the run's folder.
RESULTS ?= results/latest

# Replaces the screen in README.md by the last screen of a run.
readme:
	@bench/readme.sh $(RESULTS)

figures: host
	@bench/figures.sh $(RESULTS)
	@bench/linux/baseline/tables.sh $(RESULTS)

clean:
	rm -rf $(BUILD)

help:
	@echo "make [STRATEGY=$(subst $() ,|,$(PRESETS))]  the kernel and the harness"
	@echo "make STACK=... LOADER=... ISOLATION=...  any combination of the axes; make list-strategies prints them"
	@echo "make all-strategies       a kernel for each combination"
	@echo "make KERNEL_CC=clang OPT=-Os  a kernel by gcc or clang, with -O2, -O3, -Os, -Og or -O0, in a folder of"
	@echo "                          its own; make test-compilers tests every combination by every compiler (an hour)"
	@echo "make qemu | qemu-gdb | bochs  boot to a prompt; a piped input ends the session when it ends"
	@echo "                          (RUN=test, RUN=bench EXTRA=samples=quick)"
	@echo "make BOOT=level1 qemu CPUS=8  start all CPUs as a BOOTBOOT loader of level 1 does (docs/first-environment.md)"
	@echo "make iso                  $(BUILD)/palimpsest.iso, for a real PC or any emulator"
	@echo "make setup                install the Debian packages that are needed"
	@echo "make test | lint | format  run all tests, about 20 minutes; check style; apply clang-format"
	@echo "make reproduce | reference  repeat the committed results and compare; replace them (minutes)"
	@echo "make figures [RESULTS=results/latest]  replace docs/figures.md and its figures by those of a run"
	@echo "make linux-baseline       count what Linux needs for the same programs (minutes)"
	@echo "make readme [RESULTS=results/latest]  replace the screen in README.md by that of a run"
	@echo "make validate-model       compare the cycle model with published figures, a minute or two"
	@echo "                          (PROFILE=..., ENGINE=kvm)"
	@echo "make predict [PROFILE=...]  compare programs' cycles on this host with the cycle model's (minutes)"
	@echo "                          (HALF=learn, KINDS=program)"
	@echo "make bench-model [PAIRS=5] [MEASURE=1]  measure how much counting and the cycle model slow Bochs down"
	@echo "                          (minutes; with MEASURE=1 also as a kernel without markers)"
	@echo "make lab | nested-walks   build the machines of engine kvm-emulated; count page walks with and without EPT"
	@echo "make stack-usage          the ten functions that use most of the kernel stack, and its size"
	@echo "                          (with BOOT=level1 OPT=-O0, first those that run on a level-1 loader's stacks)"
	@echo "make fuzz [FUZZ_SECONDS=3600]  fuzz the readers of ELF files and archives (needs clang);"
	@echo "                          fuzz-smoke replays the corpus"
	@echo "make fuzz-calls [CALLS=100000000] [SEED=1]  fuzz the system calls of running kernels, for hours"
	@echo "                          (BUILDS=..., ENGINE=bochs)"
	@echo "make mutants [MUTANTS=...]  plant faults and check that the tests catch them (6 minutes)"
	@echo "make test-moves [MOVES=100000]  move the entry window, fork and execute MOVES times (minutes)"
	@echo "make test-combinations [LIKE='*+bouncing*']  self-tests and Linux programs with every combination that"
	@echo "                          matches LIKE, on tcg and Bochs (half an hour)"
	@echo "make test-places [PLACES=10] [SEED=1]  boot the kernel at PLACES places in physical memory (a minute)"
	@echo "make link-sweep           boot kernels and stacks that fit and that do not, in the level-1 environment (minutes)"
	@echo "make test-machines        boot on the machines, memory sizes and processors of QEMU (minutes)"
	@echo "make test-cpus            start 1 to 255 CPUs on QEMU, 1 to 15 on Bochs, and test them (minutes)"
	@echo "make test-races [SCHEDULES=1000] [SEED=1]  look for races between CPUs under varied schedules (10 minutes)"
	@echo "make test-measure-linux   measure Linux by markers and without, and compare the counts (minutes)"
	@echo "make test-commands        run every command of README and this help in a fresh clone (an hour)"
	@echo "make clean                remove $(BUILD)/"

.PHONY: all linux clean setup iso qemu qemu-gdb bochs validate-model reference reproduce figures readme format lint help
