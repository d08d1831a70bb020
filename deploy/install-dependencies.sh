#!/usr/bin/env bash
# Installs the missing dependencies for building and running. If it cannot, it
# lists them, and fails.
# usage: install-dependencies.sh [build|test|run|demo|lint|bench|interop]...
set -euo pipefail

# A Debian package, and the sign that it or an equivalent is installed: a program,
# a C++ header, a module of Debian's Python, or a clang with libFuzzer.
build="g++:g++ ccache:ccache cmake:cmake ninja-build:ninja make:make
  pkg-config:pkg-config
  prometheus-cpp-dev:prometheus/registry.h libcivetweb-dev:civetweb.h
  nlohmann-json3-dev:nlohmann/json.hpp libspdlog-dev:spdlog/spdlog.h
  libsimdjson-dev:simdjson.h libyaml-cpp-dev:yaml-cpp/yaml.h
  libcli11-dev:CLI/CLI.hpp libcsv-dev:csv.h libxxhash-dev:xxhash.h
  librocksdb-dev:rocksdb/db.h zlib1g-dev:zlib.h libcurl4-openssl-dev:curl/curl.h
  libssl-dev:openssl/sha.h libcrypt-dev:crypt.h"
test="catch2:catch2 libbenchmark-dev:benchmark/benchmark.h
  relacy-dev:relacy/relacy.hpp python3:/usr/bin/python3 python3-pandas:pandas.py
  python3-sklearn:sklearn.py python3-yaml:yaml.py curl:curl
  faketime:faketime prometheus:prometheus systemd:systemd-analyze nginx:nginx
  openssl:openssl clang:libfuzzer libclang-rt-dev:libfuzzer"
run="curl:curl"
demo="prometheus:prometheus"
lint="clang-tidy:clang-tidy"
bench="wrk:wrk python3:python3 valgrind:valgrind"
interop="python3-venv:ensurepip.py"

wanted=""
for set in "${@:-build}"; do
  case "$set" in
    build | test | run | demo | lint | bench | interop) wanted="$wanted ${!set}" ;;
    *) echo "no set is called $set" >&2; exit 2 ;;
  esac
done

is_there() {  # the sign
  case "$1" in
    libfuzzer) has_libfuzzer ;;
    catch2) is_there catch2/catch_test_macros.hpp || is_there catch2/catch.hpp ;;
    *.h | *.hpp)
      [ -e "/usr/include/$1" ] || [ -e "/usr/local/include/$1" ] ||
        echo "#include <$1>" | g++ -M -x c++ - >/dev/null 2>&1 ;;
    *.py) /usr/bin/python3 -c "import ${1%.py}" 2>/dev/null ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# The search is that of cmake/fuzz_toolchain.cmake.
has_libfuzzer() {
  local cxx
  for cxx in clang++ $(compgen -c clang++- | sort -u); do
    if echo 'extern "C" int LLVMFuzzerTestOneInput(const char*, long) { return 0; }' |
      "$cxx" -fsanitize=fuzzer,address -x c++ - -o /dev/null 2>/dev/null; then
      return 0
    fi
  done
  return 1
}

is_installed() {  # package
  [ "$(dpkg-query -W -f '${Status}' "$1" 2>/dev/null)" = "install ok installed" ]
}

apt=yes
if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  apt=""
fi
missing=""
for entry in $wanted; do
  package=${entry%%:*}
  case " $missing " in *" $package "*) continue ;; esac
  if [ -n "$apt" ] && is_installed "$package"; then continue; fi
  is_there "${entry#*:}" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

sudo=""
if [ -n "$apt" ] && [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null; then sudo=sudo; else apt=""; fi
fi
if [ -z "$apt" ]; then
  echo "These are missing (named as in Debian), and there is no apt-get or no sudo" \
    "to install them:$missing" >&2
  exit 1
fi

echo "Installing:$missing"
# Debian starts servers on all interfaces as it installs them. This prevents it.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap '$sudo rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null
  $sudo chmod 755 "$policy"
fi
$sudo apt-get update -qq
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
  --no-install-recommends $missing >/dev/null
