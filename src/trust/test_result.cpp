#include "sojourn/trust/test_result.hpp"

#include "support/text.hpp"
#include "trust/test_words.hpp"

namespace sojourn {

using detail::points;

std::string p_value_text(double p_value) {
  return p_value < 1e-300 ? "< 1e-300" : text::number(p_value, 3);
}

std::string TestResult::sentence() const {
  if (degrees_of_freedom == 0) {
    return question + ": nothing to tell apart, for the moves seen leave no choice between the two (" +
           text::plural(moves, "move") + ").";
  }
  std::string out = question + ": " + method + ' ' + text::number(statistic, 6) + " on " +
                    text::plural(degrees_of_freedom, "degree") + " of freedom, p " + (p_value < 1e-300 ? "" : "= ") +
                    p_value_text(p_value) + ", from " + text::plural(moves, "move") +
                    "; the probabilities of the next move shift by " + points(effect) +
                    " points on average, where chance alone would give " + points(effect_by_chance);
  if (sparse_cells > 0) {
    out += "; " + text::grouped(sparse_cells) + " of " + text::plural(cells, "number") + " compared " +
           (sparse_cells == 1 ? "is" : "are") + " expected below 5";
    if (5 * sparse_cells > cells) out += ", so the p-value is rough";
  }
  return out + '.';
}

}  // namespace sojourn
