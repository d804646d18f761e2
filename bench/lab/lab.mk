# The outer machines of engine kvm-emulated. `make lab` fetches two Debian packages once, without
# installing them, and builds build/lab/vmlinuz and build/lab/base.cpio.

LAB := $(BUILD)/lab

lab: $(LAB)/base.cpio

$(LAB)/base.cpio: $(LAB)/made-of $(LAB)/relay bench/lab/build.sh bench/lab/pack.sh bench/lab/init.sh
	$(call say,LAB,$@)
	$(Q)bench/lab/build.sh $(LAB) $(LAB)/relay

# Names the packages and this host's QEMU. It is rewritten only if they change.
$(LAB)/made-of: FORCE | $(LAB)
	$(Q)bench/lab/fetch.sh $(LAB)
	$(Q)now=$$(ls -1 $(LAB)/packages; dpkg-query -W qemu-system-x86 seabios 2>/dev/null; \
		stat -Lc '%s %n' "$$(command -v qemu-system-x86_64)"); \
		echo "$$now" | cmp -s - $@ || echo "$$now" >$@

$(LAB)/relay: bench/lab/relay.c | $(LAB)
	$(call say,CC,$@)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -static -s -o $@ $<

$(LAB):
	$(Q)mkdir -p $@

# Page-walk reads of a TLB refill with and without nested paging.
nested-walks:
	@bench/lab/nested-walks.sh $(STRATEGY)

.PHONY: lab nested-walks
