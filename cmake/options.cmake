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
