#include "sojourn/market/market_growth.hpp"

#include <algorithm>
#include <array>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>

#include "market/market_plan.hpp"
#include "solve/full_matrix.hpp"
#include "support/text.hpp"

namespace sojourn {

namespace {

using detail::MarketPlan;
using DenseMatrix = Eigen::MatrixXd;

struct Growth {
  double factor;
  double reputation;
};

/// The growth of a base at a given reputation, and the reputation that its mix of states makes.
struct Mix {
  double factor;
  double reputation;
};

Mix mix_at(const MarketPlan& plan, double rho) {
  const bool told = plan.has_reputation();
  std::vector<double> searching;
  if (told) plan.search_row(rho, searching);
  const Index n = plan.n_states();
  DenseMatrix A = DenseMatrix::Zero(n, n);  // rows = from
  Eigen::VectorXd brought = plan.contacts;
  for (Index i = 0; i < n; ++i) {
    const auto row = static_cast<std::size_t>(i);
    for (std::size_t m = plan.first[row]; m < plan.first[row + 1]; ++m) {
      const double p = told && plan.search() == i ? searching[m - plan.first[row]] : plan.moves[m].probability;
      brought[i] += p * plan.moves[m].contacts;
      A(i, plan.moves[m].to) += plan.is_absorbing[row] != 0 ? p * (1.0 - plan.returns) : p;
    }
  }
  A += brought * plan.arrives_at.transpose();
  // Those who are gone and bring nobody do not feed the base.
  std::vector<Index> base;
  std::vector<Index> idle;
  for (Index i = 0; i < n; ++i) {
    (plan.is_absorbing[static_cast<std::size_t>(i)] == 0 || brought[i] > 0.0 ? base : idle).push_back(i);
  }
  const double prior = plan.reputation_of(0.0, 0.0);
  if (base.empty()) return {.factor = 0.0, .reputation = prior};
  const detail::LeadingPair leading = detail::leading_pair(A(base, base).transpose(), told);
  const double factor = std::max(0.0, leading.real);
  if (!told) return {.factor = factor, .reputation = prior};

  Eigen::VectorXd mix = Eigen::VectorXd::Zero(n);
  for (std::size_t k = 0; k < base.size(); ++k) mix[base[k]] = leading.vector[static_cast<Index>(k)];
  // Of those gone as many are left as have come, less those who returned, while the base grew or shrank.
  const double left = factor - (1.0 - plan.returns);
  Eigen::VectorXd all = left > 0.0 ? mix : Eigen::VectorXd(Eigen::VectorXd::Zero(n));
  double told_by_gone = 0.0;
  for (const Index j : idle) {
    const double come = A.col(j).dot(mix);
    all[j] = left > 0.0 ? come / left : come;
    told_by_gone += (plan.good_rates[j] + plan.bad_rates[j]) * all[j];
  }
  if (left <= 0.0 && told_by_gone == 0.0) all = mix;
  const double good = plan.good_rates.dot(all);
  const double bad = plan.bad_rates.dot(all);
  return {.factor = factor, .reputation = good + bad > 0.0 ? good / (good + bad) : prior};
}

Growth settled_growth(const char* who, const MarketPlan& plan) {
  double rho = plan.reputation_of(plan.good_today, plan.bad_today);
  if (!plan.has_reputation()) return {.factor = mix_at(plan, rho).factor, .reputation = rho};
  constexpr int most_rounds = 2000;
  for (int round = 0; round < most_rounds; ++round) {
    const Mix mix = mix_at(plan, rho);
    if (std::abs(mix.reputation - rho) <= 1e-14) return {.factor = mix.factor, .reputation = mix.reputation};
    rho = 0.5 * (rho + mix.reputation);
  }
  throw std::domain_error(
      std::string(who) +
      ": the reputation that the base brings about does not settle; a smaller sensitivity would let "
      "it");
}

}  // namespace

double market_growth(const Market& market) {
  const MarketPlan plan(market);
  detail::check_size("market_growth", plan);
  return settled_growth("market_growth", plan).factor;
}

MarketThreshold market_threshold(const Market& market, std::string_view from, std::string_view to) {
  constexpr const char* who = "market_threshold";
  const MarketPlan plan(market);
  detail::check_size(who, plan);
  const StateSpace& states = plan.states();
  const Index i = states.index(from);
  const Index j = states.index(to);
  const auto growth_at = [&](double p) {
    return settled_growth(who, MarketPlan(detail::with_probability(who, market, i, j, p)));
  };
  const auto distance = [&](double p) { return growth_at(p).factor - 1.0; };
  constexpr int pieces = 32;
  constexpr double least = 1e-9;  // at 0 and 1 moves would be missing
  const double current = market.chain.probability(i, j);
  std::array<double, pieces + 1> places{};
  std::array<double, pieces + 1> heights{};
  for (int k = 0; k <= pieces; ++k) {
    const auto at = static_cast<std::size_t>(k);
    places[at] = least + (1.0 - 2.0 * least) * k / pieces;
    heights[at] = distance(places[at]);
  }
  std::size_t nearest = pieces;
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < pieces; ++k) {
    if ((heights[k] < 0.0) == (heights[k + 1] < 0.0)) continue;
    const double away = std::max({0.0, places[k] - current, current - places[k + 1]});
    if (away < best) {
      best = away;
      nearest = k;
    }
  }
  const std::string move = text::quoted(from) + " → " + text::quoted(to);
  if (nearest == pieces) {
    const auto [low, high] = std::minmax_element(heights.begin(), heights.end());
    throw std::domain_error(std::string(who) + ": whatever the probability of " + move + ", the base " +
                            (*low >= 0.0 ? "never shrinks" : "shrinks") + ": its growth factor per period is from " +
                            text::number(1.0 + *low, 6) + " to " + text::number(1.0 + *high, 6) +
                            "; ask for another move, or change referrals first");
  }
  double root = places[nearest + 1];
  if (heights[nearest + 1] != 0.0) {
    std::uintmax_t steps = 200;
    const auto bracket =
        boost::math::tools::toms748_solve(distance, places[nearest], places[nearest + 1], heights[nearest],
                                          heights[nearest + 1], boost::math::tools::eps_tolerance<double>(50), steps);
    root = 0.5 * (bracket.first + bracket.second);
  }
  return {
      .probability = root,
      .grows_above = heights[nearest] < 0.0,
      .reputation = growth_at(root).reputation,
      .current = current,
      .growth_now = settled_growth(who, plan).factor,
      .definition = "probability of " + move +
                    " (the rest of the row in proportion) at which a base that is small beside the market, with the "
                    "reputation of its own mix of states and without advertising, neither grows nor shrinks"};
}

}  // namespace sojourn
