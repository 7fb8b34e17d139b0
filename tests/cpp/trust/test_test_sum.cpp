#include "support/support.hpp"
#include "trust/test_sum.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("p-values of several tests are adjusted by Holm and by Benjamini and Hochberg as by hand") {
  const std::vector<double> p{.01, .04, .03, .9};
  const auto near = [](const std::vector<double>& a, const std::vector<double>& b) {
    return distance(numbers(a), numbers(b)) < 1e-15;
  };
  CHECK(near(detail::adjusted(p, Adjustment::holm), {.04, .09, .09, .9}));
  CHECK(near(detail::adjusted(p, Adjustment::benjamini_hochberg), {.04, .16 / 3, .16 / 3, .9}));
  CHECK(detail::adjusted({}, Adjustment::holm).empty());
}
