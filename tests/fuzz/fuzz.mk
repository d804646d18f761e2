# Rules for the fuzz targets, which test code that reads untrusted files. Each target is built twice
# from the same sources: by clang with libFuzzer (make fuzz), and by the host's compiler with
# replay.c, which runs the corpus (make fuzz-smoke and make test).

FUZZ         := $(BUILD)/tests/fuzz
FUZZ_TARGETS := elf cpio
FUZZ_REPLAYS := $(FUZZ_TARGETS:%=$(FUZZ)/fuzz_%)
FUZZ_CORPUS  := tests/fuzz/corpus
FUZZ_SECONDS ?= 3600
FUZZ_CC      ?= clang

FUZZ_KERNEL := $(addprefix kernel/,lib/layout mem/frames mem/heap fs/node fs/node_data)
FUZZ_elf    := $(FUZZ_KERNEL) tests/fuzz/reference_elf tests/unit/image kernel/loader/elf kernel/loader/elf_odd kernel/process/plan kernel/loader/loader_direct \
	kernel/loader/at_once kernel/loader/no_window kernel/mem/paging kernel/isolation/isolation_shared kernel/mem/pcid kernel/mem/tlb kernel/vm/address_space kernel/isolation/user_shared kernel/isolation/user_copy.asm
FUZZ_cpio   := $(FUZZ_KERNEL) tests/fuzz/reference_cpio kernel/fs/cpio kernel/fs/archive kernel/fs/file_kind

FUZZ_CFLAGS := $(HOST_CFLAGS) -Itests/unit/include -Ikernel -fPIC -fsanitize=address,undefined \
	-fno-sanitize-recover=all -fno-omit-frame-pointer

# The kernel's allocators get the prefix kernel_, because support.c defines wrappers with their
# names.
$(FUZZ)/%/kernel/mem/frames.o: FUZZ_RENAME := $(foreach name,frame_alloc frames_alloc frame_alloc_zeroed frame_free,$(name)=kernel_$(name))
$(FUZZ)/%/kernel/mem/heap.o: FUZZ_RENAME := $(foreach name,heap_alloc heap_free,$(name)=kernel_$(name))
# The ELF checker reads unaligned fields, which x86 allows.
$(FUZZ)/%/kernel/loader/elf.o $(FUZZ)/%/kernel/loader/elf_odd.o: FUZZ_CFLAGS += -fno-sanitize=alignment

$(FUZZ)/replay/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(HOSTCC) $(FUZZ_CFLAGS) $(FUZZ_RENAME:%=-D%) -MMD -MP -c -o $@ $<

# Only the fuzzed code is instrumented for coverage, which guides the fuzzer.
fuzz_coverage = $(if $(filter kernel/loader/% kernel/fs/%,$<),-fsanitize=fuzzer-no-link)

$(FUZZ)/clang/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CLANG,$@)
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) $(fuzz_coverage) $(FUZZ_RENAME:%=-D%) -MMD -MP -c -o $@ $<

$(FUZZ)/replay/%.asm.o $(FUZZ)/clang/%.asm.o: %.asm
	@mkdir -p $(@D)
	$(call say,NASM,$@)
	$(Q)nasm -f elf64 -g -F dwarf -Wall -Werror -o $@ $<

define fuzz_programs
$(FUZZ)/fuzz_$(1): tests/fuzz/replay.c $(patsubst %,$(FUZZ)/replay/%.o,tests/fuzz/$(1) tests/fuzz/support $(FUZZ_$(1)))
	$$(call say,LD,$$@)
	$$(Q)$$(HOSTCC) $$(FUZZ_CFLAGS) -DTARGET='"$(1)"' -DCORPUS='"$(FUZZ_CORPUS)/$(1)"' -Wl,-z,noexecstack -o $$@ $$^

$(FUZZ)/libfuzzer_$(1): $(patsubst %,$(FUZZ)/clang/%.o,tests/fuzz/$(1) tests/fuzz/mutate_$(1) tests/fuzz/support $(FUZZ_$(1)))
	$$(call say,LD,$$@)
	$$(Q)$$(FUZZ_CC) $$(FUZZ_CFLAGS) -fsanitize=fuzzer -Wl,-z,noexecstack -o $$@ $$^
endef
$(foreach name,$(FUZZ_TARGETS),$(eval $(call fuzz_programs,$(name))))

fuzz-smoke: $(FUZZ_REPLAYS)
	@status=0; for replay in $^; do $$replay || status=1; done; exit $$status

# Fuzzes all targets in parallel for FUZZ_SECONDS. Leaves new inputs in $(FUZZ)/new and failing
# inputs in $(FUZZ)/found.
fuzz: fuzz-clang programs
	@$(MAKE) --no-print-directory $(FUZZ_TARGETS:%=$(FUZZ)/libfuzzer_%)
	@tests/fuzz/run.sh $(FUZZ) $(FUZZ_SECONDS) $(FUZZ_TARGETS)

# Replaces the corpus with a minimal set of inputs. The set has the coverage of the old corpus and
# the new inputs together.
fuzz-merge: fuzz-clang
	@$(MAKE) --no-print-directory $(FUZZ_TARGETS:%=$(FUZZ)/libfuzzer_%)
	@tests/fuzz/merge.sh $(FUZZ) $(FUZZ_TARGETS)

fuzz-clang:
	@mkdir -p $(FUZZ)
	@echo 'int LLVMFuzzerTestOneInput(const char *b, long n); int LLVMFuzzerTestOneInput(const char *b, long n) { return !b && n; }' | \
		$(FUZZ_CC) -fsanitize=fuzzer,address -x c -o $(FUZZ)/probe - 2>$(FUZZ)/probe.log || { \
		echo "make fuzz needs clang with libFuzzer: apt-get install clang libclang-rt-14-dev" >&2; exit 2; }

# The program of the system-call fuzzer, which the kernel's mode run=fuzz starts.
FUZZ_CALLS := $(BUILD)/fuzz/fuzz-calls.elf

$(FUZZ_CALLS): $(wildcard tests/fuzz/calls/*.[ch]) tests/fuzz/calls/call.asm $(P)/start.o $(wildcard bench/programs/*.h)
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)nasm -f elf64 -o $(@D)/call.o tests/fuzz/calls/call.asm
	$(Q)gcc $(PROGRAM_CFLAGS) $(PROGRAM_LINK) -o $@ $(P)/start.o $(@D)/call.o $(filter %.c,$^)

CALLS  ?= 100000000
SEED   ?= 1
BUILDS ?= $(PRESETS)

fuzz-calls: FUZZ_BUILDS = $(foreach build,$(BUILDS),$(or $(call preset,$(build)),$(build)))
fuzz-calls: $(FUZZ_CALLS) programs bochs-library
	@set -e; for build in $(FUZZ_BUILDS); do \
		IFS=+ read -r s l i <<< "$$build"; $(MAKE) --no-print-directory kernel STACK=$$s LOADER=$$l ISOLATION=$$i; done
	@tests/fuzz/calls.sh $(CALLS) $(SEED) $(ENGINE:auto=tcg) $(FUZZ_BUILDS)

-include $(shell find $(FUZZ) -name '*.d' 2>/dev/null)

.PHONY: fuzz fuzz-smoke fuzz-merge fuzz-clang fuzz-calls
