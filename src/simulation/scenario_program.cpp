#include "simulation/scenario_program.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <utility>

#include "sojourn/value/lifetime_value.hpp"
#include "solve/endless.hpp"
#include "support/text.hpp"

namespace sojourn::detail {

namespace {

constexpr double longest_sum = 2e9;  // moves looked at for an exact mean

void check_states(const std::string& what, const StateSpace& states, const StateSpace& expected) {
  if (states == expected) return;
  throw std::invalid_argument(what + ": has the states " + text::list(states.names()) + ", expected " +
                              text::list(expected.names()) + ", those of the first chain");
}

void check_cost(const std::string& what, double cost) {
  if (std::isfinite(cost)) return;
  throw std::invalid_argument(what + ": must be a finite amount, found " + text::number(cost));
}

std::string position(const std::string& list, std::size_t i) {
  return list + "[" + std::to_string(i) + "]";
}

}  // namespace

ScenarioProgram::Moves::Moves(const Chain& of)
    : chain(of), table(of), is_absorbing(static_cast<std::size_t>(of.n_states()), 0) {
  for (const Index i : of.absorbing_states()) is_absorbing[static_cast<std::size_t>(i)] = 1;
}

ScenarioProgram::Money::Money(const std::string& who, const Rewards& of,
                              const std::map<std::string, RewardLaw>& by_state)
    : rewards(of),
      mean(of.per_state()),
      laws(static_cast<std::size_t>(of.states().n_states())),
      has_moves(of.has_move_rewards()) {
  for (const auto& [name, law] : by_state) {
    const std::optional<Index> state = of.states().find(name);
    if (!state) {
      throw std::out_of_range(who + "reward_laws: there is no state " + text::quoted(name) + "; the states are " +
                              text::list(of.states().names()));
    }
    mean[*state] = law.mean();
    if (law.standard_deviation() == 0.0) continue;
    laws[static_cast<std::size_t>(*state)] = law;
    has_laws = true;
  }
}

ScenarioProgram::ScenarioProgram(std::string who, const Scenario& scenario, const std::optional<Index>& horizon)
    : who_(std::move(who)),
      horizon_(horizon),
      clock_(scenario.schedule.clock),
      after_last_(scenario.schedule.after_last),
      cost_(scenario.cost) {
  const StateSpace& states = scenario.chain.states();
  check_cost(who_ + "cost", scenario.cost);
  check_cost(who_ + "cost_per_period", scenario.cost_per_period);

  const std::vector<Chain>& seasons = scenario.schedule.chains;
  check_states(who_ + "rewards", scenario.rewards.states(), states);
  money_.push_back(std::make_shared<Money>(who_, scenario.rewards, scenario.reward_laws));
  if (seasons.empty()) {
    moves_.push_back(std::make_shared<Moves>(scenario.chain));
  } else {
    for (std::size_t i = 0; i < seasons.size(); ++i) {
      check_states(who_ + position("schedule.chains", i), seasons[i].states(), states);
      if (!(seasons[i].period() == scenario.chain.period())) {
        throw std::invalid_argument(who_ + position("schedule.chains", i) + ": has a period of " +
                                    seasons[i].period().name() + ", the scenario's chain one of " +
                                    scenario.chain.period().name());
      }
      moves_.push_back(std::make_shared<Moves>(seasons[i]));
    }
    schedule_length_ = seasons.size();
  }
  if (schedule_length_ > 1) {
    is_constant_ = false;
    if (after_last_ == AfterLast::repeat) {
      is_endless_ = true;
    } else {
      Index& settled = clock_ == Clock::calendar ? settled_calendar_ : settled_age_;
      settled = static_cast<Index>(schedule_length_) - 1;
    }
  }

  for (std::size_t i = 0; i < scenario.interventions.size(); ++i) {
    const Intervention& given = scenario.interventions[i];
    const std::string where = who_ + position("interventions", i) + ".";
    if (given.first < 0) {
      throw std::invalid_argument(where + "first: must be a period from 0 on, found " + std::to_string(given.first));
    }
    if (given.last && *given.last < given.first) {
      throw std::invalid_argument(where + "last: must not be before the first period, " + std::to_string(given.first) +
                                  ", found " + std::to_string(*given.last));
    }
    if (horizon && given.first >= *horizon) {
      throw std::invalid_argument(where + "first: period " + std::to_string(given.first) +
                                  " is never reached, as the last of " + text::plural(*horizon, "period") + " is " +
                                  std::to_string(*horizon - 1));
    }
    if (!given.chain && !given.rewards) {
      throw std::invalid_argument(where + (given.reward_laws.empty() ? "chain: give another chain or other rewards"
                                                                     : "reward_laws: give the rewards beside them"));
    }
    Change change{.first = given.first, .last = given.last, .clock = given.clock, .moves = {}, .money = {}};
    if (given.chain) {
      check_states(where + "chain", given.chain->states(), states);
      if (!(given.chain->period() == scenario.chain.period())) {
        throw std::invalid_argument(where + "chain: has a period of " + given.chain->period().name() +
                                    ", the scenario's chain one of " + scenario.chain.period().name());
      }
      change.moves = moves_.size();
      moves_.push_back(std::make_shared<Moves>(*given.chain));
    }
    if (given.rewards) {
      check_states(where + "rewards", given.rewards->states(), states);
      change.money = money_.size();
      money_.push_back(std::make_shared<Money>(where, *given.rewards, given.reward_laws));
    }
    is_constant_ = false;
    Index& settled = given.clock == Clock::calendar ? settled_calendar_ : settled_age_;
    settled = std::max(settled, given.last ? *given.last + 1 : given.first);
    changes_.push_back(change);
  }

  find_rests(scenario.cost_per_period);
  if (!horizon) refuse_endless();
}

void ScenarioProgram::find_rests(double cost_per_period) {
  const Index n = chain().n_states();
  const auto is_worthless = [](const Money& money, Index i) {
    return !money.laws[static_cast<std::size_t>(i)] && money.mean[i] == 0.0 && money.rewards.move_reward(i, i) == 0.0;
  };
  const Stage last = stage(settled_calendar_, settled_age_);
  costs_ = Vector::Zero(n);
  for (Index i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const bool stays =
        std::all_of(moves_.begin(), moves_.end(), [&](const auto& of) { return of->is_absorbing[at] != 0; });
    const bool is_free =
        std::all_of(money_.begin(), money_.end(), [&](const auto& of) { return is_worthless(*of, i); });
    if (!stays) costs_[i] = cost_per_period;
    is_absorbing_.push_back(stays);
    rests_always_.push_back(stays && is_free);
    rests_at_last_.push_back(moves(last).is_absorbing[at] && is_worthless(money(last), i) && costs_[i] == 0.0);
  }
}

void ScenarioProgram::refuse_endless() const {
  if (is_endless_) {
    throw std::domain_error(who_ + "schedule: its chains repeat for ever; give a horizon");
  }
  const Chain& last = moves(stage(settled_calendar_, settled_age_)).chain;
  refuse_endless_journeys(who_.empty() ? "simulate_scenario" : "compare_scenarios", last);
  for (const Index i : last.absorbing_states()) {
    if (rests_at_last_[static_cast<std::size_t>(i)]) continue;
    throw std::domain_error(who_ + "rewards: " + text::quoted(last.states().name(i)) +
                            " never ends and keeps bringing money or costs; give a horizon");
  }
}

ScenarioProgram::Stage ScenarioProgram::stage(Index calendar, Index age) const {
  const auto time = [&](Clock clock) { return clock == Clock::calendar ? calendar : age; };
  Stage now{.moves = 0, .money = 0};
  if (schedule_length_ > 1) {
    const auto t = static_cast<std::size_t>(time(clock_));
    now.moves = after_last_ == AfterLast::repeat ? t % schedule_length_ : std::min(t, schedule_length_ - 1);
  }
  for (const Change& change : changes_) {
    const Index t = time(change.clock);
    if (t < change.first || (change.last && t > *change.last)) continue;
    if (change.moves) now.moves = *change.moves;
    if (change.money) now.money = *change.money;
  }
  return now;
}

bool ScenarioProgram::has_laws() const {
  return std::any_of(money_.begin(), money_.end(), [](const auto& of) { return of->has_laws; });
}

std::optional<double> ScenarioProgram::exact_mean(const Entrance& entrance, std::int64_t customers,
                                                  const std::optional<Discount>& discount) const {
  const Index n = chain().n_states();
  const double factor = discount ? discount->factor_per_period(chain().period()) : 1.0;

  // Who enters when, by state.
  std::map<Index, Vector> entering;
  if (entrance.entries.empty() && entrance.start_states.empty()) {
    entering.emplace(0, entrance.start * static_cast<double>(customers));
  } else {
    std::map<Index, double> newcomers;
    for (std::int64_t c = 0; c < customers; ++c) {
      const Index entry = entrance.entry(c);
      if (entrance.start_states.empty()) {
        newcomers[entry] += 1.0;
      } else {
        entering.try_emplace(entry, Vector::Zero(n))
            .first->second[entrance.start_states[static_cast<std::size_t>(c)]] += 1.0;
      }
    }
    for (const auto& [entry, number] : newcomers) entering.emplace(entry, entrance.start * number);
  }

  // Reward of a stage in each state, its move's included.
  std::map<Stage, Vector> own;
  const auto own_of = [&](const Stage& at) -> const Vector& {
    const auto found = own.find(at);
    if (found != own.end()) return found->second;
    const Money& m = money(at);
    Vector sum = m.mean - costs_;
    if (m.has_moves) {
      for (Index i = 0; i < n; ++i) {
        double moved = 0.0;
        moves(at).chain.for_each_move(i, [&](Index j, double p) { moved += p * m.rewards.move_reward(i, j); });
        sum[i] += factor * moved;
      }
    }
    return own.emplace(at, std::move(sum)).first->second;
  };
  const auto step = [&](const Matrix& next, Index calendar, Index age) {
    const Stage at = stage(calendar, age);
    return Matrix(own_of(at) + factor * moves(at).chain.expected_next(next));
  };

  const bool has_age =
      (schedule_length_ > 1 && clock_ == Clock::age) ||
      std::any_of(changes_.begin(), changes_.end(), [](const Change& c) { return c.clock == Clock::age; });
  const Index first_entry = entering.begin()->first;
  const Index last_entry = entering.rbegin()->first;
  const Index end = horizon_ ? *horizon_ : std::max(settled_calendar_, last_entry + settled_age_);
  const double n_sums = has_age ? static_cast<double>(entering.size()) : 1.0;
  if (n_sums * static_cast<double>(end - first_entry) * static_cast<double>(chain().n_moves() + n) > longest_sum) {
    return std::nullopt;
  }

  Matrix at_end = Matrix::Zero(n, 1);
  if (!horizon_) {
    const Stage last = stage(settled_calendar_, settled_age_);
    const Money& m = money(last);
    const Vector per_state = m.mean - costs_;
    const Rewards net = m.rewards.is_sparse()
                            ? Rewards(m.rewards.states(), per_state, m.rewards.sparse_per_move())
                            : Rewards(m.rewards.states(), per_state, m.has_moves ? m.rewards.per_move() : Matrix());
    const LifetimeValue value =
        lifetime_value(moves(last).chain, net, {.discount = discount ? *discount : Discount::none(), .horizon = {}});
    at_end = value.mean().vector();
  }

  double total = 0.0;
  const auto add = [&](Index entry, const Matrix& value) {
    const Vector& count = entering.at(entry);
    total += std::pow(factor, static_cast<double>(entry)) * (count.dot(value.col(0)) - cost_ * count.sum());
  };
  if (has_age) {
    for (const auto& [entry, count] : entering) {
      Matrix value = at_end;
      for (Index t = end - 1; t >= entry; --t) value = step(value, t, t - entry);
      add(entry, value);
    }
  } else {
    Matrix value = at_end;
    if (entering.contains(end)) add(end, value);
    for (Index t = end - 1; t >= first_entry; --t) {
      value = step(value, t, 0);
      if (entering.contains(t)) add(t, value);
    }
  }
  return total / static_cast<double>(customers);
}

}  // namespace sojourn::detail
