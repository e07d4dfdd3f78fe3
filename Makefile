# bpgen -- `make demo` and `make check` do everything on a fresh machine; `make` alone builds build/bpgen.
ifeq ($(origin CC),default)
CC := gcc
endif
CFLAGS  ?= -O2 -g
BUILD   ?= build
PREFIX  ?= /usr/local
VERSION := $(shell sed -n 's/^.define BPGEN_VERSION "\(.*\)"/\1/p' src/unit.h)
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion -Wmissing-prototypes -Wstrict-prototypes -Werror
ALL_CFLAGS := -std=c11 $(WARN) $(CFLAGS) -Isrc -I$(BUILD) -I.

SOURCES  := $(sort $(filter-out src/main.c,$(wildcard src/*/*.c src/*.c)))
OBJECTS  := $(SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/parser.o $(BUILD)/scanner.o $(BUILD)/runtime_text.o
EMITTERS := $(sort $(wildcard src/emit/emit_*.c))
FUZZ     := $(addprefix $(BUILD)/tests/fuzz/,input.o target.o)
SUPPORT  := $(sort $(wildcard tests/support/*.c))
TESTS    := $(sort $(filter-out tests/support/% tests/fuzz/% tests/emitted/% tests/failure/%,$(wildcard tests/*/*.c)))

all: $(BUILD)/bpgen

# ---- building --------------------------------------------------------------------------------------------

$(BUILD)/bpgen: $(BUILD)/src/main.o $(BUILD)/libbpgen.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lm

$(BUILD)/libbpgen.a: $(OBJECTS)
	@rm -f $@
	ar qcs $@ $^

$(BUILD)/%.o: %.c | $(BUILD)/emitters.def $(BUILD)/parser.h
	@mkdir -p $(dir $@)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/%.o: $(BUILD)/%.c
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/parser.c $(BUILD)/parser.h &: grammar/parser.y
	@mkdir -p $(BUILD)
	@command -v bison >/dev/null || { echo "bison is missing: run 'make setup', or install the package bison"; exit 1; }
	bison -Wall -Werror --defines=$(BUILD)/parser.h -o $(BUILD)/parser.c $<

$(BUILD)/scanner.c: grammar/scanner.l $(BUILD)/parser.h
	@command -v flex >/dev/null || { echo "flex is missing: run 'make setup', or install the package flex"; exit 1; }
	flex -o $@ $<

$(BUILD)/runtime_text.c: runtime/bpgen_runtime.h runtime/embed.sh $(wildcard runtime/*.sed runtime/*.awk)
	@mkdir -p $(BUILD)
	sh runtime/embed.sh text $< > $@.new && mv $@.new $@

$(BUILD)/bpgen_runtime.h: runtime/bpgen_runtime.h runtime/embed.sh $(wildcard runtime/*.sed runtime/*.awk)
	@mkdir -p $(BUILD)
	sh runtime/embed.sh header $< > $@.new && mv $@.new $@

# The output formats are found, not registered: src/emit/emit_NAME.c defines `const Emitter emit_NAME`.
$(BUILD)/emitters.def: $(EMITTERS)
	@mkdir -p $(BUILD)
	@for f in $(basename $(notdir $(EMITTERS))); do echo "EMITTER($$f)"; done > $@

-include $(wildcard $(BUILD)/*.d $(BUILD)/src/*.d $(BUILD)/src/*/*.d $(BUILD)/tests/*/*.d)

# ---- the two commands for a fresh machine ----------------------------------------------------------------

# As many compilers at once as there are processors, but where the user said how many.
SIDE_BY_SIDE = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

demo:
	@sh tests/setup.sh build
	@$(MAKE) $(SIDE_BY_SIDE) --no-print-directory all
	@sh examples/demo.sh $(BUILD)

check:
	@sh tests/setup.sh tests
	@$(MAKE) $(SIDE_BY_SIDE) --no-print-directory all tests $(BUILD)/bpgen_runtime.h
	@sh tests/run.sh $(BUILD)

setup:
	@sh tests/setup.sh tests

# Static analysis of src/ and of the emitted C of the examples.
lint:
	@sh tests/setup.sh lint
	@$(MAKE) --no-print-directory all
	@sh tests/lint.sh $(BUILD)
.PHONY: lint

# ---- tests, benchmarks -----------------------------------------------------------------------------------

tests: $(TESTS:%.c=$(BUILD)/%) $(BUILD)/tests/fuzz/replay $(BUILD)/tests/fuzz/emit

# What several tests share: the oracle, the generator of models.
$(BUILD)/libsupport.a: $(SUPPORT:%.c=$(BUILD)/%.o)
	@rm -f $@
	ar qcs $@ $^

$(BUILD)/tests/%: tests/%.c $(BUILD)/libsupport.a $(BUILD)/libbpgen.a
	@mkdir -p $(dir $@)
	$(CC) $(ALL_CFLAGS) -MMD -MP -MF $@.d -o $@ $< $(BUILD)/libsupport.a $(BUILD)/libbpgen.a -lmpfr -lgmp -lquadmath -lm

$(BUILD)/tests/numeric/runtime_ulp: $(BUILD)/bpgen_runtime.h

# ---- fuzzing: everything with clang's sanitizers in a build folder of its own ------------------------------

# NULL + 0, which is what an empty array gives, is no error to C's next standard nor to any compiler; what lies out of bounds is found
# by the address sanitizer.
FUZZ_CFLAGS := -O1 -g1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-sanitize=pointer-overflow
TIME ?= 3600
JOBS ?= 2

.PHONY: fuzz fuzz-target smoke-target fuzz-afl
fuzz: all $(BUILD)/tests/fuzz/emit $(BUILD)/bpgen_runtime.h
	@$(MAKE) --no-print-directory fuzz-target
	@sh tests/fuzz/tool_run.sh $(BUILD) $(TIME) $(JOBS)

fuzz-target:
	@$(MAKE) $(SIDE_BY_SIDE) --no-print-directory BUILD=$(BUILD)-fuzz CC=clang CFLAGS="$(FUZZ_CFLAGS)" $(BUILD)-fuzz/tests/fuzz/target

smoke-target:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)-smoke CC=clang CFLAGS="$(FUZZ_CFLAGS) -O0" $(BUILD)-smoke/tests/fuzz/target

fuzz-afl: all
	@sh tests/fuzz/tool_afl.sh $(BUILD) $(TIME)

$(BUILD)/tests/fuzz/words.dict: tests/fuzz/tool_words.sh grammar/scanner.l $(wildcard src/*/*.def) src/front/sema_begin.c src/cli/options.c
	@mkdir -p $(dir $@)
	sh $< > $@

$(BUILD)/tests/fuzz/words.inc: $(BUILD)/tests/fuzz/words.dict
	sed 's/$$/,/' $< > $@

$(BUILD)/tests/fuzz/mutate.o: ALL_CFLAGS += -I$(BUILD)/tests/fuzz
$(BUILD)/tests/fuzz/mutate.o: $(BUILD)/tests/fuzz/words.inc

$(BUILD)/tests/fuzz/target: $(FUZZ) $(BUILD)/tests/fuzz/mutate.o $(BUILD)/libbpgen.a
	$(CC) $(CFLAGS) -fsanitize=fuzzer -o $@ $^ -lm

$(BUILD)/tests/fuzz/afl: $(FUZZ) $(BUILD)/libbpgen.a
	$(CC) $(CFLAGS) -fsanitize=fuzzer -o $@ $^ -lm

$(BUILD)/tests/fuzz/replay: $(FUZZ) $(BUILD)/tests/fuzz/replay.o $(BUILD)/libbpgen.a
	$(CC) $(CFLAGS) -o $@ $^ -lm

$(BUILD)/tests/fuzz/emit: $(BUILD)/tests/fuzz/input.o $(BUILD)/tests/fuzz/emit.o $(BUILD)/libbpgen.a
	$(CC) $(CFLAGS) -o $@ $^ -lm

# Random models: `make check` has some hundreds, this is the long run. N models from SEED on.
N    ?= 10000
SEED ?= 100000
fuzz-models: all $(BUILD)/bpgen_runtime.h $(BUILD)/tests/random/differential $(BUILD)/tests/random/tool_batch
	@sh tests/random/tool_long.sh $(BUILD) $(SEED) $(N) $(JOBS)

# Everything again with the address and undefined-behaviour sanitizers, in a build folder of its own.
asan:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)-asan CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all" check

# Likewise with every block of memory on its own and every array moving each time that it grows: a pointer kept over a growth, or
# memory taken for zero, is found. Tests of the library and the command line; no compilers.
stress:
	@sh tests/setup.sh tests
	@$(MAKE) $(SIDE_BY_SIDE) --no-print-directory BUILD=$(BUILD)-stress CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	    -DARENA_OWN_CHUNK=1 -DVEC_FACTOR=1" all tests
	@sh tests/run.sh $(BUILD)-stress tests/unit/ tests/language/ tests/cli/ tests/teach/all_models tests/random/

# Which lines and branches of src/ the tests run, with counters in a build folder of its own; fails below the stated shares.
coverage:
	@sh tests/setup.sh coverage
	@$(MAKE) $(SIDE_BY_SIDE) --no-print-directory BUILD=$(BUILD)-coverage CFLAGS="-O0 -g --coverage" all tests $(BUILD)-coverage/bpgen_runtime.h
	@sh tests/coverage.sh $(BUILD)-coverage

# bpgen broken on purpose, one line at a time: at least two tests have to see each (tests/mutants.def).
mutants: all
	@sh tests/mutants.sh $(BUILD)

# Memory, files and signals that fail at every place, of which `make check` tries some.
failures: all
	@for t in tests/failure/*.sh; do FAILURES=all sh $$t $(BUILD) || exit 1; done

# What emitted code may not do, for every model and all kinds of functions; check takes some.
gates: all $(BUILD)/bpgen_runtime.h
	@for t in tests/emitted/gates.sh tests/inject/names.sh tests/inject/texts.sh; do \
	    sh $$t $(BUILD) all || echo "FAIL $$t: exit status $$?"; done | tee $(BUILD)/gates.log
	@echo "$$(grep -c '^PASS' $(BUILD)/gates.log) passed, $$(grep -c '^FAIL' $(BUILD)/gates.log) failed"
	@! grep '^FAIL' $(BUILD)/gates.log

# Bytes of code and stack of the examples, for the page.
stack: all
	@sh tests/emitted/stack.sh $(BUILD) write > $(BUILD)/STACK.md && mv $(BUILD)/STACK.md doc/STACK.md

# The pictures of the pages, drawn again.
pictures: all
	@sh doc/pictures.sh $(BUILD) doc

# All formulas of ../shared/corpora, and the tables of doc/CORPORA.md written anew (`make check` runs them, too).
corpora: all $(BUILD)/bpgen_runtime.h
	@sh tests/corpora/run.sh $(BUILD) page

bench: all
	@sh bench/run.sh $(BUILD)

# doc/ACCURACY.md, measured again; STEP=1: with all floats, which takes an hour.
STEP ?= 61
.PHONY: accuracy
accuracy: all $(BUILD)/bpgen_runtime.h $(BUILD)/tests/numeric/tool_accuracy
	@sh tests/numeric/accuracy.sh $(BUILD) page $(STEP) > $(BUILD)/ACCURACY.md
	@! grep FAIL $(BUILD)/ACCURACY.md
	@mv $(BUILD)/ACCURACY.md doc/ACCURACY.md

# ---- installing and packing ------------------------------------------------------------------------------

install: all $(BUILD)/bpgen_runtime.h
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(PREFIX)/share/man/man1 \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install $(BUILD)/bpgen $(DESTDIR)$(PREFIX)/bin/bpgen
	install -m 644 $(BUILD)/bpgen_runtime.h $(DESTDIR)$(PREFIX)/include/bpgen_runtime.h
	install -m 644 doc/bpgen.1 $(DESTDIR)$(PREFIX)/share/man/man1/bpgen.1
	install -m 644 doc/completion.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/bpgen

dist:
	@mkdir -p $(BUILD)
	git archive --prefix=bpgen-$(VERSION)/ -o $(BUILD)/bpgen-$(VERSION).tar.gz HEAD
	@echo $(BUILD)/bpgen-$(VERSION).tar.gz

clean:
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-stress $(BUILD)-coverage $(BUILD)-fuzz $(BUILD)-smoke $(BUILD)-afl

.PHONY: all demo check setup tests fuzz-models asan stress failures coverage mutants gates stack pictures bench corpora install dist clean
