#include <cmath>
#include <stdexcept>

#include "sojourn/trust/uncertain.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("mean, standard error and quantiles are those of the draws") {
  const Matrix draws = matrix({{3, 1}, {1, 1}, {2, 1}, {4, 1}, {5, 1}});
  const Uncertain answer(numbers({2.5, 1}), draws, Spread::posterior);
  CHECK(answer.mean() == numbers({3, 1}));
  CHECK(answer.standard_error() == numbers({std::sqrt(2.5), 0}));
  const AnswerInterval half = answer.interval(.5);
  CHECK(half.level == .5);
  CHECK(half.lower == numbers({2, 1}));
  CHECK(half.upper == numbers({4, 1}));
  CHECK(answer.interval(.75).lower[0] == 1.5);  // between neighbours
  CHECK(answer.estimate() == numbers({2.5, 1}));
  const Uncertain normal(numbers({10}), numbers({2}));
  CHECK(normal.interval(.9).upper[0] == Catch::Approx(10 + 2 * 1.6448536269514722).epsilon(1e-14));
  check_refused<std::domain_error>([&] { (void)normal.draws(); }, {"draws", "delta method"});
}
