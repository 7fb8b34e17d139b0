#include <atomic>
#include <cmath>
#include <stdexcept>

#include "sojourn/trust/uncertainty.hpp"
#include "support/support.hpp"
#include "trust/fit_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

TEST_CASE("a draw without an answer is refused with its sentence, or dropped and counted") {
  // Three moves out of 'a', one of them to the exit: a third of the samples has none.
  const Lifecycle life(StateSpace{"a", "b"}, {"b"});
  const Journeys journeys = journeys_from({"ab", "aa", "aa"}, life);
  const Answer time = [](const Chain& chain) { return hitting(chain, {"b"}).expected_time(); };
  check_refused<std::domain_error>([&] { bootstrap(journeys, time); }, {"bootstrap: draw", "'a'", "failed = drop"});
  const Uncertain boot = bootstrap(journeys, time, {.draws = 2'000, .failed = FailedDraws::drop});
  CHECK(boot.n_draws() + boot.n_failed() == 2'000);
  // No "ab" among three: (2/3)³.
  CHECK(std::abs(static_cast<double>(boot.n_failed()) - 2'000 * 8.0 / 27.0) < 5 * std::sqrt(2'000 * 8.0 * 19.0) / 27.0);
  CHECK_THAT(boot.first_failure(), Catch::Matchers::ContainsSubstring("'a'"));
  CHECK_THAT(boot.definition(), Catch::Matchers::ContainsSubstring("without an answer left out"));
  CHECK(boot.draws().allFinite());
  const auto with_threads = [&](int threads) {
    return bootstrap(journeys, time, {.draws = 500, .threads = threads, .failed = FailedDraws::drop});
  };
  CHECK(with_threads(1).draws() == with_threads(3).draws());
  CHECK(with_threads(1).first_failure() == with_threads(3).first_failure());
  const auto message = [&](int threads) {
    return refusal<std::domain_error>([&] { bootstrap(journeys, time, {.draws = 5'000, .threads = threads}); });
  };
  CHECK(message(1) == message(4));

  const FitResult fit = small_fit();
  std::atomic<int> calls{0};
  const Answer moody = [&](const Chain&) { return calls++ == 0 ? 1.0 : not_a_number; };
  check_refused<std::domain_error>([&] { posterior(fit, moody, {.failed = FailedDraws::drop}); },
                                   {"posterior", "4,000 of 4,000", "not a finite number"});
}

TEST_CASE("an exit that draws may lose makes a value without discount fail by name, and no number that is none") {
  // p(exit) is Beta(.002, 1): below the smallest number in about a fifth of the draws.
  const FitResult fit = fit_chain(counts_of(three_states(), counts({{1, 0, 0}, {0, 1, 0}, {0, 0, 0}})),
                                  {.prior = matrix({{0, 0, .002}, {0, 0, 1}, {0, 0, 0}})});
  const LifetimeValue value =
      lifetime_value(fit, {.discount = Discount::none()}, Rewards(fit.states(), {{"new", 1.0}, {"loyal", 1.0}}));
  check_refused<std::domain_error>([&] { posterior(value); }, {"posterior: draw", "failed = drop"});
  const Uncertain kept = posterior(value, {.failed = FailedDraws::drop});
  CHECK(kept.n_failed() > 0);
  CHECK(kept.draws().allFinite());
  CHECK(kept.draws().minCoeff() >= 0.0);
}
