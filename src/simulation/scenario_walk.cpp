#include "simulation/scenario_walk.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

#include "chain/reward_words.hpp"
#include "solve/horizon.hpp"
#include "support/philox.hpp"
#include "support/text.hpp"

namespace sojourn::detail {
namespace {

constexpr std::int64_t block_size = 4096;  // customers handed to a thread at once

// Numbers of the streams of random words.
constexpr std::uint32_t scenario_start_high = 2;
constexpr std::uint32_t scenario_start_low = 3;
constexpr std::uint32_t scenario_move_high = 4;
constexpr std::uint32_t scenario_move_low = 5;

/// The random words of one customer for starts and moves.
class MoveWords {
 public:
  MoveWords(std::uint64_t seed, std::uint64_t customer, bool is_mirrored)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
        customer_{static_cast<std::uint32_t>(customer), static_cast<std::uint32_t>(customer >> 32)},
        mirror_(is_mirrored ? 0xffffffffU : 0) {}

  std::uint32_t next(std::uint32_t t) {
    if (t / 4 != kept_) {
      kept_ = t / 4;
      words_ = block(t, scenario_move_high);
    }
    return words_[t % 4] ^ mirror_;
  }
  std::uint32_t word(std::uint32_t t, std::uint32_t stream) const { return block(t, stream)[t % 4] ^ mirror_; }

 private:
  std::array<std::uint32_t, 4> block(std::uint32_t t, std::uint32_t stream) const {
    return philox4x32({customer_[0], customer_[1], t / 4, stream}, key_);
  }

  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 2> customer_;
  std::uint32_t mirror_;
  std::uint32_t kept_ = 0xffffffffU;
  std::array<std::uint32_t, 4> words_{};
};

/// One customer on his way through one scenario.
struct Traveller {
  Index state = 0;
  double value = 0.0;
  double mean_value = 0.0;  // with mean rewards
  double discount = 1.0;
  bool is_over = false;
};

/// The way of any one customer.
struct Way {
  /// False where the crew does not go on.
  bool walk_one(std::int64_t c, std::vector<Traveller>& travellers, ScenarioTables& tables, Crew& crew) const {
    const auto number = static_cast<std::uint64_t>(options.first_customer + c);
    const bool is_mirrored = options.antithetic && number % 2 == 1;
    const std::uint64_t key = options.antithetic ? number & ~std::uint64_t{1} : number;
    MoveWords words(options.seed, key, is_mirrored);
    const RewardWords reward_words(options.seed, key, is_mirrored);

    const Index entry = entrance.entry(c);
    const Index state = entrance.start_states.empty()
                            ? Index{starts.draw(0, words.word(0, scenario_start_high),
                                                [&] { return words.word(0, scenario_start_low); })}
                            : entrance.start_states[static_cast<std::size_t>(c)];
    const double discount = entry_discounts[static_cast<std::size_t>(entry)];
    for (std::size_t k = 0; k < travellers.size(); ++k) {
      const double cost = programs[k].cost();
      const double paid = cost == 0.0 ? 0.0 : -discount * cost;
      travellers[k] = {.state = state, .value = paid, .mean_value = paid, .discount = discount, .is_over = false};
      if (has_tables) tables.costs[entry] += cost;
    }
    const Index last_age = options.horizon ? *options.horizon - entry : longest_horizon;
    for (Index age = 0;; ++age) {
      if (age == last_age) {
        if (options.horizon) return true;
        throw std::domain_error("scenarios: customer " + std::to_string(number) + " has not come to an end after " +
                                text::grouped(longest_horizon) + " periods; give a horizon");
      }
      bool goes_on = false;
      for (std::size_t k = 0; k < travellers.size(); ++k) {
        if (!travellers[k].is_over) step(programs[k], travellers[k], words, reward_words, entry, age, tables);
        goes_on = goes_on || !travellers[k].is_over;
      }
      if (!goes_on) return true;
      if ((age & 0xfff) == 0xfff && !crew.goes_on()) return false;
    }
  }

  void step(const ScenarioProgram& program, Traveller& traveller, MoveWords& words, const RewardWords& reward_words,
            Index entry, Index age, ScenarioTables& tables) const {
    const Index state = traveller.state;
    const auto at = static_cast<std::size_t>(state);
    const Index period = entry + age;
    if (program.is_over(state, period, age)) {
      traveller.is_over = true;
      if (has_tables) {
        for (Index t = period; t < tables.occupancy.rows(); ++t) ++tables.occupancy(t, state);
      }
      return;
    }
    const ScenarioProgram::Stage stage =
        program.is_constant() ? ScenarioProgram::Stage{0, 0} : program.stage(period, age);
    const ScenarioProgram::Moves& moves = program.moves(stage);
    const ScenarioProgram::Money& money = program.money(stage);
    const auto t = static_cast<std::uint32_t>(age);

    Index next = state;
    if (!moves.is_absorbing[at]) {
      next = moves.table.draw(state, words.next(t), [&] { return words.word(t, scenario_move_low); });
    }
    const double cost = program.costs()[state];
    const double mean = money.mean[state];
    const double reward = money.has_laws && money.laws[at] ? reward_words.draw(*money.laws[at], t) : mean;
    traveller.value += traveller.discount * (reward - cost);
    if (has_mean_values) traveller.mean_value += traveller.discount * (mean - cost);
    traveller.discount *= factor;
    double moved = 0.0;
    if (money.has_moves) {
      moved = money.rewards.move_reward(state, next);
      traveller.value += traveller.discount * moved;
      if (has_mean_values) traveller.mean_value += traveller.discount * moved;
    }
    if (has_tables) {
      ++tables.occupancy(period, state);
      tables.revenue[period] += reward + moved;
      tables.costs[period] += cost;
    }
    traveller.state = next;
  }

  const std::vector<ScenarioProgram>& programs;
  const ScenarioOptions& options;
  const Entrance& entrance;
  const InverseTable& starts;
  const std::vector<double>& entry_discounts;
  double factor;
  bool has_tables;
  bool has_mean_values;
};

}  // namespace

ScenarioWalk::ScenarioWalk(const std::vector<ScenarioProgram>& programs, const ScenarioOptions& options,
                           const Entrance& entrance)
    : programs_(programs),
      options_(options),
      entrance_(entrance),
      starts_(entrance.start),
      factor_(options.discount ? options.discount->factor_per_period(programs.front().chain().period()) : 1.0),
      values_(programs.size()) {
  Index last_entry = 0;
  for (const Index entry : entrance.entries) last_entry = std::max(last_entry, entry);
  entry_discounts_.push_back(1.0);
  for (Index t = 0; t < last_entry; ++t) entry_discounts_.push_back(entry_discounts_.back() * factor_);
}

void ScenarioWalk::count_periods() {
  if (options_.horizon) tables_ = ScenarioTables(*options_.horizon, programs_.front().chain().n_states());
  has_tables_ = options_.horizon.has_value();
}

void ScenarioWalk::run(std::int64_t customers, Crew& crew) {
  for (auto& values : values_) values.resize(static_cast<std::size_t>(customers));
  if (has_mean_values_) mean_values_.resize(static_cast<std::size_t>(customers));
  const std::int64_t from = customers_;
  const std::int64_t n_blocks = (customers - from + block_size - 1) / block_size;
  const Way way{.programs = programs_,
                .options = options_,
                .entrance = entrance_,
                .starts = starts_,
                .entry_discounts = entry_discounts_,
                .factor = factor_,
                .has_tables = has_tables_,
                .has_mean_values = has_mean_values_};
  std::mutex mutex;
  std::map<std::int64_t, ScenarioTables> waiting;  // so that sums are taken in the order of the blocks
  std::int64_t next = 0;
  const auto work = [&](int, std::int64_t block) -> std::int64_t {
    const std::int64_t first = from + block * block_size;
    const std::int64_t end = std::min(first + block_size, customers);
    ScenarioTables tables =
        has_tables_ ? ScenarioTables(tables_.occupancy.rows(), tables_.occupancy.cols()) : ScenarioTables();
    std::vector<Traveller> travellers(programs_.size());
    for (std::int64_t c = first; c < end; ++c) {
      if (c % 64 == 0 && !crew.goes_on()) return 0;
      if (!way.walk_one(c, travellers, tables, crew)) return 0;
      const auto at = static_cast<std::size_t>(c);
      for (std::size_t k = 0; k < travellers.size(); ++k) values_[k][at] = travellers[k].value;
      if (has_mean_values_) mean_values_[at] = travellers.front().mean_value;
    }
    if (!has_tables_) return end - first;
    const std::lock_guard lock(mutex);
    waiting.emplace(block, std::move(tables));
    for (auto ready = waiting.find(next); ready != waiting.end(); ready = waiting.find(++next)) {
      tables_.add(ready->second);
      waiting.erase(ready);
    }
    return end - first;
  };
  if (!crew.run(n_blocks, Crew::size(n_blocks, options_.threads), work)) {
    throw Cancelled("scenarios: stopped on request before the end");
  }
  customers_ = customers;
}

}  // namespace sojourn::detail
