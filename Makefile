# refgate. `make` builds build/refgate and build/refgate-worker; `make help` lists the rest.
#
#   O=DIR         build folder (default build)      PREFIX, DESTDIR  where `make install` puts things
#   V=1           show the commands                 DEVELOPER=1      strict warnings are errors
#   LINK=dynamic  link all libraries dynamically    SANITIZE=1       AddressSanitizer and UBSan
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:
comma := ,

VERSION := 0.1.0
O       ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
LINK    ?= static
CC      ?= cc
PKG_CONFIG ?= pkg-config
AR      ?= ar

all: $(O)/refgate $(O)/refgate-worker

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-7s %s\n'
endif

ifeq ($(CLIENT),1)
$(error CLIENT=1 (the command without sandbox and worker, for other systems) is not in this version)
endif

# ---- what is needed; packaging/deps knows which Debian package brings each ----
LIBS    := libgit2 libpcre2-8 yaml-0.1 libsodium libseccomp jansson minizip zlib libmd libutf8proc
TEST_LIBS := cmocka

# Targets that need no compiler probes, and must work before the libraries are there. Those of the second line install what is
# missing and then call make again (STAGE=2): what pkg-config and the compiler know is asked while make reads this file, so only
# a make that starts after the installation has the right answers. It is the one place where make calls itself.
QUIET_GOALS := deps clean help format uninstall
ifneq ($(STAGE),2)
QUIET_GOALS += check check-asan fuzz demo readme bench accuracy
endif
ifneq ($(filter-out $(QUIET_GOALS),$(or $(MAKECMDGOALS),all)),)

missing := $(shell for l in $(LIBS); do $(PKG_CONFIG) --exists $$l 2>/dev/null || echo $$l; done)
ifneq ($(missing),)
$(error missing libraries: $(missing). Run `make deps` first)
endif

# A flag is used when the compiler takes it; the answers are kept in the build folder.
probe = $(shell mkdir -p $(O) && { grep -qs '^$(1)$$' $(O)/flags.yes || { ! grep -qs '^$(1)$$' $(O)/flags.no && \
	if echo 'int main(void){return 0;}' | $(CC) -Werror $(1) -x c - -o /dev/null 2>/dev/null; \
	then echo '$(1)' >>$(O)/flags.yes; else echo '$(1)' >>$(O)/flags.no; false; fi; }; } && echo '$(1)')

HARDEN := $(foreach f,-fstack-protector-strong -fstack-clash-protection -fcf-protection=full -ftrivial-auto-var-init=zero \
	-fzero-call-used-regs=used-gpr,$(call probe,$(f)))
HARDEN_LINK := $(foreach f,-Wl$(comma)-z$(comma)relro -Wl$(comma)-z$(comma)now -Wl$(comma)-z$(comma)noexecstack \
	-Wl$(comma)-z$(comma)separate-code,$(call probe,$(f)))
STRICT := -Wall -Wextra -Werror=implicit-function-declaration -Werror=int-conversion -Werror=incompatible-pointer-types
ifeq ($(DEVELOPER),1)
STRICT += -Werror $(foreach f,-Wshadow -Wvla -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wswitch-enum \
	-Wimplicit-fallthrough -Wnull-dereference -Wconversion -Wlogical-op,$(call probe,$(f)))
endif
endif

ifeq ($(SANITIZE),1)
OPT := -O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
LINK := dynamic
FORTIFY :=
else
OPT := -O2 -g
FORTIFY := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
endif

CFLAGS  ?= $(OPT)
CPPFLAGS += -I. -I$(O)/gen -D_GNU_SOURCE -DGATE_VERSION='"$(VERSION)"' -DGATE_PREFIX='"$(PREFIX)"' -include base/banned.h
ALL_CFLAGS = -std=gnu11 -fvisibility=hidden -ffunction-sections -fdata-sections $(STRICT) $(HARDEN) $(FORTIFY) $(CFLAGS)

# ---- rooms ----
src = $(filter-out %_main.c,$(foreach d,$(1),$(wildcard $(d)/*.c)))
GIT2_SRC    := $(wildcard repo/git2_*.c)
SHARED_SRC  := $(call src,base formats rules classifier) $(wildcard formats/*/*.c classifier/*/*.c classifier/*/*/*.c)
GATE_SRC    := $(SHARED_SRC) $(filter-out $(GIT2_SRC),$(call src,repo)) $(call src,approval audit gate hooks cli sandbox)
WORKER_SRC  := $(SHARED_SRC) $(GIT2_SRC) $(filter-out worker/nonet.c,$(call src,sandbox worker))
GEN_SRC     := $(O)/gen/packs.c $(O)/gen/secrets.c
obj = $(patsubst %.c,$(O)/obj/%.o,$(1))
GEN_OBJ     := $(O)/obj/gen/packs.o $(O)/obj/gen/secrets.o $(O)/obj/gen/names.o

# ---- linking: small programs start sooner (docs/adr/0001-static-linking.md) ----
GATE_LIBS   := libsodium jansson yaml-0.1 libpcre2-8 libseccomp minizip zlib libmd libutf8proc
WORKER_LIBS := libgit2 libpcre2-8 yaml-0.1 libsodium libseccomp jansson minizip zlib libutf8proc
# recursive on purpose: pkg-config runs when something is linked
pc_static  = -Wl,-Bstatic $(shell $(PKG_CONFIG) --static --libs $(1)) -Wl,-Bdynamic
pc_dynamic = $(shell $(PKG_CONFIG) --libs $(1))
LINK_FLAGS = $(HARDEN_LINK) -Wl,--gc-sections -Wl,--as-needed
ifeq ($(LINK),static)
STATIC_EXE := -static-pie
GATE_LINK   = -static-pie $(shell $(PKG_CONFIG) --static --libs $(GATE_LIBS))
WORKER_LINK = -static-pie $(O)/obj/worker/nonet.o $(shell $(PKG_CONFIG) --static --libs $(WORKER_LIBS))
WORKER_EXTRA = $(O)/obj/worker/nonet.o
else
GATE_LINK   = -pie $(call pc_dynamic,$(GATE_LIBS))
WORKER_LINK = -pie $(call pc_dynamic,$(WORKER_LIBS))
WORKER_EXTRA =
endif
PIE := $(if $(filter static,$(LINK)),-fPIE,-fPIE)

# Objects are made again when the flags change (DEVELOPER=1 after a plain make, another compiler), programs when LINK does.
note = mkdir -p $(@D); printf '%s\n' '$(subst ','\'',$(1))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(1))' >$@
$(O)/flags.now: FORCE
	$(Q)$(call note,$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(PIE))
$(O)/link.now: FORCE
	$(Q)$(call note,$(CC) $(LINK) $(LINK_FLAGS))
FORCE:

$(O)/obj/%.o: %.c $(O)/flags.now | $(O)/gen/.made
	$(say) CC $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(PIE) -MMD -MP -c $< -o $@

$(O)/obj/gen/%.o: $(O)/gen/%.c $(O)/flags.now
	$(say) CC $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(PIE) -MMD -MP -c $< -o $@

$(O)/gen/.made:
	$(Q)mkdir -p $(O)/gen
	$(Q)touch $@

# The shipped packs become constant tables.
PACKS := $(sort $(wildcard rules/packs/*.yml))
$(O)/packgen: $(call obj,rules/packgen_main.c rules/c_table.c $(call src,base formats)) | $(O)/gen/.made
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LINK_FLAGS) -pie $(filter %.o,$^) -o $@ $(call pc_dynamic,libsodium jansson yaml-0.1 libutf8proc)

$(O)/gen/packs.c: $(O)/packgen $(PACKS)
	$(say) GEN $@
	$(Q)$(O)/packgen $(PACKS) >$@.tmp && mv $@.tmp $@

# So do the types of secrets.
SECRETS := $(sort $(wildcard rules/secrets/*.yml))
$(O)/secretgen: $(call obj,rules/secretgen_main.c rules/c_table.c rules/secret_row.c rules/secret_set.c rules/acdfa.c rules/regex_shape.c $(call src,base formats)) | $(O)/gen/.made
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LINK_FLAGS) -pie $(filter %.o,$^) -o $@ $(call pc_dynamic,libsodium jansson yaml-0.1 libutf8proc)

$(O)/gen/secrets.c: $(O)/secretgen $(SECRETS)
	$(say) GEN $@
	$(Q)$(O)/secretgen $(SECRETS) >$@.tmp && mv $@.tmp $@

# So do the names of well-known packages: a table for each file, sorted.
NAMES := $(sort $(wildcard rules/names/*.txt))
$(O)/gen/names.c: $(NAMES) rules/names/names.awk | $(O)/gen/.made
	$(say) GEN $@
	$(Q)for f in $(NAMES); do tr A-Z a-z <$$f | LC_ALL=C sort -u | sed "s|^|$${f##*/}	|"; done | LC_ALL=C awk -f rules/names/names.awk >$@.tmp && mv $@.tmp $@

$(O)/librefgate.a: $(call obj,$(GATE_SRC)) $(GEN_OBJ)
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) qcs $@ $^

$(O)/libworker.a: $(call obj,$(WORKER_SRC)) $(GEN_OBJ)
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) qcs $@ $^

$(O)/refgate: $(O)/obj/main.o $(O)/librefgate.a $(O)/link.now
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LINK_FLAGS) $(filter %.o %.a,$^) -o $@ $(GATE_LINK)

$(O)/refgate-worker: $(O)/obj/worker/worker_main.o $(O)/libworker.a $(WORKER_EXTRA) $(O)/link.now
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LINK_FLAGS) $(filter-out %/nonet.o %/link.now,$^) -o $@ $(WORKER_LINK) 2>$@.warn || { cat $@.warn; false; }

# ---- unit tests: tests/unit/test_X.c against the command's rooms, worker_test_X.c against the worker's ----
UNIT   := $(patsubst tests/unit/%.c,$(O)/unit/%,$(wildcard tests/unit/test_*.c))
WUNIT  := $(patsubst tests/unit/%.c,$(O)/unit/%,$(wildcard tests/unit/worker_test_*.c))
unit: $(UNIT) $(WUNIT)

$(O)/unit/test_%: $(O)/obj/tests/unit/test_%.o $(O)/librefgate.a
	$(say) LD $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -pie $^ -o $@ $(call pc_dynamic,$(GATE_LIBS) $(TEST_LIBS))

$(O)/unit/worker_test_%: $(O)/obj/tests/unit/worker_test_%.o $(O)/libworker.a
	$(say) LD $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -pie $^ -o $@ $(call pc_dynamic,$(WORKER_LIBS) $(TEST_LIBS))

clean:
	rm -rf $(O) $(O)-asan

include Makefile.tests
-include Makefile.bench

-include $(shell find $(O)/obj -name '*.d' 2>/dev/null)
.PHONY: all unit clean FORCE
