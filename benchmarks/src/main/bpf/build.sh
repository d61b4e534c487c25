#!/usr/bin/env bash
# Rebuilds the benchmarks' BPF object with the pinned compiler; the result is committed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
out=../resources/io/ebpf4j/benchmarks
clang-19 -O2 -g -Wall -Werror -target bpfel -mcpu=v3 -fno-ident -fdebug-compilation-dir=. -ffile-prefix-map="$PWD"=. -c ring.bpf.c -o "$out/ring.bpf.o"
llvm-strip-19 -g "$out/ring.bpf.o"
sha256sum "$out/ring.bpf.o"
