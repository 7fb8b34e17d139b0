# How sources are put together for the compiler; nothing here changes what they say.

# sojourn_units(TARGET): with SOJOURN_UNITY, up to ten sources of a wing are compiled as one, so they may not use one
# private name for two things. A source with flags of its own stays alone.
function(sojourn_units target)
  if(NOT SOJOURN_UNITY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    string(REGEX REPLACE "^(src|bindings)/([a-z]+)/[^/]+\\.cpp$" "\\2" wing "${source}")
    if(NOT wing STREQUAL source)
      math(EXPR unit "0${n_${wing}} / 10")
      math(EXPR n_${wing} "0${n_${wing}} + 1")
      set_source_files_properties("${source}" PROPERTIES UNITY_GROUP "${wing}_${unit}")
    endif()
  endforeach()
endfunction()

# GCC tidies up its memory all the time unless it may use some; a quarter of its time goes there.
function(sojourn_compiler_memory target)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE "SHELL:--param ggc-min-heapsize=1000000")
  endif()
endfunction()
