/// \file information_criteria.hpp
/// Which order pays for its parameters? AIC and BIC.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sojourn/data/fit.hpp"
#include "sojourn/data/journey.hpp"

namespace sojourn {

/// The likelihood of one order.
struct OrderLikelihood {
  Index order;
  double log_likelihood;
  Index n_parameters;  ///< free probabilities
  double aic;          ///< `2 n_parameters - 2 log_likelihood`
  double bic;          ///< `log(moves) n_parameters - 2 log_likelihood`
};

/// Orders weighed by how well they fit and what they cost in parameters.
struct InformationCriteria {
  std::vector<OrderLikelihood> orders;  ///< 0 to the largest order
  std::int64_t moves;                   ///< the same for all orders: those with enough past for the largest

  Index best_by_aic() const;
  Index best_by_bic() const;
  std::string sentence() const;
};

struct InformationCriteriaOptions {
  Index max_order = 2;
  Forbidden forbidden = Forbidden::refuse;
};

/// AIC (H. Akaike, IEEE Transactions on Automatic Control 19, 1974) and BIC (G. Schwarz, Annals of Statistics 6, 1978;
/// R. W. Katz, Technometrics 23, 1981, for chains) of orders 0 to `max_order`. Throws as `order_test` does.
InformationCriteria information_criteria(const Journeys& journeys, const InformationCriteriaOptions& options = {});

}  // namespace sojourn
