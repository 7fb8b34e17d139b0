#include <cmath>

#include "support/support.hpp"
#include "support/tails.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("the upper tail of the chi-squared law keeps small p-values small") {
  for (const double x : {0.1, 3.0, 50.0, 600.0}) {
    CHECK_THAT(detail::chi_squared_tail(x, 2), Catch::Matchers::WithinRel(std::exp(-x / 2), 1e-12));
    CHECK_THAT(detail::chi_squared_tail(x, 1), Catch::Matchers::WithinRel(std::erfc(std::sqrt(x / 2)), 1e-12));
  }
  CHECK(detail::chi_squared_tail(1e6, 4) == 0.0);
  CHECK(p_value_text(detail::chi_squared_tail(1e6, 4)) == "< 1e-300");
  CHECK(p_value_text(0.36769) == "0.368");
}
