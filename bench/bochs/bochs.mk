# The Bochs instrumentation library, an LD_PRELOAD object for a stock Bochs.

BOCHS_LIBRARY := $(BUILD)/bochs/palimpsest-bochs.so
MODEL_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard bench/bochs/model/*.c))
BOCHS_LIBRARY_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard bench/bochs/*.c)) $(MODEL_OBJECTS)

$(BUILD)/bench/bochs/%.o: bench/bochs/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -ffile-prefix-map=$(CURDIR)=. -fPIC -fvisibility=hidden -MMD -MP -c -o $@ $<

$(BOCHS_LIBRARY): $(BOCHS_LIBRARY_OBJECTS)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(HOSTCC) -shared -o $@ $^ -ldl

bochs-library: $(BOCHS_LIBRARY)

.PHONY: bochs-library

-include $(BOCHS_LIBRARY_OBJECTS:.o=.d)
