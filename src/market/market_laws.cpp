#include "market/market_laws.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "support/poisson.hpp"

namespace sojourn::detail {

void check_experiences(const char* who, const MarketPlan& plan) {
  for (const MarketSource& source : plan.sources) {
    const double most = plan.people * std::max(source.good.maxCoeff(), source.bad.maxCoeff());
    if (most <= most_poisson_mean) continue;
    throw std::domain_error(std::string(who) +
                            ": more than 2^51 experiences may be shared in a period; count them in thousands, with a "
                            "weight of 1000");
  }
}

namespace {

std::vector<SplitMove> law_of(const Vector& law) {
  std::vector<std::pair<Index, double>> row;
  for (Index i = 0; i < law.size(); ++i) {
    if (law[i] > 0.0) row.emplace_back(i, law[i]);
  }
  std::vector<SplitMove> moves;
  add_split_row(moves, row);
  return moves;
}

}  // namespace

MarketLaws::MarketLaws(const MarketPlan& plan)
    : plan_(&plan),
      referred_to_(law_of(plan.arrives_at)),
      advertised_to_(law_of(plan.advertising_arrives_at)),
      by_advertising_(plan.advertising, 1.0 - plan.advertising),
      returning_(plan.returns, 1.0 - plan.returns) {
  for (Index i = 0; i < plan.n_states(); ++i) {
    row_.clear();
    const auto at = static_cast<std::size_t>(i);
    for (std::size_t m = plan.first[at]; m < plan.first[at + 1]; ++m) {
      row_.emplace_back(plan.moves[m].to, plan.moves[m].probability);
    }
    add_split_row(moves_, row_);
  }
}

void MarketLaws::search_at(double rho) {
  plan_->search_row(rho, probabilities_);
  row_.clear();
  searching_.clear();
  for (std::size_t k = 0; k < probabilities_.size(); ++k) {
    // One that has become too unlikely for a number is left out.
    if (probabilities_[k] > 0.0) row_.emplace_back(static_cast<Index>(k), probabilities_[k]);
  }
  add_split_row(searching_, row_);
}

MarketLaws::Newcomers MarketLaws::newcomers(std::int64_t pool, double contacts, SplitWords words) const {
  if (pool <= 0) return {};
  const double made = contacts / plan_->people;
  const BinomialLaw met(-std::expm1(-made), std::exp(-made));
  const auto referred = static_cast<std::int64_t>(met.draw(static_cast<double>(pool), words));
  const double advertised = by_advertising_.draw(static_cast<double>(pool - referred), words);
  return {.referred = referred, .advertised = static_cast<std::int64_t>(advertised)};
}

}  // namespace sojourn::detail
