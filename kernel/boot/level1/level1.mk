# The level-1 environment, and the initrd from which it loads a kernel that is built with BOOT=level1.

# What QEMU or GRUB starts, and the modules that go with it.
ifeq ($(BOOT),level1)
START_KERNEL  := $(BUILD)/level1.elf32
START_MODULES := $(K)/initrd.cpio
kernel: $(START_KERNEL) $(START_MODULES)
else
START_KERNEL  := $(K)/palimpsest.elf32
START_MODULES := $(sort $(MODULES))
endif

# The environment is the same for all kernels, so it is always built by gcc with -O2.
ENVIRONMENT   := $(BUILD)/level1/environment.asm.o $(BUILD)/level1/environment.o $(BUILD)/level1/string.o

$(BUILD)/level1/%.o: kernel/boot/level1/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)gcc $(KERNEL_CFLAGS:$(OPT)=-O2) -MMD -MP -c -o $@ $<

$(BUILD)/level1/%.o: kernel/lib/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)gcc $(KERNEL_CFLAGS:$(OPT)=-O2) -MMD -MP -c -o $@ $<

$(BUILD)/level1/environment.asm.o: kernel/boot/level1/environment.asm
	@mkdir -p $(@D)
	$(call say,NASM,$@)
	$(Q)nasm -f elf64 -g -F dwarf -Wall -Werror -o $@ $<

$(BUILD)/level1.elf32: $(ENVIRONMENT) kernel/boot/level1/environment.ld
	$(call say,LD,$@)
	$(Q)gcc -nostdlib -static -Wl,--build-id=none -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack -Wl,--no-warn-rwx-segments \
		-T kernel/boot/level1/environment.ld -o $(BUILD)/level1/environment.elf $(ENVIRONMENT)
	$(Q)objcopy -O elf32-i386 --strip-debug $(BUILD)/level1/environment.elf $@

# The Linux programs are in the initrd, too, if this machine has any.
$(K)/initrd.cpio: $(K)/palimpsest.elf $(MODULES) kernel/boot/level1/make-initrd.sh $(wildcard $(BUILD)/linux/linux.cpio) | linux
	$(call say,CPIO,$@)
	$(Q)kernel/boot/level1/make-initrd.sh $@ $(K)/palimpsest.elf $(sort $(MODULES)) $$(ls $(BUILD)/linux/linux.cpio 2>/dev/null)

-include $(BUILD)/level1/environment.d $(BUILD)/level1/string.d
