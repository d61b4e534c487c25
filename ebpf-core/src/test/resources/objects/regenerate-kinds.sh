#!/usr/bin/env bash
# Compiles kinds.bpf.c for both byte orders with clang 19. What is committed must come out the same.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
for order in el eb; do
  clang-19 -O2 -g --target="bpf$order" -mcpu=v3 -fno-ident -fdebug-compilation-dir=. -ffile-prefix-map="$PWD=." \
    -c kinds.bpf.c -o "kinds-$order.o"
  llvm-strip-19 -g "kinds-$order.o"
done

# What others read in the same objects: the tests hold their own reading against it.
for order in el eb; do
  llvm-readelf-19 -SsrW "kinds-$order.o" > "kinds-$order.readelf.txt"
  bpftool btf dump file "kinds-$order.o" > "kinds-$order.bpftool.txt"
  llvm-objdump-19 -dlr --no-show-raw-insn "kinds-$order.o" > "kinds-$order.objdump.txt"
done
cc -o kinds-values kinds-values.c -lbpf
./kinds-values kinds-el.o > kinds-el.values.txt
rm kinds-values
