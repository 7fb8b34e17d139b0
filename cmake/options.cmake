# Every switch of the build. Developers' parts are off when sojourn is part of another project.

option(SOJOURN_BUILD_PYTHON "Build the Python module (the package build turns this on)" OFF)

set(sojourn_developer ${PROJECT_IS_TOP_LEVEL})
if(SOJOURN_BUILD_PYTHON)
  set(sojourn_developer OFF)
endif()

option(SOJOURN_BUILD_TESTS "Build the C++ tests" ${sojourn_developer})
option(SOJOURN_BUILD_EXAMPLES "Build the C++ examples" ${sojourn_developer})
option(SOJOURN_BUILD_BENCHMARKS "Build the benchmarks" OFF)
option(SOJOURN_INSTALL "Make install rules for the library and its headers" ${sojourn_developer})
option(SOJOURN_UNITY "Compile several sources of a wing as one: quick for the whole, slow after a small change" OFF)
set(SOJOURN_SANITIZE "" CACHE STRING "Sanitizers for every target, as -fsanitize takes them: address,undefined or thread")

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
endif()

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
endif()

if(SOJOURN_SANITIZE)
  add_compile_options("-fsanitize=${SOJOURN_SANITIZE}" -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options("-fsanitize=${SOJOURN_SANITIZE}")
endif()

# A compiler cache where there is one; a launcher of one's own, or an empty one, is left alone. Precompiled headers are
# cached only by a cache that is told so.
if(PROJECT_IS_TOP_LEVEL AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER AND NOT DEFINED ENV{CMAKE_CXX_COMPILER_LAUNCHER})
  find_program(SOJOURN_CCACHE ccache)
  mark_as_advanced(SOJOURN_CCACHE)
  if(SOJOURN_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros "${SOJOURN_CCACHE}")
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      add_compile_options(-fpch-preprocess)
    endif()
  endif()
endif()
