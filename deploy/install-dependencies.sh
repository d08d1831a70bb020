#!/usr/bin/env bash
# Installs what building and running needs, and nothing that is there already.
# usage: install-dependencies.sh [build|test|run|lint|bench]...
set -euo pipefail

build="g++ ccache cmake ninja-build make pkg-config prometheus-cpp-dev libcivetweb-dev
  nlohmann-json3-dev libspdlog-dev libsimdjson-dev libyaml-cpp-dev libcli11-dev
  libxxhash-dev librocksdb-dev zlib1g-dev libcurl4-openssl-dev libcrypt-dev"
test="catch2 libbenchmark-dev relacy-dev python3 python3-pandas python3-sklearn python3-yaml curl faketime prometheus systemd"
run="prometheus curl"
lint="clang-tidy"
bench="wrk python3"

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  echo "This system has no apt-get. Install these (named as in Debian) by hand:" >&2
  echo "$build" >&2
  echo "and for the tests: $test" >&2
  exit 1
fi

wanted=""
for set in "${@:-build}"; do
  case "$set" in
    build) wanted="$wanted $build" ;;
    test) wanted="$wanted $test" ;;
    run) wanted="$wanted $run" ;;
    lint) wanted="$wanted $lint" ;;
    bench) wanted="$wanted $bench" ;;
    *) echo "no set is called $set" >&2; exit 2 ;;
  esac
done

missing=""
for package in $wanted; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [ "$status" = "install ok installed" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

sudo=""
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "These packages are missing, and there is no sudo to install them:$missing" >&2
    exit 1
  fi
  sudo=sudo
fi

echo "Installing:$missing"
# Debian starts servers as it installs them, on all interfaces. None is wanted.
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
