// The C++ of the pages under docs/questions: each block stands here as it stands there, and its answers are the published
// ones.
#include "sojourn/sojourn.hpp"
#include "support/support.hpp"

using sojourn::test::matrix;
using sojourn::test::numbers;

namespace {

/// P. E. Pfeifer and R. L. Carraway, Journal of Interactive Marketing 14(2), 2000.
sojourn::Chain mail_order() {
  return {sojourn::StateSpace{"recency_1", "recency_2", "recency_3", "recency_4", "former"},
          matrix({{.3, .7, 0, 0, 0}, {.2, 0, .8, 0, 0}, {.15, 0, 0, .85, 0}, {.05, 0, 0, 0, .95}, {0, 0, 0, 0, 1}})};
}

sojourn::Rewards mail_order_rewards() {
  return {mail_order().states(), {{"recency_1", 36.0}, {"recency_2", -4.0}, {"recency_3", -4.0}, {"recency_4", -4.0}}};
}

}  // namespace

TEST_CASE("the page on structure compiles and tells the published classes") {
  const sojourn::Chain chain(
      sojourn::StateSpace{"a", "b", "c", "d", "e"},
      matrix({{0, 1.0 / 3, 0, 2.0 / 3, 0}, {.5, 0, 0, 0, .5}, {0, 0, .5, .5, 0}, {0, 0, .5, .5, 0}, {0, 0, 0, 0, 1}}));
  int n_recurrent = 0;
  const sojourn::Structure shape = sojourn::structure(chain);
  for (const sojourn::CommunicatingClass& group : shape.classes()) {
    n_recurrent += group.is_recurrent ? 1 : 0;
  }
  const sojourn::Path path = sojourn::most_probable_path(chain, "a", "e");
  CHECK(n_recurrent == 2);
  CHECK(path.probability == Catch::Approx(1.0 / 6));
}

TEST_CASE("the page on absorption compiles and tells the published times") {
  const sojourn::Chain chain(sojourn::StateSpace{"A", "B", "C", "D"},
                             matrix({{.2, .7, 0, .1}, {0, .6, .3, .1}, {0, 0, 1, 0}, {.5, 0, .5, 0}}));
  const sojourn::Absorption ends = sojourn::absorption(chain);
  const sojourn::Matrix visits = ends.fundamental_matrix();
  const double time = ends.expected_time()["A"];
  const double spread = ends.time_variance()["A"];
  CHECK(visits(0, 0) == Catch::Approx(1.50943396).epsilon(1e-8));
  CHECK(time == Catch::Approx(4.56603774).epsilon(1e-8));
  CHECK(spread == Catch::Approx(8.63866145).epsilon(1e-8));
}

TEST_CASE("the page on passage compiles and tells a law that sums to at most one") {
  const sojourn::Chain chain(sojourn::StateSpace{"a", "b", "c"}, matrix({{.2, .5, .3}, {.5, .1, .4}, {.1, .8, .1}}));
  const sojourn::FirstPassage passage = sojourn::first_passage(chain, {"b", "c"}, 3);
  const double first = passage.probabilities(0, 0);
  const double never_yet = passage.tail["a"];
  const sojourn::Hitting hit = sojourn::hitting(chain, {"b", "c"});
  CHECK(first == Catch::Approx(.8));
  CHECK(never_yet == Catch::Approx(.008));
  CHECK(hit.probability["b"] == 1.0);
}

TEST_CASE("the page on the stationary law compiles and tells the weather in the Land of Oz") {
  const sojourn::Chain oz(sojourn::StateSpace{"rain", "nice", "snow"},
                          matrix({{.5, .25, .25}, {.5, 0, .5}, {.25, .25, .5}}), sojourn::Period::days(1));
  const sojourn::Stationary law = sojourn::stationary(oz);
  const double rain = law.distribution()["rain"];
  const double kemeny = sojourn::kemeny_constant(oz);
  const sojourn::Matrix times = sojourn::mean_passage_times(oz);
  CHECK(rain == Catch::Approx(.4));
  CHECK(kemeny == Catch::Approx(32.0 / 15));
  CHECK(times(0, 1) == Catch::Approx(4.0));
}

TEST_CASE("the page on the forecast compiles and tells the published stock") {
  const auto& anchor = sojourn::test::anchors().at("segments");
  const sojourn::StateSpace states = sojourn::test::states_of(anchor.at("states"));
  sojourn::Matrix P = sojourn::test::matrix_of(anchor.at("moves"));
  P = (P.array().colwise() / P.rowwise().sum().array()).matrix().eval();
  const sojourn::Chain chain(states, P, sojourn::Period::years(1));
  const sojourn::Vector stock = sojourn::test::numbers_of(anchor.at("stock"));
  const sojourn::Matrix path = sojourn::forecast(chain, stock, {.periods = 10});
  const double inactive_2025 = path(10, 0);
  CHECK(std::lround(inactive_2025) == 13834);
}

TEST_CASE("the page on cohorts compiles, and the refitted chain is the one simulated") {
  const sojourn::Chain chain = mail_order();
  const sojourn::Rewards rewards = mail_order_rewards();
  const sojourn::CohortSimulation cohort =
      sojourn::simulate_cohort(chain, rewards, {.customers = 100'000'000, .horizon = 60, .seed = 1});
  const std::int64_t still_there = cohort.survivors()[59];
  const double revenue_of_last_period = cohort.revenue()[59];
  const sojourn::FitResult refit = sojourn::fit_chain(cohort.counts());
  CHECK(still_there == 100'000'000 - cohort.occupancy()(59, 4));
  CHECK(revenue_of_last_period ==
        Catch::Approx(cohort.occupancy().row(59).cast<double>().dot(rewards.per_state())).epsilon(1e-12));
  CHECK(sojourn::test::distance(refit.chain.transition_matrix(), chain.transition_matrix()) < 1e-3);
}

TEST_CASE("the page on policies compiles, and a better start pays") {
  const sojourn::StateSpace names{"engaged", "satisfied", "churn"};
  sojourn::Market company{.chain = {names, matrix({{.2, .5, .3}, {0, .9, .1}, {0, 0, 1}}), sojourn::Period::months(1)},
                          .rewards = sojourn::Rewards(names, {{"satisfied", 12.0}})};
  company.people = 1'000'000;
  company.advertising = .01;
  const std::vector<sojourn::Policy> policies = {
      {.name = "fix onboarding", .moves = {{"engaged", "satisfied", 0.6}}, .cost_once = 150'000.0},
      {.name = "raise the price", .price = 1.1}};
  const sojourn::MarketOptions options{.horizon = 36, .discount = sojourn::Discount::annual_rate(0.10), .paths = 200};
  const sojourn::PolicyComparison found = sojourn::compare_policies(company, policies, options);
  const double gain = found.outcomes[0].profit;
  const sojourn::NumberInterval interval = found.outcomes[0].profit_interval;
  CHECK(gain > 0.0);
  CHECK(interval.lower < gain);
  CHECK(gain < interval.upper);
}

TEST_CASE("the page on markets compiles, and its numbers stand for the same people") {
  const sojourn::StateSpace names{"zmot", "fmot", "satisfied", "unhappy", "lapsed"};
  sojourn::Market market{.chain = {names, matrix({{.3, .3, 0, 0, .4},
                                                  {0, 0, .6, .4, 0},
                                                  {0, 0, .88, .04, .08},
                                                  {0, 0, .15, .45, .4},
                                                  {0, 0, 0, 0, 1}})},
                         .rewards = sojourn::Rewards(names, {{"satisfied", 12.0}, {"unhappy", 6.0}})};
  market.people = 100'000;
  market.referrals = sojourn::Referrals(market.chain.states(), numbers({0, 0, .8, 0, 0}));
  market.advertising = .005;
  market.returns = .02;
  const sojourn::MarketPath path = sojourn::market_path(market, {.horizon = 60});
  const double satisfied_at_the_end = path.occupancy(60, 2);
  const std::vector<sojourn::MarketEquilibrium> equilibria = sojourn::market_equilibria(market);
  const sojourn::MarketThreshold threshold = sojourn::market_threshold(market, "fmot", "satisfied");
  const sojourn::MarketSimulation sim = sojourn::simulate_market(market, {.horizon = 60, .seed = 1, .paths = 500});
  const sojourn::MarketPeople people = sojourn::simulate_market_people(market, {.horizon = 60, .seed = 1});
  CHECK(satisfied_at_the_end > 0.0);
  CHECK(equilibria.size() == 1);
  CHECK(threshold.current == .6);
  CHECK(sim.n_paths == 500);
  CHECK(people.n_persons() <= 100'000);
}

TEST_CASE("the page on the lifetime value compiles and tells the published value") {
  const sojourn::Chain chain = mail_order();
  const sojourn::Rewards rewards = mail_order_rewards();
  const sojourn::LifetimeValue value =
      sojourn::lifetime_value(chain, rewards, {.discount = sojourn::Discount::per_period_rate(0.2)});
  const double worth = value.mean()["recency_1"];
  const double spread = value.standard_deviation()["recency_1"];
  CHECK(worth == Catch::Approx(52.31960944).epsilon(1e-9));
  CHECK(spread == Catch::Approx(28.0762104).epsilon(1e-8));
}

TEST_CASE("the page on simulation compiles, and the mean is the exact one but for sampling error") {
  const sojourn::Chain chain = mail_order();
  const sojourn::Rewards rewards = mail_order_rewards();
  const sojourn::SimulateOptions options{
      .customers = 100'000, .discount = sojourn::Discount::per_period_rate(0.2), .seed = 1};
  const sojourn::Simulation simulation = sojourn::simulate(chain, rewards, options);
  const double mean = simulation.value().mean();
  const double error = simulation.value().standard_error();
  CHECK(std::abs(mean - 52.31960944) < 4 * error);
  CHECK(error == Catch::Approx(28.0762104 / std::sqrt(100'000.0)).epsilon(.01));
}

TEST_CASE("the page on sensitivity compiles and tells the published derivative") {
  const sojourn::LifetimeValue value = sojourn::lifetime_value(mail_order(), mail_order_rewards(),
                                                               {.discount = sojourn::Discount::per_period_rate(0.2)});
  const sojourn::Vector stock = numbers({1000, 600, 400, 300, 0});
  const sojourn::Sensitivity why = sojourn::sensitivity(value, "recency_1");
  const double partial = why.partial()(0, 0);
  const std::vector<sojourn::Lever> levers = why.levers();
  const std::vector<sojourn::Leak> leaks = why.leaks();
  const std::vector<sojourn::BaseLever> base = sojourn::base_levers(value, stock);
  const double change = why.change_to_reach("recency_1", "recency_1", 55.0);
  CHECK(partial == Catch::Approx(73.56247771).epsilon(1e-9));
  CHECK(levers.size() == base.size());
  CHECK(leaks.size() == 1);
  CHECK(change == Catch::Approx(.039126).epsilon(1e-4));
}

TEST_CASE("the page on the law of the value compiles and tells the shape, the worst customers and the payback") {
  const sojourn::LifetimeValue value = sojourn::lifetime_value(mail_order(), mail_order_rewards(),
                                                               {.discount = sojourn::Discount::per_period_rate(0.2)});
  const sojourn::ValueLaw law = sojourn::value_law(value, "recency_1");
  const double median = law.quantile(0.5);
  const double worst = law.cvar(0.05);
  const double above = law.probability_above(40.0);
  const sojourn::ValueMoments shape = sojourn::value_moments(value);
  const double skewness = shape.skewness()["recency_1"];
  const sojourn::Payback back = sojourn::payback(value, "recency_1", 40.0);
  const double never = back.never;
  CHECK(median == Catch::Approx(45.85).epsilon(1e-3));
  CHECK(worst == Catch::Approx(36 - 4 / 1.2 - 4 / 1.44 - 4 / 1.728));
  CHECK(above == Catch::Approx(1 - .7 * .8 * .85 * .95).margin(1e-6));
  CHECK(skewness == Catch::Approx(.9838).epsilon(1e-4));
  CHECK(never == Catch::Approx(.7 * .8 * .85 * .95).margin(1e-6));
}

TEST_CASE("the page on fleets compiles and tells the value of a base") {
  const sojourn::LifetimeValue value = sojourn::lifetime_value(mail_order(), mail_order_rewards(),
                                                               {.discount = sojourn::Discount::per_period_rate(0.2)});
  const sojourn::Vector customers = numbers({100, 60, 40, 30, 0});
  const sojourn::Vector newcomers = numbers({10, 0, 0, 0, 0});
  const sojourn::FleetValue base = sojourn::fleet_value(value, customers);
  const sojourn::FleetInterval normal = base.interval(0.9);
  const sojourn::FleetInterval exact = base.exact_interval(0.9);
  const sojourn::ValueLaw law = sojourn::fleet_value(value, newcomers, {.basis = sojourn::FleetBasis::mean}).law();
  const double above = law.probability_above(600.0);
  CHECK(base.mean() == Catch::Approx(2480.6184).epsilon(1e-7));
  CHECK(normal.lower == Catch::Approx(1873.0).epsilon(1e-3));
  CHECK(exact.lower == Catch::Approx(1883.1).margin(exact.error_in_value));
  CHECK(above == Catch::Approx(.192).margin(.005));
}

TEST_CASE("the page on scenarios compiles and tells the difference") {
  const sojourn::Chain chain = mail_order();
  const sojourn::Rewards rewards = mail_order_rewards();
  const sojourn::Scenario today{.chain = chain, .rewards = rewards};
  const sojourn::Scenario dearer{.chain = chain.with_row("recency_3", numbers({.18, 0, 0, .82, 0})),
                                 .rewards = rewards.with_state("recency_3", -5.0)};
  const sojourn::ScenarioComparison both = sojourn::compare_scenarios(
      today, dearer, {.customers = 20'000, .discount = sojourn::Discount::per_period_rate(0.2), .seed = 1});
  const double change = both.mean_difference.mean;
  const double error = both.mean_difference.standard_error;
  CHECK(std::abs(change - *both.mean_difference.exact) < 4.5 * error);
  CHECK(error < both.independent_standard_error);
}

TEST_CASE("the page on uncertainty compiles, and its ways agree where the model holds") {
  const sojourn::Chain truth(sojourn::StateSpace{"new", "loyal", "lapsed", "churn"},
                             matrix({{.5, .2, .2, .1}, {.1, .8, .05, .05}, {.05, .05, .6, .3}, {0, 0, 0, 1}}),
                             sojourn::Period::months(1));
  const sojourn::Rewards money(truth.states(), {{"new", 10.0}, {"loyal", 30.0}, {"lapsed", -2.0}});
  const sojourn::LifetimeValueOptions for_life{.discount = sojourn::Discount::annual_rate(0.10)};
  const sojourn::Journeys journeys =
      sojourn::simulate(truth, money,
                        {.customers = 500, .horizon = 24, .seed = 1, .outputs = {.value = false, .journeys = true}})
          .journeys();
  const sojourn::FitResult fit = sojourn::fit_chain(sojourn::count(journeys));
  const sojourn::LifetimeValue value = sojourn::lifetime_value(fit, for_life, money);
  const auto worth = [&](const sojourn::Chain& chain) {
    return sojourn::lifetime_value(chain, money, for_life).mean();
  };
  const sojourn::Uncertain drawn = sojourn::posterior(value, {.seed = 1});
  const sojourn::AnswerInterval ends = drawn.interval(0.9);
  const sojourn::Uncertain stay =
      sojourn::posterior(fit, [](const sojourn::Chain& chain) { return sojourn::absorption(chain).expected_time(); });
  const sojourn::Uncertain again = sojourn::bootstrap(journeys, worth, {.seed = 1});
  const sojourn::Uncertain quick = sojourn::delta_method(value);
  const sojourn::ValueOfInformation information = sojourn::value_of_information(value, "new");
  const sojourn::ValueBounds bounds = sojourn::value_bounds(value, 0.9);
  CHECK(ends.lower[0] < quick.estimate()[0]);
  CHECK(ends.upper[0] > quick.estimate()[0]);
  CHECK(stay.estimate()[0] == Catch::Approx(sojourn::absorption(truth).expected_time()["new"]).epsilon(.15));
  CHECK(drawn.standard_error()[0] == Catch::Approx(quick.standard_error()[0]).epsilon(.1));
  CHECK(again.standard_error()[0] == Catch::Approx(quick.standard_error()[0]).epsilon(.2));
  CHECK(information.standard_error() == Catch::Approx(quick.standard_error()[0]));
  CHECK(bounds.lower["new"] < ends.lower[0]);
  CHECK(bounds.upper["new"] > ends.upper[0]);
}

TEST_CASE("the page on tests of fit compiles and tells Kullback's statistic") {
  const sojourn::Chain given(sojourn::StateSpace{"a", "b", "c"},
                             matrix({{.625, .25, .125}, {.25, .5, .25}, {.25, .375, .375}}));
  const sojourn::CountMatrix moves = matrix({{51, 11, 8}, {12, 31, 9}, {6, 11, 10}}).cast<std::int64_t>();
  const auto simulated = [](double stay, std::uint64_t seed) {
    const sojourn::Chain chain(sojourn::StateSpace{"active", "silent", "churn"},
                               matrix({{stay, .9 - stay, .1}, {.2, .6, .2}, {0, 0, 1}}), sojourn::Period::months(1));
    return sojourn::simulate(
               chain, sojourn::Rewards(chain.states()),
               {.customers = 1000, .horizon = 12, .seed = seed, .outputs = {.value = false, .journeys = true}})
        .journeys();
  };
  const sojourn::Journeys journeys = simulated(.2, 0);
  const sojourn::Counts casual = sojourn::count(journeys);
  const sojourn::Counts devoted = sojourn::count(simulated(.6, 1));
  const sojourn::TestResult test = sojourn::chain_test(moves, given);
  const sojourn::TestResult other = sojourn::chain_test(moves, given, {.method = sojourn::TestMethod::pearson});
  const sojourn::RowsTest visits = sojourn::visits_test(journeys);
  const sojourn::OrderTest order = sojourn::order_test(journeys, {.max_order = 2});
  const sojourn::SegmentTest apart = sojourn::segment_test({{"casual", casual}, {"devoted", devoted}});
  const std::vector<std::string> warnings = sojourn::fit_tests(journeys).warnings();
  CHECK(test.statistic == Catch::Approx(6.518384096).epsilon(1e-9));
  CHECK(other.statistic == Catch::Approx(6.109725).epsilon(1e-6));
  CHECK(visits.overall.p_value > .01);
  CHECK(order.order() == 1);
  CHECK(apart.rows.overall.p_value < 1e-50);
  CHECK(warnings.empty());
}

TEST_CASE("the page on large chains compiles and tells the fair game") {
  constexpr int n = 1000;
  std::vector<std::string> names;
  std::vector<Eigen::Triplet<double>> entries{{0, 0, 1.0}, {n, n, 1.0}};
  for (int i = 0; i <= n; ++i) names.push_back(std::to_string(i));
  for (int i = 1; i < n; ++i) {
    entries.emplace_back(i, i - 1, 0.5);
    entries.emplace_back(i, i + 1, 0.5);
  }
  sojourn::SparseMatrix sparse_matrix(n + 1, n + 1);
  sparse_matrix.setFromTriplets(entries.begin(), entries.end());
  const sojourn::Chain game(sojourn::StateSpace(names), sparse_matrix);
  const sojourn::Absorption ends = sojourn::absorption(game);
  const double won = ends.probability("1000").at(250);
  const double rounds = ends.expected_time().at(250);
  const sojourn::StateValues visits = ends.expected_visits_from(sojourn::start_in(game.states(), "250"));
  CHECK(won == Catch::Approx(.25).epsilon(1e-10));
  CHECK(rounds == Catch::Approx(250.0 * 750.0).epsilon(1e-10));
  CHECK(visits.vector().sum() == Catch::Approx(rounds).epsilon(1e-9));
}

TEST_CASE("the page on word of mouth from data compiles and tells rates, law and sensitivity") {
  const std::vector<std::int64_t> customer = {0, 0, 1};
  const std::vector<std::int64_t> day = {0, 70, 40};
  const std::vector<std::int32_t> state = {0, 0, 0};
  const sojourn::Lifecycle life(sojourn::StateSpace({"active", "churn"}), {"churn"});
  const sojourn::Journeys journeys = sojourn::journeys({.customer = customer, .time = day, .state = state}, life);
  const std::vector<std::int64_t> referrer = {0};
  const std::vector<std::int64_t> referred = {1};
  const std::vector<std::int64_t> when = {39};
  const sojourn::ReferralLog referrals{.referrer = referrer, .referred = referred, .time = when};
  const sojourn::Vector n = numbers({100, 200});
  const sojourn::Vector k = numbers({20, 100});
  const sojourn::Vector rho = numbers({0.4, 0.8});
  const sojourn::ReferralCounts counts = sojourn::referral_counts(
      journeys, referrals, {.grid = sojourn::GridOptions{.period = sojourn::Period::months(1)}});
  const sojourn::StateRates rates = sojourn::referral_rates(counts);
  const sojourn::RateInterval ends = rates.interval(0.9);
  const sojourn::OffspringFit law = sojourn::offspring_law(counts);
  const sojourn::ReputationFit fit = sojourn::fit_reputation({.searchers = n, .conversions = k, .reputation = rho});
  CHECK(rates.mean()["active"] == Catch::Approx(1.5 / static_cast<double>(counts.periods[0])));
  CHECK(ends.lower["active"] < ends.upper["active"]);
  CHECK_FALSE(law.can_tell());
  CHECK(fit.law.sensitivity == Catch::Approx(std::log(4.0) / 0.4).epsilon(1e-9));
}

TEST_CASE("the page on word of mouth compiles and tells the value with all whom a customer brings") {
  const sojourn::Chain chain(sojourn::StateSpace{"active", "churn"}, matrix({{.8, .2}, {0, 1}}));
  const sojourn::Rewards rewards(chain.states(), {{"active", 10.0}});
  const sojourn::Referrals referrals(chain.states(), {{"active", .1}});
  const sojourn::ReferralValue ref =
      sojourn::referral_value(chain, rewards, referrals, {.discount = sojourn::Discount::none()});
  const double total = ref.total()["active"];
  const double own = ref.own()["active"];
  const double growth = ref.growth_factor();
  const std::vector<sojourn::ReferralLever> levers = sojourn::sensitivity(ref, "active").levers();
  const sojourn::Extinction end = sojourn::extinction(chain, referrals, {.offspring = sojourn::OffspringLaw::poisson});
  const sojourn::Progeny tree = sojourn::progeny(chain, referrals);
  CHECK(total == Catch::Approx(100.0));
  CHECK(own == Catch::Approx(50.0));
  CHECK(growth == Catch::Approx(.9));
  CHECK(levers.front().total_value_of_a_point > levers.front().own_value_of_a_point);
  CHECK(end.newcomer_probability == 1.0);
  CHECK(tree.newcomer_variance == Catch::Approx(5.6));
}
