#!/bin/sh
# Rebuilds the objects of this folder with clang 19. Tests do not need a compiler.
set -eu
cd "$(dirname "$0")"
for order in el eb; do
  for types in local target; do
    define=
    [ $types = local ] || define=-DTARGET
    out=core-$types.$order.o
    clang-19 -target bpf$order -mcpu=v3 -O2 -g -fdebug-compilation-dir=. $define -c core.c -o "$out"
    llvm-strip-19 -g "$out"
  done
done
