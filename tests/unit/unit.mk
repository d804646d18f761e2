# Rules for the unit tests on the host. UNIT_TESTS lists the test programs; each prints TAP.
#
# The kernel's sources are compiled for the host with sanitizers. tests/unit/include precedes
# kernel/ on the include path; its x86/instructions.h has no privileged instructions.

UNIT       := $(BUILD)/tests/unit
UNIT_NAMES := names layout archive archives multiboot deadlines rwlock frames paging paging_kernel address_space regions \
	regions_limits user_copy heap elf elf_plan fill fill_own format string records pmu steps interpreter options screen initrd
UNIT_TESTS := $(UNIT_NAMES:%=$(UNIT)/test_%)

UNIT_CFLAGS = $(HOST_CFLAGS) -Itests/unit/include -Ikernel -fPIC -fsanitize=address,undefined \
	-fno-sanitize-recover=all -fno-omit-frame-pointer

# The objects that each test program is linked with, besides its own.
UNIT_MEM           := support kernel/mem/frames kernel/mem/pcid kernel/mem/tlb kernel/lib/string kernel/lib/layout
UNIT_frames        := $(UNIT_MEM)
UNIT_paging        := $(UNIT_MEM) kernel/mem/paging kernel/isolation/isolation_shared image
UNIT_paging_kernel := $(UNIT_paging)
UNIT_address_space := $(UNIT_MEM) kernel/mem/paging kernel/vm/address_space kernel/isolation/isolation_shared kernel/mem/heap \
	kernel/isolation/user_shared kernel/isolation/user_copy.asm kernel/fs/node kernel/fs/node_data image
UNIT_names         := $(UNIT_MEM) kernel/mem/heap kernel/fs/node kernel/fs/node_data
UNIT_layout        := $(UNIT_MEM) kernel/boot/places kernel/mem/heap
UNIT_deadlines     := $(UNIT_MEM) kernel/lib/deadlines
UNIT_rwlock        := $(UNIT_MEM) kernel/sched/rwlock
UNIT_regions       := $(UNIT_address_space) kernel/sched/rwlock kernel/vm/regions kernel/vm/fault
UNIT_regions_limits := $(UNIT_regions)
UNIT_archive       := $(UNIT_MEM) kernel/mem/heap kernel/fs/node kernel/fs/node_data kernel/fs/cpio kernel/fs/archive \
	kernel/fs/file_kind
UNIT_archives      := $(UNIT_archive)
UNIT_multiboot     := $(UNIT_MEM) kernel/boot/multiboot kernel/lib/format
UNIT_options       := $(UNIT_MEM) kernel/boot/options kernel/lib/format
UNIT_initrd        := $(UNIT_MEM)
UNIT_screen        := $(UNIT_MEM) kernel/output/screen
UNIT_interpreter   := $(UNIT_MEM) kernel/process/interpreter
UNIT_user_copy     := $(UNIT_address_space) traps
UNIT_heap          := $(UNIT_MEM) kernel/mem/heap
UNIT_elf           := $(UNIT_MEM) kernel/loader/elf kernel/loader/elf_odd
UNIT_elf_plan      := $(UNIT_elf)
UNIT_fill          := $(UNIT_address_space) kernel/loader/loader_direct kernel/loader/at_once kernel/loader/no_window
UNIT_fill_own      := $(UNIT_address_space) kernel/loader/loader_self kernel/loader/no_window
UNIT_format        := $(UNIT_MEM) kernel/lib/format
UNIT_string        := $(UNIT_MEM)
UNIT_records       := $(UNIT_MEM) kernel/output/record kernel/lib/format bench/host/intake/record bench/host/intake/stream bench/host/base/text \
	traps

UNIT_pmu           := $(UNIT_MEM) kernel/cpu/pmu kernel/cpu/pmu_plan
UNIT_steps         := $(UNIT_MEM) bench/guest/steps

define unit_program
$(UNIT)/test_$(1): $(UNIT)/test_$(1).o $(UNIT_$(1):%=$(UNIT)/%.o)
	$$(call say,LD,$$@)
	$$(Q)$$(HOSTCC) $$(UNIT_CFLAGS) -Wl,-z,noexecstack -o $$@ $$^ -lcmocka -lz
endef
$(foreach name,$(UNIT_NAMES),$(eval $(call unit_program,$(name))))

$(UNIT)/%.o: tests/unit/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(HOSTCC) $(UNIT_CFLAGS) -MMD -MP -c -o $@ $<

$(UNIT)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(HOSTCC) $(UNIT_CFLAGS) $(UNIT_RENAME:%=-D%) -MMD -MP -c -o $@ $<

# The ELF checker reads unaligned fields, which x86 allows.
$(UNIT)/kernel/loader/elf.o $(UNIT)/kernel/loader/elf_odd.o: UNIT_CFLAGS += -fno-sanitize=alignment

# In these sources, executed basic blocks are counted (blocks_run of support.h).
UNIT_COUNTED := kernel/fs/cpio kernel/fs/node kernel/fs/archive
$(UNIT_COUNTED:%=$(UNIT)/%.o): UNIT_CFLAGS += -fsanitize-coverage=trace-pc

# Functions whose names also exist in the C library or the harness get the prefix kernel_.
$(UNIT)/kernel/lib/string.o: UNIT_RENAME := $(foreach name,memset memcpy memmove memcmp strlen strcmp strncmp,\
	$(name)=kernel_$(name))
$(UNIT)/kernel/output/record.o: UNIT_RENAME := record_number=kernel_record_number

$(UNIT)/%.asm.o: %.asm
	@mkdir -p $(@D)
	$(call say,NASM,$@)
	$(Q)nasm -f elf64 -g -F dwarf -Wall -Werror -o $@ $<

unit-tests: $(UNIT_TESTS)
	@status=0; for test in $^; do CMOCKA_MESSAGE_OUTPUT=TAP $$test || status=1; done; exit $$status

-include $(wildcard $(UNIT)/*.d $(UNIT)/*/*/*.d $(UNIT)/*/*/*/*.d)

.PHONY: unit-tests
