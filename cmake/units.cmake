# How sources are put together for the compiler; nothing here changes what they say.

# sojourn_units(TARGET [WING...]): with SOJOURN_UNITY, up to four sources of one wing are compiled as one, so they may not
# use one private name for two things. All wings unless some are named; a source with flags of its own stays alone.
function(sojourn_units target)
  if(NOT SOJOURN_UNITY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    if(source MATCHES "^(src|bindings)/([a-z]+)/[^/]+\\.cpp$" AND (NOT ARGN OR CMAKE_MATCH_2 IN_LIST ARGN))
      set(wing "${CMAKE_MATCH_2}")
      math(EXPR unit "0${n_${wing}} / 4")
      math(EXPR n_${wing} "0${n_${wing}} + 1")
      set_source_files_properties("${source}" PROPERTIES UNITY_GROUP "${wing}_${unit}")
    endif()
  endforeach()
endfunction()
