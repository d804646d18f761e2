# The kernel: one build folder per combination of STACK, LOADER and ISOLATION, and per compiler.

# The file with the values of the axes and the presets. Some tests use another file.
AXES       := kernel/axes.txt
axes       = $(shell awk -v show=$(1) $(2) -f kernel/axes.awk $(AXES))
STACKS     := $(call axes,stack)
ifeq ($(STACKS),)
$(error $(AXES) cannot be used)
endif
LOADERS    := $(call axes,loader)
ISOLATIONS := $(call axes,isolation)
PRESETS    := $(call axes,preset)
PRESET_BUILDS := $(call axes,builds)
COMBINATIONS  := $(call axes,combinations)
# $(call preset,NAME): STACK+LOADER+ISOLATION of the preset NAME, or nothing if there is none.
preset     = $(patsubst $(1)=%,%,$(filter $(1)=%,$(join $(PRESETS:%=%=),$(PRESET_BUILDS))))

ifeq ($(call preset,$(STRATEGY)),)
$(error unknown STRATEGY "$(STRATEGY)": one of $(PRESETS))
endif
chosen     := $(subst +, ,$(call preset,$(STRATEGY)))
STACK     ?= $(word 1,$(chosen))
LOADER    ?= $(word 2,$(chosen))
ISOLATION ?= $(word 3,$(chosen))
excluded  := $(call axes,reason,-v build=$(call quoted,$(STACK)+$(LOADER)+$(ISOLATION)))
ifneq ($(excluded),)
$(error $(STACK)+$(LOADER)+$(ISOLATION): $(excluded))
endif
ifeq ($(filter $(STACK),$(STACKS)),)
$(error unknown STACK "$(STACK)": one of $(STACKS))
endif
ifeq ($(filter $(LOADER),$(LOADERS)),)
$(error unknown LOADER "$(LOADER)": one of $(LOADERS))
endif
ifeq ($(filter $(ISOLATION),$(ISOLATIONS)),)
$(error unknown ISOLATION "$(ISOLATION)": one of $(ISOLATIONS))
endif

# The compiler of the kernel and its level of optimization. User programs and the harness are not
# affected. A build with another compiler or level has a folder of its own, with both in its name.
DEFAULT_COMPILER := gcc-O2
OPTS      := -O2 -O3 -Os -Og -O0
KERNEL_CC ?= gcc
OPT       ?= -O2
ifneq ($(words $(OPT)) $(filter $(OPT),$(OPTS)),1 $(OPT))
$(error unknown OPT "$(OPT)": one of $(OPTS))
endif
ifneq ($(KERNEL_CC),gcc)
why_no_cc := $(shell cc=$(call quoted,$(KERNEL_CC)); case $$cc in \
	(''|*[!a-z0-9_.-]*) echo "it must be the name of one program, such as gcc, clang or clang-16" ;; \
	(*) command -v "$$cc" >/dev/null || echo "there is no such program; on Debian: apt-get install $$cc" ;; esac)
ifneq ($(why_no_cc),)
$(error KERNEL_CC "$(KERNEL_CC)": $(why_no_cc))
endif
endif

# What starts the kernel: a Multiboot loader, or the level-1 environment (boot/level1/).
BOOTS     := multiboot level1
BOOT      ?= multiboot
ifneq ($(words $(BOOT)) $(filter $(BOOT),$(BOOTS)),1 $(BOOT))
$(error unknown BOOT "$(BOOT)": one of $(BOOTS))
endif
BOOT_multiboot := kernel/boot/entry.asm kernel/boot/boot_multiboot.c kernel/kernel.ld
BOOT_level1    := kernel/boot/level1/entry.asm kernel/boot/level1/takeover.c kernel/boot/level1/kernel.ld
comma          := ,
BOOT_FILES     := $(BOOT_$(BOOT))

# RACES=1 makes a kernel that varies the schedule of its CPUs (kernel/lib/schedule.h), and that has
# the tests in tests/kernel/races/. It has folders of its own.
RACES     ?=
races     := $(if $(RACES),@races)

COMPILER  := $(filter-out @$(DEFAULT_COMPILER),@$(KERNEL_CC)$(OPT))
K         := $(BUILD)/$(STACK)+$(LOADER)+$(ISOLATION)$(COMPILER)$(races)$(addprefix @,$(filter-out multiboot,$(BOOT)))
# The folder of objects of C files. Builds that differ only in STACK and LOADER share it, because
# their C files are compiled with the same options. The exception is config.c, which is compiled
# with the names of STACK and LOADER: its object is in $(K).
O         := $(BUILD)/objects/$(ISOLATION)$(COMPILER)$(races)
# The revision of this tree in git, or `unknown` if the tree is not the top of a git repository.
REVISION  := $(shell [ -z "$$($(CLEAN) git rev-parse --show-cdup 2>&1)" ] && $(CLEAN) git describe --always --dirty 2>/dev/null || \
	echo unknown)

# What kernel/axes.txt lists for ISOLATION: source files, and options of the C compiler.
ISOLATION_FILES := $(call axes,files,-v name=$(ISOLATION))
ISOLATION_STEM  := $(firstword $(ISOLATION_FILES))

KERNEL_CFLAGS := -std=gnu17 $(OPT) -g -ffreestanding -fno-pic -fno-pie -mcmodel=kernel -mno-red-zone \
	-mgeneral-regs-only -fcf-protection=none -fno-stack-protector -fno-asynchronous-unwind-tables \
	-fno-strict-aliasing -fstack-usage -ffile-prefix-map=$(call quoted,$(CURDIR))/= \
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef -Werror \
	-Ikernel -I. -DISOLATION_HEADER='"$(ISOLATION_STEM).h"' \
	$(filter -D%,$(ISOLATION_FILES)) $(if $(RACES),-DVARY_SCHEDULE)

ENTRY_MACROS   := kernel/$(ISOLATION_STEM).inc kernel/stack/kstack_$(subst -,_,$(STACK)).inc

AXIS_SOURCES   := $(foreach value,$(STACK) $(LOADER),$(call axes,files,-v name=$(value))) $(filter-out -D%,$(ISOLATION_FILES))
# The rooms of the kernel, lowest first. A room may include only its own headers and those of rooms
# before it (tests/rules.sh).
TOWER          := lib x86 output cpu mem stack isolation sched vm loader fs process sys boot
ROOMS          := $(filter-out stack isolation loader,$(TOWER))
# Files are linked in the order of their names, not their paths, so that moving a file to another
# room does not move code in the image.
by_name        = $(foreach f,$(sort $(foreach f,$(1),$(notdir $(f)):$(f))),$(lastword $(subst :, ,$(f))))
KERNEL_C       := $(call by_name,$(filter-out kernel/boot/constants.c $(BOOT_multiboot),$(wildcard $(ROOMS:%=kernel/%/*.c))) \
	$(filter %.c,$(BOOT_FILES)) kernel/loader/elf.c kernel/loader/elf_odd.c $(patsubst %,kernel/%.c,$(filter-out %.asm,$(AXIS_SOURCES)))) \
	$(call by_name,$(wildcard bench/guest/*.c bench/guest/*/*.c)) $(call by_name,$(wildcard tests/kernel/*.c)) \
	$(if $(RACES),$(call by_name,$(wildcard tests/kernel/races/*.c)))
KERNEL_ASM     := $(call by_name,$(filter-out $(BOOT_multiboot),$(wildcard $(ROOMS:%=kernel/%/*.asm))) \
	$(filter %.asm,$(BOOT_FILES)) $(patsubst %,kernel/%,$(filter %.asm,$(AXIS_SOURCES)))) \
	$(call by_name,$(wildcard bench/guest/*.asm bench/guest/*/*.asm)) $(call by_name,$(wildcard tests/kernel/*.asm))
CONFIG         := kernel/lib/config
KERNEL_OBJECTS := $(patsubst $(O)/$(CONFIG).o,$(K)/$(CONFIG).o,$(KERNEL_C:%.c=$(O)/%.o)) $(KERNEL_ASM:%.asm=$(K)/%.asm.o)

kernel: $(K)/palimpsest.elf32

$(K)/constants.inc: kernel/boot/constants.c
	@mkdir -p $(@D)
	$(Q)$(KERNEL_CC) $(filter-out -fstack-usage,$(KERNEL_CFLAGS)) -MMD -MF $(K)/constants.d -MT $@ -S -o $(K)/constants.s $<
	$(Q)sed -n 's/^[[:space:]]*\.ascii[[:space:]]*"->\([A-Z0-9_]*\) $$\(.*\)"$$/%define \1 \2/p' $(K)/constants.s > $@

# Written only if the revision has changed, so that unchanged builds are not linked again. If the
# checkout belongs to another user, git reports no revision. In that case, a file that exists and is
# not writable is kept.
$(K)/revision: FORCE
	@mkdir -p $(@D)
	@echo '$(REVISION)' | cmp -s - $@ || { [ '$(REVISION)' = unknown ] && [ -e $@ ] && [ ! -w $@ ]; } || echo '$(REVISION)' > $@

$(K)/$(CONFIG).o: KERNEL_CFLAGS += -DCONFIG_STACK='"$(STACK)"' -DCONFIG_LOADER='"$(LOADER)"' \
	-DCONFIG_ISOLATION='"$(ISOLATION)"' -DCONFIG_REVISION='"$(REVISION)"' \
	-DCONFIG_OPT='"$(filter-out -O2,$(OPT))"'
$(K)/$(CONFIG).o: $(K)/revision

# Compiles a C file of the kernel. The compiler writes files with temporary names. Then these files
# are renamed, the object last, because another make may be building another kernel from the same
# objects. (clang writes no .su file for a source without functions.)
define compile_kernel
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)new=$(@:.o=).new-$$$$; trap 'rm -f "$$new".*' EXIT; \
	$(KERNEL_CC) $(KERNEL_CFLAGS) -MMD -MP -MF "$$new.d" -MT $@ -c -o "$$new.o" $< && \
	for e in su d o; do [ ! -e "$$new.$$e" ] || mv "$$new.$$e" $(@:.o=).$$e || exit; done
endef

$(O)/%.o: %.c
	$(compile_kernel)

$(K)/%.o: %.c
	$(compile_kernel)

$(K)/%.asm.o: %.asm $(K)/constants.inc $(ENTRY_MACROS) kernel/x86/registers.inc kernel/cpu/entry.inc
	@mkdir -p $(@D)
	$(call say,NASM,$@)
	$(Q)nasm -f elf64 -g -F dwarf -Ikernel/ -I$(K)/ $(ENTRY_MACROS:%=-P %) -Wall -Werror -o $@ $<

$(K)/palimpsest.elf: $(KERNEL_OBJECTS) $(filter %.ld,$(BOOT_FILES))
	$(call say,LD,$@)
	$(Q)$(KERNEL_CC) -nostdlib -static -Wl,--build-id=none -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack -Wl,--fatal-warnings \
		$(if $(filter level1,$(BOOT)),-Wl$(comma)--no-warn-rwx-segments) -T $(filter %.ld,$(BOOT_FILES)) -o $@ $(KERNEL_OBJECTS)

# Makes the image as ELF32, for QEMU's -kernel. Also makes code.sha256, a hash of the image without
# the name of the revision. The harness uses the hash to recognize results of the same code.
$(K)/palimpsest.elf32: $(K)/palimpsest.elf
	$(Q)objcopy -O elf32-i386 --strip-debug --remove-section=.revision $< $@
	$(Q)sha256sum $@ | cut -c 1-64 > $(K)/code.sha256
	$(Q)objcopy -O elf32-i386 --strip-debug $< $@

# $(call most_stack,OBJECTS): prints the ten functions of these objects that use the most stack, as
# -fstack-usage reports.
most_stack = find $(patsubst %.o,%.su,$(filter-out %.asm.o,$(1))) -exec cat {} + 2>/dev/null | sort -t '	' -k2 -rn | head -10 | \
	sed -E 's/:([0-9]+):([0-9]+:)?/:\1  /' | awk -F '\t' '{ printf "%6d bytes  %s\n", $$2, $$1 }'

# With BOOT=level1 the output begins with the functions that run on the stacks of 1 KiB.
stack-usage: $(K)/palimpsest.elf
	@$(if $(filter level1,$(BOOT)),awk '$$2 == "LEVEL1_STACK_SIZE" { \
		print "of the " $$3 " bytes of a stack that a level-1 loader gives:" }' kernel/boot/level1/level1.h; \
		$(call most_stack,$(filter %/boot/level1/takeover.o %/lib/string.o,$(KERNEL_OBJECTS))))
	@awk '$$2 == "KSTACK_SIZE" { gsub(/[(]/, ""); print "of the " $$3 * 1024 " bytes of a kernel stack:" }' kernel/x86/layout.h
	@$(call most_stack,$(KERNEL_OBJECTS))

# Prints the object files of the kernel.
list-objects:
	@printf '%s\n' $(KERNEL_OBJECTS)

list-strategies:
	@printf '%s\n' $(COMBINATIONS)

# Prints NAME=STACK+LOADER+ISOLATION of each preset.
list-presets:
	@printf '%s\n' $(join $(PRESETS:%=%=),$(PRESET_BUILDS))

all-strategies:
	@set -e; for c in $(COMBINATIONS); do \
		IFS=+ read -r s l i <<< "$$c"; $(MAKE) --no-print-directory kernel STACK=$$s LOADER=$$l ISOLATION=$$i; done

FORCE:
.PHONY: kernel stack-usage list-objects list-strategies list-presets all-strategies FORCE
-include $(K)/constants.d $(patsubst %.o,%.d,$(filter-out %.asm.o,$(KERNEL_OBJECTS)))
