// The published numbers of tests/data/anchors.json, each with its source beside it there.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <type_traits>

#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;

namespace {

Chain chain_of(const nlohmann::json& anchor, const Period& period = Period::months(1)) {
  return {states_of(anchor.at("states")), matrix_of(anchor.at("transition_matrix")), period};
}

Lifecycle lifecycle_of(const nlohmann::json& anchor) {
  const auto exits =
      anchor.contains("exits") ? anchor.at("exits").get<std::vector<std::string>>() : std::vector<std::string>{};
  return Lifecycle(states_of(anchor.at("states")), exits);
}

CountMatrix count_matrix_of(const nlohmann::json& rows) {
  return matrix_of(rows).cast<std::int64_t>();
}

/// A gzipped CSV file without quoted commas: the named columns of every row.
std::vector<std::vector<std::string>> read_csv_gz(const std::string& path, const std::vector<std::string>& columns) {
  const std::string command = "gzip -dc '" + path + "'";
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  std::array<char, 65536> buffer{};
  for (std::size_t n = 0; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) text.append(buffer.data(), n);
  REQUIRE(pclose(pipe) == 0);

  std::vector<std::size_t> wanted;
  std::vector<std::vector<std::string>> rows;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::vector<std::string> cells(1);
    for (std::size_t i = at; i < end; ++i) {
      if (text[i] == ',') {
        cells.emplace_back();
      } else if (text[i] != '\r') {
        cells.back() += text[i];
      }
    }
    at = end + 1;
    if (wanted.empty()) {
      for (const std::string& column : columns) {
        const auto found = std::find(cells.begin(), cells.end(), column);
        REQUIRE(found != cells.end());
        wanted.push_back(static_cast<std::size_t>(found - cells.begin()));
      }
      continue;
    }
    std::vector<std::string> row;
    for (const std::size_t column : wanted) row.push_back(cells.at(column));
    rows.push_back(std::move(row));
  }
  return rows;
}

/// The orders of a CDNOW file as columns.
struct Orders {
  std::vector<std::int64_t> customer;
  std::vector<std::int64_t> time;
  std::vector<double> cds;
  std::vector<double> dollars;

  EventLog log(const std::vector<double>& value) const {
    return {.customer = customer, .time = time, .value = value, .unit = TimeUnit::day};
  }
};

Orders read_cdnow(const std::string& folder, const nlohmann::json& anchor) {
  const auto rows = read_csv_gz(folder + '/' + anchor.at("file").get<std::string>(),
                                {anchor.at("customer").get<std::string>(), "date", "number_of_cds", "dollar_value"});
  Orders orders;
  std::vector<std::string> ids;
  for (const auto& row : rows) {
    ids.push_back(row[0]);
    orders.time.push_back(parse_iso_date(row[1]).value());
    orders.cds.push_back(std::stod(row[2]));
    orders.dollars.push_back(std::stod(row[3]));
  }
  orders.customer = encode(ids).codes;
  return orders;
}

/// Six common quarters of 91 days.
OrderOptions quarters(const nlohmann::json& sample, const Origin& origin) {
  return {.period = Period::days(sample.at("period_days").get<int>()),
          .churn_after = sample.at("churn_after").get<Index>(),
          .origin = origin,
          .until = parse_iso_date(sample.at("last_day").get<std::string>())};
}

/// Of those active in one period, the share active in the next, with 1, 2, 3 or more active periods so far.
std::vector<double> active_again(const Journeys& journeys) {
  std::array<double, 3> again{};
  std::array<double, 3> all{};
  for (Index j = 0; j < journeys.n_journeys(); ++j) {
    const auto states = journeys[j].states;
    std::size_t active = 0;
    for (std::size_t t = 0; t + 1 < states.size(); ++t) {
      if (states[t] != 0) continue;
      const std::size_t k = std::min<std::size_t>(active++, 2);
      all[k] += 1.0;
      if (states[t + 1] == 0) again[k] += 1.0;
    }
  }
  return {again[0] / all[0], again[1] / all[1], again[2] / all[2]};
}

}  // namespace

TEST_CASE("published values come out of lifetime_value") {
  for (const auto& anchor : anchors().at("values")) {
    const std::string label = anchor.at("name");
    DYNAMIC_SECTION(label) {
      INFO(anchor.at("source").get<std::string>());
      const Chain chain = chain_of(anchor);
      const Rewards rewards(chain.states(), numbers_of(anchor.at("per_state")));
      LifetimeValueOptions options{.discount = Discount::per_period_rate(anchor.at("discount_rate_per_period"))};
      if (!anchor.at("horizon").is_null()) options.horizon = anchor.at("horizon").get<Index>();
      const auto value = lifetime_value(chain, rewards, options);
      CHECK(distance(value.mean(), numbers_of(anchor.at("mean"))) <= anchor.at("mean_tolerance").get<double>());
      if (anchor.contains("standard_deviation")) {
        CHECK(distance(value.standard_deviation(), numbers_of(anchor.at("standard_deviation"))) <=
              anchor.at("standard_deviation_tolerance").get<double>());
      }
      if (anchor.contains("variance")) {
        CHECK(distance(value.standard_deviation().vector().cwiseAbs2(), numbers_of(anchor.at("variance"))) <=
              anchor.at("variance_tolerance").get<double>());
      }
    }
  }
}

TEST_CASE("published expected visits are values of one unit of money per visit") {
  for (const auto& anchor : anchors().at("fundamental_matrices")) {
    const std::string label = anchor.at("name");
    DYNAMIC_SECTION(label) {
      const Chain chain = chain_of(anchor);
      const auto transient = anchor.at("transient").get<std::vector<std::string>>();
      const Matrix expected = matrix_of(anchor.at("expected_visits"));
      for (Index j = 0; j < expected.cols(); ++j) {
        const Rewards one(chain.states(), {{transient.at(static_cast<std::size_t>(j)), 1.0}});
        const auto visits = lifetime_value(chain, one, {.discount = Discount::none()}).mean();
        for (Index i = 0; i < expected.rows(); ++i) {
          CHECK(std::abs(visits[transient.at(static_cast<std::size_t>(i))] - expected(i, j)) <=
                anchor.at("tolerance").get<double>());
        }
      }
    }
  }
}

TEST_CASE("published chances of an end are values of one unit of money per arrival") {
  for (const auto& anchor : anchors().at("absorption")) {
    const Chain chain = chain_of(anchor);
    const std::string into = anchor.at("into");
    Rewards rewards(chain.states());
    for (const std::string& from : chain.states().names()) {
      if (from != into) rewards = rewards.with_move(from, into, 1.0);
    }
    Vector chance = lifetime_value(chain, rewards, {.discount = Discount::none()}).mean().vector();
    chance[chain.states().index(into)] = 1.0;  // who stands there has arrived
    CHECK(distance(chance, numbers_of(anchor.at("probability"))) <= anchor.at("tolerance").get<double>());
  }
}

TEST_CASE("published chances after n periods are powers of the chain") {
  for (const auto& anchor : anchors().at("powers")) {
    const std::string label = anchor.at("name");
    DYNAMIC_SECTION(label) {
      CHECK(distance(chain_of(anchor).after(anchor.at("periods").get<Index>()), matrix_of(anchor.at("after"))) <=
            anchor.at("tolerance").get<double>());
    }
  }
}

TEST_CASE("a simulated value of Pfeifer and Carraway takes the sixteen values that it can take") {
  const auto& anchor = anchors().at("values").at(1);
  REQUIRE(anchor.at("horizon") == 5);
  const Chain chain = chain_of(anchor);
  const Vector r = numbers_of(anchor.at("per_state"));
  const double factor = 1.0 / 1.2;
  // Five periods from recency 1: four moves, each a purchase or none.
  std::map<std::vector<Index>, double> law;
  std::vector<double> atoms;
  for (unsigned buys = 0; buys < 16; ++buys) {
    Index state = 0;
    double value = r[0];
    double probability = 1.0;
    double discount = 1.0;
    for (unsigned t = 0; t < 4; ++t) {
      const Index next = (buys >> t) & 1U ? 0 : state + 1;
      probability *= chain.transition_matrix()(state, next);
      state = next;
      discount *= factor;
      value += discount * r[state];
    }
    REQUIRE(probability > 0.0);
    atoms.push_back(value);
    law[{static_cast<Index>(buys)}] = probability;
  }
  const Index n = 200'000;
  const auto sim = simulate(chain, Rewards(chain.states(), r),
                            {.customers = n, .horizon = 5, .discount = Discount::per_period_rate(.2), .seed = 16});
  std::vector<Index> seen(16, 0);
  for (const double x : sim.value().values()) {
    const auto nearest = std::min_element(atoms.begin(), atoms.end(),
                                          [x](double a, double b) { return std::abs(a - x) < std::abs(b - x); });
    REQUIRE(std::abs(*nearest - x) < 1e-9);
    ++seen[static_cast<std::size_t>(nearest - atoms.begin())];
  }
  for (std::size_t k = 0; k < 16; ++k) {
    const double p = law.at({static_cast<Index>(k)});
    CHECK(std::abs(static_cast<double>(seen[k]) - p * static_cast<double>(n)) <
          4.5 * std::sqrt(p * static_cast<double>(n)));
  }
  CHECK(std::set<double>(atoms.begin(), atoms.end()).size() == 16);
}

TEST_CASE("the eight segments move, earn and are worth what is published, to the dollar") {
  const auto& anchor = anchors().at("segments");
  const StateSpace states = states_of(anchor.at("states"));
  const CountMatrix moves = count_matrix_of(anchor.at("moves"));
  const Lifecycle life(states);
  JourneyColumns columns;
  for (Index i = 0; i < moves.rows(); ++i) {
    for (Index j = 0; j < moves.cols(); ++j) {
      for (std::int64_t k = 0; k < moves(i, j); ++k) {
        columns.states.insert(columns.states.end(), {static_cast<std::int32_t>(i), static_cast<std::int32_t>(j)});
        columns.times.insert(columns.times.end(), {0, 365});
        columns.values.insert(columns.values.end(), {0.0, 0.0});
        columns.customers.push_back(static_cast<std::int64_t>(columns.customers.size()));
        columns.offsets.push_back(static_cast<std::int64_t>(columns.states.size()));
      }
    }
  }
  const Counts counts = count(Journeys(life, Period::years(1), TimeUnit::day, std::move(columns)));
  CHECK(counts.moves() == moves);
  const Chain chain = fit_chain(counts).chain;
  const Vector stock = numbers_of(anchor.at("stock"));
  const Vector revenue_per_head = numbers_of(anchor.at("revenue_per_head"));
  const Matrix path = forecast(chain, stock, {.periods = 10});
  CHECK(distance(path.row(1).transpose(), numbers_of(anchor.at("stock_2016"))) <=
        anchor.at("stock_tolerance").get<double>());
  CHECK(distance(path.row(10).transpose(), numbers_of(anchor.at("stock_2025"))) <=
        anchor.at("stock_tolerance").get<double>());

  const double dollar = anchor.at("revenue_tolerance");
  const Vector revenue = path * revenue_per_head;
  CHECK(distance(revenue, numbers_of(anchor.at("revenue"))) <= dollar);

  const LifetimeValueOptions options{.discount = Discount::annual_rate(anchor.at("annual_discount_rate")),
                                     .horizon = 11};
  const auto value = lifetime_value(chain, Rewards(states, revenue_per_head), options);
  CHECK(std::abs(stock.dot(value.mean().vector()) - anchor.at("cumulative_discounted_revenue").get<double>()) <=
        dollar);
  CHECK(std::abs(stock.dot(value.residual().vector()) - anchor.at("database_value").get<double>()) <= dollar);
  const double factor = options.discount->factor_per_period(chain.period());
  double cumulative = 0.0;
  for (Index t = 0; t < 11; ++t) cumulative += std::pow(factor, static_cast<double>(t)) * revenue[t];
  CHECK(cumulative == Catch::Approx(stock.dot(value.mean().vector())).epsilon(1e-12));
}

TEST_CASE("the unit errors of widely copied examples cannot be written by accident") {
  static_assert(!std::is_constructible_v<Discount, double>, "a rate needs the word per year or per period");
  static_assert(!std::is_convertible_v<double, Discount>);
  static_assert(!std::is_assignable_v<decltype(LifetimeValueOptions::discount)&, double>);
  static_assert(!std::is_assignable_v<decltype(SimulateOptions::discount)&, double>);
  static_assert(!std::is_constructible_v<Period, int>, "a period needs a unit");
  const double weekly = Discount::annual_rate(.10).factor_per_period(Period::weeks(1));
  CHECK(weekly == Catch::Approx(std::pow(1.1, -7.0 / 365.25)).epsilon(1e-14));
  CHECK(Discount::per_period_rate(.10).factor_per_period(Period::weeks(1)) < .91);
  CHECK(weekly > .998);
}

TEST_CASE("published classes, periods and ends come out of structure") {
  for (const auto& anchor : anchors().at("structures")) {
    const std::string label = anchor.at("name");
    DYNAMIC_SECTION(label) {
      const Chain chain = chain_of(anchor);
      const Structure shape = structure(chain);
      const auto classes = anchor.at("classes").get<std::vector<std::vector<std::string>>>();
      REQUIRE(shape.classes().size() == classes.size());
      for (std::size_t k = 0; k < classes.size(); ++k) {
        const auto& found = shape.classes().at(static_cast<std::size_t>(
            shape.class_of().at(static_cast<std::size_t>(chain.states().index(classes[k].front())))));
        std::vector<std::string> names;
        for (const Index i : found.states) names.push_back(chain.states().name(i));
        CHECK(names == classes[k]);
        CHECK(found.period == anchor.at("periods").at(k).get<Index>());
        CHECK(found.is_recurrent == anchor.at("recurrent").at(k).get<bool>());
      }
      std::vector<std::string> absorbing;
      for (const Index i : shape.absorbing_states()) absorbing.push_back(chain.states().name(i));
      CHECK(absorbing == anchor.at("absorbing").get<std::vector<std::string>>());
      CHECK(shape.is_absorbing_chain() == anchor.at("absorbing_chain").get<bool>());
      CHECK(shape.is_irreducible() == (classes.size() == 1));
      // Canonical form: below the transient part there are only the blocks of the recurrent classes.
      const std::vector<Index> order = shape.canonical_order();
      const std::size_t n_transient = shape.transient_states().size();
      for (std::size_t a = n_transient; a < order.size(); ++a) {
        for (std::size_t b = 0; b < n_transient; ++b) CHECK(chain.transition_matrix()(order[a], order[b]) == 0.0);
      }
    }
  }
}

TEST_CASE("a row that sums to slightly under one is simulated inside the state space, one of .97 is refused") {
  const double under = 1.0 - 1e-12;
  const StateSpace states{"trial", "active", "churn"};
  const Chain chain(states, matrix({{.2 * under, .5 * under, .3 * under}, {.1, .6, .3 - 1e-12}, {0, 0, under}}));
  const auto sim = simulate(chain, Rewards(states),
                            {.customers = 100'000, .horizon = 50, .outputs = {.value = false, .occupancy = true}});
  for (Index t = 0; t < 50; ++t) REQUIRE(sim.occupancy().row(t).sum() == 100'000);
  check_refused<std::invalid_argument>([&] { Chain(states, matrix({{.2, .5, .27}, {.1, .6, .3}, {0, 0, 1}})); },
                                       {"transition_matrix: row 'trial' sums to 0.97, expected 1 (tolerance 1e-09)"});
}

TEST_CASE("published journeys are fitted to the published chain") {
  for (const auto& anchor : anchors().at("fits")) {
    const std::string label = anchor.at("name");
    DYNAMIC_SECTION(label) {
      const Counts counts =
          count(journeys_from(anchor.at("journeys").get<std::vector<std::string>>(), lifecycle_of(anchor)));
      CHECK(distance(fit_chain(counts).chain.transition_matrix(), matrix_of(anchor.at("chain"))) <=
            anchor.at("tolerance").get<double>());
    }
  }
}

TEST_CASE("no move is counted across a gap of the published sequence") {
  const auto& anchor = anchors().at("gaps");
  std::vector<std::string> names;
  for (const auto& entry : anchor.at("sequence")) names.push_back(entry.is_null() ? "" : entry.get<std::string>());
  const Lifecycle life = lifecycle_of(anchor);
  const std::vector<std::int32_t> states = state_codes(names, life.states());
  const std::vector<std::int64_t> customer(names.size(), 0);
  std::vector<std::int64_t> time(names.size());
  for (std::size_t i = 0; i < time.size(); ++i) time[i] = static_cast<std::int64_t>(i);
  const Counts counts =
      count(journeys({.customer = customer, .time = time, .state = states, .unit = TimeUnit::step}, life));
  CHECK(counts.moves() == count_matrix_of(anchor.at("moves")));
  check_refused<std::domain_error>([&] { (void)fit_chain(counts); }, {"'c'", "no move", "rows_without_data"});
}

TEST_CASE("the published mode of the Dirichlet rows comes out") {
  const auto& anchor = anchors().at("dirichlet_mode");
  const Counts counts =
      count(journeys_from(anchor.at("journeys").get<std::vector<std::string>>(), lifecycle_of(anchor)));
  const FitResult fit = fit_chain(counts, {.prior = matrix_of(anchor.at("prior")), .estimate = Estimate::mode});
  CHECK(distance(fit.chain.transition_matrix(), matrix_of(anchor.at("chain"))) <= anchor.at("tolerance").get<double>());
}

TEST_CASE("the published log-likelihood comes out") {
  const auto& anchor = anchors().at("log_likelihood");
  CHECK(std::abs(log_likelihood(count_matrix_of(anchor.at("moves")), chain_of(anchor)) -
                 anchor.at("log_likelihood").get<double>()) <= anchor.at("tolerance").get<double>());
}

TEST_CASE("the published covariance of a Dirichlet law comes out") {
  const auto& anchor = anchors().at("dirichlet_covariance");
  const Matrix covariance = dirichlet_covariance(numbers_of(anchor.at("alpha")));
  CHECK(distance(80.0 * covariance, matrix_of(anchor.at("eighty_times_covariance"))) <=
        anchor.at("tolerance").get<double>());
}

TEST_CASE("the published paths start, move and end as counted") {
  const auto& anchor = anchors().at("paths");
  const Counts counts =
      count(journeys_from(anchor.at("journeys").get<std::vector<std::string>>(), lifecycle_of(anchor)));
  CHECK(counts.moves() == count_matrix_of(anchor.at("moves")));
  CHECK(distance(counts.starts(), numbers_of(anchor.at("starts"))) == 0.0);
  CHECK(distance(counts.lasts(), numbers_of(anchor.at("lasts"))) == 0.0);
}

TEST_CASE("the full CDNOW log has its customers, rows, CDs and dollars") {
  const char* data = std::getenv("SOJOURN_DATA");
  if (data == nullptr) SOJOURN_SKIP("SOJOURN_DATA is not set");
  const auto& anchor = anchors().at("cdnow").at("full");
  const Orders orders = read_cdnow(data, anchor);
  const OrderOptions whole =
      quarters(anchors().at("cdnow").at("sample"), Origin::date(parse_iso_date("1997-01-01").value()));
  const Journeys in_dollars = order_journeys(orders.log(orders.dollars), whole);
  CHECK(in_dollars.report().rows_read == anchor.at("rows").get<std::int64_t>());
  CHECK(in_dollars.report().rows_used == anchor.at("rows").get<std::int64_t>());
  CHECK(in_dollars.n_customers() == anchor.at("customers").get<std::int64_t>());
  CHECK(std::abs(count(in_dollars).values().vector().sum() - anchor.at("revenue").get<double>()) <=
        anchor.at("revenue_tolerance").get<double>());
  CHECK(count(order_journeys(orders.log(orders.cds), whole)).values().vector().sum() == anchor.at("cds").get<double>());
  const auto shares = active_again(in_dollars);
  CHECK(distance(numbers(shares), numbers_of(anchor.at("active_again_by_active_quarters"))) <=
        anchor.at("share_tolerance").get<double>());
}

TEST_CASE("the CDNOW sample has its active customers, revenue and moves by recency on a common grid") {
  const char* data = std::getenv("SOJOURN_DATA");
  if (data == nullptr) SOJOURN_SKIP("SOJOURN_DATA is not set");
  const auto& anchor = anchors().at("cdnow").at("sample");
  const Orders orders = read_cdnow(data, anchor);
  const Day first = parse_iso_date(anchor.at("first_day").get<std::string>()).value();
  const Journeys journeys = order_journeys(orders.log(orders.dollars), quarters(anchor, Origin::date(first)));
  CHECK(journeys.report().rows_used == anchor.at("rows").get<std::int64_t>());
  CHECK(journeys.n_customers() == anchor.at("customers").get<std::int64_t>());

  Vector active = Vector::Zero(6);
  Vector revenue = Vector::Zero(6);
  const JourneyColumns& columns = journeys.columns();
  for (std::size_t i = 0; i < columns.states.size(); ++i) {
    const auto quarter = static_cast<Index>((columns.times[i] - first) / anchor.at("period_days").get<std::int64_t>());
    if (columns.states[i] == 0) active[quarter] += 1.0;
    revenue[quarter] += columns.values[i];
  }
  CHECK(active == numbers_of(anchor.at("active")));
  CHECK(distance(revenue, numbers_of(anchor.at("revenue"))) <= anchor.at("revenue_tolerance").get<double>());

  const CountMatrix moves = count(journeys).moves();
  const CountMatrix expected = count_matrix_of(anchor.at("moves_from_recency"));
  for (Index i = 0; i < 5; ++i) {
    CHECK(moves(i, 0) == expected(i, 0));
    CHECK(moves(i, i + 1) == expected(i, 1));
  }
  CHECK(moves.sum() == expected.sum());
  CHECK(distance(numbers(active_again(journeys)), numbers_of(anchor.at("active_again_by_active_quarters"))) <=
        anchor.at("share_tolerance").get<double>());
}

TEST_CASE("the CDNOW sample has its moves by recency on each customer's own clock") {
  const char* data = std::getenv("SOJOURN_DATA");
  if (data == nullptr) SOJOURN_SKIP("SOJOURN_DATA is not set");
  const auto& anchor = anchors().at("cdnow").at("sample");
  const Orders orders = read_cdnow(data, anchor);
  const CountMatrix moves =
      count(order_journeys(orders.log(orders.dollars), quarters(anchor, Origin::first_event()))).moves();
  const CountMatrix expected = count_matrix_of(anchor.at("moves_from_recency_own_clock"));
  for (Index i = 0; i < 5; ++i) {
    CHECK(moves(i, 0) == expected(i, 0));
    CHECK(moves(i, i + 1) == expected(i, 1));
  }
}

TEST_CASE("one state is not memory enough for CDNOW, and the tests say so and by how much") {
  const char* data = std::getenv("SOJOURN_DATA");
  if (data == nullptr) SOJOURN_SKIP("SOJOURN_DATA is not set");
  const auto& sample = anchors().at("cdnow").at("sample");
  for (const char* log : {"sample", "full"}) {
    const auto& anchor = anchors().at("cdnow").at(log);
    const Orders orders = read_cdnow(data, anchor);
    const Day first = parse_iso_date(sample.at("first_day").get<std::string>()).value();
    const Journeys journeys = order_journeys(orders.log(orders.dollars), quarters(sample, Origin::date(first)));
    const RowsTest visits = visits_test(journeys);
    std::vector<double> shares;
    for (const Departure& d : visits.departures) {
      if (d.from == 0 && d.to == 0) shares.push_back(d.probability);
    }
    CHECK(distance(numbers(shares), numbers_of(anchor.at("active_again_by_active_quarters"))) <=
          anchor.at("share_tolerance").get<double>());
    CHECK(visits.overall.p_value < 1e-50);
    CHECK(visits.overall.effect > 10.0 * visits.overall.effect_by_chance);

    // Of two states only the one before `active` adds to it, and that is enough to be rejected.
    const OrderTest order = order_test(journeys);
    CHECK(order.steps[1].overall.p_value < 1e-7);
    CHECK(order.order() == 2);
    CHECK(information_criteria(journeys).best_by_bic() == 2);
    const std::vector<std::string> warnings = fit_tests(journeys).warnings();
    REQUIRE(!warnings.empty());
    CHECK_THAT(warnings.front(), Catch::Matchers::StartsWith("One state is not memory enough"));
    CHECK_THAT(warnings.front(), Catch::Matchers::ContainsSubstring("'active' for the 1st time, 22."));
  }
}
