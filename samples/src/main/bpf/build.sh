#!/usr/bin/env bash
# Compiles the demo's own eBPF program with the pinned compiler.
#
#   build.sh           rebuild the objects and their checksums
#   build.sh --check   rebuild elsewhere and compare with what is committed
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
exec ../../../../.ci/compile-bpf . ../resources/io/ebpf4j/samples/demo "$@"
