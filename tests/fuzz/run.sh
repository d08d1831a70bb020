#!/usr/bin/env bash
# Runs the fuzzers of a build folder, two at a time: first on corpus/, then for
# SECONDS. New inputs stay in the build folder. An input that crashes a fuzzer is
# saved there and printed, and this script fails.
# usage: run.sh BUILD SECONDS [NAME]...
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
seconds=$2
shift 2

run_one() {  # name
  local name=$1
  local learnt=$build/corpus/$name found=$build/found log=$build/$name.log
  mkdir -p "$learnt" "$found"
  # Excessive memory and endless loops are faults, too. The time limit is more than
  # a hundred times the longest run. Eight frames of an allocation are enough.
  # The memory limit is AddressSanitizer's: libFuzzer's would first list all
  # allocations, for minutes.
  export ASAN_OPTIONS=malloc_context_size=8:hard_rss_limit_mb=2048
  if "$build/tests/fuzz/${name}_fuzz" -max_total_time="$seconds" -max_len=65536 \
    -timeout=120 -rss_limit_mb=0 -malloc_limit_mb=256 -print_final_stats=1 \
    -artifact_prefix="$found/$name-" "$learnt" "$here/corpus/$name" >"$log" 2>&1
  then
    echo "$name: $(grep -o 'number_of_executed_units: .*' "$log" || true)"
  else
    tail -n 60 "$log"
    echo "$name: FAILED; the input is in $found, and what was said in $log"
    return 1
  fi
}

if [ $# = 0 ]; then
  for path in "$here"/*_fuzz.cc; do
    name=$(basename "$path")
    set -- "$@" "${name%_fuzz.cc}"
  done
fi
export -f run_one
export here build seconds
printf '%s\n' "$@" | xargs -P 2 -I{} bash -c 'run_one {}'
