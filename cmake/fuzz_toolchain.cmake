# The first clang that has libFuzzer: what is called clang++, or clang++-18 and the
# like. deploy/install-dependencies.sh installs one.
if(NOT PLUMBLINE_FUZZ_CXX)
  set(names clang++)
  foreach(version RANGE 25 14 -1)
    list(APPEND names clang++-${version})
  endforeach()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/has_libfuzzer.cc)
  file(WRITE ${source}
       "extern \"C\" int LLVMFuzzerTestOneInput(const char*, long) { return 0; }\n")
  foreach(name ${names})
    execute_process(
      COMMAND ${name} -fsanitize=fuzzer,address ${source} -o ${source}.out
      RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
    if(failed EQUAL 0)
      set(PLUMBLINE_FUZZ_CXX ${name} CACHE STRING "A clang that has libFuzzer")
      break()
    endif()
  endforeach()
  if(NOT PLUMBLINE_FUZZ_CXX)
    message(FATAL_ERROR "No clang++ has libFuzzer; "
                        "run deploy/install-dependencies.sh build test")
  endif()
endif()
# Trial compiles read this file too.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES PLUMBLINE_FUZZ_CXX)
set(CMAKE_CXX_COMPILER ${PLUMBLINE_FUZZ_CXX})
