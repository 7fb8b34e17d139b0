// The laws of a market, ready for drawing numbers of people.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "market/market_plan.hpp"
#include "support/binomial.hpp"
#include "support/multinomial.hpp"
#include "support/split_words.hpp"

namespace sojourn::detail {

/// Throws where the number of experiences in a period would be more than can be drawn.
void check_experiences(const char* who, const MarketPlan& plan);

/// Those of the searching state change with the reputation.
class MarketLaws {
 public:
  explicit MarketLaws(const MarketPlan& plan);

  /// Takes the searching state's moves at a reputation.
  void search_at(double rho);

  /// Splits `count` people in a state over its moves: calls `moved(m, number)` for each that is made, `m` as in the plan.
  template <class Moved>
  void split_state(Index state, std::int64_t count, SplitWords words, Moved&& moved) const {
    const auto at = static_cast<std::size_t>(state);
    if (plan_->has_reputation() && plan_->search() == state) {
      split(searching_, 0, searching_.size(), count, words, [&](std::size_t k, std::int64_t some) {
        moved(plan_->first[at] + static_cast<std::size_t>(searching_[k].to), some);
      });
    } else {
      split(moves_, plan_->first[at], plan_->first[at + 1], count, words, moved);
    }
  }
  /// How many of those gone return.
  std::int64_t returning(std::int64_t count, SplitWords words) const {
    return static_cast<std::int64_t>(returning_.draw(static_cast<double>(count), words));
  }

  struct Newcomers {
    std::int64_t referred = 0;
    std::int64_t advertised = 0;
  };
  /// How many of the pool come where so many contacts are made on average.
  Newcomers newcomers(std::int64_t pool, double contacts, SplitWords words) const;
  const std::vector<SplitMove>& referred_to() const { return referred_to_; }
  const std::vector<SplitMove>& advertised_to() const { return advertised_to_; }

 private:
  const MarketPlan* plan_;
  std::vector<SplitMove> moves_;
  std::vector<SplitMove> searching_;
  std::vector<SplitMove> referred_to_;
  std::vector<SplitMove> advertised_to_;
  BinomialLaw by_advertising_;
  BinomialLaw returning_;
  std::vector<double> probabilities_;
  std::vector<std::pair<Index, double>> row_;
};

}  // namespace sojourn::detail
