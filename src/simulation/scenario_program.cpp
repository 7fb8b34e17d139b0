#include "simulation/scenario_program.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "solve/endless.hpp"
#include "support/text.hpp"

namespace sojourn::detail {

namespace {

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
  check_cost(who_ + "cost", scenario.cost);
  check_cost(who_ + "cost_per_period", scenario.cost_per_period);
  check_states(who_ + "rewards", scenario.rewards.states(), scenario.chain.states());
  money_.push_back(std::make_shared<Money>(who_, scenario.rewards, scenario.reward_laws));
  add_schedule(scenario);
  for (std::size_t i = 0; i < scenario.interventions.size(); ++i) {
    add_intervention(who_ + position("interventions", i) + ".", scenario.interventions[i], scenario.chain);
  }
  find_rests(scenario.cost_per_period);
  if (!horizon) refuse_endless();
}

std::size_t ScenarioProgram::add_chain(const std::string& what, const Chain& chain, const Chain& like) {
  check_states(what, chain.states(), like.states());
  if (!(chain.period() == like.period())) {
    throw std::invalid_argument(what + ": has a period of " + chain.period().name() + ", the scenario's chain one of " +
                                like.period().name());
  }
  moves_.push_back(std::make_shared<Moves>(chain));
  return moves_.size() - 1;
}

void ScenarioProgram::add_schedule(const Scenario& scenario) {
  const std::vector<Chain>& seasons = scenario.schedule.chains;
  if (seasons.empty()) {
    moves_.push_back(std::make_shared<Moves>(scenario.chain));
    return;
  }
  for (std::size_t i = 0; i < seasons.size(); ++i) {
    add_chain(who_ + position("schedule.chains", i), seasons[i], scenario.chain);
  }
  schedule_length_ = seasons.size();
  if (schedule_length_ == 1) return;
  is_constant_ = false;
  if (after_last_ == AfterLast::repeat) {
    is_endless_ = true;
  } else {
    Index& settled = clock_ == Clock::calendar ? settled_calendar_ : settled_age_;
    settled = static_cast<Index>(schedule_length_) - 1;
  }
}

void ScenarioProgram::add_intervention(const std::string& where, const Intervention& given, const Chain& chain) {
  if (given.first < 0) {
    throw std::invalid_argument(where + "first: must be a period from 0 on, found " + std::to_string(given.first));
  }
  if (given.last && *given.last < given.first) {
    throw std::invalid_argument(where + "last: must not be before the first period, " + std::to_string(given.first) +
                                ", found " + std::to_string(*given.last));
  }
  if (horizon_ && given.first >= *horizon_) {
    throw std::invalid_argument(where + "first: period " + std::to_string(given.first) +
                                " is never reached, as the last of " + text::plural(*horizon_, "period") + " is " +
                                std::to_string(*horizon_ - 1));
  }
  if (!given.chain && !given.rewards) {
    throw std::invalid_argument(where + (given.reward_laws.empty() ? "chain: give another chain or other rewards"
                                                                   : "reward_laws: give the rewards beside them"));
  }
  Change change{.first = given.first, .last = given.last, .clock = given.clock, .moves = {}, .money = {}};
  if (given.chain) change.moves = add_chain(where + "chain", *given.chain, chain);
  if (given.rewards) {
    check_states(where + "rewards", given.rewards->states(), chain.states());
    change.money = money_.size();
    money_.push_back(std::make_shared<Money>(where, *given.rewards, given.reward_laws));
  }
  is_constant_ = false;
  Index& settled = given.clock == Clock::calendar ? settled_calendar_ : settled_age_;
  settled = std::max(settled, given.last ? *given.last + 1 : given.first);
  changes_.push_back(change);
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

bool ScenarioProgram::depends_on_age() const {
  return (schedule_length_ > 1 && clock_ == Clock::age) ||
         std::any_of(changes_.begin(), changes_.end(), [](const Change& c) { return c.clock == Clock::age; });
}

}  // namespace sojourn::detail
