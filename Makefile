# Palimpsest. `make help` lists what can be made.
#
# One kernel is built per combination of the three axes, each in its own folder
# build/<stack>+<loader>+<isolation>/, so that all of them can coexist.

ifneq ($(words $(CURDIR)),1)
$(error the source tree lies at "$(CURDIR)"; make takes no path with a space in it: move it)
endif

BUILD     := build
STRATEGY  ?= window
HOSTCC    ?= gcc
HOST_CFLAGS := -std=gnu17 -O2 -g -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror -I.

# `make V=1` shows the commands.
ifeq ($(V),1)
Q   :=
say :=
else
Q   := @
# Silent under `make -s`.
say  = $(if $(findstring s,$(firstword -$(MAKEFLAGS))),@:,@printf '  %-5s %s\n' $(1) $(2))
endif

SHELL := /bin/bash

# The environment of what is run here, as bench/environment.sh has it for scripts.
UNSET := $(shell sed -n 's/^unset -v//p' bench/environment.sh)
unexport $(UNSET)
$(foreach set,$(shell sed -n 's/^export//p' bench/environment.sh),$(eval export $(set)))
# $(shell) has the user's environment all the same. A name that is in quotes: $(call quoted,name).
CLEAN  := env $(UNSET:%=-u %)
quoted  = '$(subst ','\'',$(1))'

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

all: kernel host

include kernel/kernel.mk
include bench/programs/programs.mk
include bench/bochs/bochs.mk
include bench/host/host.mk
include bench/lab/lab.mk
include bench/baseline/baseline.mk
include tests/tests.mk

# What the first program is: demo (a prompt), test, or bench; EXTRA are further words for the kernel.
RUN   ?= demo
EXTRA ?=

setup:
	./run-bench.sh --setup-only

iso: $(BUILD)/palimpsest.iso

$(BUILD)/palimpsest.iso: $(K)/palimpsest.elf32 $(MODULES) FORCE
	$(call say,ISO,$@)
	$(Q)kernel/boot/make-iso.sh $@ $< "run=$(RUN) $(EXTRA)" $(sort $(MODULES))

QEMU := qemu-system-x86_64 -m 512 -cpu max -nodefaults -no-user-config -display none -no-reboot \
	-device isa-debug-exit,iobase=0xf4,iosize=4 -kernel $(K)/palimpsest.elf32 -append "run=$(RUN) $(EXTRA)" \
	-initrd "$$(printf '%s\n' $(sort $(MODULES)) $$(ls $(BUILD)/linux/linux.cpio 2>/dev/null) | \
		sed 's|.*/\(.*\)\.elf|& \1|; s|.*/linux.cpio|& linux|' | paste -sd,)"

# Programs of Linux, as far as this machine has static ones: with busybox among them, the prompt of make qemu is its shell.
linux:
	@bench/linux/archive.sh $(BUILD)/linux bench/linux/init.sh
	@sed 's/^/not on this machine: static /' $(BUILD)/linux/missing

# Where standard input is no terminal, its end ends the session (bench/console.sh).
# A guest that says "all well" ends QEMU with 33, and one that does not with 35: a failure, unless it is a shell (RUN=demo) whose last
# command failed.
qemu: $(K)/palimpsest.elf32 $(MODULES) linux
	@echo "Console of the kernel; Ctrl-A X ends QEMU."
	@$(if $(filter demo,$(RUN)),bench/console.sh) $(QEMU) -serial mon:stdio || { status=$$?; [ $$status = 33 ] || [ "$(RUN) $$status" = "demo 35" ] || exit $$status; }

qemu-gdb: $(K)/palimpsest.elf32 $(MODULES)
	@echo "QEMU waits. In another terminal:"
	@echo "    gdb $(K)/palimpsest.elf -ex 'target remote $(BUILD)/gdb.sock' -ex 'hbreak kernel_main' -ex continue"
	@$(QEMU) -serial mon:stdio -S -gdb chardev:gdb -chardev socket,id=gdb,path=$(BUILD)/gdb.sock,server=on,wait=off \
		|| [ $$? = 33 ]

bochs: $(BUILD)/palimpsest.iso bochs-library
	@bench/bochs/console.sh $(BUILD)

# The cycle model: its parts by their tests, then its figures against published ones. PROFILE is one of
# bench/bochs/profiles; ENGINE=kvm asks for the same on KVM, side by side (by itself where KVM can be used).
PROFILE ?= skylake-client
ENGINE  ?= auto

validate-model: $(MODEL_TESTS)
	@for test in $(MODEL_TESTS); do $$test >/dev/null 2>&1 || { echo "$$test fails: run it" >&2; exit 1; }; done
	@env -u MAKEFLAGS -u MAKELEVEL bench/validate/validate.sh $(PROFILE) $(ENGINE)

# The numbers that the project vouches for (but those of Linux's programs, which each machine has its own of), and a run that repeats them. A run with other words: make reference
# REFERENCE_RUN='--engine bochs --quick'.
REFERENCE     := results/reference
REFERENCE_RUN ?= --engine bochs --strategy heap,window,random,best

reference:
	rm -rf $(BUILD)/reference
	./run-bench.sh $(REFERENCE_RUN) --out $(BUILD)/reference
	mkdir -p $(REFERENCE)
	cp $(BUILD)/reference/environment.json $(REFERENCE)/
	awk -F, '$$7 !~ /[.]real$$/' $(BUILD)/reference/summary.csv >$(REFERENCE)/summary.csv

# The run that the reference names, again; says for each benchmark whether the numbers are the same, and if not why.
reproduce:
	@rm -rf $(BUILD)/reproduce
	@mkdir -p $(BUILD)
	@run=$$(sed -n 's/^ *"run.command": "run-bench.sh \(.*\) --out [^ "]*",$$/\1/p' $(REFERENCE)/environment.json) && \
		[ -n "$$run" ] || { echo "$(REFERENCE)/environment.json does not say how it was made; see make reference"; exit 2; }; \
		./run-bench.sh $$run --out $(BUILD)/reproduce >$(BUILD)/reproduce.out || { tail -n 5 $(BUILD)/reproduce.out; exit 1; }
	@./run-bench.sh --reproduces $(REFERENCE) $(BUILD)/reproduce

# Those of git and those that are to become so; all where there is no git.
sources = $(wildcard $(shell $(CLEAN) git ls-files -co --exclude-standard $(1) 2>/dev/null || \
	find . -path ./build -prune -o -path ./results -prune -o -type f \( $(2) \) -printf '%P\n'))
SOURCES_C  = $(call sources,'*.c' '*.h',-name '*.c' -o -name '*.h')
SOURCES_SH = $(call sources,'*.sh' .ci/run,-name '*.sh' -o -path ./.ci/run)

format:
	@echo "clang-format over $(words $(SOURCES_C)) files"
	@clang-format -i $(SOURCES_C)

lint:
	@echo "clang-format, cppcheck and shellcheck over $(words $(SOURCES_C)) and $(words $(SOURCES_SH)) files"
	@clang-format --dry-run -Werror $(SOURCES_C)
	@cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,portability --inline-suppr \
		--suppressions-list=tests/cppcheck.txt -D__x86_64__ -D__STDC_HOSTED__=0 -Ikernel -I. kernel bench/guest tests/kernel
	@cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,portability --inline-suppr \
		--suppressions-list=tests/cppcheck.txt -D__x86_64__ -I. bench/host bench/bochs
	@shellcheck $(SOURCES_SH)

# The figures of the documentation, from a run: RESULTS=results/latest.
RESULTS ?= results/latest

figures: host
	@bench/figures.sh $(RESULTS)
	@bench/baseline/tables.sh $(RESULTS)

clean:
	rm -rf $(BUILD)

help:
	@echo "make [STRATEGY=heap|window|random|best]  the kernel and the harness"
	@echo "make STACK=... LOADER=... ISOLATION=...   any combination of the axes; make list-strategies shows them"
	@echo "make all-strategies                  a kernel for each of them"
	@echo "make qemu | qemu-gdb | bochs         boot to a prompt; the end of a piped input ends it (RUN=test, RUN=bench EXTRA=samples=quick)"
	@echo "make iso                             $(BUILD)/palimpsest.iso, for a real PC or any emulator"
	@echo "make bench-model [PAIRS=5]           what counting and the cycle model cost in Bochs, against stock Bochs (minutes)"
	@echo "make validate-model                  the cycle model against published figures, a minute or two (PROFILE=..., ENGINE=kvm)"
	@echo "make lab | nested-walks              the outer machines of engine kvm-emulated; page walks with and without EPT (minutes)"
	@echo "make setup                           install the Debian packages that are needed"
	@echo "make reproduce | reference           repeat the committed results and compare; make them anew (3 to 8 minutes)"
	@echo "make test | lint | format            tests, about 10 minutes; style and static checks; clang-format"
	@echo "make fuzz [FUZZ_SECONDS=3600]        fuzzes the readers of ELF files and archives (needs clang); fuzz-smoke replays the corpus"
	@echo "make fuzz-calls [CALLS=100000000] [SEED=1]   fuzzes the system calls of kernels that run (hours; BUILDS=..., ENGINE=bochs)"
	@echo "make test-machines                   boots on the machines, memory sizes and processors of QEMU (minutes)"
	@echo "make test-commands                   every command that README and this help name, in a fresh clone (an hour)"
	@echo "make stack-usage                     the ten functions that use most of the kernel stack, and its size"
	@echo "make figures [RESULTS=results/latest]   docs/figures.md and its figures, from a run"
	@echo "make linux-baseline                  what Linux spends on the same programs, counted: docs/baselines.md (minutes)"
	@echo "make clean                           remove $(BUILD)/"

.PHONY: all linux clean setup iso qemu qemu-gdb bochs validate-model reference reproduce figures format lint help
