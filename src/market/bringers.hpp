// Who brings the newcomers of a period by word of mouth.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "market/market_plan.hpp"
#include "market/picks.hpp"
#include "support/split_words.hpp"

namespace sojourn::detail {

using Persons = std::vector<std::uint32_t>;

/// So many of those who make a move.
struct Movers {
  std::size_t move;  // in the plan
  std::int64_t number;
};

/// Persons listed by where they are, and how many of them make which move in a period.
struct Whereabouts {
  explicit Whereabouts(std::size_t n) : lists(n), leaving(n), made(n), staying(n, 0) {}

  std::vector<Persons> lists;             // by state
  std::vector<Persons> leaving;           // by state, in the order of `made`
  std::vector<std::vector<Movers>> made;  // by state: how many make each move that leads elsewhere, or return
  std::vector<std::int64_t> staying;      // by state
};

class Bringers {
 public:
  explicit Bringers(const MarketPlan& plan) : plan_(plan) {}

  /// Splits so many newcomers over those who make `contacts` contacts, in each state and with each move.
  void split(const Whereabouts& places, std::int64_t referred, double contacts, SplitWords words);
  /// Picks who brings them: those of a state before anybody moves, those of a move among those who make it.
  void pick_by_state(const Whereabouts& places, Picks& picks);
  void pick_by_move(const Whereabouts& places, Picks& picks);

  /// Calls `see(number, by)` for each group of newcomers: how many, and who brings each.
  template <class See>
  void for_each(See&& see) const {
    for (const Bringing& one : bringing_) see(one.newcomers, brought_.data() + one.first);
  }

 private:
  /// One who makes contacts: in a state, or with a move.
  struct Bringing {
    std::size_t state;
    std::size_t move;  // in the plan
    bool by_move;
    std::int64_t newcomers;
    std::size_t first;  // of his newcomers, among the bringers
  };

  void pick_from(Picks& picks, const Bringing& one, const std::uint32_t* persons, std::size_t n_persons);

  const MarketPlan& plan_;
  std::vector<Bringing> bringing_;
  Persons brought_;  // who brings each newcomer
};

}  // namespace sojourn::detail
