# The outer machines of engine kvm-emulated. `make lab` fetches two Debian packages once, without
# installing them, and builds build/lab/vmlinuz and build/lab/base.cpio.

LAB := $(BUILD)/lab

lab: $(LAB)/base.cpio

$(LAB)/base.cpio: $(LAB)/made-of $(LAB)/relay bench/linux/outer/build.sh bench/linux/outer/pack.sh bench/linux/outer/init.sh
	$(call say,LAB,$@)
	$(Q)bench/linux/outer/build.sh $(LAB) $(LAB)/relay

# Lists the packages and this host's QEMU. Rewritten only if the list changes.
$(LAB)/made-of: FORCE | $(LAB)
	$(Q)bench/linux/outer/fetch.sh $(LAB)
	$(Q)now=$$(ls -1 $(LAB)/packages; dpkg-query -W qemu-system-x86 seabios 2>/dev/null; \
		stat -Lc '%s %n' "$$(command -v qemu-system-x86_64)"); \
		echo "$$now" | cmp -s - $@ || echo "$$now" >$@

$(LAB)/relay: bench/linux/outer/relay.c | $(LAB)
	$(call say,CC,$@)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -static -s -o $@ $<

$(LAB):
	$(Q)mkdir -p $@

# Counts the page-walk reads of a TLB refill with and without nested paging.
nested-walks:
	@bench/linux/outer/nested-walks.sh $(STRATEGY)

.PHONY: lab nested-walks
