// What a simulated market writes down, period by period, whether of numbers or of single persons.
#pragma once

#include <cstdint>
#include <string>

#include "market/market_plan.hpp"
#include "sojourn/market/market_simulation.hpp"
#include "support/poisson.hpp"
#include "support/split_words.hpp"

namespace sojourn::detail {

/// Throws `invalid_argument` where `bytes` are more than the memory that is free.
void check_room(const char* who, const std::string& what, double bytes, const char* advice);

/// Room for `paths` paths. Throws `invalid_argument` for what does not fit into memory beside `more` bytes.
MarketSimulation make_market_room(const char* who, const MarketPlan& plan, Index horizon, std::int64_t paths,
                                  std::uint64_t seed, std::int64_t first_path, double more);

/// Throws `domain_error` unless all money is a number.
void check_market_money(const char* who, const MarketSimulation& numbers);

/// One path of a simulation, written from the first period to the last.
class MarketBook {
 public:
  MarketBook(const MarketPlan& plan, MarketSimulation& numbers, Index path, double factor)
      : plan_(plan), numbers_(numbers), path_(path), factor_(factor), good_(plan.good_today), bad_(plan.bad_today) {}

  /// Shape (n_states,): people in each state at `t`, to be filled in before the period is begun.
  std::int64_t* occupancy(Index t) {
    return numbers_.occupancy.data() + (path_ * (numbers_.horizon + 1) + t) * plan_.n_states();
  }

  /// Writes down where the market stands at `t`.
  void stand(Index t) {
    const std::int64_t* now = occupancy(t);
    std::int64_t all = 0;
    for (Index i = 0; i < plan_.n_states(); ++i) all += now[i];
    numbers_.pool(path_, t) = static_cast<std::int64_t>(plan_.people) - all;
    numbers_.good(path_, t) = good_;
    numbers_.bad(path_, t) = bad_;
    if (plan_.has_reputation()) numbers_.reputation(path_, t) = plan_.reputation_of(good_, bad_);
  }
  std::int64_t pool(Index t) const { return numbers_.pool(path_, t); }
  double reputation(Index t) const { return numbers_.reputation(path_, t); }

  /// Writes down the newcomers of period `t`, and its money.
  void close(Index t, std::int64_t referred, std::int64_t advertised, double of_moves) {
    MarketFlow flow{.referred = static_cast<double>(referred),
                    .advertised = static_cast<double>(advertised),
                    .of_states = 0.0,
                    .of_moves = of_moves};
    const std::int64_t* now = occupancy(t);
    for (Index i = 0; i < plan_.n_states(); ++i) {
      if (now[i] != 0) flow.of_states += static_cast<double>(now[i]) * plan_.state_rewards[i];
    }
    numbers_.referred(path_, t) = referred;
    numbers_.advertised(path_, t) = advertised;
    numbers_.revenue(path_, t) = flow.of_states + flow.of_moves;
    numbers_.costs(path_, t) =
        plan_.advertising_cost + plan_.referred_cost * flow.referred + plan_.advertised_cost * flow.advertised;
    profit_ += discount_ * plan_.at_beginning(flow);
    discount_ *= factor_;
    profit_ += discount_ * plan_.at_end(flow);
    numbers_.profit[path_] = profit_;
  }

  /// Draws the experiences that people share in period `t`.
  void share(Index t, SplitWords words) {
    if (!plan_.has_reputation()) return;
    const std::int64_t* now = occupancy(t);
    good_ *= plan_.law.retention;
    bad_ *= plan_.law.retention;
    for (const MarketSource& source : plan_.sources) {
      double good = 0.0;
      double bad = 0.0;
      for (Index i = 0; i < plan_.n_states(); ++i) {
        good += static_cast<double>(now[i]) * source.good[i];
        bad += static_cast<double>(now[i]) * source.bad[i];
      }
      good_ += source.weight * draw_poisson(good, words);
      bad_ += source.weight * draw_poisson(bad, words);
    }
  }

 private:
  const MarketPlan& plan_;
  MarketSimulation& numbers_;
  Index path_;
  double factor_;
  double good_;
  double bad_;
  double discount_ = 1.0;
  double profit_ = 0.0;
};

}  // namespace sojourn::detail
