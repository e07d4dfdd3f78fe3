# bpgen -- `make` builds build/bpgen; `make demo` and `make check` do everything on a fresh machine.
CC      ?= gcc
CFLAGS  ?= -O2 -g
BUILD   ?= build
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion -Wmissing-prototypes -Wstrict-prototypes -Werror
ALL_CFLAGS := -std=c11 $(WARN) $(CFLAGS) -Isrc -I$(BUILD) -I.

SOURCES := $(sort $(wildcard src/*/*.c) $(filter-out src/main.c,$(wildcard src/*.c)))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/parser.o $(BUILD)/scanner.o $(BUILD)/runtime_text.o
EMITTERS := $(sort $(wildcard src/emit/emit_*.c))

all: $(BUILD)/bpgen

$(BUILD)/bpgen: $(BUILD)/src/main.o $(BUILD)/libbpgen.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lm

$(BUILD)/libbpgen.a: $(OBJECTS)
	rm -f $@ && ar rcs $@ $^

$(BUILD)/%.o: %.c | $(BUILD)/emitters.def $(BUILD)/parser.h
	@mkdir -p $(dir $@)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/%.o: $(BUILD)/%.c
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/parser.c $(BUILD)/parser.h &: grammar/parser.y
	@mkdir -p $(BUILD)
	bison -Wall -Werror --defines=$(BUILD)/parser.h -o $(BUILD)/parser.c $<

$(BUILD)/scanner.c: grammar/scanner.l $(BUILD)/parser.h
	flex -o $@ $<

# The output formats are found, not registered: src/emit/emit_NAME.c defines `const Emitter emit_NAME`.
$(BUILD)/emitters.def: $(EMITTERS)
	@mkdir -p $(BUILD)
	@for f in $(basename $(notdir $(EMITTERS))); do echo "EMITTER($$f)"; done > $@

-include $(wildcard $(BUILD)/*.d $(BUILD)/src/*.d $(BUILD)/src/*/*.d)

clean:
	rm -rf $(BUILD)

.PHONY: all clean
