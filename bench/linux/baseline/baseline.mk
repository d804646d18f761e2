# Runs the benchmarks' programs on Linux in Bochs, and counts what Linux executes for them
# (docs/baselines.md).

BASELINE := $(BUILD)/baseline

linux-baseline: host $(BASELINE)/init.elf $(BASELINE)/probe.elf $(BASELINE)/real.elf programs bochs-library linux-programs
	@bench/linux/baseline/linux.sh $(BUILD) results/linux/summary.csv $(LINUX_OPTIONS)

$(BASELINE)/init.elf: bench/linux/baseline/init.c $(P)/start.o $(wildcard bench/programs/*.h)
	@mkdir -p $(@D)
	$(Q)gcc $(PROGRAM_CFLAGS) $(PROGRAM_LINK) -o $@ $(P)/start.o $<

# The measuring programs, compiled for Linux: linux.h replaces the system calls that only our kernel
# has.
$(BASELINE)/%.elf: bench/programs/%.c bench/linux/baseline/linux.h $(P)/start.o $(wildcard bench/programs/*.h)
	@mkdir -p $(@D)
	$(Q)gcc $(PROGRAM_CFLAGS) $(PROGRAM_LINK) -include bench/linux/baseline/linux.h -o $@ $(P)/start.o $<

.PHONY: linux-baseline
