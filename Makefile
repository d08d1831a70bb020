# make run    build, start the daemon and Prometheus, replay real data
# make test   build and run every test
# make bench  measure, each figure as a ratio to a limit of the same run
# make bench-statistics    what slices, scores, scrapes and simulations cost
# make bench-checkpoints   what checkpoints do to the latency of answers
# make bench-event-log     what the event log costs ingest
# make bench-large   memory and start with millions of ids in the store
# make format, make lint

BUILD := build/release
# RocksDB is not built with ThreadSanitizer, which does not see what orders its
# threads, and reports its frees as races.
TSAN_OPTIONS := ignore_noninstrumented_modules=1

.PHONY: run test bench bench-large bench-checkpoints bench-event-log \
  bench-statistics build programs format lint

# The daemon and its tool alone.
programs:
	deploy/install-dependencies.sh build
	cmake --preset release -DPLUMBLINE_TESTS=OFF -DPLUMBLINE_BENCHMARKS=OFF
	cmake --build --preset release --target plumbline plumbtool

# All, with tests and benchmarks.
build:
	deploy/install-dependencies.sh build test
	cmake --preset release -DPLUMBLINE_TESTS=ON -DPLUMBLINE_BENCHMARKS=ON
	cmake --build --preset release

test: build
	ctest --preset release
	cmake --preset tsan
	cmake --build --preset tsan --target unit_tests window_stress
	cd build/tsan && TSAN_OPTIONS=$(TSAN_OPTIONS) ctest --output-on-failure \
	  -R 'stress|threads'
	cmake --preset asan
	cmake --build --preset asan --target unit_tests plumbline plumbtool
	cd build/asan && ctest --output-on-failure -E 'stress|integration.(crash|disk|kill_points|elec2|laws|estimate_elec2|prometheus|simulate_elec2|sources)'

run: programs
	-deploy/install-dependencies.sh run
	deploy/demo/run.sh

bench: build
	deploy/install-dependencies.sh bench
	python3 tests/benchmarks/report.py $(BUILD) $(BUILD)/bench.json

# Takes some minutes and 10 GB of disk.
bench-large: build
	python3 tests/benchmarks/large_store.py $(BUILD)

bench-statistics: build
	python3 tests/benchmarks/statistics_report.py $(BUILD)

# Takes two minutes.
bench-event-log: build
	deploy/install-dependencies.sh bench
	python3 tests/benchmarks/event_log_cost.py $(BUILD)

# Takes two minutes.
bench-checkpoints: build
	python3 tests/benchmarks/checkpoint_stalls.py $(BUILD)

lint: build
	deploy/install-dependencies.sh lint
	git ls-files 'core/*.cc' 'config/*.cc' 'exporters/*.cc' 'daemon/*.cc' | \
	  xargs -P $$(nproc) -n 4 clang-tidy --quiet -p $(BUILD) \
	  --extra-arg=-Wno-unknown-warning-option

format:
	clang-format -i $$(git ls-files '*.cc' '*.h')
