// A scenario made ready to be walked: which chain and which money hold when, as tables.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulation/inverse_table.hpp"
#include "sojourn/simulation/scenarios.hpp"

namespace sojourn::detail {

/// When customers enter and where.
struct Entrance {
  Vector start;                     // law of the first state, where `start_states` is empty
  std::vector<Index> start_states;  // of each customer, or empty
  std::vector<Index> entries;       // of each customer, or empty

  Index entry(std::int64_t customer) const { return entries.empty() ? 0 : entries[static_cast<std::size_t>(customer)]; }
};

class ScenarioProgram {
 public:
  /// What a chain means for a walk.
  struct Moves {
    explicit Moves(const Chain& of);
    Chain chain;
    InverseTable table;
    std::vector<char> is_absorbing;
  };
  struct Money {
    Money(const std::string& who, const Rewards& rewards, const std::map<std::string, RewardLaw>& laws);
    Rewards rewards;
    Vector mean;                                 // per state
    std::vector<std::optional<RewardLaw>> laws;  // per state, those that are random
    bool has_laws = false;
    bool has_moves = false;
  };
  struct Stage {
    std::size_t moves;
    std::size_t money;
    auto operator<=>(const Stage&) const = default;
  };

  /// Throws where the scenario does not fit together, or has no end without a horizon; `who` opens the messages.
  ScenarioProgram(std::string who, const Scenario& scenario, const std::optional<Index>& horizon);

  /// What holds in a period for a customer of an age.
  Stage stage(Index calendar, Index age) const;
  bool is_constant() const { return is_constant_; }
  const Moves& moves(const Stage& stage) const { return *moves_[stage.moves]; }
  const Money& money(const Stage& stage) const { return *money_[stage.money]; }
  /// True when nothing will happen any more, nor be paid, to a customer in the state.
  bool is_over(Index state, Index calendar, Index age) const {
    if (rests_always_[static_cast<std::size_t>(state)]) return true;
    return !is_constant_ && rests_at_last_[static_cast<std::size_t>(state)] && is_settled(calendar, age);
  }
  /// Absorbing in every chain.
  const std::vector<char>& is_absorbing() const { return is_absorbing_; }
  bool has_laws() const;

  const Chain& chain() const { return moves_.front()->chain; }
  double cost() const { return cost_; }
  /// Shape (n_states,): per period.
  const Vector& costs() const { return costs_; }

  const std::optional<Index>& horizon() const { return horizon_; }
  /// From this period on, for customers from `settled_age` on, nothing changes; where it does not change for ever.
  Index settled_calendar() const { return settled_calendar_; }
  Index settled_age() const { return settled_age_; }
  /// True where anything is counted from the entry of a customer.
  bool depends_on_age() const;

 private:
  struct Change {
    Index first;
    std::optional<Index> last;
    Clock clock;
    std::optional<std::size_t> moves;
    std::optional<std::size_t> money;
  };

  void add_schedule(const Scenario& scenario);
  void add_intervention(const std::string& where, const Intervention& given, const Chain& chain);
  std::size_t add_chain(const std::string& what, const Chain& chain, const Chain& like);
  void find_rests(double cost_per_period);
  void refuse_endless() const;
  bool is_settled(Index calendar, Index age) const {
    return !is_endless_ && calendar >= settled_calendar_ && age >= settled_age_;
  }

  std::string who_;
  std::optional<Index> horizon_;
  std::vector<std::shared_ptr<const Moves>> moves_;
  std::vector<std::shared_ptr<const Money>> money_;
  std::size_t schedule_length_ = 1;
  Clock clock_;
  AfterLast after_last_;
  std::vector<Change> changes_;
  double cost_;
  Vector costs_;
  std::vector<char> is_absorbing_;
  std::vector<char> rests_always_;
  std::vector<char> rests_at_last_;
  bool is_constant_ = true;
  bool is_endless_ = false;     // changes for ever
  Index settled_calendar_ = 0;  // from here on, and from this age on, nothing changes
  Index settled_age_ = 0;
};

}  // namespace sojourn::detail
