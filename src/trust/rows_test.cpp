#include "sojourn/trust/rows_test.hpp"

#include <algorithm>

#include "support/text.hpp"
#include "trust/test_words.hpp"

namespace sojourn {

using detail::percent;
using detail::touched;

std::vector<Departure> RowsTest::located(double level) const {
  std::vector<Departure> found;
  for (const Departure& d : departures) {
    if (d.p_value < level) found.push_back(d);
  }
  std::stable_sort(found.begin(), found.end(),
                   [&](const Departure& a, const Departure& b) { return touched(a) > touched(b); });
  return found;
}

std::string RowsTest::sentence() const {
  std::string out = overall.sentence();
  constexpr double level = 0.05;
  const std::vector<Departure> found = located(level);
  if (found.empty()) return out;
  const Departure& d = found.front();
  out.back() = ';';
  return out + " most customers are touched by " + text::quoted(states.name(d.from)) + " → " +
         text::quoted(states.name(d.to)) + (d.group.empty() ? "" : ' ' + d.group) + ": " + percent(d.probability) +
         " instead of " + percent(d.pooled_probability) + '.';
}

}  // namespace sojourn
