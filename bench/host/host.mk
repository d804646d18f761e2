# The harness. `make host` builds build/host/palimpsest-bench. Its tests link the same objects.

HOST_LIBS    := -lsqlite3 -lgsl -lgslcblas -lm -lz
# The rooms (folders of bench/host), lowest first. A room may include only its own headers and those
# of the rooms before it; tests/rules.sh checks this.
ROOMS        := base engine store intake launch probe calibrate evaluate answers terminal report compare session measure
HOST_SOURCES := $(wildcard bench/host/*.c bench/host/*/*.c)
HOST_OBJECTS := $(HOST_SOURCES:bench/host/%.c=$(BUILD)/host/%.o) $(BUILD)/bench/bochs/model/profile.o \
	$(BUILD)/bench/bochs/symbols.o \
	$(BUILD)/host/report/report_page.o

host: $(BUILD)/host/palimpsest-bench $(BUILD)/host/about.txt

$(BUILD)/host/palimpsest-bench: $(HOST_OBJECTS)
	$(call say,LD,$@)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -o $@ $(HOST_OBJECTS) $(HOST_LIBS)

$(BUILD)/host/%.o: bench/host/%.c | $(BUILD)/host
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -I$(BUILD)/host -MMD -MP -c -o $@ $<

# The database's schema, embedded in the program. It is an array of bytes because a portable string
# literal has at most 4095 bytes.
$(BUILD)/host/schema.h: bench/host/store/schema.sql bench/host/store/compilers.sql bench/host/store/views.sql | $(BUILD)/host
	$(Q)bytes() { od -An -v -tx1 | sed 's/ \(..\)/0x\1,/g'; }; \
		{ echo 'static const char SCHEMA_SQL[] = {'; cat $^ | bytes; echo '0 };'; \
		echo 'static const char TABLES_SQL[] = {'; cat $(filter-out %/views.sql,$^) | bytes; echo '0 };'; \
		for name in views compilers; do \
			echo "static const char TEMPORARY_$${name^^}_SQL[] = {"; \
			sed -E 's/^CREATE (VIEW|TABLE)/CREATE TEMP \1/; s/ REFERENCES compilers\(place\)//' bench/host/store/$$name.sql | bytes; echo '0 };'; \
		done; } > $@

$(BUILD)/host/store/store.o: $(BUILD)/host/schema.h

# C macros: the axes and presets, from kernel/axes.txt, and the compilers' levels of optimization,
# from kernel/kernel.mk. No other file lists these.
$(BUILD)/strategies.h: $(AXES) kernel/axes.awk kernel/kernel.mk | $(BUILD)/host
	$(Q){ awk -v show=header -f kernel/axes.awk $(AXES) && echo '#define COMPILER_DEFAULT "$(DEFAULT_COMPILER)"' && \
		echo '#define COMPILER_LEVELS $(OPTS:%="%",)' && echo '#define COMPILER_LEVELS_TEXT "$(OPTS)"'; } >$@

$(HOST_OBJECTS): | $(BUILD)/strategies.h

# The environment variables that bench/environment.sh unsets and exports, as C arrays.
$(BUILD)/host/inherited_names.h: bench/environment.sh | $(BUILD)/host
	$(Q){ echo 'static const char *const unset_names[] = {'; sed -n 's/^unset -v//p' $< | sed 's/ \([A-Z_]*\)/"\1",/g'; echo '};'; \
		echo 'static char exported[][16] = {'; sed -n 's/^export//p' $< | sed 's/ \([^ ]*\)/"\1",/g'; echo '};'; } > $@

$(BUILD)/host/base/inherited.o: $(BUILD)/host/inherited_names.h

# The templates of report.html and their style sheet, embedded in the program.
$(BUILD)/host/report/report_page.o: bench/host/report/report_page.S $(addprefix bench/host/report/,report.html measured.html report.css)
	@mkdir -p $(@D)
	$(call say,AS,$@)
	$(Q)$(HOSTCC) -c -o $@ $<

# Descriptions of the benchmarks, for --list. The folders are prerequisites too, because only their
# modification time shows that a source was removed.
$(BUILD)/host/about.txt: bench/guest/about.awk $(wildcard bench/guest bench/guest/*/. bench/guest/*.c bench/guest/*/*.c) | $(BUILD)/host
	$(Q)awk -f $< $(filter %.c,$^) > $@

# A program that writes a record stream in place of an engine, for the end-to-end tests.
$(BUILD)/tests/make-records: tests/e2e/make-records.c $(BUILD)/host/intake/record.o $(BUILD)/host/base/text.o
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -o $@ $^ -lz

$(BUILD)/host:
	$(Q)mkdir -p $@

-include $(HOST_OBJECTS:.o=.d)

.PHONY: host
