#include "sojourn/market/reputation.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

#include "market/log_odds.hpp"
#include "support/level.hpp"
#include "support/refuse.hpp"
#include "support/text.hpp"

namespace sojourn {

using detail::refuse;

namespace {}  // namespace

void check_reputation_law(const ReputationLaw& law) {
  const auto need = [](bool holds, const char* member, double found, const char* rule) {
    if (!holds) refuse("ReputationLaw: " + std::string(member) + ": " + rule + ", found " + text::number(found));
  };
  need(law.retention >= 0.0 && law.retention < 1.0, "retention", law.retention,
       "the share of the stocks left after a period is in [0, 1); at 1 nothing would ever be forgotten");
  need(law.prior_good > 0.0 && std::isfinite(law.prior_good), "prior_good", law.prior_good,
       "experiences to begin with are above 0, or a reputation without any experience would be 0/0");
  need(law.prior_bad > 0.0 && std::isfinite(law.prior_bad), "prior_bad", law.prior_bad,
       "experiences to begin with are above 0, or a reputation without any experience would be 0/0");
  need(std::isfinite(law.sensitivity), "sensitivity", law.sensitivity,
       "log-odds per unit of reputation are a finite number");
  need(detail::is_probability(law.reference), "reference", law.reference,
       "a reputation is a share of good experiences, in [0, 1]");
}

double reputation(const ReputationLaw& law, double good, double bad) {
  check_reputation_law(law);
  const auto need = [](const char* which, double stock) {
    if (!(stock >= 0.0) || !std::isfinite(stock)) {
      refuse("reputation: " + std::string(which) + ": a stock of experiences is 0 or more, found " +
             text::number(stock));
    }
  };
  need("good", good);
  need("bad", bad);
  // Halves, so that no sum of two stocks overflows.
  const double up = 0.25 * law.prior_good + 0.25 * good;
  const double down = 0.25 * law.prior_bad + 0.25 * bad;
  return up / (up + down);
}

double go_on_probability(const ReputationLaw& law, double probability, double reputation) {
  check_reputation_law(law);
  if (!detail::is_probability(probability)) {
    refuse("go_on_probability: probability: must be in [0, 1], found " + text::number(probability));
  }
  if (!detail::is_probability(reputation)) {
    refuse("go_on_probability: reputation: a share of good experiences is in [0, 1], found " +
           text::number(reputation));
  }
  if (probability == 0.0 || probability == 1.0) return probability;
  return detail::logistic(detail::log_odds_of(probability) + law.sensitivity * (reputation - law.reference));
}

Vector reputation_path(const ReputationLaw& law, const Vector& good, const Vector& bad) {
  check_reputation_law(law);
  if (good.size() != bad.size()) {
    refuse("reputation_path: bad: " + text::plural(bad.size(), "period") + ", but good has " +
           text::plural(good.size(), "period") + "; give both for every period");
  }
  Vector met(good.size());
  double good_stock = 0.0;
  double bad_stock = 0.0;
  const auto need = [](const char* which, Index t, double shared) {
    if (!(shared >= 0.0) || !std::isfinite(shared)) {
      refuse("reputation_path: " + std::string(which) + ": in period " + std::to_string(t) +
             " (from 0): experiences shared are 0 or more, found " + text::number(shared));
    }
  };
  for (Index t = 0; t < good.size(); ++t) {
    need("good", t, good[t]);
    need("bad", t, bad[t]);
    met[t] = reputation(law, good_stock, bad_stock);
    good_stock = law.retention * good_stock + good[t];
    bad_stock = law.retention * bad_stock + bad[t];
  }
  return met;
}

}  // namespace sojourn
