# The kernels on which `run-bench.sh measure` is tested (foreign.h). Each is an ELF file with
# symbols, which a Multiboot loader can start: k64 for 64 bits, k32 and k32-pae for 32 bits. Files
# NAME-ENDING.elf differ in what the kernel does at its end (main.c).

F               := $(BUILD)/tests/foreign
FOREIGN_KERNELS := k64 k32 k32-pae
FOREIGN_ENDINGS := reboot:1 triple-fault:2 hang:3 shell:4 many:5
FOREIGN_C       := main console tables
FOREIGN_ASM     := boot entry regions user
FOREIGN_IMAGES  := $(foreach k,$(FOREIGN_KERNELS),$(F)/$(k).elf $(foreach e,$(FOREIGN_ENDINGS),$(F)/$(k)-$(firstword $(subst :, ,$(e))).elf))

FOREIGN_CFLAGS  := -std=gnu17 -O2 -g -ffreestanding -fno-pic -fno-pie -nostdlib -mgeneral-regs-only -fcf-protection=none \
	-fno-stack-protector -fno-asynchronous-unwind-tables -fno-strict-aliasing -Wall -Wextra -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Werror -I. -ffile-prefix-map=$(call quoted,$(CURDIR))/=

$(F)/k64/%:     FOREIGN_WIDTH := -mcmodel=kernel -mno-red-zone
$(F)/k64/%:     FOREIGN_NASM  := -f elf64 -DWIDTH=64
$(F)/k32/%:     FOREIGN_WIDTH := -m32 -mregparm=3
$(F)/k32/%:     FOREIGN_NASM  := -f elf32 -DWIDTH=32
$(F)/k32-pae/%: FOREIGN_WIDTH := -m32 -mregparm=3 -DPAE
$(F)/k32-pae/%: FOREIGN_NASM  := -f elf32 -DWIDTH=32 -DPAE
FOREIGN_LINK_k64     := -m elf_x86_64 --defsym VMA=0xffffffff80000000
FOREIGN_LINK_k32     := -m elf_i386 --defsym VMA=0xc0000000
FOREIGN_LINK_k32-pae := $(FOREIGN_LINK_k32)

# $(call foreign_link,KERNEL,FILE,ENDING)
define foreign_link
$(F)/$(2).elf: $(FOREIGN_C:%=$(F)/$(1)/%.o) $(FOREIGN_ASM:%=$(F)/$(1)/%.asm.o) tests/foreign/foreign.ld
	$$(call say,LD,$$@)
	$$(Q)ld $(FOREIGN_LINK_$(1)) --defsym ending=$(3) --build-id=none -z max-page-size=4096 -z noexecstack --no-warn-rwx-segments \
		-T tests/foreign/foreign.ld -o $$@ $$(filter %.o,$$^)
endef

# $(call foreign_kernel,KERNEL)
define foreign_kernel
$(F)/$(1)/%.o: tests/foreign/%.c
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)gcc $$(FOREIGN_CFLAGS) $$(FOREIGN_WIDTH) -MMD -MP -c -o $$@ $$<
$(F)/$(1)/%.asm.o: tests/foreign/%.asm tests/foreign/width.inc
	@mkdir -p $$(@D)
	$$(call say,NASM,$$@)
	$$(Q)nasm $$(FOREIGN_NASM) -g -F dwarf -Itests/foreign/ -Wall -Werror -o $$@ $$<
$(call foreign_link,$(1),$(1),0)
$(foreach e,$(FOREIGN_ENDINGS),$(eval $(call foreign_link,$(1),$(1)-$(firstword $(subst :, ,$(e))),$(lastword $(subst :, ,$(e))))))
endef
$(foreach k,$(FOREIGN_KERNELS),$(eval $(call foreign_kernel,$(k))))

# A disk from which k32 boots, without symbols.
$(F)/k32-disk.img: tests/foreign/disk.asm $(F)/k32.elf
	$(call say,NASM,$@)
	$(Q)objcopy --strip-debug $(F)/k32.elf $(F)/k32-disk.elf
	$(Q)nasm -f bin -DKERNEL=$(call quoted,"$(F)/k32-disk.elf") -Wall -Werror -o $@ $<

# For a Bochs without the instrumentation library.
$(F)/clock.so: bench/bochs/clock.c
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -fPIC -shared -o $@ $<

foreign-kernels: $(FOREIGN_IMAGES) $(F)/k32-disk.img $(F)/clock.so

.PHONY: foreign-kernels
-include $(foreach k,$(FOREIGN_KERNELS),$(FOREIGN_C:%=$(F)/$(k)/%.d))
