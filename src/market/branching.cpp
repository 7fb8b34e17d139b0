#include "sojourn/market/branching.hpp"

#include <algorithm>
#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include "chain/state_words.hpp"
#include "market/reproduction.hpp"
#include "sojourn/chain/structure.hpp"
#include "solve/value_system.hpp"
#include "support/numbers.hpp"
#include "support/text.hpp"

namespace sojourn {

using detail::at;

namespace {

/// `-log f(1 - h)` for the generating function `f` of a law with mean `b`; infinite where `f` is 0.
double minus_log_generating(OffspringLaw law, double b, double h) {
  switch (law) {
    case OffspringLaw::poisson:
      return b * h;
    case OffspringLaw::bernoulli:
      return -std::log1p(-b * h);
    case OffspringLaw::geometric:
      return std::log1p(b * h);
  }
  return 0.0;
}

double variance_of(OffspringLaw law, double b) {
  switch (law) {
    case OffspringLaw::poisson:
      return b;
    case OffspringLaw::bernoulli:
      return b * (1.0 - b);
    case OffspringLaw::geometric:
      return b * (1.0 + b);
  }
  return 0.0;
}

void check_one_at_most(const Referrals& referrals) {
  const StateSpace& states = referrals.states();
  const auto refuse = [](const std::string& what, double newcomers) {
    throw std::invalid_argument("offspring: " + what + " brings " + text::number(newcomers) +
                                " newcomers on average, and a bernoulli law brings one at most; choose poisson or "
                                "geometric");
  };
  for (Index i = 0; i < states.n_states(); ++i) {
    if (referrals.per_state()[i] > 1.0) refuse(text::quoted(states.name(i)), referrals.per_state()[i]);
    for (SparseMatrix::InnerIterator move(referrals.per_move(), i); move; ++move) {
      if (move.value() > 1.0) {
        refuse("the move " + detail::move_name(states, i, move.col()), move.value());
      }
    }
  }
}

/// The trees of newcomers from customers of a chain.
class Trees {
 public:
  Trees(std::string_view who, const Chain& chain, const Referrals& referrals, const BranchingOptions& options)
      : chain_(chain),
        referrals_(referrals),
        law_(options.offspring),
        laws_(detail::reproduction(who, chain, referrals, options.arrives_at)),
        inside_(laws_.left()),
        position_(at(chain.n_states()), -1),
        system_(chain, 1.0, inside_),
        lifetime_(system_.solve_one(laws_.brought)) {
    if (law_ == OffspringLaw::bernoulli) check_one_at_most(referrals);
    for (std::size_t a = 0; a < inside_.size(); ++a) position_[at(inside_[a])] = static_cast<int>(a);
  }

  const Vector& arrives() const { return laws_.arrives; }
  const Vector& lifetime() const { return lifetime_; }
  double reproduction() const { return laws_.arrives.dot(lifetime_); }

  /// The chance per state that the tree goes on for ever when that of each newcomer does with probability `h`: `p_i =
  /// Σ_j p_ij (1 - f_ij) + Σ_j p_ij f_ij p_j`, without subtraction.
  Vector survival(double h) const {
    if (inside_.empty()) return Vector::Zero(chain_.n_states());
    return solved(h, [](const Thinned& row) { return row.goes_on; }, 0.0);
  }

  /// The chance per state that nobody is ever brought.
  Vector alone() const {
    if (inside_.empty()) return Vector::Ones(chain_.n_states());
    return solved(1.0, [](const Thinned& row) { return row.ends; }, 1.0);
  }

  /// Variance of the newcomers whom a customer brings himself.
  Vector lifetime_variance() const {
    Vector spread = Vector::Zero(chain_.n_states());
    for (const Index i : inside_) {
      double mean = 0.0;
      double total = 0.0;
      chain_.for_each_move(i, [&](Index j, double p) {
        mean += p * (referrals_.move_referrals(i, j) + lifetime_[j]);
        total += p;
      });
      mean /= total;
      spread[i] = variance_of(law_, referrals_.per_state()[i]);
      chain_.for_each_move(i, [&](Index j, double p) {
        const double with_move = referrals_.move_referrals(i, j);
        const double above = with_move + lifetime_[j] - mean;
        spread[i] += p * (variance_of(law_, with_move) + above * above);
      });
    }
    return system_.solve_one(spread);
  }

 private:
  /// What becomes of a row when each of its moves is kept with the chance `f_ij` that all trees fail that begin with it.
  struct Thinned {
    double goes_on = 0.0;  // `Σ_j p_ij (1 - f_ij)`
    double ends = 0.0;     // what is kept of moves into states that are never left
  };

  /// Solves the thinned system for one side of each row; `at_rest` holds in states that are never left.
  template <class SideOf>
  Vector solved(double h, const SideOf& side_of, double at_rest) const {
    detail::MoveRows rows;
    const auto n = static_cast<Index>(inside_.size());
    rows.slack.resize(n);
    Matrix b(n, 1);
    for (Index a = 0; a < n; ++a) {
      const Index i = inside_[at(a)];
      const double in_period = minus_log_generating(law_, referrals_.per_state()[i], h);
      Thinned row;
      chain_.for_each_move(i, [&](Index j, double p) {
        const double all = in_period + minus_log_generating(law_, referrals_.move_referrals(i, j), h);
        const double kept = p * std::exp(-all);
        row.goes_on -= p * std::expm1(-all);
        if (position_[at(j)] < 0) {
          row.ends += kept;
        } else if (j != i && kept > 0.0) {
          rows.to.push_back(position_[at(j)]);
          rows.weight.push_back(kept);
        }
      });
      rows.first.push_back(static_cast<Index>(rows.to.size()));
      rows.slack[a] = row.goes_on + row.ends;
      b(a, 0) = side_of(row);
    }
    const Matrix x = detail::block_of(std::move(rows)).solve(detail::Side::plain, b);
    Vector all = Vector::Constant(chain_.n_states(), at_rest);
    for (Index a = 0; a < n; ++a) all[inside_[at(a)]] = std::clamp(x(a, 0), 0.0, 1.0);
    return all;
  }

  const Chain& chain_;
  const Referrals& referrals_;
  OffspringLaw law_;
  detail::Reproduction laws_;
  std::vector<Index> inside_;  // the states that are left
  std::vector<int> position_;  // of each state among them; -1 where it is never left
  detail::ValueSystem system_;
  Vector lifetime_;
};

/// The chance that the tree of a newcomer goes on for ever: the largest root of `sᵀ p(h) = h`, with a concave left side.
double survival_of_newcomer(const Trees& trees) {
  const auto excess = [&trees](double h) { return trees.arrives().dot(trees.survival(h)) / h - 1.0; };  // falls in h
  double low = std::min(0.5, trees.reproduction() - 1.0);
  while (low > 1e-300 && excess(low) <= 0.0) low *= 0.25;
  if (!(low > 1e-300)) return 0.0;  // `R0` above 1 by rounding alone
  if (!(excess(1.0) < 0.0)) return 1.0;
  std::uintmax_t steps = 200;
  const auto [below, above] = boost::math::tools::toms748_solve(
      excess, low, 1.0, boost::math::tools::eps_tolerance<double>(std::numeric_limits<double>::digits), steps);
  return 0.5 * (below + above);
}

}  // namespace

Extinction extinction(const Chain& chain, const Referrals& referrals, const BranchingOptions& options) {
  const Trees trees("extinction", chain, referrals, options);
  const StateSpace& states = chain.states();
  const double reproduction = trees.reproduction();
  const Vector alone = trees.alone();
  // Where every newcomer brings another for certain, no tree ends, be `R0` no more than 1.
  if (!(trees.arrives().dot(alone) > 0.0)) return {StateValues(states, alone), 0.0, reproduction};
  const double h = reproduction > 1.0 ? survival_of_newcomer(trees) : 0.0;
  if (h == 0.0) return {StateValues(states, Vector::Ones(states.n_states())), 1.0, reproduction};
  return {StateValues(states, Vector::Ones(states.n_states()) - trees.survival(h)), 1.0 - h, reproduction};
}

Progeny progeny(const Chain& chain, const Referrals& referrals, const BranchingOptions& options) {
  const Trees trees("progeny", chain, referrals, options);
  const StateSpace& states = chain.states();
  const double reproduction = trees.reproduction();
  if (reproduction >= 1.0 - 1e-12) {
    throw std::domain_error("progeny: a newcomer brings R0 = " + text::number(reproduction, 6) +
                            " others, so that the mean number of descendants is infinite; it is finite for R0 below "
                            "1. Ask extinction for the chance that the tree ends");
  }
  const Vector& direct = trees.lifetime();
  const Vector variance = trees.lifetime_variance();
  const double among_newcomers = trees.arrives().dot(
      Vector(variance.array() + (direct.array() - reproduction).square()));  // variance of what a newcomer brings
  const double mean = 1.0 / (1.0 - reproduction);
  const double spread = among_newcomers * mean * mean * mean;
  return {StateValues(states, Vector::Ones(states.n_states()) + direct * mean),
          StateValues(states, direct * spread + variance * (mean * mean)),
          mean,
          spread,
          StateValues(states, direct),
          StateValues(states, variance)};
}

}  // namespace sojourn
