/// \file offspring_law.hpp
/// The law of how many newcomers one customer brings at once.
#pragma once

namespace sojourn {

/// How many a customer brings in one period in which he brings `b` on average, or with one move.
enum class OffspringLaw {
  poisson,    ///< any number, variance `b`
  bernoulli,  ///< one or none, `b` at most 1
  geometric,  ///< `0, 1, 2, …` with a constant chance of one more, variance `b (1 + b)`
};

}  // namespace sojourn
