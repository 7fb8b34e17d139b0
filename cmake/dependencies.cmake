# GLOBAL: a project that adds sojourn as a subdirectory links the same targets from its own directory.

# Asked for without a version: "3.4" would refuse Eigen 5, and a range refuses Debian's 3.4.0.
find_package(Eigen3 CONFIG REQUIRED GLOBAL)
if(Eigen3_VERSION VERSION_LESS 3.4)
  message(FATAL_ERROR "Eigen3: version ${Eigen3_VERSION} found in ${Eigen3_DIR}, 3.4 or newer needed "
                      "(Debian: apt install libeigen3-dev; elsewhere point Eigen3_DIR at a newer one)")
endif()
find_package(Boost 1.74 CONFIG REQUIRED GLOBAL)
find_package(nlohmann_json CONFIG REQUIRED GLOBAL)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED GLOBAL)

if(SOJOURN_BUILD_PYTHON)
  set(PYBIND11_FINDPYTHON ON)
  find_package(Python 3.11 COMPONENTS Interpreter Development.Module REQUIRED)
  find_package(pybind11 3 CONFIG REQUIRED)
endif()
