# Warnings for the project's own code, and the chosen sanitizers for all of it.
add_compile_options(-Wall -Wextra -Wpedantic $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local>
                    -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Wvla)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False alarms on std::string concatenation, GCC bug 105651.
  add_compile_options(-Wno-restrict -Wno-stringop-overflow
                      -Wno-array-bounds)
endif()
if(PLUMBLINE_WERROR)
  add_compile_options(-Werror)
endif()
if(PLUMBLINE_SANITIZE)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # False alarms in the standard library's own headers under instrumentation.
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
  add_compile_options(-fsanitize=${PLUMBLINE_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PLUMBLINE_SANITIZE})
endif()
