// What the tests of fit_tests.hpp say in words.
#include <algorithm>
#include <cmath>

#include "support/text.hpp"
#include "trust/move_groups.hpp"

namespace sojourn {
namespace {

std::string percent(double share) {
  return text::number(100.0 * share, 3) + " %";
}
std::string points(double share) {
  return text::number(100.0 * share, 2);
}
std::string money(double amount) {
  return text::number(std::abs(amount), 3) + (amount < 0.0 ? " less" : " more");
}

/// How many customers of a group move otherwise than the shared row says. In single precision, so that two moves that
/// share a row come out alike and the first one is told.
float touched(const Departure& d) {
  return static_cast<float>(static_cast<double>(d.of) * std::abs(d.probability - d.pooled_probability));
}

/// The move out of one state by which the groups differ most, and the departures of all groups by it.
struct Contrast {
  Index from;
  Index to;
  std::vector<const Departure*> groups;
};

Contrast contrast(const RowsTest& test, Index from) {
  Contrast out{from, from, {}};
  std::vector<float> shifted(static_cast<std::size_t>(test.states.n_states()), 0.0F);
  for (const Departure& d : test.departures) {
    if (d.from == from) shifted[static_cast<std::size_t>(d.to)] += touched(d);
  }
  const float most = *std::max_element(shifted.begin(), shifted.end());
  out.to = std::find_if(shifted.begin(), shifted.end(), [&](float x) { return x >= 0.999F * most; }) - shifted.begin();
  for (const Departure& d : test.departures) {
    if (d.from == from && d.to == out.to) out.groups.push_back(&d);
  }
  return out;
}

/// What the next move of a group is worth beyond the shared row, over all its targets.
std::optional<double> worth_of_group(const RowsTest& test, const Departure& group) {
  double sum = 0.0;
  for (const Departure& d : test.departures) {
    if (d.from != group.from || d.group != group.group) continue;
    if (!d.amount) return std::nullopt;
    sum += *d.amount;
  }
  return sum;
}

/// "Of those in 'a' for the 1st time 22.4 % are in 'a' next, for the 2nd time 37.6 %; the chain says 32 % for all."
std::string told(const RowsTest& test, const Contrast& seen) {
  std::vector<const Departure*> shown = seen.groups;
  constexpr std::size_t most_shown = 4;
  if (shown.size() > most_shown) {  // those that touch most customers, in their order
    std::vector<const Departure*> by_size = shown;
    std::stable_sort(by_size.begin(), by_size.end(),
                     [&](const Departure* a, const Departure* b) { return touched(*a) > touched(*b); });
    by_size.resize(most_shown);
    std::erase_if(shown,
                  [&](const Departure* d) { return std::find(by_size.begin(), by_size.end(), d) == by_size.end(); });
  }
  if (shown.empty()) return "";
  const std::string from = text::quoted(test.states.name(seen.from));
  const std::string to = text::quoted(test.states.name(seen.to));
  std::string out;
  for (const Departure* d : shown) {
    out += out.empty()
               ? "of those in " + from + ' ' + d->group + ", " + percent(d->probability) + " are in " + to + " next"
               : "; " + d->group + ", " + percent(d->probability);
  }
  out += ". The chain says " + percent(shown.front()->pooled_probability) + " for all of them.";
  const auto extreme = [](const Departure* a, const Departure* b) { return a->probability < b->probability; };
  const Departure* low = *std::min_element(shown.begin(), shown.end(), extreme);
  const Departure* high = *std::max_element(shown.begin(), shown.end(), extreme);
  const auto low_worth = worth_of_group(test, *low);
  const auto high_worth = worth_of_group(test, *high);
  if (low_worth && high_worth) {
    out += " On this one move it misstates their value: a customer " + low->group + " brings " + money(*low_worth) +
           " than it says, one " + high->group + ' ' + money(*high_worth) + '.';
  }
  return out;
}

double shift(const TestResult& test) {
  return test.effect - test.effect_by_chance;
}

/// The state whose row is furthest from being the same for all, by customers touched; nothing when none matters.
std::optional<Index> worst_state(const RowsTest& test, double level, double material) {
  const StateTest* worst = nullptr;
  for (const StateTest& s : test.by_state) {
    if (s.adjusted_p_value >= level || shift(s.test) < material) continue;
    const auto reach = [](const StateTest& x) { return static_cast<double>(x.test.moves) * shift(x.test); };
    if (worst == nullptr || reach(s) > reach(*worst)) worst = &s;
  }
  if (worst == nullptr) return std::nullopt;
  return worst->state;
}

const StateTest& test_of(const RowsTest& test, Index state) {
  return *std::find_if(test.by_state.begin(), test.by_state.end(),
                       [&](const StateTest& s) { return s.state == state; });
}

std::string evidence(const TestResult& test) {
  return "p " + std::string(test.p_value < 1e-300 ? "" : "= ") + p_value_text(test.p_value) +
         "; the probabilities shift by " + points(test.effect) + " points on average, chance alone would give " +
         points(test.effect_by_chance);
}

/// A headline, where it shows, and the evidence for it; empty when nothing matters.
std::string warning(const std::string& headline, const RowsTest& test, double level, double material) {
  const std::optional<Index> state = worst_state(test, level, material);
  if (!state) return "";
  return headline + ": " + told(test, contrast(test, *state)) + " (In " + text::quoted(test.states.name(*state)) +
         ": " + evidence(test_of(test, *state).test) + ".)";
}

/// "1 month", "14 to 16 months", "2 periods of 91 days", "3 events".
std::string length_text(const StayLength& s, const Period& period) {
  const std::string unit = period.is_step() ? "event" : period.length() == 1 ? period.name() : "period";
  const std::string last = text::plural(s.to, unit);
  return (s.from == s.to ? last : text::grouped(s.from) + " to " + last) +
         (period.length() == 1 ? "" : " of " + period.name());
}

std::string capital(std::string sentence) {
  if (!sentence.empty() && sentence[0] >= 'a' && sentence[0] <= 'z') sentence[0] = static_cast<char>(sentence[0] - 32);
  return sentence;
}

}  // namespace

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

Index OrderTest::order(double level) const {
  for (std::size_t k = 0; k < steps.size(); ++k) {
    if (steps[k].overall.p_value >= level && steps[k].overall.degrees_of_freedom > 0) return static_cast<Index>(k);
  }
  return static_cast<Index>(steps.size());
}

std::string OrderTest::sentence() const {
  std::string out;
  for (const RowsTest& step : steps) out += (out.empty() ? "" : " ") + step.sentence();
  return out;
}

Index InformationCriteria::best_by_aic() const {
  return std::min_element(orders.begin(), orders.end(),
                          [](const OrderLikelihood& a, const OrderLikelihood& b) { return a.aic < b.aic; })
      ->order;
}

Index InformationCriteria::best_by_bic() const {
  return std::min_element(orders.begin(), orders.end(),
                          [](const OrderLikelihood& a, const OrderLikelihood& b) { return a.bic < b.bic; })
      ->order;
}

std::string InformationCriteria::sentence() const {
  std::string out = "of orders 0 to " + std::to_string(orders.back().order) + ", AIC chooses order " +
                    std::to_string(best_by_aic()) + " and BIC order " + std::to_string(best_by_bic()) + " (" +
                    text::plural(moves, "move") + ";";
  for (const OrderLikelihood& o : orders) {
    out += (o.order == 0 ? " order " : ", order ") + std::to_string(o.order) + ": AIC " + text::number(o.aic, 8) +
           ", BIC " + text::number(o.bic, 8) + " with " + text::plural(o.n_parameters, "parameter");
  }
  return out + ").";
}

std::string SegmentTest::sentence() const {
  std::string out = rows.sentence();
  for (const SegmentValue& v : values) {
    const double by = v.difference.other_value - v.difference.value;
    out += " A customer who moves like " + text::quoted(v.segment) + " is worth " + text::number(std::abs(by), 4) +
           (by < 0.0 ? " less" : " more") + " than one who moves like " +
           (v.against == "all" ? "all together" : text::quoted(v.against));
    if (!v.difference.moves.empty()) {
      const MoveDifference& m = v.difference.moves.front();
      out += ", most of it by " + text::quoted(rows.states.name(m.from)) + " → " +
             text::quoted(rows.states.name(m.to)) + " (" + text::number(m.amount, 4) + ")";
    }
    out += '.';
  }
  return out;
}

Leaving StateDwellTest::direction(double level) const {
  if (adjusted_p_value >= level) return Leaving::even;
  const double p_value = std::erfc(std::abs(trend) / std::sqrt(2.0));
  if (p_value >= level) return Leaving::uneven;
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
             " (" + percent(s.lengths.front().leaving) + " at first, " + percent(s.lengths.back().leaving) +
             " at last)";
  }
  if (found.empty()) return out;
  out.back() = ';';
  return out + found + '.';
}

std::vector<std::string> FitTests::warnings() const {
  std::vector<std::string> out;
  const auto add = [&](const std::string& text) {
    if (!text.empty()) out.push_back(text);
  };
  // The past by the last states, or by how often the customer has been here: whichever says more.
  const RowsTest* past = &visits;
  const auto reach = [&](const RowsTest& test) {
    const std::optional<Index> state = worst_state(test, level, material);
    if (!state) return 0.0;
    const TestResult& found = test_of(test, *state).test;
    return static_cast<double>(found.moves) * shift(found);
  };
  for (std::size_t k = 1; k < order.steps.size(); ++k) {
    if (reach(order.steps[k]) > reach(*past)) past = &order.steps[k];
  }
  add(warning("One state is not memory enough", *past, level, material));
  if (by_age) add(warning("Customers do not move alike at all ages", *by_age, level, material));
  if (by_calendar) {
    add(warning("Customers did not move alike at all times of this log", *by_calendar, level, material));
  }
  if (dwell) {
    const StateDwellTest* worst = nullptr;
    for (const StateDwellTest& s : dwell->by_state) {
      if (s.adjusted_p_value >= level || shift(s.test) < material) continue;
      if (worst == nullptr || static_cast<double>(s.test.moves) * shift(s.test) >
                                  static_cast<double>(worst->test.moves) * shift(worst->test)) {
        worst = &s;
      }
    }
    if (worst != nullptr) {
      const Leaving how = worst->direction(level);
      const std::string name = text::quoted(dwell->states.name(worst->state));
      add("Time spent in a state matters: the chance of leaving " + name +
          (how == Leaving::falls   ? " falls the longer a customer stays"
           : how == Leaving::rises ? " rises the longer a customer stays"
                                   : " changes with the time spent") +
          ", from " + percent(worst->lengths.front().leaving) + " after a stay of " +
          length_text(worst->lengths.front(), period) + " to " + percent(worst->lengths.back().leaving) + " after " +
          length_text(worst->lengths.back(), period) + ". The chain says " + percent(worst->leaving) +
          " whatever the stay. (" + evidence(worst->test) + ".)");
    }
  }
  return out;
}

std::vector<std::string> FitTests::sentences() const {
  std::vector<std::string> out;
  for (const RowsTest& step : order.steps) out.push_back(capital(step.sentence()));
  out.push_back(capital(criteria.sentence()));
  out.push_back(capital(visits.sentence()));
  if (by_age) out.push_back(capital(by_age->sentence()));
  if (by_calendar) out.push_back(capital(by_calendar->sentence()));
  if (dwell) out.push_back(capital(dwell->sentence()));
  return out;
}

}  // namespace sojourn
