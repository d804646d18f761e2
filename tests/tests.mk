# Rules for the tests: unit tests on the host (cmocka), self-tests inside the kernel on tcg and
# bochs, tests of the instrumentation library on hand-counted code, other kernels to measure,
# end-to-end tests. See docs/testing.md.

-include tests/unit/unit.mk
include tests/fuzz/fuzz.mk
include tests/foreign/foreign.mk

HOST_TESTS := $(patsubst tests/host/%.c,$(BUILD)/tests/host/%,$(wildcard tests/host/*/test_*.c))

$(BUILD)/tests/host/%: tests/host/%.c $(filter-out %/main.o,$(HOST_OBJECTS))
	@mkdir -p $(@D)
	$(call say,TEST,$@)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -MMD -MP -MF $@.d -o $@ $< $(filter %.o,$^) -lcmocka $(HOST_LIBS)

-include $(HOST_TESTS:=.d)

MODEL_TESTS := $(patsubst tests/model/%.c,$(BUILD)/tests/model/%,$(wildcard tests/model/test_*.c))

$(BUILD)/tests/model/%: tests/model/%.c $(MODEL_OBJECTS) $(BUILD)/bench/bochs/symbols.o $(BUILD)/bench/bochs/rounding.o
	@mkdir -p $(@D)
	$(call say,TEST,$@)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -MMD -MP -MF $@.d -o $@ $< $(filter %.o,$^) -lcmocka

-include $(MODEL_TESTS:=.d)

$(BUILD)/tests/model/test_nested: $(BUILD)/bench/bochs/nested.o
$(BUILD)/tests/model/test_chains: $(BUILD)/bench/bochs/chains.o

# A boot loader that puts the kernel anywhere in memory. It is linked at an address that leaves the
# lowest 64 MiB free, because QEMU loads its modules after it.
$(BUILD)/tests/placer.elf32: tests/places/placer.asm
	@mkdir -p $(@D)
	$(call say,NASM,$@)
	$(Q)nasm -f elf32 -Wall -Werror -o $(@:.elf32=.o) $<
	$(Q)ld -m elf_i386 --build-id=none -z noexecstack -Ttext=0x4000000 -e placer -o $@ $(@:.elf32=.o)

MEASURE_TESTS := $(patsubst tests/measure/%.c,$(BUILD)/tests/measure/%,$(wildcard tests/measure/test_*.c))

$(BUILD)/tests/measure/%: tests/measure/%.c $(addprefix $(BUILD)/bench/bochs/measure/,calls.o paging.o plan.o)
	@mkdir -p $(@D)
	$(call say,TEST,$@)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -MMD -MP -MF $@.d -o $@ $< $(filter %.o,$^) -lcmocka

-include $(MEASURE_TESTS:=.d)

test-programs: $(BUILD)/tests/placer.elf32 test-level1-kernel host bochs-library programs linux all-strategies test-races-kernel $(HOST_TESTS) $(MODEL_TESTS) $(MEASURE_TESTS) $(UNIT_TESTS) $(BUILD)/tests/make-records $(FUZZ_REPLAYS) $(FUZZ_CALLS) foreign-kernels

# The kernel that tests/level1/ boots.
test-level1-kernel: programs linux all-strategies
	@$(MAKE) --no-print-directory kernel STRATEGY=heap BOOT=level1

# The kernel that tests/races.sh boots.
test-races-kernel: all-strategies
	@$(MAKE) --no-print-directory kernel STRATEGY=heap RACES=1

# Boots kernels of many sizes with many stacks, to see which kernels collide with the stacks. tcg
# has at most 255 CPUs.
link-sweep: $(BUILD)/level1.elf32 $(BUILD)/programs/constants.inc
	@tests/level1/sweep.sh 1,2,64,254,255 1,4,8

# Builds on all processors, unless the caller gives a number of jobs.
test:
	@$(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc)) test-programs
	@tests/run.sh $(UNIT_TESTS) $(FUZZ_REPLAYS) $(HOST_TESTS) $(MODEL_TESTS) $(MEASURE_TESTS)

# Boots the presets on many machines, memory sizes and CPU models, under TCG.
test-machines: programs
	@set -e; for s in $(PRESETS); do $(MAKE) --no-print-directory kernel STRATEGY=$$s; done
	@tests/machines.sh

# Starts 1 to 255 CPUs on tcg, 1 to 15 on Bochs, and runs the self-tests of CPUs on them.
test-cpus: programs bochs-library
	@set -e; for s in heap window best; do $(MAKE) --no-print-directory kernel STRATEGY=$$s; done
	@set -e; for b in $(foreach s,heap window best,$(call preset,$(s))); do tests/cpus.sh --time tcg $$b 1 2 4 8 15 32 64; done
	@tests/cpus.sh bochs $(call preset,heap) 1 2 4 8 15
	@tests/cpus.sh bochs $(call preset,window) 4

# Runs the stress of several CPUs under SCHEDULES schedules, from SEED on, on tcg and on Bochs.
SCHEDULES ?= 1000

test-races: programs bochs-library
	@set -e; for s in heap window; do $(MAKE) --no-print-directory kernel STRATEGY=$$s RACES=1; done
	@set -e; for e in tcg bochs; do tests/panics.sh $$e $(call preset,heap); done
	@tests/races.sh tcg $(call preset,heap) $(SCHEDULES) $(or $(SEED),1)
	@tests/races.sh bochs $(call preset,window) $(SCHEDULES) $(or $(SEED),1)

# Measures Debian's Linux by markers and without them, and compares the counts. It takes two minutes.
test-measure-linux: host bochs-library programs $(BUILD)/baseline/init.elf $(BUILD)/baseline/probe.elf
	@tests/foreign/linux.sh

# Moves the entry window, forks, and executes a program, each MOVES times. In a shortage of memory,
# also moves the window and forks MOVES / 10 times. No frame may be lost.
MOVES ?= 100000

test-moves: programs
	@$(MAKE) --no-print-directory kernel STACK=heap-sw LOADER=direct ISOLATION=bouncing
	@tests/kernel/run.sh tcg heap-sw+direct+bouncing LIMIT=10000 "WORDS=test=moves_* calls=$(MOVES)"

# Runs the self-tests and the Linux programs on both engines with every combination of the axes that
# matches LIKE.
LIKE ?= *+bouncing*

test-combinations: programs linux bochs-library
	@set -e; like=$(call quoted,$(LIKE)); for c in $(COMBINATIONS); do [[ $$c == $$like ]] || continue; \
		IFS=+ read -r s l i <<< "$$c"; $(MAKE) --no-print-directory kernel STACK=$$s LOADER=$$l ISOLATION=$$i; done
	@tests/combinations.sh $(call quoted,$(LIKE))

# Boots the kernel at PLACES places in physical memory that follow from SEED.
PLACES ?= 10

test-places: programs $(BUILD)/tests/placer.elf32
	@$(MAKE) --no-print-directory kernel
	@tests/places/run.sh $(PLACES) $(SEED) $(STACK)+$(LOADER)+$(ISOLATION)

# Builds every combination of the axes with every compiler at every level of optimization, and boots
# the builds.
test-compilers: programs bochs-library
	@tests/compilers.sh --all

# Plants faults in copies of this tree and checks that a test catches each (tests/mutants/run.sh).
# MUTANTS selects some by name.
MUTANTS ?=

mutants: $(if $(MUTANTS),,host bochs-library programs linux $(HOST_TESTS) $(MODEL_TESTS) $(MEASURE_TESTS) $(UNIT_TESTS) \
		$(BUILD)/tests/make-records $(FUZZ_CALLS))
	@set -e; $(if $(MUTANTS),,for s in $(PRESETS); do $(MAKE) --no-print-directory kernel STRATEGY=$$s; done)
	@tests/mutants/run.sh $(foreach name,$(MUTANTS),$(call quoted,$(name)))

# Runs every command that README.md and `make help` name, in a fresh clone. `make test` runs only
# the quick commands.
test-commands:
	@tests/commands.sh --all

.PHONY: test test-programs test-level1-kernel test-races-kernel link-sweep test-machines test-cpus test-races test-measure-linux test-moves test-combinations test-places test-compilers mutants test-commands
