// What all tests together say to a reader who must decide.
#include <algorithm>
#include <cmath>

#include "sojourn/trust/fit_tests.hpp"
#include "support/text.hpp"
#include "trust/test_words.hpp"

namespace sojourn {
namespace {

using detail::percent;
using detail::points;
using detail::touched;

std::string money(double amount) {
  return text::number(std::abs(amount), 3) + (amount < 0.0 ? " less" : " more");
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
