#!/usr/bin/env bash
# Compiles the demo's own eBPF program, byte for byte the same on every machine with the pinned compiler.
#
#   build.sh           rebuild the objects and their checksums
#   build.sh --check   rebuild elsewhere and compare with what is committed
#
# The compiler is part of what is committed: another release of clang gives other bytes. Where it is missing,
# --check says so and succeeds, unless EBPF4J_REQUIRE_KERNEL=1 says that everything must run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
sources=$PWD
objects=$(cd ../resources/io/ebpf4j/samples/demo && pwd)

for tool in clang-19 llvm-strip-19; do
  if ! command -v "$tool" >/dev/null 2>&1; then
    echo "not run: $tool is missing (Debian, Ubuntu: apt-get install clang-19 llvm-19)" >&2
    [ "${1:-}" = --check ] && [ "${EBPF4J_REQUIRE_KERNEL:-}" != 1 ] && exit 0
    exit 1
  fi
done

compile() { # to a folder
  local source
  for source in *.bpf.c; do
    clang-19 -O2 -g -Wall -Wextra -Werror -std=gnu17 -target bpfel -mcpu=v3 -fno-ident -fdebug-compilation-dir=. \
      -ffile-prefix-map="$sources"=. -c "$source" -o "$1/${source%.c}.o"
    llvm-strip-19 -g "$1/${source%.c}.o"
  done
  (cd "$1" && sha256sum -- *.bpf.o >SHA256SUMS)
}

case ${1:-} in
  --check)
    fresh=$(mktemp -d)
    trap 'rm -rf "$fresh"' EXIT
    compile "$fresh"
    if ! diff "$objects/SHA256SUMS" "$fresh/SHA256SUMS" || ! (cd "$objects" && sha256sum --quiet -c SHA256SUMS); then
      echo "the committed objects are not what these sources give: run samples/src/main/bpf/build.sh and commit" >&2
      exit 1
    fi
    echo "objects are byte-identical: $(cd "$objects" && echo *.bpf.o)"
    ;;
  "") compile "$objects" ;;
  *)
    echo "usage: build.sh [--check]" >&2
    exit 2
    ;;
esac
