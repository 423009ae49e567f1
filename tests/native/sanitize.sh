#!/usr/bin/env bash
# Builds the kernels under AddressSanitizer and UndefinedBehaviorSanitizer for every instruction set this
# processor has, and runs driver.c on them. Needs gcc or clang with the sanitizers' libraries; half a minute.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
sources=../../algorithms/native/src
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

run() {
    local name=$1
    shift
    "${CC:-cc}" -O1 -g -std=gnu11 -ffp-contract=off -fno-math-errno -fno-omit-frame-pointer -fsanitize=address,undefined \
        -fno-sanitize-recover=all -Wall -Wextra -Wno-unknown-pragmas -Wno-unused-parameter "$@" driver.c "$sources"/*.c -lm -o "$scratch/$name"
    printf '%s: ' "$name"
    "$scratch/$name"
}

run baseline
if [ "$(uname -m)" = x86_64 ] && grep -q avx2 /proc/cpuinfo; then
    run avx2 -mavx2 -mfma -mbmi2 -mpopcnt
fi
if [ "$(uname -m)" = x86_64 ] && grep -q avx512dq /proc/cpuinfo; then
    run avx512 -mavx2 -mfma -mbmi2 -mpopcnt -mavx512f -mavx512dq -mavx512bw -mavx512vl -mavx512cd
fi
