#include "sojourn/market/market_equilibrium.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "market/market_plan.hpp"
#include "solve/full_matrix.hpp"
#include "support/text.hpp"

namespace sojourn {

namespace {

using detail::MarketFlow;
using detail::MarketPlan;
using detail::MarketState;
using DenseMatrix = Eigen::MatrixXd;

/// The units in which a state of the market is about 1: people, and experiences.
struct Units {
  double people;
  double experiences;
};

Units units_of(const MarketPlan& plan, const MarketState& at) {
  return {.people = plan.people, .experiences = std::max({1.0, at.good, at.bad})};
}

double change(const MarketPlan& plan, const MarketState& now, const MarketState& next) {
  const Units unit = units_of(plan, now);
  return std::max({(next.occupancy - now.occupancy).cwiseAbs().maxCoeff() / unit.people,
                   std::abs(next.good - now.good) / unit.experiences, std::abs(next.bad - now.bad) / unit.experiences});
}

/// The derivative of the mean field's step, rows = to, in people and experiences.
DenseMatrix derivative(const MarketPlan& plan, const MarketState& at) {
  const Index n = plan.n_states();
  const bool told = plan.has_reputation();
  DenseMatrix J = DenseMatrix::Zero(told ? n + 2 : n, told ? n + 2 : n);
  const double rho = plan.reputation_of(at.good, at.bad);
  std::vector<double> searching;
  if (told) plan.search_row(rho, searching);
  Eigen::VectorXd brought = plan.contacts;  // by one in each state
  for (Index i = 0; i < n; ++i) {
    const auto row = static_cast<std::size_t>(i);
    for (std::size_t m = plan.first[row]; m < plan.first[row + 1]; ++m) {
      const double p = told && plan.search() == i ? searching[m - plan.first[row]] : plan.moves[m].probability;
      brought[i] += p * plan.moves[m].contacts;
      J(plan.moves[m].to, i) += plan.is_absorbing[row] != 0 ? p * (1.0 - plan.returns) : p;
    }
  }
  const double pool = std::max(0.0, plan.people - at.occupancy.sum());
  const double made = brought.dot(at.occupancy) / plan.people;
  const double unmet = std::exp(-made);
  const double met = -std::expm1(-made);
  const Eigen::VectorXd newcomers = met * plan.arrives_at + unmet * plan.advertising * plan.advertising_arrives_at;
  // What one contact more brings.
  const Eigen::VectorXd by_contact =
      pool * unmet / plan.people * (plan.arrives_at - plan.advertising * plan.advertising_arrives_at);
  J.topLeftCorner(n, n) += by_contact * brought.transpose();
  J.topLeftCorner(n, n).colwise() -= newcomers;
  if (!told) return J;

  std::vector<double> slopes;
  plan.search_slopes(rho, slopes);
  const auto row = static_cast<std::size_t>(plan.search());
  const double searchers = at.occupancy[plan.search()];
  Eigen::VectorXd by_rho = Eigen::VectorXd::Zero(n);
  double contacts_by_rho = 0.0;
  for (std::size_t k = 0; k < slopes.size(); ++k) {
    by_rho[plan.moves[plan.first[row] + k].to] += searchers * slopes[k];
    contacts_by_rho += searchers * slopes[k] * plan.moves[plan.first[row] + k].contacts;
  }
  by_rho += by_contact * contacts_by_rho;
  const double all = plan.law.prior_good + plan.law.prior_bad + at.good + at.bad;
  J.col(n).head(n) = by_rho * (1.0 - rho) / all;
  J.col(n + 1).head(n) = by_rho * (-rho / all);
  J.row(n).head(n) = plan.good_rates.transpose();
  J.row(n + 1).head(n) = plan.bad_rates.transpose();
  J(n, n) = J(n + 1, n + 1) = plan.law.retention;
  return J;
}

/// Follows the market until it hardly changes.
MarketState followed(const MarketPlan& plan, MarketState now) {
  constexpr double settled = 1e-13;
  const auto periods = std::clamp<std::size_t>(std::size_t{400'000'000} / (plan.moves.size() + 50), 100, 50'000);
  MarketState next = now;
  for (std::size_t t = 0; t < periods; ++t) {
    plan.step(now, next);
    const double moved = change(plan, now, next);
    std::swap(now, next);
    if (moved <= settled) break;
  }
  return now;
}

/// Newton's method. Nothing where it leads nowhere.
std::optional<MarketState> solved(const MarketPlan& plan, MarketState at) {
  const Index n = plan.n_states();
  MarketState next = at;
  plan.step(at, next);
  double residual = change(plan, at, next);
  for (int step = 0; step < 50 && residual > 1e-15; ++step) {
    const DenseMatrix J = derivative(plan, at);
    const Index size = J.rows();
    Eigen::VectorXd scale = Eigen::VectorXd::Constant(size, plan.people);
    if (size > n) scale.tail(2).setConstant(units_of(plan, at).experiences);
    const DenseMatrix scaled =
        DenseMatrix::Identity(size, size) - scale.cwiseInverse().asDiagonal() * J * scale.asDiagonal();
    Eigen::VectorXd missing(size);
    missing.head(n) = next.occupancy - at.occupancy;
    if (size > n) missing.tail(2) << next.good - at.good, next.bad - at.bad;
    const std::optional<Eigen::VectorXd> solved = detail::solve_full(scaled, missing.cwiseQuotient(scale));
    if (!solved) break;
    const Eigen::VectorXd move = scale.cwiseProduct(*solved);
    MarketState further = at;
    further.occupancy += move.head(n);
    further.occupancy = further.occupancy.cwiseMax(0.0);
    if (size > n) {
      further.good = std::max(0.0, at.good + move[n]);
      further.bad = std::max(0.0, at.bad + move[n + 1]);
    }
    const double all = further.occupancy.sum();
    if (!std::isfinite(all)) break;
    if (all > plan.people) further.occupancy *= plan.people / all;
    MarketState after = further;
    plan.step(further, after);
    const double found = change(plan, further, after);
    if (!(found < residual)) break;
    at = further;
    next = after;
    residual = found;
  }
  if (!(residual <= 1e-11)) return std::nullopt;
  return at;
}

MarketEquilibrium described(const MarketPlan& plan, const MarketState& at) {
  MarketState next = at;
  const MarketFlow flow = plan.step(at, next);
  const Eigen::VectorXcd roots = detail::eigenvalues(derivative(plan, at));
  const double radius = roots.cwiseAbs().maxCoeff();
  return {.occupancy = at.occupancy,
          .pool = std::max(0.0, plan.people - at.occupancy.sum()),
          .good = at.good,
          .bad = at.bad,
          .reputation = plan.reputation_of(at.good, at.bad),
          .referred = flow.referred,
          .advertised = flow.advertised,
          .profit = plan.at_beginning(flow) + plan.at_end(flow),
          .spectral_radius = radius,
          .is_stable = radius < 1.0,
          .residual = change(plan, at, next)};
}

double inside(const MarketPlan& plan, const Vector& occupancy) {
  double all = 0.0;
  for (Index i = 0; i < occupancy.size(); ++i) {
    if (plan.is_absorbing[static_cast<std::size_t>(i)] == 0) all += occupancy[i];
  }
  return all;
}

void refuse_where_it_happens_to_be(const MarketPlan& plan) {
  std::vector<std::string> exits;
  for (Index i = 0; i < plan.n_states(); ++i) {
    if (plan.is_absorbing[static_cast<std::size_t>(i)] != 0) exits.push_back(plan.states().name(i));
  }
  if (exits.empty() || plan.returns > 0.0 || (exits.size() == 1 && plan.advertising > 0.0)) return;
  throw std::domain_error("market_equilibria: those gone to " + text::list(exits) +
                          " never return, so where the market settles depends on where it begins; give returns above "
                          "0, or follow it with market_path");
}

}  // namespace

std::vector<MarketEquilibrium> market_equilibria(const Market& market) {
  const MarketPlan plan(market);
  detail::check_size("market_equilibria", plan);
  refuse_where_it_happens_to_be(plan);
  const Index n = plan.n_states();
  const Vector nobody = Vector::Zero(n);
  const MarketState full{.occupancy = plan.people * plan.arrives_at};
  std::vector<MarketState> starts{{.occupancy = nobody}, plan.today(), full};
  if (plan.has_reputation()) {
    const double lasting = plan.people / (1.0 - plan.law.retention);
    starts.back().good = lasting * plan.good_rates.maxCoeff();
    for (const Vector& there : {nobody, full.occupancy}) {
      starts.push_back({.occupancy = there, .good = 0.0, .bad = lasting * plan.bad_rates.maxCoeff()});
    }
  }
  std::vector<MarketEquilibrium> found;
  for (const MarketState& start : starts) {
    const std::optional<MarketState> at = solved(plan, followed(plan, start));
    if (!at) continue;
    const double rho = plan.reputation_of(at->good, at->bad);
    const bool is_known = std::any_of(found.begin(), found.end(), [&](const MarketEquilibrium& e) {
      return (e.occupancy - at->occupancy).cwiseAbs().maxCoeff() <= 1e-8 * plan.people &&
             std::abs(e.reputation - rho) <= 1e-8;
    });
    if (!is_known) found.push_back(described(plan, *at));
  }
  if (found.empty()) {
    throw std::domain_error(
        "market_equilibria: the market does not settle within the periods that are tried; follow it with market_path");
  }
  std::stable_sort(found.begin(), found.end(), [&](const MarketEquilibrium& a, const MarketEquilibrium& b) {
    return inside(plan, a.occupancy) < inside(plan, b.occupancy);
  });
  return found;
}

}  // namespace sojourn
