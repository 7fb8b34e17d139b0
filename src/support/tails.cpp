#include "support/tails.hpp"

#include <boost/math/special_functions/gamma.hpp>

namespace sojourn::detail {

double chi_squared_tail(double statistic, std::int64_t degrees_of_freedom) {
  if (degrees_of_freedom == 0 || statistic <= 0.0) return 1.0;
  using namespace boost::math::policies;
  // An underflow is an answer: smaller than any double.
  using Quiet = policy<underflow_error<ignore_error>, overflow_error<ignore_error>, promote_double<false>>;
  return boost::math::gamma_q(0.5 * static_cast<double>(degrees_of_freedom), 0.5 * statistic, Quiet());
}

}  // namespace sojourn::detail
