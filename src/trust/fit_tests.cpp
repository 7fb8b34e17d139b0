#include "sojourn/trust/fit_tests.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "support/text.hpp"
#include "trust/move_groups.hpp"

namespace sojourn {
namespace {

using detail::GroupedMove;
using detail::GroupQuestion;
using detail::MoveTally;
using detail::TestSum;

[[noreturn]] void refuse(const std::string& what) {
  throw std::invalid_argument(what);
}
[[noreturn]] void cannot(const std::string& what) {
  throw std::domain_error(what);
}

std::string move_name(const StateSpace& states, Index i, Index j) {
  return text::quoted(states.name(i)) + " → " + text::quoted(states.name(j));
}

std::string ordinal(Index n) {
  const bool teen = n % 100 >= 11 && n % 100 <= 13;
  const char* ending = teen ? "th" : n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
  return text::grouped(n) + ending;
}

/// Refuses or removes moves that the lifecycle does not allow.
CountMatrix allowed_moves(const char* where, const Lifecycle& lifecycle, CountMatrix moves, Forbidden policy) {
  std::string named;
  for (Index i = 0; i < moves.rows(); ++i) {
    for (Index j = 0; j < moves.cols(); ++j) {
      if (moves(i, j) == 0 || lifecycle.allowed()(i, j)) continue;
      if (named.empty()) named = move_name(lifecycle.states(), i, j) + ' ' + text::plural(moves(i, j), "time");
      moves(i, j) = 0;
    }
  }
  if (!named.empty() && policy == Forbidden::refuse) {
    cannot(std::string(where) + ": the lifecycle forbids the observed move " + named +
           "; allow it, or drop such moves with forbidden = drop");
  }
  if (moves.sum() == 0) cannot(std::string(where) + ": no move has been observed, so there is nothing to test");
  return moves;
}

CountMatrix moves_of(const Journeys& journeys) {
  const Index n = journeys.states().n_states();
  CountMatrix moves = CountMatrix::Zero(n, n);
  const JourneyColumns& c = journeys.columns();
  for (std::size_t j = 0; j + 1 < c.offsets.size(); ++j) {
    for (auto i = static_cast<std::size_t>(c.offsets[j]); i + 1 < static_cast<std::size_t>(c.offsets[j + 1]); ++i) {
      ++moves(c.states[i], c.states[i + 1]);
    }
  }
  return moves;
}

CountMatrix allowed_moves(const char* where, const Journeys& journeys, Forbidden policy) {
  return allowed_moves(where, journeys.lifecycle(), moves_of(journeys), policy);
}

/// Calls `visit(journey, begin, i)` for every allowed move from entry `i` to the next.
template <class Visit>
void for_each_move(const Journeys& journeys, Visit&& visit) {
  const JourneyColumns& c = journeys.columns();
  const Mask& allowed = journeys.lifecycle().allowed();
  for (std::size_t j = 0; j + 1 < c.offsets.size(); ++j) {
    const auto begin = static_cast<std::size_t>(c.offsets[j]);
    const auto end = static_cast<std::size_t>(c.offsets[j + 1]);
    for (std::size_t i = begin; i + 1 < end; ++i) {
      if (allowed(c.states[i], c.states[i + 1])) visit(j, begin, i);
    }
  }
}

const LifetimeValue* checked_value(const char* where, const std::optional<LifetimeValue>& value,
                                   const StateSpace& states, const Period& period) {
  if (!value) return nullptr;
  if (!(value->chain().states() == states) || !(value->chain().period() == period)) {
    refuse(std::string(where) + ": value: its chain has other states or another period; value a chain of these counts");
  }
  if (value->horizon()) refuse(std::string(where) + ": value: needs a value for life; this one has a horizon");
  return &*value;
}

Index longest_journey(const Journeys& journeys) {
  Index longest = 0;
  const auto& offsets = journeys.columns().offsets;
  for (std::size_t j = 0; j + 1 < offsets.size(); ++j) {
    longest = std::max(longest, static_cast<Index>(offsets[j + 1] - offsets[j]));
  }
  return longest;
}

/// The largest order whose contexts can be told apart by one whole number.
Index most_orders(Index n_states) {
  const double room = 62.0 * std::log(2.0);
  return n_states < 2 ? 60 : static_cast<Index>(room / std::log(static_cast<double>(n_states))) - 1;
}

void check_order(const char* where, const Journeys& journeys, Index max_order) {
  if (max_order < 1) {
    refuse(std::string(where) + ": max_order: " + std::to_string(max_order) + "; give at least 1");
  }
  const Index longest = longest_journey(journeys);
  if (longest < max_order + 1) {
    cannot(std::string(where) + ": max_order: order " + std::to_string(max_order) + " needs journeys of at least " +
           std::to_string(max_order + 1) + " entries; the longest has " + std::to_string(longest) +
           "; ask for a lower order");
  }
  const Index most = most_orders(journeys.states().n_states());
  if (max_order > most) {
    refuse(std::string(where) + ": max_order: order " + std::to_string(max_order) + " over " +
           text::plural(journeys.states().n_states(), "state") + " has too many contexts; ask for " +
           std::to_string(most) + " or less");
  }
}

std::uint64_t power(Index base, Index exponent) {
  std::uint64_t out = 1;
  for (Index k = 0; k < exponent; ++k) out *= static_cast<std::uint64_t>(base);
  return out;
}

/// Moves whose context holds `order + 1` states: by the last `order` of them, and by the one before. Of a longer context
/// only moves with at least `least` states of past, the present one included.
std::vector<GroupedMove> moves_by_context(const Journeys& journeys, Index order, Index least) {
  const Index n = journeys.states().n_states();
  const std::uint64_t n_pools = power(n, order);
  const std::uint64_t n_longer = n_pools / static_cast<std::uint64_t>(n);
  MoveTally tally(n_pools, static_cast<std::uint64_t>(n), n);
  const JourneyColumns& c = journeys.columns();
  const Mask& allowed = journeys.lifecycle().allowed();
  const auto past = static_cast<std::size_t>(std::max(order + 1, least));
  for (std::size_t j = 0; j + 1 < c.offsets.size(); ++j) {
    const auto begin = static_cast<std::size_t>(c.offsets[j]);
    const auto end = static_cast<std::size_t>(c.offsets[j + 1]);
    std::uint64_t pool = 0;
    for (std::size_t i = begin; i + 1 < end; ++i) {
      pool = (pool % n_longer) * static_cast<std::uint64_t>(n) + static_cast<std::uint64_t>(c.states[i]);
      if (i + 1 < begin + past || !allowed(c.states[i], c.states[i + 1])) continue;
      const std::int32_t before = c.states[i - static_cast<std::size_t>(order)];
      tally.add(pool, static_cast<std::uint64_t>(before), c.states[i + 1]);
    }
  }
  return tally.sorted();
}

/// The states of a context, the oldest first, without the present one.
std::string context_name(const StateSpace& states, Index order, std::uint64_t pool, std::uint64_t before) {
  const auto n = static_cast<std::uint64_t>(states.n_states());
  std::vector<std::uint64_t> past;
  std::uint64_t rest = pool / n;
  for (Index k = 1; k < order; ++k, rest /= n) past.push_back(rest % n);
  past.push_back(before);
  std::string out;
  for (std::size_t k = past.size(); k-- > 0;) {
    out += (out.empty() ? "coming from " : ", ") + text::quoted(states.name(static_cast<Index>(past[k])));
  }
  return out;
}

RowsTest compare_orders(const Journeys& journeys, Index order, const OrderTestOptions& options,
                        const LifetimeValue* value, const CountMatrix& all_moves) {
  const StateSpace& states = journeys.states();
  GroupQuestion question{.text = "order " + std::to_string(order) + " against order " + std::to_string(order + 1),
                         .state_of = {},
                         .name_of = {},
                         .method = options.method,
                         .adjustment = options.adjustment,
                         .value = value};
  if (order == 0) return detail::compare_rows(journeys.lifecycle(), all_moves, question);
  const auto n = static_cast<std::uint64_t>(states.n_states());
  question.state_of = [n](std::uint64_t pool) { return static_cast<Index>(pool % n); };
  question.name_of = [&states, order](std::uint64_t pool, std::uint64_t before) {
    return context_name(states, order, pool, before);
  };
  return detail::compare_groups(states, moves_by_context(journeys, order, 0), question);
}

OrderTest all_orders(const Journeys& journeys, const OrderTestOptions& options, const LifetimeValue* value,
                     const CountMatrix& all_moves) {
  OrderTest out;
  for (Index k = 0; k < options.max_order; ++k) {
    out.steps.push_back(compare_orders(journeys, k, options, value, all_moves));
  }
  return out;
}

RowsTest by_visits(const Journeys& journeys, const VisitsTestOptions& options, const LifetimeValue* value) {
  const Index n = journeys.states().n_states();
  MoveTally tally(static_cast<std::uint64_t>(n), static_cast<std::uint64_t>(options.groups), n);
  const JourneyColumns& c = journeys.columns();
  std::vector<Index> seen(static_cast<std::size_t>(n), 0);
  const Mask& allowed = journeys.lifecycle().allowed();
  for (std::size_t j = 0; j + 1 < c.offsets.size(); ++j) {
    if (c.is_continuation[j]) continue;
    const auto begin = static_cast<std::size_t>(c.offsets[j]);
    const auto end = static_cast<std::size_t>(c.offsets[j + 1]);
    for (std::size_t i = begin; i + 1 < end; ++i) {
      Index& times = seen[static_cast<std::size_t>(c.states[i])];
      if (allowed(c.states[i], c.states[i + 1])) {
        tally.add(static_cast<std::uint64_t>(c.states[i]),
                  static_cast<std::uint64_t>(std::min(times, options.groups - 1)), c.states[i + 1]);
      }
      ++times;
    }
    for (std::size_t i = begin; i < end; ++i) seen[static_cast<std::size_t>(c.states[i])] = 0;
  }
  const GroupQuestion question{.text = "one row per state against one per number of times the customer has been in it",
                               .state_of = [](std::uint64_t pool) { return static_cast<Index>(pool); },
                               .name_of =
                                   [&options](std::uint64_t, std::uint64_t group) {
                                     const auto k = static_cast<Index>(group);
                                     return "for the " + ordinal(k + 1) + " time" +
                                            (k + 1 == options.groups ? " or later" : "");
                                   },
                               .method = options.method,
                               .adjustment = options.adjustment,
                               .value = value};
  return detail::compare_groups(journeys.states(), tally.sorted(), question);
}

std::size_t n_parts(const std::vector<GroupedMove>& moves) {
  std::vector<std::uint64_t> groups;
  for (const GroupedMove& m : moves) groups.push_back(m.group);
  std::sort(groups.begin(), groups.end());
  return static_cast<std::size_t>(std::unique(groups.begin(), groups.end()) - groups.begin());
}

/// The days from which parts of the calendar begin, and the day after the last move.
std::vector<Day> calendar_parts(const Journeys& journeys, const HomogeneityTestOptions& options) {
  Day first = std::numeric_limits<Day>::max();
  Day last = std::numeric_limits<Day>::min();
  const auto& times = journeys.columns().times;
  for_each_move(journeys, [&](std::size_t, std::size_t, std::size_t i) {
    const Day day = day_of(times[i], journeys.time_unit());
    first = std::min(first, day);
    last = std::max(last, day);
  });
  constexpr Day furthest = 100'000'000;
  if (first < -furthest || last > furthest) {
    refuse("homogeneity_test: the times are no dates; is their unit right?");
  }
  std::vector<Day> begins;
  if (!options.period) {
    const Day length = last - first + 1;
    for (Index k = 0; k <= options.parts; ++k) begins.push_back(first + length * k / options.parts);
    begins.erase(std::unique(begins.begin(), begins.end()), begins.end());
    return begins;
  }
  constexpr std::int64_t most_parts = 10'000;
  Day start = first;  // a length without a calendar of its own counts from the first move
  if (options.period->length() == 1) start = calendar_start(first, *options.period);
  const std::int64_t n = period_containing(start, *options.period, last) + 1;
  if (n > most_parts) {
    refuse("homogeneity_test: period: the log has " + text::grouped(n) + " parts of one " + options.period->name() +
           "; give a longer one");
  }
  for (std::int64_t k = 0; k <= n; ++k) begins.push_back(period_start(start, *options.period, k));
  return begins;
}

RowsTest by_calendar(const Journeys& journeys, const HomogeneityTestOptions& options, const LifetimeValue* value,
                     std::size_t& parts_with_data) {
  const Index n = journeys.states().n_states();
  const std::vector<Day> begins = calendar_parts(journeys, options);
  MoveTally tally(static_cast<std::uint64_t>(n), begins.size() - 1, n);
  const JourneyColumns& c = journeys.columns();
  for_each_move(journeys, [&](std::size_t, std::size_t, std::size_t i) {
    const Day day = day_of(c.times[i], journeys.time_unit());
    const auto part = std::upper_bound(begins.begin(), begins.end(), day) - begins.begin() - 1;
    tally.add(static_cast<std::uint64_t>(c.states[i]), static_cast<std::uint64_t>(part), c.states[i + 1]);
  });
  const std::vector<GroupedMove> moves = tally.sorted();
  parts_with_data = n_parts(moves);
  const GroupQuestion question{.text = "the same rows at all times against one per part of the calendar",
                               .state_of = [](std::uint64_t pool) { return static_cast<Index>(pool); },
                               .name_of =
                                   [&begins](std::uint64_t, std::uint64_t part) {
                                     return "from " + to_iso_date(begins[part]) + " to " +
                                            to_iso_date(begins[part + 1] - 1);
                                   },
                               .method = options.method,
                               .adjustment = options.adjustment,
                               .value = value};
  return detail::compare_groups(journeys.states(), moves, question);
}

RowsTest by_age(const Journeys& journeys, const HomogeneityTestOptions& options, const LifetimeValue* value,
                std::size_t& parts_with_data) {
  const Index n = journeys.states().n_states();
  MoveTally tally(static_cast<std::uint64_t>(n), static_cast<std::uint64_t>(options.parts), n);
  const JourneyColumns& c = journeys.columns();
  for_each_move(journeys, [&](std::size_t j, std::size_t begin, std::size_t i) {
    if (c.is_continuation[j]) return;
    const auto age = std::min(static_cast<std::uint64_t>(i - begin), static_cast<std::uint64_t>(options.parts - 1));
    tally.add(static_cast<std::uint64_t>(c.states[i]), age, c.states[i + 1]);
  });
  const std::vector<GroupedMove> moves = tally.sorted();
  parts_with_data = n_parts(moves);
  const std::string unit = journeys.period().is_step() ? "event" : "period";
  const GroupQuestion question{.text = "the same rows at all ages against one per " + unit + " since the journey began",
                               .state_of = [](std::uint64_t pool) { return static_cast<Index>(pool); },
                               .name_of =
                                   [&](std::uint64_t, std::uint64_t group) {
                                     const auto age = static_cast<Index>(group);
                                     return "in the " + ordinal(age + 1) + ' ' + unit + " of the journey" +
                                            (age + 1 == options.parts ? " or later" : "");
                                   },
                               .method = options.method,
                               .adjustment = options.adjustment,
                               .value = value};
  return detail::compare_groups(journeys.states(), moves, question);
}

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

DwellTest by_dwell(const Counts& counts, const DwellTestOptions& options) {
  const StateSpace& states = counts.states();
  const std::string question = "geometric stays against any chance of leaving by time spent";
  DwellTest out{states, {}, {}, options.adjustment};
  TestSum overall(options.method);
  std::vector<double> p_values;
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
    p_values.push_back(out.by_state.back().test.p_value);
  }
  out.overall = overall.result(question);
  p_values = detail::adjusted(p_values, options.adjustment);
  for (std::size_t k = 0; k < p_values.size(); ++k) out.by_state[k].adjusted_p_value = p_values[k];
  return out;
}

/// `Σ n log(n / n_pool)` over the moves out of each context.
double log_likelihood_of(const std::vector<GroupedMove>& moves, bool by_group) {
  double sum = 0.0;
  for (std::size_t first = 0; first < moves.size();) {
    std::size_t end = first;
    std::int64_t total = 0;
    while (end < moves.size() && moves[end].pool == moves[first].pool &&
           (!by_group || moves[end].group == moves[first].group)) {
      total += moves[end++].count;
    }
    std::vector<std::pair<Index, std::int64_t>> targets;
    for (std::size_t k = first; k < end; ++k) targets.emplace_back(moves[k].to, moves[k].count);
    std::sort(targets.begin(), targets.end());
    for (std::size_t k = 0; k < targets.size();) {
      std::int64_t n = 0;
      const Index to = targets[k].first;
      for (; k < targets.size() && targets[k].first == to; ++k) n += targets[k].second;
      sum += static_cast<double>(n) * std::log(static_cast<double>(n) / static_cast<double>(total));
    }
    first = end;
  }
  return sum;
}

InformationCriteria all_criteria(const Journeys& journeys, Index max_order) {
  // Order 0 and 1 from the moves alone, those with too little past for the largest order left out.
  const Index n = journeys.states().n_states();
  CountMatrix moves = CountMatrix::Zero(n, n);
  const JourneyColumns& c = journeys.columns();
  for_each_move(journeys, [&](std::size_t, std::size_t begin, std::size_t i) {
    if (i + 1 >= begin + static_cast<std::size_t>(max_order)) ++moves(c.states[i], c.states[i + 1]);
  });
  InformationCriteria out{{}, moves.sum()};
  if (out.moves == 0) {
    cannot("information_criteria: max_order: no allowed move has enough past for order " + std::to_string(max_order) +
           "; ask for a lower order");
  }
  const auto size = static_cast<double>(out.moves);
  const auto add = [&](double log_likelihood, Index parameters) {
    const auto free = static_cast<double>(parameters);
    out.orders.push_back({static_cast<Index>(out.orders.size()), log_likelihood, parameters,
                          2.0 * free - 2.0 * log_likelihood, std::log(size) * free - 2.0 * log_likelihood});
  };
  // Parameters of order 1: moves out of each state with data, into states that were entered, less one per state.
  Index parameters = 0;
  double log_likelihood = 0.0;
  for (Index i = 0; i < n; ++i) {
    const std::int64_t total = moves.row(i).sum();
    if (total == 0) continue;
    --parameters;
    for (Index j = 0; j < n; ++j) {
      if (moves.col(j).sum() > 0 && journeys.lifecycle().allowed()(i, j)) ++parameters;
      if (moves(i, j) == 0) continue;
      const auto seen = static_cast<double>(moves(i, j));
      log_likelihood += seen * std::log(seen / static_cast<double>(total));
    }
  }
  const GroupQuestion question{"", {}, {}, TestMethod::likelihood_ratio, Adjustment::holm, nullptr};
  const TestResult zero = detail::compare_rows(journeys.lifecycle(), moves, question).overall;
  add(log_likelihood - 0.5 * zero.statistic, parameters - zero.degrees_of_freedom);
  add(log_likelihood, parameters);
  for (Index k = 1; k < max_order; ++k) {
    const std::vector<GroupedMove> by_context = moves_by_context(journeys, k, max_order);
    const GroupQuestion step{
        "",
        [n](std::uint64_t pool) { return static_cast<Index>(pool % static_cast<std::uint64_t>(n)); },
        [](std::uint64_t, std::uint64_t) { return std::string(); },
        TestMethod::likelihood_ratio,
        Adjustment::holm,
        nullptr};
    parameters += detail::compare_groups(journeys.states(), by_context, step).overall.degrees_of_freedom;
    add(log_likelihood_of(by_context, true), parameters);
  }
  return out;
}

void check_groups(const char* where, const char* name, Index groups) {
  constexpr Index most = 10'000;
  if (groups < 2 || groups > most) {
    refuse(std::string(where) + ": " + name + ": " + std::to_string(groups) + "; give from 2 to " +
           text::grouped(most));
  }
}

}  // namespace

TestResult chain_test(const CountMatrix& moves, const Chain& chain, const ChainTestOptions& options) {
  const Index n = chain.n_states();
  if (moves.rows() != n || moves.cols() != n) {
    refuse("chain_test: moves: shape (" + std::to_string(moves.rows()) + ", " + std::to_string(moves.cols()) +
           "), expected (" + std::to_string(n) + ", " + std::to_string(n) + ")");
  }
  const Matrix& P = chain.transition_matrix();
  TestSum sum(options.method);
  bool has_data = false;
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) {
      if (moves(i, j) < 0) {
        refuse("chain_test: moves: " + move_name(chain.states(), i, j) + " has " + std::to_string(moves(i, j)) +
               "; a number of moves is at least 0");
      }
      if (moves(i, j) > 0 && P(i, j) == 0.0) {
        cannot("chain_test: the move " + move_name(chain.states(), i, j) + " was observed " +
               text::plural(moves(i, j), "time") +
               ", but has probability 0 in the chain: it cannot be the chain of these moves");
      }
    }
    const std::int64_t total = moves.row(i).sum();
    if (total == 0) continue;
    has_data = true;
    const auto size = static_cast<double>(total);
    double distance = 0.0;
    Index possible = 0;
    for (Index j = 0; j < n; ++j) {
      if (P(i, j) == 0.0) continue;
      ++possible;
      distance += 0.5 * std::abs(static_cast<double>(moves(i, j)) / size - P(i, j));
    }
    if (possible == 1) {
      sum.moves(total, 0.0, 0.0);
      continue;
    }
    for (Index j = 0; j < n; ++j) {
      if (P(i, j) > 0.0) sum.cell(moves(i, j), size * P(i, j));
    }
    sum.degrees(possible - 1);
    sum.moves(total, distance, detail::distance_by_chance(P.row(i), size, 1.0));
  }
  if (!has_data) cannot("chain_test: no move has been observed, so there is nothing to test");
  return sum.result("the given chain against any other");
}

TestResult chain_test(const Counts& counts, const Chain& chain, const ChainTestOptions& options) {
  if (!(counts.states() == chain.states())) {
    refuse("chain_test: the counts have states " + text::list(counts.states().names()) + ", the chain " +
           text::list(chain.states().names()) + "; test like with like");
  }
  if (!(counts.period() == chain.period())) {
    refuse("chain_test: the counts are per " + counts.period().name() + ", the chain moves per " +
           chain.period().name() + "; test like with like");
  }
  return chain_test(counts.moves(), chain, options);
}

OrderTest order_test(const Journeys& journeys, const OrderTestOptions& options) {
  check_order("order_test", journeys, options.max_order);
  const LifetimeValue* value = checked_value("order_test", options.value, journeys.states(), journeys.period());
  const CountMatrix moves = allowed_moves("order_test", journeys, options.forbidden);
  return all_orders(journeys, options, value, moves);
}

RowsTest visits_test(const Journeys& journeys, const VisitsTestOptions& options) {
  check_groups("visits_test", "groups", options.groups);
  const LifetimeValue* value = checked_value("visits_test", options.value, journeys.states(), journeys.period());
  allowed_moves("visits_test", journeys, options.forbidden);
  RowsTest found = by_visits(journeys, options, value);
  if (found.overall.moves == 0) {
    cannot("visits_test: every journey begins after a gap, so what came before is not known");
  }
  return found;
}

InformationCriteria information_criteria(const Journeys& journeys, const InformationCriteriaOptions& options) {
  check_order("information_criteria", journeys, options.max_order);
  allowed_moves("information_criteria", journeys, options.forbidden);
  return all_criteria(journeys, options.max_order);
}

RowsTest homogeneity_test(const Journeys& journeys, const HomogeneityTestOptions& options) {
  constexpr const char* where = "homogeneity_test";
  check_groups(where, "parts", options.parts);
  const LifetimeValue* value = checked_value(where, options.value, journeys.states(), journeys.period());
  if (options.by == Timing::age && options.period) {
    refuse(
        "homogeneity_test: period: parts of the calendar have a length, ages have not; leave it out, or test by "
        "calendar");
  }
  if (options.by == Timing::calendar && journeys.time_unit() == TimeUnit::step) {
    refuse("homogeneity_test: the journeys tell an order of events but no calendar time; test by age");
  }
  if (options.period && options.period->is_step()) {
    refuse("homogeneity_test: period: a step has no length in time; give a month, or another length with its unit");
  }
  allowed_moves(where, journeys, options.forbidden);
  std::size_t parts_with_data = 0;
  RowsTest found = options.by == Timing::calendar ? by_calendar(journeys, options, value, parts_with_data)
                                                  : by_age(journeys, options, value, parts_with_data);
  if (parts_with_data < 2) {
    cannot(std::string(where) + ": " +
           (parts_with_data == 0 ? "every journey begins after a gap, so no age is known"
                                 : "all moves fall into one part, so there is nothing to compare"));
  }
  return found;
}

SegmentTest segment_test(const std::vector<Segment>& segments, const SegmentTestOptions& options) {
  constexpr const char* where = "segment_test";
  if (segments.size() < 2) {
    refuse("segment_test: segments: " + std::to_string(segments.size()) + " given; compare at least two");
  }
  const Counts& first = segments.front().counts;
  const Index n = first.states().n_states();
  for (std::size_t k = 0; k < segments.size(); ++k) {
    const Segment& s = segments[k];
    for (std::size_t other = 0; other < k; ++other) {
      if (segments[other].name == s.name) refuse("segment_test: segments: " + text::quoted(s.name) + " is given twice");
    }
    if (!(s.counts.lifecycle() == first.lifecycle()) || !(s.counts.period() == first.period())) {
      const bool other_states = !(s.counts.states() == first.states());
      refuse("segment_test: segments: " + text::quoted(s.name) + " has other " +
             (other_states                             ? "states"
              : !(s.counts.period() == first.period()) ? "periods"
                                                       : "allowed moves or roles") +
             " than " + text::quoted(segments.front().name) + "; count all over one lifecycle and period");
    }
  }
  Counts all = first;
  for (std::size_t k = 1; k < segments.size(); ++k) all += segments[k].counts;
  MoveTally tally(static_cast<std::uint64_t>(n), segments.size(), n);
  for (std::size_t k = 0; k < segments.size(); ++k) {
    const std::string here = std::string(where) + ": " + text::quoted(segments[k].name);
    const CountMatrix moves =
        allowed_moves(here.c_str(), first.lifecycle(), segments[k].counts.moves(), options.forbidden);
    for (Index i = 0; i < n; ++i) {
      for (Index j = 0; j < n; ++j) {
        if (moves(i, j) > 0) tally.add(static_cast<std::uint64_t>(i), k, static_cast<std::int32_t>(j), moves(i, j));
      }
    }
  }

  std::optional<LifetimeValue> value;
  std::vector<SegmentValue> values;
  if (options.discount) {
    const LifetimeValueOptions how = {.discount = options.discount};
    const FitResult pooled = fit_chain(all, {.forbidden = options.forbidden});
    const Rewards rewards = options.rewards ? *options.rewards : all.mean_rewards();
    const Vector start = options.start ? *options.start : all.start_distribution();
    value = lifetime_value(pooled.chain, rewards, how);
    const auto value_of = [&](const Segment& s) {
      const FitResult fit = fit_chain(
          s.counts,
          {.rows_without_data = RowsWithoutData::parent, .forbidden = options.forbidden, .parent = pooled.chain});
      return lifetime_value(fit.chain, rewards, how);
    };
    if (segments.size() == 2) {
      values.push_back(
          {segments[1].name, segments[0].name, what_if(value_of(segments[0]), value_of(segments[1]), start)});
    } else {
      for (const Segment& s : segments) values.push_back({s.name, "all", what_if(*value, value_of(s), start)});
    }
  } else if (options.rewards || options.start) {
    refuse("segment_test: rewards and start say the difference in money, which needs a discount too");
  }
  const GroupQuestion question{
      .text = "the same rows in all segments against one per segment",
      .state_of = [](std::uint64_t pool) { return static_cast<Index>(pool); },
      .name_of = [&segments](std::uint64_t, std::uint64_t k) { return "in segment " + text::quoted(segments[k].name); },
      .method = options.method,
      .adjustment = options.adjustment,
      .value = value ? &*value : nullptr};
  return {detail::compare_groups(first.states(), tally.sorted(), question), std::move(values)};
}

DwellTest dwell_test(const Counts& counts, const DwellTestOptions& options) {
  DwellTest found = by_dwell(counts, options);
  if (found.overall.moves == 0) {
    cannot("dwell_test: no stay was seen to go on or to end, so there is nothing to test");
  }
  return found;
}

FitTests fit_tests(const Journeys& journeys, const FitTestsOptions& options) {
  constexpr const char* where = "fit_tests";
  if (options.max_order < 1) {
    refuse("fit_tests: max_order: " + std::to_string(options.max_order) + "; give at least 1");
  }
  if (!(options.level > 0.0 && options.level < 1.0)) {
    refuse("fit_tests: level: " + text::number(options.level) + "; give a number between 0 and 1");
  }
  if (!(options.material >= 0.0 && options.material < 1.0)) {
    refuse("fit_tests: material: " + text::number(options.material) + "; give a shift of probability from 0 to 1");
  }
  const LifetimeValue* value = checked_value(where, options.value, journeys.states(), journeys.period());
  const CountMatrix moves = allowed_moves(where, journeys, options.forbidden);
  std::int64_t deepest = 0;  // states of past behind any allowed move, the present one included
  bool is_whole = false;     // some journey with a move does not begin after a gap
  const JourneyColumns& c = journeys.columns();
  for_each_move(journeys, [&](std::size_t j, std::size_t begin, std::size_t i) {
    deepest = std::max(deepest, static_cast<std::int64_t>(i - begin) + 1);
    is_whole = is_whole || !c.is_continuation[j];
  });
  const Index max_order = std::min({options.max_order, static_cast<Index>(deepest), most_orders(moves.rows())});
  FitTests out{.order = all_orders(journeys, {.max_order = max_order, .value = std::nullopt}, value, moves),
               .criteria = all_criteria(journeys, max_order),
               .visits = by_visits(journeys, {}, value),
               .by_calendar = std::nullopt,
               .by_age = std::nullopt,
               .dwell = std::nullopt,
               .period = journeys.period(),
               .level = options.level,
               .material = options.material};
  std::size_t parts = 0;
  if (journeys.time_unit() != TimeUnit::step) {
    RowsTest found = by_calendar(journeys, {.by = Timing::calendar}, value, parts);
    if (parts > 1) out.by_calendar = std::move(found);
  }
  if (is_whole) {
    RowsTest found = by_age(journeys, {.by = Timing::age}, value, parts);
    if (parts > 1) out.by_age = std::move(found);
  }
  DwellTest dwell = by_dwell(count(journeys), {});
  if (dwell.overall.degrees_of_freedom > 0) out.dwell = std::move(dwell);
  return out;
}

}  // namespace sojourn
