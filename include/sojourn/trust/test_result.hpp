/// \file test_result.hpp
/// What a test found, as every test of `fit_tests.hpp` says it: a statistic and its p-value, and by how much probabilities
/// shift.
#pragma once

#include <cstdint>
#include <string>

#include "sojourn/chain/types.hpp"

namespace sojourn {

/// `likelihood_ratio` is G², for a given chain Kullback's statistic; `pearson` is X².
enum class TestMethod { likelihood_ratio, pearson };

/// How several p-values are read at once: `holm` bounds the chance of even one false finding (S. Holm, Scandinavian
/// Journal of Statistics 6, 1979), `benjamini_hochberg` the share of false ones among the findings (Journal of the
/// Royal Statistical Society B 57, 1995).
enum class Adjustment { holm, benjamini_hochberg };

/// What a test found, and what it rests on.
struct TestResult {
  std::string question;      ///< what was tested against what, in words
  std::string method;        ///< "likelihood ratio (G²)" or "Pearson (X²)"
  double statistic;          ///< compared with a chi-squared law
  Index degrees_of_freedom;  ///< 0 = the groups leave nothing to compare; the p-value is then 1
  double p_value;            ///< upper tail; 0 only below the smallest double, printed as "< 1e-300"
  std::int64_t moves;        ///< observed moves behind it
  Index cells;               ///< compared numbers of moves
  /// Of these, with fewer than 5 moves expected; where they are many the p-value is rough
  Index sparse_cells;
  /// How far the probabilities of the next move lie from the shared row: total variation, averaged over moves, 0 to 1
  double effect;
  double effect_by_chance;  ///< what sampling alone would make of `effect`

  /// All of it as one sentence.
  std::string sentence() const;
};

/// The text of a p-value: "0.368", "1.2e-15", "< 1e-300".
std::string p_value_text(double p_value);

}  // namespace sojourn
