#!/usr/bin/env bash
# Compiles every *.bpf.c of this folder to NAME.bpf.o. Tests need no compiler, the objects are checked in; run this after
# a change of a source. Needs clang-19, llvm-strip-19 and libbpf's headers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
for source in ${1:-*.bpf.c}; do
  object=${source%.c}.o
  clang-19 -g -O2 -mcpu=v3 -target bpfel -idirafter "/usr/include/$(uname -m)-linux-gnu" \
    -ffile-prefix-map="$PWD=." -fdebug-compilation-dir=. -c "$source" -o "$object"
  llvm-strip-19 -g "$object"
done
