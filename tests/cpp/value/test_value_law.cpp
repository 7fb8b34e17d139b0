#include "sojourn/value/value_law.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>

#include "chain/chain_cases.hpp"
#include "support/support.hpp"
#include "value/value_cases.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

const StateSpace recency_states{"1", "2", "3", "4", "former"};

/// Pfeifer and Carraway (2000).
LifetimeValue recency_value(std::optional<Index> horizon = std::nullopt) {
  const Chain chain(
      recency_states,
      matrix({{.3, .7, 0, 0, 0}, {.2, 0, .8, 0, 0}, {.15, 0, 0, .85, 0}, {.05, 0, 0, 0, .95}, {0, 0, 0, 0, 1}}));
  return lifetime_value(chain, Rewards(recency_states, numbers({36, -4, -4, -4, 0})),
                        {.discount = Discount::per_period_rate(.2), .horizon = horizon});
}

/// Where a cdf is looked at: the values of the law, right below them, and between.
std::vector<double> places(const ValueLaw& law, Dice& dice) {
  std::vector<double> at;
  const auto& atoms = law.atoms();
  const std::size_t step = 1 + atoms.size() / 50;
  for (std::size_t k = 0; k < atoms.size(); k += step) {
    at.push_back(atoms[k].value);
    at.push_back(std::nextafter(atoms[k].value, -infinity));
  }
  for (int k = 0; k < 20; ++k) at.push_back(dice.uniform(atoms.front().value - 1.0, atoms.back().value + 1.0));
  return at;
}

/// `F(x - ε) - δ ≤ F̂(x) ≤ F(x + ε) + δ` and all that is said to be certain, against the truth.
template <class Truth>
void check_within_bounds(const ValueLaw& law, const Truth& truth, Dice& dice) {
  const double epsilon = law.error_in_value() * (1.0 + 1e-9) + 1e-9;
  const double delta = law.error_in_probability() + 1e-12;
  for (const double x : places(law, dice)) {
    CHECK(law.cdf(x) >= truth(x - epsilon) - delta);
    CHECK(law.cdf(x) <= truth(x + epsilon) + delta);
    const LawBounds bounds = law.cdf_bounds(x);
    CHECK(bounds.lower <= truth(x + 1e-9) + 1e-12);
    CHECK(bounds.upper >= truth(x - 1e-9) - 1e-12);
  }
  for (const double p : {.01, .1, .25, .5, .9, .99}) {
    const LawBounds bounds = law.quantile_bounds(p);
    CHECK(bounds.lower <= law.quantile(p));
    CHECK(bounds.upper >= law.quantile(p));
    CHECK(truth(bounds.lower - 1e-9) < p + 1e-12);
    CHECK(truth(bounds.upper + 1e-9) >= p - 1e-12);
  }
}

void check_is_a_law(const ValueLaw& law) {
  double sum = 0.0;
  for (std::size_t k = 0; k < law.atoms().size(); ++k) {
    sum += law.atoms()[k].probability;
    CHECK(law.atoms()[k].probability > 0.0);
    if (k > 0) CHECK(law.atoms()[k - 1].value < law.atoms()[k].value);
  }
  CHECK(std::abs(sum - 1.0) < 1e-12);
  CHECK(law.cdf(law.atoms().back().value) == 1.0);
  CHECK(law.cdf(infinity) == 1.0);
  CHECK(law.cdf(-infinity) == 0.0);
}

}  // namespace

TEST_CASE("from recency 1 over five periods the value has the sixteen values of its journeys") {
  const LifetimeValue value = recency_value(5);
  const ValueLaw law = value_law(value, "1");
  // A buy (36) returns to recency 1, anything else costs 4 and goes one step down; the first reward is certain.
  const double buys[] = {.3, .2, .15, .05};
  std::map<double, double> listed;
  for (int word = 0; word < 16; ++word) {
    int state = 0;
    double p = 1.0;
    double sum = 36.0;
    for (int t = 1; t <= 4; ++t) {
      const bool buy = (word >> (t - 1)) % 2 == 1;
      const double chance = state < 4 ? buys[state] : 0.0;
      p *= buy ? chance : 1.0 - chance;
      state = buy ? 0 : std::min(state + 1, 4);
      const double reward = state == 0 ? 36.0 : state == 4 ? 0.0 : -4.0;
      sum += reward * std::pow(1.2, -t);
    }
    if (p > 0.0) listed[sum] += p;
  }
  REQUIRE(listed.size() == 16);
  REQUIRE(law.atoms().size() == 16);
  CHECK(law.is_exact());
  CHECK(law.error_in_value() == 0.0);
  CHECK(law.error_in_probability() == 0.0);
  auto next = listed.begin();
  for (const ValueAtom& atom : law.atoms()) {
    CHECK(atom.value == Catch::Approx(next->first).epsilon(1e-13));
    CHECK(atom.probability == Catch::Approx(next->second).epsilon(1e-13));
    ++next;
  }
  CHECK(law.mean() == Catch::Approx(50.11496914).epsilon(1e-9));
}

TEST_CASE("the law for life has the published mean and standard deviation") {
  const ValueLaw law = value_law(recency_value(), "1", {.relative_error = .002});
  CHECK(law.mean() == Catch::Approx(52.31960944).epsilon(1e-7));
  CHECK(law.standard_deviation() == Catch::Approx(28.0762104).epsilon(1e-4));
  CHECK(law.error_in_value() <= .002 * 28.0762105);
  CHECK(law.error_in_probability() <= 1e-6);
}

TEST_CASE("journeys listed one by one and the law agree exactly") {
  Dice dice(211);
  for (int k = 0; k < 60; ++k) {
    const Chain chain = random_chain(dice, dice.integer(1, 4), .7);
    const Rewards rewards = random_rewards(dice, chain, k % 2 == 0, false);
    const double factor = k % 3 == 0 ? 1.0 : dice.uniform(.3, 1.0);
    const LifetimeValue value =
        lifetime_value(chain, rewards, {.discount = Discount::factor(factor), .horizon = dice.integer(1, 5)});
    const Vector start = random_distribution(dice, chain.n_states(), .6);
    const Listed listed = listed_values(value, start);
    const ValueLaw law = value_law(value, start, {.exact_values = 100'000});
    CHECK(law.is_exact());
    REQUIRE(law.atoms().size() == listed.size());
    for (std::size_t m = 0; m < listed.size(); ++m) {
      CHECK(std::abs(law.atoms()[m].value - listed[m].first) < 1e-11);
      CHECK(std::abs(law.atoms()[m].probability - listed[m].second) < 1e-13);
    }
    check_is_a_law(law);
  }
}

TEST_CASE("on a grid the law keeps within its error of the journeys listed one by one") {
  Dice dice(212);
  for (int k = 0; k < 60; ++k) {
    const Chain chain = random_chain(dice, dice.integer(2, 4), .7);
    const Rewards rewards = random_rewards(dice, chain, k % 2 == 0, false);
    const double factor = k % 3 == 0 ? 1.0 : dice.uniform(.6, 1.0);
    const LifetimeValue value =
        lifetime_value(chain, rewards, {.discount = Discount::factor(factor), .horizon = dice.integer(2, 7)});
    const Vector start = random_distribution(dice, chain.n_states(), .6);
    const double spread = value.start_value(start).standard_deviation;
    if (!(spread > 1e-9)) continue;
    const Listed listed = listed_values(value, start);
    const auto truth = [&](double x) { return cdf_of(listed, x); };
    for (const Index kept : {Index{0}, Index{20}}) {
      for (const double error : {.3, .02}) {
        // Without a probability to leave out the error is the largest that a journey can have.
        const double delta = k % 4 == 0 ? 0.0 : 1e-3;
        const ValueLaw law =
            value_law(value, start, {.relative_error = error, .error_in_probability = delta, .exact_values = kept});
        CHECK(law.error_in_value() <= error * spread * (1.0 + 1e-9));
        CHECK(law.error_in_probability() <= delta);
        CHECK(std::abs(law.mean() - value.start_value(start).mean) <
              1e-3 * law.error_in_value() + 1e-9 * spread + 2.0 * delta * spread);
        check_is_a_law(law);
        check_within_bounds(law, truth, dice);
      }
    }
  }
}

TEST_CASE("mean and standard deviation of a law are those of the value, within its error") {
  Dice dice(213);
  for (int k = 0; k < 60; ++k) {
    const Index n = dice.integer(2, 8);
    const bool undiscounted = k % 3 == 0;
    const Chain chain = undiscounted ? random_absorbing_chain(dice, n, 1 + n / 5) : random_chain(dice, n, .5);
    const Rewards rewards = random_rewards(dice, chain, k % 2 == 0, undiscounted);
    const double factor = undiscounted ? 1.0 : dice.uniform(.2, .97);
    std::optional<Index> horizon;
    if (k % 4 == 0) horizon = dice.integer(5, 60);
    const LifetimeValue value =
        lifetime_value(chain, rewards, {.discount = Discount::factor(factor), .horizon = horizon});
    const Vector start = random_distribution(dice, n);
    const StartValue from = value.start_value(start);
    const ValueLaw law = value_law(value, start, {.relative_error = .02});
    CHECK(law.error_in_value() <= .02 * from.standard_deviation * (1.0 + 1e-9));
    CHECK(law.error_in_probability() <= 1e-6);
    // The mean is kept by every rounding; what is left out weighs at most δ.
    CHECK(std::abs(law.mean() - from.mean) <= 1e-4 * from.standard_deviation + 1e-12 * std::abs(from.mean));
    CHECK(std::abs(law.standard_deviation() - from.standard_deviation) <=
          law.error_in_value() + 1e-4 * from.standard_deviation);
    CHECK(law.typical_slip() <= law.largest_slip());
    check_is_a_law(law);
  }
}

TEST_CASE("quantiles and cdf are each other's inverse") {
  Dice dice(214);
  for (int k = 0; k < 30; ++k) {
    const Chain chain = random_absorbing_chain(dice, dice.integer(2, 6));
    const LifetimeValue value =
        lifetime_value(chain, random_rewards(dice, chain, true, true), {.discount = Discount::factor(.9)});
    const ValueLaw law = value_law(value, "s0", {.relative_error = .1});
    double last = 0.0;
    for (const double x : [&] {
           auto all = places(law, dice);
           std::sort(all.begin(), all.end());
           return all;
         }()) {
      CHECK(law.cdf(x) >= last);
      last = law.cdf(x);
      CHECK(law.probability_above(x) == 1.0 - law.cdf(x));
    }
    for (int m = 0; m < 30; ++m) {
      const double p = dice.uniform(1e-6, 1.0 - 1e-6);
      const double q = law.quantile(p);
      CHECK(law.cdf(q) >= p);
      CHECK(law.cdf(std::nextafter(q, -infinity)) < p);
    }
  }
}

TEST_CASE("tighter errors bring tighter bounds around the same truth") {
  const LifetimeValue value = recency_value();
  Dice dice(215);
  const ValueLaw finest = value_law(value, "1", {.relative_error = .0005, .error_in_probability = 1e-8});
  double widest = infinity;
  for (const double error : {.2, .05, .01, .002}) {
    const ValueLaw law = value_law(value, "1", {.relative_error = error, .exact_values = 0});
    double width = 0.0;
    for (const double x : places(law, dice)) {
      const LawBounds bounds = law.cdf_bounds(x);
      const LawBounds fine = finest.cdf_bounds(x);
      CHECK(bounds.lower <= fine.upper);
      CHECK(bounds.upper >= fine.lower);
      CHECK(bounds.lower <= law.cdf(x));
      CHECK(bounds.upper >= law.cdf(x));
    }
    for (double p = .05; p < 1.0; p += .05) {
      const LawBounds bounds = law.quantile_bounds(p);
      const LawBounds fine = finest.quantile_bounds(p);
      CHECK(bounds.lower <= fine.upper);
      CHECK(bounds.upper >= fine.lower);
      width += bounds.upper - bounds.lower;
    }
    CHECK(width < widest);
    widest = width;
  }
}

TEST_CASE("an error in money is kept to, and so is a number of grid points") {
  const LifetimeValue value = recency_value();
  const ValueLaw fine = value_law(value, "1", {.error_in_value = .05});
  CHECK(fine.error_in_value() <= .05);
  const ValueLaw coarse = value_law(value, "1", {.grid_points = 128, .exact_values = 0});
  CHECK(coarse.atoms().size() <= 128);
  CHECK(coarse.error_in_value() > fine.error_in_value());
  CHECK(coarse.mean() == Catch::Approx(value.mean()["1"]).epsilon(1e-5));
}

TEST_CASE("simulated customers follow the law") {
  // P(sup |F_n - F| > d) ≤ 2 exp(-2 n d²) (P. Massart, 1990): each fails once in a million seeds.
  constexpr std::int64_t customers = 200'000;
  const double d = std::sqrt(std::log(2e6) / (2.0 * static_cast<double>(customers)));
  Dice dice(216);
  for (int k = 0; k < 6; ++k) {
    const bool undiscounted = k % 2 == 0;
    const Chain chain = random_absorbing_chain(dice, 5 + k, 1 + k % 3);
    const Rewards rewards = random_rewards(dice, chain, k % 3 != 0, true);
    const Discount discount = undiscounted ? Discount::none() : Discount::factor(.95);
    std::optional<Index> horizon;
    if (k >= 3) horizon = 12;
    const LifetimeValue value = lifetime_value(chain, rewards, {.discount = discount, .horizon = horizon});
    const ValueLaw law = value_law(value, "s0");
    const Simulation run = simulate(
        chain, rewards,
        {.customers = customers, .horizon = horizon, .discount = discount, .seed = static_cast<std::uint64_t>(k)});
    std::vector<double> values(run.value().values().begin(), run.value().values().end());
    std::sort(values.begin(), values.end());
    const auto n = static_cast<double>(values.size());
    double largest = 0.0;
    for (const double x : places(law, dice)) {
      // The simulation adds up its money in another order.
      const double slack = 1e-9 * (1.0 + std::abs(x));
      const auto share = [&](double at) {
        return static_cast<double>(std::upper_bound(values.begin(), values.end(), at) - values.begin()) / n;
      };
      largest =
          std::max({largest, share(x - slack) - law.cdf_bounds(x).upper, law.cdf_bounds(x).lower - share(x + slack)});
    }
    CHECK(largest < d);
  }
}

TEST_CASE("the worst share of the customers has its mean") {
  Dice dice(217);
  for (int k = 0; k < 30; ++k) {
    const Chain chain = random_chain(dice, 3, .8);
    const LifetimeValue value = lifetime_value(chain, random_rewards(dice, chain, true, false),
                                               {.discount = Discount::factor(.8), .horizon = 5});
    const Vector start = random_distribution(dice, 3);
    const Listed listed = listed_values(value, start);
    const ValueLaw law = value_law(value, start, {.exact_values = 100'000});
    const double alpha = dice.uniform(.01, .99);
    double left = alpha;
    double sum = 0.0;
    for (const auto& [x, p] : listed) {
      sum += std::min(left, p) * x;
      left = std::max(0.0, left - p);
    }
    CHECK(law.cvar(alpha) == Catch::Approx(sum / alpha).margin(1e-10));
    CHECK(law.cvar(alpha) <= law.quantile(alpha) + 1e-12);
    CHECK(law.cvar(1.0 - 1e-12) == Catch::Approx(law.mean()).margin(1e-8));
  }
}

TEST_CASE("an undiscounted stay brings whole multiples, exactly") {
  const StateSpace states{"active", "churn"};
  const Chain chain(states, matrix({{.8, .2}, {0, 1}}));
  const LifetimeValue value =
      lifetime_value(chain, Rewards(states, {{"active", 10.0}}), {.discount = Discount::none()});
  const ValueLaw law = value_law(value, "active");
  CHECK(law.error_in_value() == 0.0);
  CHECK(law.error_in_probability() <= 1e-6);
  for (int stay = 1; stay <= 40; ++stay) {
    CHECK(law.atoms()[static_cast<std::size_t>(stay) - 1].value == 10.0 * stay);
    CHECK(law.cdf(10.0 * stay) == Catch::Approx(1.0 - std::pow(.8, stay)).epsilon(1e-12));
    CHECK(law.cdf(10.0 * stay - .001) == Catch::Approx(1.0 - std::pow(.8, stay - 1)).epsilon(1e-12));
  }
  CHECK(law.quantile(.2) == 10.0);
  CHECK(law.quantile(.21) == 20.0);
}

TEST_CASE("undiscounted amounts with a common unit stay exact on a grid") {
  const LifetimeValue five = recency_value(5);
  const Rewards& rewards = five.rewards();
  const LifetimeValue value = lifetime_value(five.chain(), rewards, {.discount = Discount::none(), .horizon = 14});
  const Vector start = start_in(recency_states, "1");
  const Listed listed = listed_values(value, start);
  const ValueLaw law = value_law(value, start, {.exact_values = 0});
  CHECK(law.is_exact());
  REQUIRE(law.atoms().size() == listed.size());
  for (std::size_t m = 0; m < listed.size(); ++m) {
    CHECK(law.atoms()[m].value == listed[m].first);
    CHECK(std::abs(law.atoms()[m].probability - listed[m].second) < 1e-14);
  }
}

TEST_CASE("a certain stream of rewards after an exit is paid out to the end") {
  const StateSpace states{"active", "annuity", "left", "right"};
  // Whoever leaves 'active' gets 5 for ever, or 1 and 3 by turns.
  const Chain chain(states, matrix({{.5, .3, .2, 0}, {0, 1, 0, 0}, {0, 0, 0, 1}, {0, 0, 1, 0}}));
  const Rewards rewards(states, numbers({10, 5, 1, 3}));
  for (const std::optional<Index> horizon : {std::optional<Index>{}, std::optional<Index>{9}}) {
    const LifetimeValue value = lifetime_value(chain, rewards, {.discount = Discount::factor(.9), .horizon = horizon});
    const ValueLaw law = value_law(value, "active", {.error_in_probability = 1e-9});
    CHECK(law.mean() == Catch::Approx(value.mean()["active"]).epsilon(1e-7));
    const ValueLaw annuity = value_law(value, "annuity");
    REQUIRE(annuity.atoms().size() == 1);
    CHECK(annuity.is_exact());
    CHECK(annuity.atoms()[0].value == Catch::Approx(value.mean()["annuity"]).epsilon(1e-13));
    CHECK(value_law(value, "left").atoms().size() == 1);
    CHECK(value_law(value, "left").mean() == Catch::Approx(value.mean()["left"]).epsilon(1e-13));
    CHECK(value_law(value, "left").standard_deviation() == 0.0);
    // Three periods: after two stays, the rest is certain.
    const double stream = value.mean()["left"];
    if (!horizon) CHECK(law.cdf(10.0 + .9 * stream) - law.cdf(10.0 + .9 * stream - 1e-6) >= .2 - 1e-9);
  }
  // Over a horizon it agrees with every journey.
  const LifetimeValue value = lifetime_value(chain, rewards, {.discount = Discount::factor(.9), .horizon = 9});
  const Listed listed = listed_values(value, start_in(states, "active"));
  const ValueLaw law = value_law(value, "active");
  REQUIRE(law.atoms().size() == listed.size());
  for (std::size_t m = 0; m < listed.size(); ++m) CHECK(law.atoms()[m].value == Catch::Approx(listed[m].first));
}

TEST_CASE("a customer with nothing uncertain has a law of one value") {
  const StateSpace states{"active", "churn"};
  const Chain chain(states, matrix({{.8, .2}, {0, 1}}));
  const LifetimeValue value =
      lifetime_value(chain, Rewards(states, {{"active", 10.0}}), {.discount = Discount::factor(.9)});
  const ValueLaw law = value_law(value, "churn");
  REQUIRE(law.atoms().size() == 1);
  CHECK(law.atoms()[0].value == 0.0);
  CHECK(law.quantile(.3) == 0.0);
  CHECK(law.cvar(.3) == 0.0);
  CHECK(law.is_exact());
}

TEST_CASE("quantiles per state are those of the laws from each state") {
  const LifetimeValue value = recency_value(8);
  const StateValues median = value_quantile(value, .5);
  for (const std::string& state : recency_states.names()) CHECK(median[state] == value_law(value, state).quantile(.5));
}

TEST_CASE("rare fortunes are not lost, whatever their size") {
  const StateSpace states{"active", "rich", "churn"};
  const Chain chain(states, matrix({{.8 - 1e-4, 1e-4, .2}, {0, 0, 1}, {0, 0, 1}}));
  const LifetimeValue value =
      lifetime_value(chain, Rewards(states, numbers({10, 1e5, 0})), {.discount = Discount::factor(.97)});
  const ValueLaw law = value_law(value, "active");
  CHECK(law.mean() == Catch::Approx(value.mean()["active"]).epsilon(1e-6));
  CHECK(law.standard_deviation() == Catch::Approx(value.standard_deviation()["active"]).epsilon(1e-3));
  CHECK(law.probability_above(5e4) == Catch::Approx(1e-4 / .2).epsilon(.05));
}

TEST_CASE("a law says what it is and how exact") {
  CHECK_THAT(value_law(recency_value(5), "1").definition(),
             Catch::Matchers::ContainsSubstring("law of the lifetime value per customer (reward), over 5 events") &&
                 Catch::Matchers::ContainsSubstring("exact, 16 values"));
  CHECK_THAT(value_law(recency_value(), "1").definition(),
             Catch::Matchers::ContainsSubstring("amounts right within") &&
                 Catch::Matchers::ContainsSubstring("but for a probability of"));
}

TEST_CASE("questions without an answer are refused with advice") {
  const LifetimeValue value = recency_value();
  const ValueLaw law = value_law(value, "1");
  for (const double p : {0.0, 1.0, -.1, 1.5, not_a_number, infinity}) {
    check_refused<std::invalid_argument>([&] { (void)law.quantile(p); }, {"p:", "between 0 and 1"});
    check_refused<std::invalid_argument>([&] { (void)law.cvar(p); }, {"alpha:", "between 0 and 1"});
    check_refused<std::invalid_argument>([&] { (void)law.quantile_bounds(p); }, {"p:"});
    check_refused<std::invalid_argument>([&] { (void)value_quantile(value, p); }, {"p:"});
  }
  check_refused<std::domain_error>([&] { (void)law.quantile_bounds(1e-9); }, {"error_in_probability", "smaller"});
  check_refused<std::invalid_argument>([&] { (void)law.cdf(not_a_number); }, {"x:", "nan"});
  check_refused<std::out_of_range>([&] { (void)value_law(value, "nowhere"); }, {"'nowhere'"});
  check_refused<std::invalid_argument>([&] { (void)value_law(value, numbers({1, 1, 0, 0, 0})); },
                                       {"start", "sums to 2"});

  struct Row {
    ValueLawOptions options;
    const char* word;
  };
  const Row rows[] = {{{.error_in_value = 0.0}, "error_in_value"},
                      {{.error_in_value = not_a_number}, "error_in_value"},
                      {{.error_in_value = -1.0}, "error_in_value"},
                      {{.relative_error = 0.0}, "relative_error"},
                      {{.relative_error = 2.0}, "relative_error"},
                      {{.error_in_probability = -1e-9}, "error_in_probability"},
                      {{.error_in_probability = .5}, "error_in_probability"},
                      {{.grid_points = 1}, "grid_points"},
                      {{.grid_points = 10, .most_points = 5}, "grid_points"},
                      {{.exact_values = -1}, "exact_values"},
                      {{.most_points = 1}, "most_points"}};
  for (const Row& row : rows) {
    check_refused<std::invalid_argument>([&] { (void)value_law(value, "1", row.options); }, {row.word, "found"});
  }
}

TEST_CASE("error bounds that are too small to reach are refused, and the message says what is within reach") {
  const LifetimeValue value = recency_value();
  check_refused<std::domain_error>([&] { (void)value_law(value, "1", {.error_in_value = 1e-5}); },
                                   {"too small to reach", "points per state", "is within reach"});
  check_refused<std::domain_error>([&] { (void)value_law(value, "1", {.error_in_value = 1e-12}); },
                                   {"too small to reach", "lost in rounding", "is within reach"});
  check_refused<std::domain_error>([&] { (void)value_law(value, "1", {.relative_error = .001, .most_points = 1000}); },
                                   {"too small to reach", "1,000 are allowed", "is within reach"});
  // What is named is reached.
  const std::string message =
      refusal<std::domain_error>([&] { (void)value_law(value, "1", {.relative_error = .001, .most_points = 1000}); });
  const auto found = message.find("about ", message.find("error_in_value"));
  const double reachable = std::stod(message.substr(found + 6));
  CHECK(value_law(value, "1", {.error_in_value = reachable, .most_points = 1000}).error_in_value() <= reachable);
}

TEST_CASE("a chain that next to nobody leaves has no law for life without discount, and is told so") {
  Dice dice(218);
  const Chain chain = random_slow_chain(dice, 4, 1e-9);
  const Rewards rewards(chain.states(), numbers({1, 2, 3.3, 0}));
  const LifetimeValue value = lifetime_value(chain, rewards, {.discount = Discount::none()});
  check_refused<std::domain_error>([&] { (void)value_law(value, "s0"); }, {"still on the way", "horizon", "discount"});
}
