// How a law of value is built: a walk, exact while amounts are few, then on a grid fine enough for the error asked for.
#pragma once

#include <cmath>
#include <optional>
#include <vector>

#include "sojourn/value/value_law.hpp"
#include "value/harvest.hpp"
#include "value/settled_money.hpp"
#include "value/value_walk.hpp"

namespace sojourn {

/// Builds one law.
class ValueLawBuilder {
 public:
  ValueLawBuilder(const LifetimeValue& value, const Vector& start, const ValueLawOptions& options);

  ValueLaw build();

 private:
  enum class Ending { none, at_horizon, bounded, dropped };

  struct Spacing {
    double h;
    double theta;
    bool is_common;  // every amount is a multiple of it
    Index periods;   // how long the walk was in rehearsal
  };

  Ending ending(const detail::ValueWalk& walk) const;
  /// Expected money still to come in money of today; 0 at the horizon.
  Vector to_come(const detail::ValueWalk& walk) const;

  // While every amount is kept.
  void keep_settled(detail::ValueWalk& walk);
  bool end_exactly(const detail::ValueWalk& walk);

  // On a grid.
  /// The spacing that brings the error asked for.
  Spacing choose(const detail::ValueWalk& walk);
  /// The spacing of which every amount is a multiple; nothing where there is none, or too many amounts.
  std::optional<Spacing> common(const detail::ValueWalk& walk, double most);
  /// The walk to its end.
  detail::Harvest run(detail::ValueWalk walk, const Spacing& spacing, bool rehearsal);
  void end_on_grid(const detail::ValueWalk& walk, Ending how, detail::Harvest& harvest);
  double error_of(const detail::Harvest& harvest, bool is_common) const;
  double logarithm() const { return std::log(4.0 / options_.error_in_probability); }  // of 2 / (δ / 2)
  double theta_for(double variance) const;
  double error_guess(const Spacing& spacing) const { return options_.grid_points ? spacing.h : target_; }

  [[noreturn]] void refuse_points(double points, double reachable) const;
  [[noreturn]] void refuse_length(const detail::ValueWalk& walk) const;

  ValueLaw finish() { return assemble(0.0); }
  ValueLaw finish(detail::Harvest harvest, const Spacing& spacing, double error);
  ValueLaw assemble(double unlikely);

  const LifetimeValue& value_;
  const ValueLawOptions& options_;
  Vector start_;
  StartValue from_;
  detail::WalkProblem problem_;
  detail::SettledMoney settled_;
  Vector most_;
  Vector least_;
  double range_ = 0.0;
  bool is_bounded_ = false;
  double target_ = 0.0;
  double tail_ = 0.0;
  std::size_t n_moves_ = 0;
  std::vector<detail::Mass> kept_;
  double left_out_ = 0.0;
  double dropped_ = 0.0;
  Index periods_ = 0;
};

}  // namespace sojourn
