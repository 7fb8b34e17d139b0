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
