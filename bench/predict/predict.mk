# The prediction test: programs whose cycles on this host are compared with those of the cycle model
# (docs/model.md).

PREDICT := $(BUILD)/predict

# PROFILE: the profile of this host's processor. The default is emerald-rapids, which is right only
# if this host has that processor. HALF: learn, held-out or both. KINDS: program, kernel or both.
# WITHOUT: parts of the model to leave out (bench/bochs/model/parts.h), with commas between them. The
# host's samples are then those of the last run with the whole model.
HALF  ?= both
KINDS ?= both
PREDICT_PROFILE = $(if $(filter file,$(origin PROFILE)),emerald-rapids,$(PROFILE))

predict: host $(PREDICT)/predict.elf $(BASELINE)/init.elf $(K)/palimpsest.elf32 bochs-library
	@PREDICT_WITHOUT=$(WITHOUT) bench/predict/predict.sh $(BUILD) $(notdir $(K)) $(PREDICT_PROFILE) $(HALF) $(KINDS)

$(PREDICT)/predict.elf: $(wildcard bench/predict/*.c bench/predict/*.h) $(P)/start.o $(wildcard bench/programs/*.h)
	@mkdir -p $(@D)
	$(Q)gcc $(PROGRAM_CFLAGS) $(PROGRAM_LINK) -o $@ $(P)/start.o $(filter %.c,$^)

.PHONY: predict
