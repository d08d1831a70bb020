# make run    build, start the daemon and Prometheus, replay real data
# make test   build and run every test; CONTRIBUTING.md lists what it needs
# make test-long      the same with more seeds, kills and rounds; an hour or two
# make crash-long     3,000 kills in thirty stores; nothing lost, nothing twice
# make fuzz   run each fuzzer for FUZZ_SECONDS
# make test-interop   the examples of docs/event-log.md, and Envoy, with packages of PyPI
# make bench  measure each figure as a ratio to a limit of the same run
# make bench-statistics    cost of slices, scores, scrapes and simulations
# make bench-checkpoints   latency of answers during checkpoints, and the
#                          writer's CPU time for one
# make bench-event-log     cost of the event log for ingest
# make bench-events   instructions and time of one event, compared with
#             BEFORE=build/release of another checkout
# make bench-http     CPU time of small requests, compared with BEFORE
# make bench-large   memory and start time with millions of ids in the store
# make reference    write docs/configuration-keys.md from the tables that read the keys
# make format, make lint

BUILD := build/release
# More tests than cores run in parallel: most wait more than they compute.
JOBS := $(shell expr 2 \* $$(nproc))
CTEST := ctest --output-on-failure --no-tests=error -j $(JOBS)
# RocksDB is built without ThreadSanitizer, which misses the synchronization of
# its threads and reports its frees as races.
TSAN_OPTIONS := ignore_noninstrumented_modules=1
# Seeds, kills and rounds of `make test-long`.
LONG := PLUMBLINE_TEST_SEEDS=50 KILLS=1000 ROUNDS=100 HITS=20

# Time of each fuzzer.
FUZZ_SECONDS := 20

.PHONY: run test test-asan test-tsan test-long crash-long test-interop fuzz bench bench-large \
  bench-checkpoints bench-event-log bench-events bench-http bench-statistics build programs reference format lint

# Only the daemon and its tool.
programs:
	deploy/install-dependencies.sh build
	cmake --preset release -DPLUMBLINE_TESTS=OFF -DPLUMBLINE_BENCHMARKS=OFF
	cmake --build --preset release --target plumbline plumbtool

# Everything, with tests and benchmarks.
build:
	deploy/install-dependencies.sh build test
	cmake --preset release -DPLUMBLINE_TESTS=ON -DPLUMBLINE_BENCHMARKS=ON
	cmake --build --preset release

test: build
	cd $(BUILD) && $(CTEST)
	$(MAKE) fuzz
	$(MAKE) test-tsan
	$(MAKE) test-asan

# Tests of concurrency, under ThreadSanitizer; `make test-long` runs all tests
# that start a thread.
TSAN_TESTS := -R 'stress|threads'
test-tsan:
	cmake --preset tsan
	cmake --build --preset tsan --target thread_tests window_stress
	cd build/tsan && TSAN_OPTIONS=$(TSAN_OPTIONS) $(CTEST) $(TSAN_TESTS)

# Tests of readers of outside bytes, and all unit tests, under AddressSanitizer
# and UndefinedBehaviorSanitizer.
test-asan:
	cmake --preset asan
	cmake --build --preset asan --target unit_tests thread_tests plumbline plumbtool
	cd build/asan && $(CTEST) -L '^(unit|threads|sanitized)$$' -E '^stress'

test-long: build
	cd $(BUILD) && $(LONG) $(CTEST)
	$(LONG) $(MAKE) test-tsan TSAN_TESTS='-L threads'
	$(LONG) $(MAKE) test-asan

crash-long: build
	PLUMBLINE_BIN=$(CURDIR)/$(BUILD)/daemon /usr/bin/python3 tests/integration/crash_long.py

# Needs clang. Findings go to build/fuzz/found.
fuzz:
	deploy/install-dependencies.sh build test
	cmake --preset fuzz
	cmake --build --preset fuzz
	tests/fuzz/run.sh build/fuzz $(FUZZ_SECONDS)

# Downloads some gigabytes, and keeps them in build/interop.
test-interop: programs
	deploy/install-dependencies.sh test interop
	tests/interop/run.sh $(BUILD)

run: programs
	deploy/install-dependencies.sh run
	deploy/install-dependencies.sh demo || echo "Going on without Prometheus."
	deploy/demo/run.sh

bench: build
	deploy/install-dependencies.sh bench
	python3 tests/benchmarks/report.py $(BUILD) $(BUILD)/bench.json

# Takes some minutes and 10 GB of disk.
bench-large: build
	python3 tests/benchmarks/large_store.py $(BUILD)

bench-events: build
	deploy/install-dependencies.sh bench
	python3 tests/benchmarks/event_cost.py $(BUILD) $(BEFORE)

bench-http: build
	python3 tests/benchmarks/http_cost.py $(BUILD) $(BEFORE)

bench-statistics: build
	python3 tests/benchmarks/statistics_report.py $(BUILD)

# Takes two minutes.
bench-event-log: build
	deploy/install-dependencies.sh bench
	python3 tests/benchmarks/event_log_cost.py $(BUILD)

# Takes two minutes.
bench-checkpoints: build
	python3 tests/benchmarks/checkpoint_stalls.py $(BUILD)
	$(BUILD)/tests/benchmarks/checkpoint_pause

reference:
	cmake --preset release
	cmake --build --preset release --target reference_page
	$(BUILD)/config/reference_page > docs/configuration-keys.md

lint: build
	deploy/install-dependencies.sh lint
	git ls-files 'core/*.cc' 'config/*.cc' 'exporters/*.cc' 'daemon/*.cc' | \
	  xargs -P $$(nproc) -n 4 clang-tidy --quiet -p $(BUILD) \
	  --extra-arg=-Wno-unknown-warning-option

format:
	clang-format -i $$(git ls-files '*.cc' '*.h')
