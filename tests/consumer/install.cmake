# Installs a finished build into an empty prefix: cmake -Dbuild=… -Dprefix=… -P install.cmake
file(REMOVE_RECURSE "${prefix}")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${build}" --prefix "${prefix}" COMMAND_ERROR_IS_FATAL ANY)
