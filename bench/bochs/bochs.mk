# The Bochs instrumentation library, an LD_PRELOAD object for a stock Bochs.

BOCHS_LIBRARY := $(BUILD)/bochs/palimpsest-bochs.so
MODEL_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard bench/bochs/model/*.c))
MEASURE_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard bench/bochs/measure/*.c))
BOCHS_LIBRARY_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard bench/bochs/*.c)) $(MODEL_OBJECTS) \
	$(MEASURE_OBJECTS)

# Every instruction of the guest runs code from several of these files, so calls between them are
# inlined at link time. -ffat-lto-objects keeps ordinary code in the objects too, because some tests
# link single objects. A cost is three words. If costs were copied or added as vectors, a load that
# reads two words at once would wait for the stores of both. -mgeneral-regs-only prevents this.
BOCHS_CFLAGS := $(HOST_CFLAGS) -O3 -flto=1 -flto-partition=one -ffat-lto-objects -fPIC -fvisibility=hidden -fno-semantic-interposition \
	-mgeneral-regs-only \
	-ffile-prefix-map=$(call quoted,$(CURDIR))=.

$(BUILD)/bench/bochs/%.o: bench/bochs/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(HOSTCC) $(BOCHS_CFLAGS) -frandom-seed=$< -MMD -MP -c -o $@ $<

$(BOCHS_LIBRARY): $(BOCHS_LIBRARY_OBJECTS)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(HOSTCC) $(BOCHS_CFLAGS) -frandom-seed=$(@F) -shared -o $@ $^ -ldl

# The option ROM that starts a kernel. The last byte makes the sum of all bytes 0 (modulo 256).
BOCHS_ROM := $(BUILD)/bochs/loader.rom

$(BOCHS_ROM): bench/bochs/rom.asm $(BUILD)/programs/constants.inc
	@mkdir -p $(@D)
	$(call say,NASM,$@)
	$(Q)nasm -f bin -I$(BUILD)/programs/ -o $@ $<
	$(Q)last=$$(od -An -v -tu1 $@ | awk '{ for (i = 1; i <= NF; i++) sum += $$i } END { printf "%o", (256 - sum % 256) % 256 }'); \
		printf "\\$$last" | dd of=$@ bs=1 seek=511 conv=notrunc status=none

bochs-library: $(BOCHS_LIBRARY) $(BOCHS_ROM)

# Measures how much the library slows Bochs down (speed.sh). Variables: PAIRS=number of rounds,
# PROFILE=name of a profile, MEASURE=1: also as a kernel without markers
bench-model: $(BOCHS_LIBRARY) $(K)/palimpsest.elf32 $(MODULES)
	@bench/bochs/speed.sh $(BUILD) $(K)/palimpsest.elf32 $(sort $(MODULES))

.PHONY: bochs-library bench-model

-include $(BOCHS_LIBRARY_OBJECTS:.o=.d)
