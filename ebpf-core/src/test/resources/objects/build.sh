#!/usr/bin/env bash
# Compiles every *.bpf.c of this folder for both byte orders: NAME-el.o and NAME-eb.o. Tests need no compiler, the
# objects are checked in; run this after a change of a source. Needs clang-19, llvm-strip-19 and libbpf's headers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
for source in ${1:-*.bpf.c}; do
  for order in el eb; do
    object=${source%.bpf.c}-$order.o
    clang-19 -g -O2 -mcpu=v3 -target bpf$order -idirafter "/usr/include/$(uname -m)-linux-gnu" \
      -ffile-prefix-map="$PWD=." -fdebug-compilation-dir=. -c "$source" -o "$object"
    llvm-strip-19 -g "$object"
  done
done

# Two files that bpftool links: weak functions overridden, static ones of the same name, a global of the other file.
parts=()
for part in one two; do
  parts+=("$(mktemp --suffix=.o)")
  clang-19 -g -O2 -mcpu=v3 -target bpfel -idirafter "/usr/include/$(uname -m)-linux-gnu" \
    -ffile-prefix-map="$PWD=." -fdebug-compilation-dir=. -c "spec-linked-$part.c" -o "${parts[-1]}"
  llvm-strip-19 -g "${parts[-1]}"
done
bpftool gen object spec-linked-el.o "${parts[@]}"
rm "${parts[@]}"
