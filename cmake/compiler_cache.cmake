# Compiles through ccache where it is installed. Paths are relative to the
# checkout, so that a fresh clone in another folder finds what this one has
# compiled. A launcher that is set by hand stands.
if(DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  return()
endif()
find_program(PLUMBLINE_CCACHE ccache)
if(PLUMBLINE_CCACHE)
  # A precompiled header differs by its time alone, which decides nothing.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=true
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${PLUMBLINE_CCACHE})
endif()
