// The persons of a market, listed by where they are.
#pragma once

#include <cstdint>
#include <vector>

#include "market/bringers.hpp"
#include "market/market_book.hpp"
#include "market/market_laws.hpp"
#include "sojourn/market/market_people.hpp"
#include "support/crew.hpp"

namespace sojourn::detail {

/// People in one state differ in nothing but their number: it is enough to draw how many make each move and then who they
/// are, and those who stay where they are take no time.
class Crowd {
 public:
  Crowd(const MarketPlan& plan, const MarketPeopleOptions& options);

  /// Moves all out of period `t` and lets the newcomers in. False when it was told to stop.
  bool step(Index t, MarketBook& book, Crew& crew);
  void finish(MarketPeople& people) const;

 private:
  /// What a period draws beside the moves of each state: its cells follow those of the states.
  enum Purpose : std::uint64_t {
    newcomers = 0,
    bringers,
    referred_states,
    advertised_states,
    pool_members,
    experiences,
    n_purposes
  };

  std::uint64_t cell(Index t, std::uint64_t of_period) const {
    return static_cast<std::uint64_t>(t) * (n_ + n_purposes) + of_period;
  }
  std::uint64_t cell(Index t, Purpose purpose) const { return cell(t, n_ + static_cast<std::uint64_t>(purpose)); }
  SplitWords words_of(Index t, std::uint64_t state) const;
  SplitWords words_of(Index t, Purpose purpose) const;

  /// A person who was never there before.
  std::uint32_t come(std::int32_t period, std::int32_t by);
  /// How many make each move. Returns how many leave their state.
  std::int64_t draw_numbers(Index t, double& contacts, double& of_moves);
  /// Takes those who leave out of their lists, move by move.
  bool pick_movers(Index t, std::int64_t movers, Crew& crew);
  /// Newcomers by word of mouth, those of each bringer in states by themselves, and by advertising. Who of the pool comes is
  /// drawn without difference: one who was there before, or one more who was not.
  void let_in(Index t, std::int64_t pool, const MarketLaws::Newcomers& newcomers_of_period);
  /// Puts those who left, and those who came, into the lists of where they are now.
  void settle();

  const MarketPlan& plan_;
  const MarketPeopleOptions& options_;
  MarketLaws laws_;
  Bringers bringers_;
  std::size_t n_;
  Whereabouts places_;
  std::vector<Persons> fresh_;  // newcomers of the period, by state
  Persons returned_;            // persons who are in the pool again
  // By person.
  std::vector<std::int32_t> arrived_;
  std::vector<std::int32_t> brought_by_;
};

}  // namespace sojourn::detail
