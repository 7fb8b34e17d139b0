#include "sojourn/trust/dwell_test.hpp"

#include <algorithm>
#include <cmath>

#include "support/tails.hpp"
#include "support/text.hpp"
#include "trust/fit_parts.hpp"
#include "trust/journey_moves.hpp"
#include "trust/test_sum.hpp"
#include "trust/test_words.hpp"

namespace sojourn {
namespace {

/// Ages of a stay put together until a geometric law expects five stays of either kind.
std::vector<StayLength> stay_lengths(const Dwell& dwell) {
  const std::size_t longest = std::max(dwell.completed.size(), dwell.open.size());
  const auto at = [](const std::vector<std::int64_t>& lengths, std::size_t k) {
    return k < lengths.size() ? lengths[k] : 0;
  };
  std::vector<StayLength> ages(longest);
  std::int64_t lasting = 0;  // stays longer than k + 1
  std::int64_t at_risk = 0;
  std::int64_t left = 0;
  for (std::size_t k = longest; k-- > 0;) {
    const auto length = static_cast<std::int64_t>(k) + 1;
    const std::int64_t gone = at(dwell.completed, k);
    ages[k] = {length, length, lasting + gone, gone, 0.0};
    lasting += gone + at(dwell.open, k);
    at_risk += ages[k].at_risk;
    left += gone;
  }
  if (at_risk == 0) return {};
  constexpr double few = 5.0;
  const double p = static_cast<double>(left) / static_cast<double>(at_risk);
  const auto is_enough = [&](const StayLength& s) {
    return static_cast<double>(s.at_risk) * std::min(p, 1.0 - p) >= few;
  };
  const auto join = [](StayLength& a, const StayLength& b) {
    a.to = b.to;
    a.at_risk += b.at_risk;
    a.left += b.left;
  };
  std::vector<StayLength> out;
  for (const StayLength& age : ages) {
    if (age.at_risk == 0) continue;
    if (out.empty() || is_enough(out.back())) {
      out.push_back(age);
    } else {
      join(out.back(), age);
    }
  }
  if (out.size() > 1 && !is_enough(out.back())) {
    const StayLength last = out.back();
    out.pop_back();
    join(out.back(), last);
  }
  for (StayLength& s : out) s.leaving = static_cast<double>(s.left) / static_cast<double>(s.at_risk);
  return out;
}

}  // namespace

DwellTest detail::by_dwell(const Counts& counts, const DwellTestOptions& options) {
  const StateSpace& states = counts.states();
  const std::string question = "geometric stays against any chance of leaving by time spent";
  DwellTest out{states, {}, {}, options.adjustment};
  TestSum overall(options.method);
  for (Index i = 0; i < states.n_states(); ++i) {
    std::vector<StayLength> lengths = stay_lengths(counts.dwell()[static_cast<std::size_t>(i)]);
    std::int64_t at_risk = 0;
    std::int64_t left = 0;
    double sum_x = 0.0;
    for (const StayLength& s : lengths) {
      at_risk += s.at_risk;
      left += s.left;
      sum_x += static_cast<double>(s.at_risk) * 0.5 * static_cast<double>(s.from + s.to);
    }
    TestSum sum(options.method);
    const bool can_differ = lengths.size() > 1 && left > 0 && left < at_risk;
    if (!can_differ) {
      if (at_risk > 0) sum.moves(at_risk, 0.0, 0.0);
      overall.add(sum);
      continue;
    }
    const auto n = static_cast<double>(at_risk);
    const double p = static_cast<double>(left) / n;
    sum.degrees(static_cast<Index>(lengths.size()) - 1);
    double score = 0.0;
    double spread = 0.0;
    for (const StayLength& s : lengths) {
      const auto size = static_cast<double>(s.at_risk);
      sum.cell(s.left, size * p);
      sum.cell(s.at_risk - s.left, size * (1.0 - p));
      sum.moves(s.at_risk, std::abs(s.leaving - p),
                detail::distance_by_chance(Eigen::RowVector2d(p, 1.0 - p), size, 1.0 - size / n));
      const double x = 0.5 * static_cast<double>(s.from + s.to) - sum_x / n;
      score += x * (static_cast<double>(s.left) - size * p);
      spread += size * x * x;
    }
    overall.add(sum);
    const double trend = score / std::sqrt(p * (1.0 - p) * spread);
    out.by_state.push_back(
        {i, sum.result(question + ", in " + text::quoted(states.name(i))), 1.0, p, trend, std::move(lengths)});
  }
  out.overall = overall.result(question);
  adjust_for_number(out.by_state, options.adjustment);
  return out;
}

DwellTest dwell_test(const Counts& counts, const DwellTestOptions& options) {
  DwellTest found = detail::by_dwell(counts, options);
  if (found.overall.moves == 0) {
    detail::cannot("dwell_test: no stay was seen to go on or to end, so there is nothing to test");
  }
  return found;
}

Leaving StateDwellTest::direction(double level) const {
  if (adjusted_p_value >= level) return Leaving::even;
  if (detail::normal_p_value(trend) >= level) return Leaving::uneven;
  return trend < 0.0 ? Leaving::falls : Leaving::rises;
}

std::string DwellTest::sentence() const {
  std::string out = overall.sentence();
  std::string found;
  for (const StateDwellTest& s : by_state) {
    const Leaving how = s.direction();
    if (how == Leaving::even) continue;
    found += (found.empty() ? " " : "; ") + std::string("the chance of leaving ") + text::quoted(states.name(s.state)) +
             (how == Leaving::falls   ? " falls with the time spent"
              : how == Leaving::rises ? " rises with the time spent"
                                      : " changes with the time spent, now up, now down") +
             " (" + detail::percent(s.lengths.front().leaving) + " at first, " +
             detail::percent(s.lengths.back().leaving) + " at last)";
  }
  if (found.empty()) return out;
  out.back() = ';';
  return out + found + '.';
}

}  // namespace sojourn
