#!/usr/bin/env bash
# Rebuilds the benchmarks' BPF objects with the pinned compiler; the results are committed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
out=../resources/io/ebpf4j/benchmarks
for name in perf ring ten user_ring; do
  clang-19 -O2 -g -Wall -Werror -Wno-unused-variable -target bpfel -mcpu=v3 -fno-ident -fdebug-compilation-dir=. -ffile-prefix-map="$PWD"=. -c "$name.bpf.c" -o "$out/$name.bpf.o"
  llvm-strip-19 -g "$out/$name.bpf.o"
  sha256sum "$out/$name.bpf.o"
done
