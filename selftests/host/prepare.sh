#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# prepare.sh [TARGET]... - installs packages, then builds TARGETs of make
# (tools, the traffic tools and the consumer of the tests, and the modules of
# both guest kernels)

set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. selftests/host/phases.sh

[ $# -gt 0 ] || set -- tools test-tools modules test-modules
phase packages selftests/host/packages.sh || exit 1
phase build make --no-print-directory -j "$(nproc)" "$@" || exit 1
phases_end
