/// \file cancelled.hpp
/// How a run ends that was told to stop.
#pragma once

#include <stdexcept>

namespace sojourn {

/// Thrown by a run that was told to stop.
class Cancelled : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace sojourn
