// A chain with its money made ready for being walked by stays.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "simulation/walk_jump.hpp"
#include "sojourn/chain/chain.hpp"
#include "sojourn/chain/rewards.hpp"
#include "support/crew.hpp"

namespace sojourn::detail {

/// A number of twice the usual precision, as a sum. T. J. Dekker, Numerische Mathematik 18, 1971.
struct Twofold {
  double high = 0.0;
  double low = 0.0;

  friend Twofold operator+(Twofold a, Twofold b);
  friend Twofold operator*(Twofold a, Twofold b);
};

class JumpPlan {
 public:
  /// `horizon` in moves; `factor` discounts one of them. The walk ends when the crew does not go on.
  JumpPlan(const Chain& chain, const Rewards& rewards, double factor, std::uint64_t horizon, std::uint64_t seed,
           const std::vector<std::string>& targets, Crew& crew);
  JumpPlan(const JumpPlan&) = delete;
  JumpPlan& operator=(const JumpPlan&) = delete;

  const JumpTables& tables() const { return tables_; }
  /// Walks them to their ends. False when stopped.
  bool walk(const JumpBlock& block) const { return walk_(tables_, block); }
  /// The number in the walk of each state of the chain.
  const std::vector<std::uint32_t>& number_of() const { return number_of_; }

 private:
  struct Exit {
    std::uint32_t to;
    double probability;
    double reward;
  };
  /// A state that is left some day.
  struct Live {
    std::uint32_t number;
    double reward;
    double stay_probability;
    std::uint32_t longest;  ///< stay that one draw may find
    std::vector<Exit> exits;
    bool has_door;
  };
  struct Draft {
    double probability;
    JumpOutcome outcome;
  };

  std::vector<Live> read_states(const Chain& chain, const Rewards& rewards);
  void choose_sizes(std::vector<Live>& states) const;
  void fill_series(double factor, std::uint32_t longest);
  void add_rows(const Live& state, std::uint32_t door);
  std::uint64_t add_row(const std::vector<Draft>& drafts);
  double money_of_rest(std::uint32_t state, std::uint64_t left) const;

  std::vector<std::uint32_t> number_of_;
  std::vector<std::uint64_t> rows_;
  std::vector<std::uint64_t> cells_;
  std::vector<std::uint64_t> thresholds_;  // whole, in the order of the cells
  std::vector<JumpOutcome> outcomes_;
  std::vector<double> stay_money_;
  std::vector<JumpSeries> series_;   // by length
  std::vector<JumpSeries> doubled_;  // of 1, 2, 4, … periods
  std::vector<char> is_target_;
  Crew& crew_;
  JumpTables tables_;
  JumpWalk walk_;
};

}  // namespace sojourn::detail
