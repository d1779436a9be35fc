# SPDX-License-Identifier: GPL-2.0-only
#
# hashring: see `make help`. The module's own list of files is in Kbuild.

O := $(CURDIR)/build
DESTDIR ?=
PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
COMPLETIONDIR ?= $(PREFIX)/share/bash-completion/completions
UNITDIR ?= $(PREFIX)/lib/systemd/system
RUNNING := $(shell uname -r)

# One kernel, by release or by folder of headers; none given: those of guests.
ifdef KDIR
KREL := $(or $(KREL),$(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' \
	$(KDIR)/include/generated/utsrelease.h))
endif
ifdef KREL
KDIR ?= /lib/modules/$(KREL)/build
endif
# A kernel that is a program of the host does not say so to its modules' makefiles.
ifneq ($(and $(KDIR),$(shell grep -s CONFIG_UML=y $(KDIR)/include/config/auto.conf)),)
export ARCH := um
endif
KRELS = $(or $(KREL),$(shell selftests/vm/kernels))
INSTALL_KREL = $(or $(KREL),$(RUNNING))
MODDIR = $(DESTDIR)/lib/modules/$(INSTALL_KREL)/updates

LIBDIRS = LIBDIR=$(LIBDIR) INCLUDEDIR=$(INCLUDEDIR) DESTDIR=$(DESTDIR)
MANPAGES = $(wildcard Documentation/man/*.[1-8])
COMMANDS = ringctl ringlab
INSTALLED = $(foreach name,$(COMMANDS),$(O)/user/$(name)/installed/$(name))
UNITS = $(wildcard user/systemd/*.service)

all: tools all-modules ## tools, and the module for this kernel or for the guests

# A machine without headers for its own kernel can still build for guests.
all-modules:
ifneq ($(wildcard /lib/modules/$(RUNNING)/build),)
	@$(MAKE) --no-print-directory module KREL=$(or $(KREL),$(RUNNING))
else
	@$(MAKE) --no-print-directory modules
endif

modules: ## the module for both guest kernels, or for KREL=release or KDIR=headers
	@releases="$(KRELS)"; \
	[ -n "$$releases" ] || { echo "no kernel: make packages" >&2; exit 1; }; \
	for release in $$releases; do \
		$(MAKE) --no-print-directory module KREL=$$release || exit 1; \
	done

# The kernel that guests run unless told otherwise.
module-newest:
	@$(MAKE) --no-print-directory module \
		KREL=$$(selftests/vm/kernels | tail -n 1)

# Built in a farm of links, so that kernels have an object each; under a lock,
# because Kbuild does not bear a second make in the same folder.
module:
	@[ -e "$(KDIR)/Makefile" ] || \
		{ echo "no headers of $(KREL): make packages" >&2; exit 1; }
	@mkdir -p $(O)
	+@flock $(O)/$(KREL).lock sh -c 'selftests/host/farm.sh $(O)/$(KREL) && \
		$(MAKE) -C $(KDIR) M=$(O)/$(KREL) W=1 modules'

tools: ## ringctl, ringlab, their library and the benchmark, in build/user
	$(MAKE) -C user O=$(O)/user

# Senders and receivers for the tests, where there are any.
test-tools: tools
	@[ ! -e selftests/tools/Makefile ] || \
		$(MAKE) -C selftests/tools O=$(O)/tools \
			USER=$(O)/user
	$(MAKE) -C selftests/fuzz/netlink O=$(O)/fuzz-netlink USER=$(O)/user
	@[ ! -e selftests/soak/Makefile ] || \
		$(MAKE) -C selftests/soak O=$(O)/tools \
			USER=$(O)/user

# A module that uses hashring's symbols and one of the core's tests, for each
# kernel that hashring was built for.
test-modules: modules
	@for release in $(KRELS); do \
		$(MAKE) --no-print-directory test-module KREL=$$release && \
		$(MAKE) --no-print-directory kunit-module KREL=$$release || \
			exit 1; \
	done

test-module:
	@mkdir -p $(O)
	+@flock $(O)/$(KREL).lock sh -c 'selftests/host/farm.sh \
			$(O)/consumer/$(KREL) selftests/consumer && \
		$(MAKE) -C $(KDIR) M=$(O)/consumer/$(KREL) W=1 \
			HASHRING=$(CURDIR)/kmod \
			KBUILD_EXTRA_SYMBOLS=$(O)/$(KREL)/Module.symvers modules'

kunit-module:
	@mkdir -p $(O)
	+@flock $(O)/$(KREL).lock sh -c 'selftests/host/farm.sh \
			$(O)/kunit/$(KREL) selftests/kunit && \
		selftests/host/farm.sh $(O)/kunit/$(KREL)/core kmod/core && \
		selftests/host/farm.sh $(O)/kunit/$(KREL)/model selftests/model && \
		$(MAKE) -C $(KDIR) M=$(O)/kunit/$(KREL) W=1 \
			HASHRING=$(CURDIR)/kmod modules'

packages: ## installs the Debian packages that everything here wants
	selftests/host/packages.sh

check: ## builds all, tests natively and in guests of both kernels
	@selftests/host/check.sh

# From a built tree it takes the time that the script does, and a few seconds.
test: ## one script or suite of the core in one guest: T=wire.sh, T=hashring_view
	@case "$(T)" in \
	"") echo "which one? make test T=wire.sh, T=hashring_view" >&2; exit 1 ;; \
	hashring_*) set -- selftests/kunit.sh $(T) ;; \
	*) set -- selftests/$(T) ;; \
	esac; \
	[ -x "$$1" ] || { echo "there is no $$1" >&2; exit 1; }; \
	selftests/host/prepare.sh tools test-tools test-modules && \
	selftests/vm/run --quiet $(if $(K),--kernel $(K)) -- "$$@"

test-native: ## only the tests that need no kernel
	@selftests/host/check.sh --native

check-long: ## scripts in guests that have a long form, in that form: hours
	@selftests/host/check.sh --long

check-debug: ## all scripts on kernels with KASAN, lockdep, kmemleak, KCSAN (ALL=1)
	@selftests/debug/run $(if $(ALL),--all)

lint: ## what compilers and other tools say of the sources: all of it has to be right
	@selftests/host/lint.sh

coverage: ## lines and branches that tests reach: the core natively, all in guests
	@selftests/coverage/run

fuzz: ## libFuzzer's targets: TIME=seconds, 10m or 1h each, TARGET=name
	@selftests/fuzz/run --time $(or $(TIME),60) $(TARGET)

soak: ## everything at once, for TIME (30m), in guests: KERNEL=6.1|6.12|kasan, SEED=N
	@selftests/host/prepare.sh
	@TIME="$(TIME)" KERNEL="$(KERNEL)" SEED="$(SEED)" selftests/soak/run

demo: ## real flows through a ring in a guest, beside other methods
	@selftests/host/prepare.sh tools test-tools module-newest
	@selftests/demo/run

compare-migration: ## connections in use while backends change: a migration, and other ways
	@selftests/host/prepare.sh tools test-tools module-newest
	@selftests/vm/run --timeout 1800 -- selftests/migrate_rivals.sh

bench: ## native speed of the core's table beside others
	@selftests/host/prepare.sh tools
	@$(O)/user/ringlab/bench/ringbench

bench-path: ## instructions a packet in guests: the whole path beside other ways
	@selftests/host/prepare.sh tools modules
	@selftests/cost/run

bench-migration: ## what a migration costs the flows that go on meanwhile
	@selftests/host/prepare.sh tools test-tools module-newest
	@selftests/bench_migration/run

spec: ## generates header and policies from the netlink spec
	selftests/host/spec.sh generate

spec-check: ## fails if what is generated is stale
	selftests/host/spec.sh check

install: modules_install tools_install ## module and tools; DESTDIR, PREFIX, KREL

modules_install: ## the module, to /lib/modules/KREL/updates
	@$(MAKE) --no-print-directory module KREL=$(INSTALL_KREL)
	install -D -m 644 $(O)/$(INSTALL_KREL)/hashring.ko $(MODDIR)/hashring.ko
ifeq ($(DESTDIR),)
	depmod $(INSTALL_KREL)
endif

tools_install: tools ## ringctl, ringlab, libhashring, man pages, completion, systemd unit
	$(MAKE) -C user O=$(O)/user $(INSTALLED)
	install -D -m 755 -t $(DESTDIR)$(SBINDIR) $(INSTALLED)
	$(MAKE) -C user O=$(O)/user $(LIBDIRS) install-lib
	for page in $(MANPAGES); do \
		install -D -m 644 -t $(DESTDIR)$(MANDIR)/man$${page##*.} $$page || exit 1; \
	done
	install -D -m 644 -t $(DESTDIR)$(COMPLETIONDIR) user/completion/ringctl
	ln -sf ringctl $(DESTDIR)$(COMPLETIONDIR)/ringlab
	install -D -m 644 -t $(DESTDIR)$(UNITDIR) $(UNITS)
ifeq ($(DESTDIR),)
	ldconfig
endif

uninstall: ## takes away what install put there
	$(MAKE) -C user O=$(O)/user $(LIBDIRS) uninstall-lib
	rm -f $(MODDIR)/hashring.ko $(COMMANDS:%=$(DESTDIR)$(SBINDIR)/%) \
		$(foreach page,$(notdir $(MANPAGES)),$(DESTDIR)$(MANDIR)/man*/$(page)) \
		$(COMMANDS:%=$(DESTDIR)$(COMPLETIONDIR)/%) \
		$(patsubst user/systemd/%,$(DESTDIR)$(UNITDIR)/%,$(UNITS))
ifeq ($(DESTDIR),)
	depmod $(INSTALL_KREL)
endif

clean: ## removes build/
	rm -rf $(O)

help: ## this list
	@awk -F ':.*## ' '/^[a-z_-]+:.*## / { printf "%-19s%s\n", $$1, $$2 }' \
		$(firstword $(MAKEFILE_LIST))

.PHONY: all all-modules modules module module-newest tools test-tools test \
	test-modules test-module kunit-module packages check test-native \
	check-long check-debug soak lint coverage fuzz demo \
	compare-migration bench bench-path bench-migration spec spec-check install \
	modules_install tools_install uninstall clean help
