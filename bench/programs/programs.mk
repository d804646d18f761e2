# User programs: static ELF files that the kernel gets as boot modules. They do not depend on STACK,
# LOADER or ISOLATION. Benchmarks start those of bench/programs; the self-tests also start those of
# tests/programs.
# `broken` is truncated on purpose: the kernel must refuse it.

P             := $(BUILD)/programs
PAYLOAD_PAGES := 4k:1 64k:16 1m:256 16m:4096
PAYLOADS      := $(foreach p,$(PAYLOAD_PAGES),$(P)/payload-$(firstword $(subst :, ,$(p))).elf)
SEGMENTS      := apart together too-many interp
UPPER         := first:0xffff800000000000 kernel:0xffffffff80100000
PROGRAMS_C    := $(patsubst %.c,%,$(notdir $(wildcard bench/programs/*.c tests/programs/*.c)))
MODULES       := $(PROGRAMS_C:%=$(P)/%.elf) $(P)/tag.elf $(P)/broken.elf $(PAYLOADS) $(SEGMENTS:%=$(P)/segments-%.elf) \
	$(foreach u,$(UPPER),$(P)/upper-$(firstword $(subst :, ,$(u))).elf)

PROGRAM_CFLAGS := -std=gnu17 -O2 -ffreestanding -fno-pic -fno-pie -static -nostdlib -mgeneral-regs-only -fcf-protection=none \
	-fno-stack-protector -fno-asynchronous-unwind-tables -Wall -Wextra -Wshadow -Werror -Ikernel -I.
PROGRAM_LINK   := -no-pie -Wl,--build-id=none -Wl,-z,max-page-size=4096 -Wl,-z,separate-code -Wl,-z,noexecstack \
	-Wl,-Ttext-segment=0x400000 -Wl,--fatal-warnings

programs: $(MODULES)

$(P)/%.o: bench/programs/%.asm
	@mkdir -p $(@D)
	$(Q)nasm -f elf64 -o $@ $<

$(P)/%.elf: bench/programs/%.c $(P)/start.o $(wildcard bench/programs/*.h)
	@mkdir -p $(@D)
	$(Q)gcc $(PROGRAM_CFLAGS) $(PROGRAM_LINK) -o $@ $(P)/start.o $<
	@strip $@

$(P)/%.elf: tests/programs/%.c $(P)/start.o $(wildcard bench/programs/*.h tests/programs/*.h)
	@mkdir -p $(@D)
	$(Q)gcc $(PROGRAM_CFLAGS) $(PROGRAM_LINK) -o $@ $(P)/start.o $<
	@strip $@

# tag.elf has its data at 0x400000, where the other programs have their code.
$(P)/tag.elf: $(P)/tag.o bench/programs/tag.ld
	$(Q)ld --build-id=none -z max-page-size=4096 -T bench/programs/tag.ld -o $@ $<

# Definitions for programs in assembly, with the values of constants in C headers.
$(P)/constants.inc: bench/protocol/constants.c bench/protocol/load.h bench/protocol/marks.h bench/protocol/ports.h bench/protocol/steps.h kernel/boot/level1/level1.h \
		kernel/sys/syscall.h kernel/sys/calls.def kernel/x86/layout.h
	@mkdir -p $(@D)
	$(Q)gcc $(PROGRAM_CFLAGS) -S -o - $< | sed -n 's/^[[:space:]]*\.ascii[[:space:]]*"->\([A-Za-z0-9_]*\) $$\(.*\)"$$/%define \1 \2/p' >$@

define payload_rule
$(P)/payload-$(1).o: bench/programs/payload.asm $(P)/constants.inc
	@mkdir -p $$(@D)
	$$(Q)nasm -f elf64 -DPAGES=$(2) -P $(P)/constants.inc -o $$@ $$<
$(P)/payload-$(1).elf: $(P)/payload-$(1).o
	$$(Q)ld --build-id=none -z max-page-size=4096 -T bench/programs/payload.ld -o $$@ $$<
	@strip $$@
endef
$(foreach p,$(PAYLOAD_PAGES),$(eval $(call payload_rule,$(firstword $(subst :, ,$(p))),$(lastword $(subst :, ,$(p))))))

# The program upper.elf, linked where the upper half begins and where the kernel's image is.
define upper_rule
$(P)/upper-$(1).elf: tests/programs/upper.c $(P)/start.o $(wildcard bench/programs/*.h tests/programs/*.h)
	@mkdir -p $$(@D)
	$$(Q)gcc $(PROGRAM_CFLAGS) -fPIE $(subst 0x400000,$(2),$(PROGRAM_LINK)) -o $$@ $(P)/start.o $$<
	@strip $$@
endef
$(foreach u,$(UPPER),$(eval $(call upper_rule,$(firstword $(subst :, ,$(u))),$(lastword $(subst :, ,$(u))))))

# Files with many segments (tests/programs/segments.asm).
$(P)/segments-apart.elf:    SHAPE := -DCOUNT=84 -DSIZE=24 -DGAP=0x3000
$(P)/segments-together.elf: SHAPE := -DCOUNT=24 -DSIZE=0x1080 -DGAP=0
$(P)/segments-too-many.elf: SHAPE := -DCOUNT=100 -DSIZE=24 -DGAP=0x3000
$(P)/segments-interp.elf:   SHAPE := -DCOUNT=5 -DSIZE=24 -DGAP=0x3000 -DINTERP

$(SEGMENTS:%=$(P)/segments-%.elf): tests/programs/segments.asm
	@mkdir -p $(@D)
	$(Q)nasm -f bin $(SHAPE) -o $@ $<
	@chmod +x $@

$(P)/broken.elf: $(P)/hello.elf
	$(Q)head -c 300 $< > $@

# The archive of Linux programs for the benchmarks *.real. A message lists the programs that this
# machine lacks. If there is no archive, these benchmarks are skipped.
REAL := $(BUILD)/real

linux-programs: $(REAL)/made

$(REAL)/made: $(REAL)/made-of bench/linux/programs/archive.sh bench/linux/programs/hello.c
	$(Q)bench/linux/programs/archive.sh $(REAL) 2>$(REAL)/log || { rm -f $(REAL)/linux.cpio; touch $(REAL)/missing; tail -n 3 $(REAL)/log >&2; }
	@sed 's/^/benchmarks *.real: not on this machine (.\/run-bench.sh --setup installs it): static /' $(REAL)/missing >&2
	$(Q)touch $@

# Lists the programs that this machine has, with their sizes and times of last change. Rewritten
# only if the list changes.
$(REAL)/made-of: FORCE
	@mkdir -p $(REAL)
	$(Q)now=$$(for program in busybox bash-static sash musl-gcc gcc cpio; do \
		stat -Lc '%n %s %Y' "$$(command -v $$program)" 2>/dev/null; done); \
		echo "$$now" | cmp -s - $@ || echo "$$now" >$@

.PHONY: programs linux-programs
.PRECIOUS: $(P)/%.o
