# The library, its headers, and what find_package and pkg-config read.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

target_include_directories(sojourn INTERFACE "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
set(sojourn_cmake_dir "${CMAKE_INSTALL_LIBDIR}/cmake/sojourn")

install(TARGETS sojourn EXPORT sojournTargets
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY include/sojourn DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp")
install(EXPORT sojournTargets NAMESPACE sojourn:: DESTINATION "${sojourn_cmake_dir}")

configure_package_config_file(
  cmake/sojournConfig.cmake.in "${CMAKE_CURRENT_BINARY_DIR}/sojournConfig.cmake"
  INSTALL_DESTINATION "${sojourn_cmake_dir}")
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/sojournConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(
  FILES "${CMAKE_CURRENT_BINARY_DIR}/sojournConfig.cmake" "${CMAKE_CURRENT_BINARY_DIR}/sojournConfigVersion.cmake"
  DESTINATION "${sojourn_cmake_dir}")

# Paths in sojourn.pc are relative to the file itself, so that an installed tree can be moved.
set(sojourn_pc_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
file(RELATIVE_PATH sojourn_pc_prefix "/prefix/${sojourn_pc_dir}" "/prefix")
string(REGEX REPLACE "/$" "" sojourn_pc_prefix "${sojourn_pc_prefix}")
configure_file(cmake/sojourn.pc.in "${CMAKE_CURRENT_BINARY_DIR}/sojourn.pc" @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/sojourn.pc" DESTINATION "${sojourn_pc_dir}")
