# SPDX-License-Identifier: GPL-2.0-or-later
#
# Targets for people; "make help" lists them. The parts, and what is asked of each:
#
#   Kbuild               obj-m += adit.o; the module is built in place by kbuild, with M= this directory
#   userspace/           "all" builds into userspace/build/: aditd, adit, link_*.so (plugins of ip link)
#                        "install", "uninstall" (DESTDIR=, PREFIX=), "clean"
#   selftests/unit/      "check" builds and runs natively under ASan and UBSan, prints TAP (cmocka: set
#   selftests/replay/    CMOCKA_MESSAGE_OUTPUT=TAP) and fails if a test fails; T=name runs one test program only;
#                        "list" prints the names that T= takes, one a line; "clean"
#   selftests/fuzz/      the same, and "fuzz" with SECONDS=; "check" is a short run of every fuzz target
#   selftests/net/       kselftests that run in the guest. Every C file with a main() or TEST_HARNESS_MAIN is a program
#                        (the other C files there are linked into each), every executable .sh is a test.
#                        NAME.settings beside a test may hold "timeout=SECONDS" for it.
#   selftests/peers/     kselftests: every executable .sh but demo.sh, which "make demo" runs
#   selftests/bench/     "make bench" measures with it; "install" puts its programs into INSTALL_PATH=
#   selftests/vm/        the machine: selftests/vm/run

KREL   ?= $(shell uname -r)
KDIR   ?= /lib/modules/$(KREL)/build
PREFIX ?= /usr
MODDIR  = $(DESTDIR)/lib/modules/$(KREL)/updates
VERSION = $(shell sed -n 's/^\#define ADIT_VERSION "\(.*\)"/\1/p' userspace/daemon/version.h)
DKMSDIR = $(DESTDIR)/usr/src/adit-$(VERSION)

export PREFIX

VM := selftests/vm/run

# C=1: the kernel's headers ask more of sparse than it can.
CHECK ?= sparse -include $(CURDIR)/compat-include/checker.h

.PHONY: all modules userspace install install-module install-dkms install-userspace uninstall check check-all check-debug lint \
	fuzz bench demo shell clean help

all: modules userspace

modules:
	@test -d $(KDIR) || { echo "no kernel headers in $(KDIR): install linux-headers-$(KREL) or give KDIR=" >&2; exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) CHECK='$(CHECK)' modules

userspace:
	$(MAKE) -C userspace

install: all install-module install-userspace

# Into a DESTDIR, depmod and the user are left to whoever makes that machine.
install-module:
	install -D -m 644 -t $(MODDIR) adit.ko
	$(if $(DESTDIR),,depmod -a $(KREL))

# Instead of install-module: for this kernel and for those to come.
DKMS_FILES = Kbuild LICENSE $(wildcard kmod/*.[ch] compat-include/*.h compat-include/*/*.h uapi/*/*.h)

install-dkms:
	$(dkms-remove)
	@for file in $(DKMS_FILES); do install -D -m 644 $$file $(DKMSDIR)/$$file || exit; done
	sed 's/@VERSION@/$(VERSION)/' dist/dkms.conf >$(DKMSDIR)/dkms.conf
	rm -f $(MODDIR)/adit.ko
	$(if $(DESTDIR),,dkms install adit/$(VERSION))

define dkms-remove
$(if $(DESTDIR),,! dkms status adit/$(VERSION) 2>/dev/null | grep -q . || dkms remove adit/$(VERSION) --all)
rm -rf $(DKMSDIR)
endef

install-userspace:
	$(MAKE) -C userspace install
	$(if $(DESTDIR),,getent passwd adit >/dev/null || systemd-sysusers $(PREFIX)/lib/sysusers.d/adit.conf)
	$(if $(DESTDIR),,test ! -d /run/systemd/system || systemctl daemon-reload)

uninstall:
	rm -f $(MODDIR)/adit.ko
	$(dkms-remove)
	$(MAKE) -C userspace uninstall
	$(if $(DESTDIR),,depmod -a $(KREL))
	$(if $(DESTDIR),,test ! -d /run/systemd/system || systemctl daemon-reload)

check:
	@$(VM) check $(T)

check-all:
	@selftests/vm/check-all $(T)

check-debug:
	@CONFIG=debug $(VM) check $(T)

lint:
	@$(VM) lint $(T)

demo:
	@$(VM) demo

bench:
	@$(VM) bench

shell:
	@$(VM) shell

SECONDS ?= 60

fuzz:
	@$(VM) fuzz $(SECONDS) $(T)

clean:
	$(if $(wildcard $(KDIR)),$(MAKE) -C $(KDIR) M=$(CURDIR) clean)
	$(MAKE) -C userspace clean
	$(MAKE) -C selftests/unit clean
	$(MAKE) -C selftests/replay clean
	$(MAKE) -C selftests/fuzz clean

help:
	@echo 'make              the module (for the running kernel, or KDIR=...) and the userspace'
	@echo 'make modules      the module alone; W=1 C=1 as in the kernel'
	@echo 'make install      module, aditd, adit, ip plugins, man pages, systemd unit; DESTDIR= and PREFIX= as usual'
	@echo 'make install-userspace install-dkms   the same, but the module by DKMS, for this kernel and those to come'
	@echo 'make uninstall    removes them, but for /etc/adit, the account adit, and what runs'
	@echo 'make demo         boots a gateway in a virtual machine and connects stock clients to it'
	@echo 'make check        all tests; make check T=peers/pptp-auth runs one, T="net unit/conf" several'
	@echo 'make check-all    the same on each of the kernels, one after another, and the sum of their verdicts'
	@echo 'make check-debug  the tests in the virtual machine on a kernel that looks for mistakes (KASAN, lockdep, kmemleak,'
	@echo '                  and others), which it builds the first time; also tests that make allocations fail; T= likewise.'
	@echo '                  It is User Mode Linux, with one processor; MACHINE=qemu emulates two, many times slower'
	@echo 'make lint         every tool that reads the sources for mistakes; make lint T=style runs one'
	@echo 'make bench        what a packet costs beside the in-tree kernel; KINDS="pptp adit-*" SIZES="64 1340" SESSIONS=1'
	@echo '                  COUNT= KIB= ROUNDS= choose, PROFILE=1 counts per kernel function, NATIVE=no INSTRUCTIONS=no'
	@echo '                  leave one yardstick out: Documentation/bench.md'
	@echo 'make shell        a shell in the virtual machine, with everything installed'
	@echo 'make fuzz         every fuzz target for a minute each; SECONDS=600 T="conf daemon" two for ten. What they learn and'
	@echo '                  find is kept in the cache; a short run with fixed random numbers is part of make check'
	@echo 'make clean'
	@echo
	@echo 'demo, check, lint and so on need root and nothing but mmdebstrap, which they install with apt-get where missing'
	@echo '(qemu is unpacked in the cache where this machine has none that is new enough). They build in a chroot in'
	@echo 'ADIT_CACHE (default ~/.cache/adit). KERNEL=6.1|6.12|7.3 chooses kernel and userland: bookworm (the default),'
	@echo 'trixie, or trixie with the kernel of trixie-backports. FUZZ_SECONDS= and FUZZ_SEED= make net/netlink_fuzz and'
	@echo 'net/packet-fuzz longer, or repeat a run, TUNNELS= gives peers/ike-load another number of them.'
	@echo 'ADIT_ACCEL=kvm|tcg overrules the probe for KVM, ADIT_QEMU_DEBUG=1 shows the guest console, O=DIR keeps the logs'
	@echo 'of a run in DIR (of check-all: in DIR/KERNEL).'
