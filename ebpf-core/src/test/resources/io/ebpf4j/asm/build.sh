#!/bin/sh
# Rebuilds the objects of this folder with clang 19, and what llvm-objdump 19 makes of them. Tests need neither.
set -eu
cd "$(dirname "$0")"
for order in el eb; do
  clang-19 -target bpf$order -mcpu=v4 -c instructions.s -o instructions.$order.o
  clang-19 -target bpf$order -mcpu=v4 -O2 -c program.c -o program.$order.o
  for object in instructions program; do
    llvm-objdump-19 -d $object.$order.o > $object.$order.generic.txt
    llvm-objdump-19 -d --mcpu=v4 $object.$order.o > $object.$order.v4.txt
  done
done
