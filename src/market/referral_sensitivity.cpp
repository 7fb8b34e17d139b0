#include "sojourn/market/referral_sensitivity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "chain/state_words.hpp"
#include "market/solved_referrals.hpp"
#include "support/text.hpp"
#include "value/row_lift.hpp"
#include "value/value_gradient.hpp"

namespace sojourn {

using detail::RowSupport;

// The adjoint of total value is that of own value from the start law, and from the law of arrival as often as the
// discounted newcomers of all generations: `a = occ(start) + occ(s) D bᵀocc(start) / (1 - D sᵀy)`.
ReferralSensitivity::ReferralSensitivity(const ReferralValue& value, const Vector& start,
                                         const std::optional<Mask>& allowed)
    : value_(value),
      own_(sensitivity(value.own_value(), start, allowed)),
      visits_(own_.visits()),
      by_referrals_(own_.visits()),
      reproduction_visits_(own_.visits()) {
  const ReferralValue::Solution& s = *value.solution_;
  const Vector from_start = own_.visits().vector();
  const Vector from_arrival = detail::system_of(s.own).solve_one_transposed(s.laws.arrives);
  const double newcomers = s.delayed * s.laws.brought.dot(from_start) / (1.0 - s.discounted_reproduction);
  visits_ = StateValues(states(), from_start + newcomers * from_arrival);
  const double worth = s.gain / (1.0 - s.discounted_reproduction);  // of a newcomer when he arrives
  by_referrals_ = StateValues(states(), visits_.vector() * (s.delayed * worth));
  reproduction_visits_ = StateValues(states(), s.lifetime_system().solve_one_transposed(s.laws.arrives));
}

double ReferralSensitivity::partial_at(Index i, Index j) const {
  const ReferralValue::Solution& s = *value_.solution_;
  const double ahead = value_.rewards().move_reward(i, j) + value_.total().vector()[j];
  return s.factor * visits_.vector()[i] * ahead + by_referrals_.vector()[i] * value_.referrals().move_referrals(i, j);
}

double ReferralSensitivity::reproduction_partial_at(Index i, Index j) const {
  return reproduction_visits_.vector()[i] *
         (value_.lifetime_referrals().vector()[j] + value_.referrals().move_referrals(i, j));
}

template <class PartialAt>
Matrix ReferralSensitivity::of_moves(PartialAt&& partial_of) const {
  Matrix found = own_.partial();  // refuses a sparse chain
  for (Index i = 0; i < found.rows(); ++i) {
    for (Index j = 0; j < found.cols(); ++j) found(i, j) = partial_of(i, j);
  }
  return found;
}

template <class PartialAt>
Matrix ReferralSensitivity::lifted(PartialAt&& partial_of) const {
  const Mask& is_lever = own_.is_lever();
  Matrix found = Matrix::Zero(is_lever.rows(), is_lever.cols());
  for (Index i = 0; i < found.rows(); ++i) {
    const Eigen::RowVectorXd above = RowSupport(value_.chain(), i).lifted([&](Index j) { return partial_of(i, j); });
    for (Index j = 0; j < found.cols(); ++j) {
      if (is_lever(i, j)) found(i, j) = above[j];
    }
  }
  return found;
}

Matrix ReferralSensitivity::partial() const {
  return of_moves([this](Index i, Index j) { return partial_at(i, j); });
}

Matrix ReferralSensitivity::R0_partial() const {
  return of_moves([this](Index i, Index j) { return reproduction_partial_at(i, j); });
}

Matrix ReferralSensitivity::lift() const {
  return lifted([this](Index i, Index j) { return partial_at(i, j); });
}

Matrix ReferralSensitivity::R0_lift() const {
  return lifted([this](Index i, Index j) { return reproduction_partial_at(i, j); });
}

std::vector<ReferralLever> ReferralSensitivity::levers() const {
  std::vector<Lever> own = own_.levers();
  std::stable_sort(own.begin(), own.end(),
                   [](const Lever& a, const Lever& b) { return a.from != b.from ? a.from < b.from : a.to < b.to; });
  std::vector<ReferralLever> found;
  found.reserve(own.size());
  for (std::size_t k = 0; k < own.size();) {
    const Index i = own[k].from;
    const RowSupport row(value_.chain(), i);
    const Eigen::RowVectorXd total = row.lifted([this, i](Index j) { return partial_at(i, j); });
    const Eigen::RowVectorXd reproduction = row.lifted([this, i](Index j) { return reproduction_partial_at(i, j); });
    for (; k < own.size() && own[k].from == i; ++k) {
      const Index place = *row.find(own[k].to);
      found.push_back({i, own[k].to, own[k].probability, own[k].value_of_a_point, total[place] / 100.0,
                       reproduction[place] / 100.0});
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const ReferralLever& a, const ReferralLever& b) {
    return a.total_value_of_a_point > b.total_value_of_a_point;
  });
  return found;
}

double ReferralSensitivity::change_to_reach_R0(std::string_view from, std::string_view to, double target) const {
  if (!(target >= 0.0) || !std::isfinite(target)) {
    throw std::invalid_argument("target: expected a finite R0 of at least 0, found " + text::number(target));
  }
  const ReferralValue::Solution& s = *value_.solution_;
  const Index i = states().index(from);
  const Index j = states().index(to);
  const std::string move = detail::move_name(states(), i, j);
  const RowSupport row(value_.chain(), i);
  const std::optional<Index> found = row.find(j);
  const std::vector<Lever> levers = own_.levers();
  const bool is_lever = s.laws.is_for_ever[static_cast<std::size_t>(i)] == 0 &&
                        std::any_of(levers.begin(), levers.end(),
                                    [i, j](const Lever& lever) { return lever.from == i && lever.to == j; });
  if (!is_lever || !found) {
    throw std::domain_error("change_to_reach_R0: " + move +
                            " is forbidden, already certain, or leads out of a state that is never left; choose "
                            "another move");
  }
  const Index place = *found;
  // A change of rank one: R0(δ) = R0 + δ lift / (1 - δ direction · z), z = visits to `from` from each state.
  Vector at_from = Vector::Zero(value_.chain().n_states());
  at_from[i] = 1.0;
  const Vector z = s.lifetime_system().solve_one(at_from);
  const double bend = row.lifted([&z](Index k) { return z[k]; })[place];
  double gain = row.lifted([this, i](Index k) { return reproduction_partial_at(i, k); })[place];
  double most = 0.0;
  for (const Index k : row.to) most = std::max(most, reproduction_partial_at(i, k));
  if (std::abs(gain) <= 1e-14 * most) gain = 0.0;  // rounding of numbers that are alike
  const double p = row.p[place];
  const double rest = row.rest(place);
  const auto reproduction_at = [&](double change) {
    const double left = 1.0 - change * bend;
    if (gain == 0.0) return s.reproduction;
    return left > 1e-14 ? s.reproduction + change * gain / left
                        : std::copysign(std::numeric_limits<double>::infinity(), change * gain);
  };
  const double difference = target - s.reproduction;
  const double exact = difference == 0.0 ? 0.0 : difference / (gain + difference * bend);
  const double change = std::clamp(exact, -p, rest);
  const bool reaches = std::isfinite(exact) && std::abs(exact - change) <= 1e-12 &&
                       std::abs(reproduction_at(change) - target) <= 1e-6 * (target + std::abs(difference));
  if (!reaches) {
    const auto shown = [&](double change_of_p) {
      const double reached = reproduction_at(change_of_p);
      return std::isfinite(reached) ? text::number(std::max(0.0, reached), 6) : std::string("any number");
    };
    throw std::domain_error("change_to_reach_R0: no probability of " + move + " brings R0 to " +
                            text::number(target, 6) + "; from 0 to 1 it takes it from " + shown(-p) + " to " +
                            shown(rest));
  }
  return change;
}

ReferralSensitivity sensitivity(const ReferralValue& value, const Vector& start, const std::optional<Mask>& allowed) {
  return {value, start, allowed};
}

ReferralSensitivity sensitivity(const ReferralValue& value, std::string_view start,
                                const std::optional<Mask>& allowed) {
  return sensitivity(value, start_in(value.chain().states(), start), allowed);
}

}  // namespace sojourn
