# Palimpsest. `make help` lists what can be made.
#
# One kernel is built per combination of the three axes, each in its own folder
# build/<stack>+<loader>+<isolation>/, so that all of them can coexist.

BUILD     := build
STRATEGY  ?= window
HOSTCC    ?= gcc
HOST_CFLAGS := -std=gnu17 -O2 -g -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror -I.

# `make V=1` shows the commands.
ifeq ($(V),1)
Q   :=
say :=
else
Q   := @
say  = @printf '  %-5s %s\n' $(1) $(2)
endif

SHELL := /bin/bash

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

all: kernel host

include kernel/kernel.mk
include bench/programs/programs.mk
include bench/bochs/bochs.mk
include bench/host/host.mk
include tests/tests.mk

clean:
	rm -rf $(BUILD)

.PHONY: all clean
