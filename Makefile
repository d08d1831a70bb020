# make run    build, start the daemon and Prometheus, replay real data
# make test   build and run every test
# make format, make lint

BUILD := build/release

.PHONY: run test build format

build:
	deploy/install-dependencies.sh build
	cmake --preset release
	cmake --build --preset release

test: build
	deploy/install-dependencies.sh test
	ctest --preset release
	cmake --preset tsan
	cmake --build --preset tsan --target unit_tests window_stress
	cd build/tsan && ctest --output-on-failure -R 'stress|threads'

run: build
	-deploy/install-dependencies.sh run
	deploy/demo/run.sh

format:
	clang-format -i $$(git ls-files '*.cc' '*.h')
