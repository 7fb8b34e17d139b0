# Flags for our own targets only; nothing here reaches whoever links sojourn.

# Many warnings. CMAKE_COMPILE_WARNING_AS_ERROR makes them errors.
function(sojourn_warnings target)
  if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    target_compile_options(${target} PRIVATE
      -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi)
  elseif(MSVC)
    target_compile_options(${target} PRIVATE /W4 /utf-8)
  endif()
endfunction()

# The same sums on every machine: a*b + c is never fused, and the instruction set is the compiler's default.
function(sojourn_exact_arithmetic target)
  if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    target_compile_options(${target} PRIVATE -ffp-contract=off)
  endif()
endfunction()

# Sources of their own for instruction sets that not every machine has; which one runs is chosen when the program runs.
function(sojourn_instruction_sets target)
  if(NOT (CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang" AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$"))
    return()
  endif()
  target_sources(${target} PRIVATE src/simulation/walk_avx2.cpp src/simulation/walk_avx512.cpp src/simulation/walk_jump_avx512.cpp)
  target_compile_definitions(${target} PRIVATE SOJOURN_X86_WALKERS)
  set_source_files_properties(src/simulation/walk_avx2.cpp PROPERTIES COMPILE_OPTIONS "-mavx2")
  # GCC 12 takes the undefined vectors of its own header for a mistake of ours.
  set_source_files_properties(src/simulation/walk_avx512.cpp src/simulation/walk_jump_avx512.cpp PROPERTIES
    COMPILE_OPTIONS "-mavx512f;-mavx512dq;-mavx512bw;-mavx512vl;-Wno-maybe-uninitialized")
endfunction()
