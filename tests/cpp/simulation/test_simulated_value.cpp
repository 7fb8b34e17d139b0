#include <algorithm>
#include <array>
#include <cmath>
#include <thread>

#include "simulation/simulated_value_access.hpp"
#include "support/support.hpp"

namespace sojourn::test {

namespace {

constexpr std::int64_t block = SimulatedValue::block_size;

/// Values of many kinds: money, losses, atoms, zeros of both signs.
std::vector<double> mixed_values(Dice& dice, std::int64_t n) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < n; ++i) {
    switch (dice.integer(0, 4)) {
      case 0:
        values.push_back(10.0 * static_cast<double>(dice.integer(0, 5)));
        break;
      case 1:
        values.push_back(dice.uniform(-50.0, 20.0));
        break;
      case 2:
        values.push_back(-0.0);
        break;
      default:
        values.push_back(std::exp(dice.uniform(-3.0, 8.0)));
    }
  }
  return values;
}

/// Edges that cut `n` customers into ranges: a few of one customer, some at the edges of blocks, others anywhere.
std::vector<std::int64_t> random_cuts(Dice& dice, std::int64_t first, std::int64_t n) {
  std::vector<std::int64_t> cuts{first, first + n};
  for (Index k = dice.integer(0, 6); k > 0; --k) {
    const std::int64_t cut = first + dice.integer(0, n);
    cuts.push_back(cut);
    if (k % 3 == 0) cuts.push_back(std::min(cut + 1, first + n));
    if (k % 2 == 0) cuts.push_back(std::clamp(cut / block * block, first, first + n));
  }
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  return cuts;
}

template <class T>
void shuffle(Dice& dice, std::vector<T>& list) {
  for (std::size_t i = list.size(); i > 1; --i) {
    std::swap(list[i - 1], list[static_cast<std::size_t>(dice.integer(0, static_cast<Index>(i) - 1))]);
  }
}

SimulatedValue part_of(const std::vector<double>& values, std::int64_t first_customer, std::int64_t from,
                       std::int64_t end) {
  return SimulatedValue(from, {values.begin() + (from - first_customer), values.begin() + (end - first_customer)});
}

/// The parts in a random tree of additions.
SimulatedValue added_up(Dice& dice, std::vector<SimulatedValue> parts) {
  while (parts.size() > 1) {
    shuffle(dice, parts);
    const SimulatedValue sum = parts[parts.size() - 2] + parts.back();
    parts.pop_back();
    parts.back() = sum;
  }
  return parts.front();
}

/// The quantile by its definition.
double quantile_of(std::vector<double> values, double p) {
  std::sort(values.begin(), values.end());
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (static_cast<double>(k + 1) >= p * static_cast<double>(values.size()) * (1.0 - 1e-14)) return values[k];
  }
  return values.back();
}

const std::vector<double> shares{0.0, 1e-4, 0.01, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.9999, 1.0};

}  // namespace

TEST_CASE("values of parts, added in any order, are those of the whole to the bit") {
  Dice dice(11);
  for (int round = 0; round < 30; ++round) {
    const std::int64_t first = round % 3 == 0 ? 0 : dice.integer(0, 3 * block);
    const std::int64_t n = dice.integer(1, 4 * block);
    const std::vector<double> values = mixed_values(dice, n);
    const SimulatedValue whole(first, values);
    const auto cuts = random_cuts(dice, first, n);
    std::vector<SimulatedValue> parts;
    for (std::size_t k = 1; k < cuts.size(); ++k) parts.push_back(part_of(values, first, cuts[k - 1], cuts[k]));
    const SimulatedValue sum = added_up(dice, parts);
    CHECK(sum == whole);
    CHECK(sum.mean() == whole.mean());
    CHECK(sum.standard_deviation() == whole.standard_deviation());
    CHECK(sum.quantiles(shares) == whole.quantiles(shares));
    shuffle(dice, parts);
    CHECK(SimulatedValue::merge(parts) == whole);
  }
}

TEST_CASE("a summary is the same to the bit however customers are cut, added and merged") {
  Dice dice(12);
  for (int round = 0; round < 30; ++round) {
    const std::int64_t first = round % 3 == 0 ? 0 : dice.integer(0, 3 * block);
    const std::int64_t n = dice.integer(1, 5 * block);
    const std::vector<double> values = mixed_values(dice, n);
    const SimulatedValue whole(first, values);
    const auto cuts = random_cuts(dice, first, n);
    std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
    for (std::size_t k = 1; k < cuts.size(); ++k) ranges.emplace_back(cuts[k - 1], cuts[k]);
    shuffle(dice, ranges);

    std::vector<SimulatedValueBuilder> builders(static_cast<std::size_t>(dice.integer(1, 3)));
    std::vector<SimulatedValue> parts;
    for (const auto& [from, end] : ranges) {
      const auto at = static_cast<std::size_t>(dice.integer(0, static_cast<Index>(builders.size())));
      if (at == builders.size()) {  // some parts come with their values
        parts.push_back(part_of(values, first, from, end));
      } else {
        builders[at].add(from, std::span(values).subspan(static_cast<std::size_t>(from - first),
                                                         static_cast<std::size_t>(end - from)));
      }
    }
    for (const auto& builder : builders) {
      if (builder.customers() > 0) parts.push_back(builder.summary());
    }
    const SimulatedValue sum = added_up(dice, parts).summary();
    CHECK(sum == whole.summary());
    CHECK(sum.mean() == whole.mean());
    CHECK(sum.standard_deviation() == whole.standard_deviation());
    CHECK(SimulatedValue::merge(parts).summary() == whole.summary());
  }
}

TEST_CASE("customers apart may be merged, and the gap filled later") {
  Dice dice(13);
  const std::vector<double> values = mixed_values(dice, 3 * block);
  const SimulatedValue low = part_of(values, 0, 0, 1000);
  const SimulatedValue gap = part_of(values, 0, 1000, 2 * block + 5);
  const SimulatedValue high = part_of(values, 0, 2 * block + 5, 3 * block);
  const SimulatedValue apart = high + low;
  CHECK(apart.customers() == 1000 + block - 5);
  CHECK(apart.values()[999] == values[999]);
  CHECK(apart.values()[1000] == values[2 * block + 5]);
  CHECK(apart + gap == SimulatedValue(values));
  CHECK(gap.summary() + apart.summary() == SimulatedValue(values).summary());
  CHECK(apart.summary().mean() == apart.mean());
  CHECK(apart.summary().standard_deviation() == apart.standard_deviation());
}

TEST_CASE("values and values stay values, and with a summary they become one") {
  const SimulatedValue a(0, {1, 2});
  const SimulatedValue b(2, {3});
  CHECK((a + b).has_values());
  CHECK_FALSE((a.summary() + b).has_values());
  CHECK(a.summary() + b == (a + b).summary());
  CHECK(b + a.summary() == (a + b).summary());
  CHECK_FALSE((a + b) == (a + b).summary());
  CHECK_FALSE(SimulatedValue(0, {1, 2}) == SimulatedValue(1, {1, 2}));
  CHECK_FALSE(SimulatedValue(0, {1, 2}) == SimulatedValue(0, {1, 3}));
}

TEST_CASE("moments are those of a computation in higher precision") {
  Dice dice(14);
  for (int round = 0; round < 10; ++round) {
    const std::vector<double> values = mixed_values(dice, dice.integer(2, 3 * block));
    const auto n = static_cast<long double>(values.size());
    long double sum = 0.0L;
    for (const double x : values) sum += x;
    long double squares = 0.0L;
    for (const double x : values) squares += (x - sum / n) * (x - sum / n);
    const SimulatedValue found(7, values);
    CHECK(found.mean() == Catch::Approx(static_cast<double>(sum / n)).epsilon(1e-14));
    const auto deviation = static_cast<double>(std::sqrt(squares / (n - 1.0L)));
    CHECK(found.standard_deviation() == Catch::Approx(deviation).epsilon(1e-14));
    CHECK(found.standard_error() == found.standard_deviation() / std::sqrt(static_cast<double>(values.size())));
  }
}

TEST_CASE("a small spread on a large value keeps its digits") {
  Dice dice(15);
  std::vector<double> values;
  for (std::int64_t i = 0; i < 20 * block + 77; ++i) values.push_back(1e9 + 1e-3 * (dice.uniform() + dice.uniform()));
  long double sum = 0.0L;
  for (const double x : values) sum += x - 1e9;  // exact
  const long double mean = sum / static_cast<long double>(values.size());
  long double squares = 0.0L;
  for (const double x : values) squares += (x - 1e9 - mean) * (x - 1e9 - mean);
  const auto deviation = static_cast<double>(std::sqrt(squares / static_cast<long double>(values.size() - 1)));
  const SimulatedValue found(values);
  CHECK(std::abs(found.mean() - 1e9 - static_cast<double>(mean)) <= 1.2e-7);  // one unit of the last digit
  CHECK(found.standard_deviation() == Catch::Approx(deviation).epsilon(1e-6));
}

TEST_CASE("equal values have no spread, not even by rounding") {
  const SimulatedValue found(5, std::vector<double>(3 * block, 0.1));
  CHECK(found.mean() == 0.1);
  CHECK(found.standard_deviation() == 0.0);
  CHECK(found.summary().rank_error() == 0.0);
}

TEST_CASE("the bounds of a quantile hold the quantile of the sample and the answer") {
  Dice dice(16);
  for (int round = 0; round < 6; ++round) {
    const std::vector<double> values = mixed_values(dice, round < 3 ? dice.integer(1, block) : 100'000);
    const SimulatedValue all(3, values);
    const SimulatedValue found = all.summary();
    const auto truth = all.quantiles(shares);
    const auto answers = found.quantiles(shares);
    for (std::size_t k = 0; k < shares.size(); ++k) {
      const QuantileBounds bounds = found.quantile_bounds(shares[k]);
      CHECK(truth[k] == quantile_of(values, shares[k]));
      CHECK(bounds.low <= truth[k]);
      CHECK(truth[k] <= bounds.high);
      CHECK(bounds.low <= answers[k]);
      CHECK(answers[k] <= bounds.high);
      CHECK(bounds.high - bounds.low <= std::abs(truth[k]) / 500.0);
      CHECK(std::find(values.begin(), values.end(), bounds.low) != values.end());
      CHECK(std::find(values.begin(), values.end(), bounds.high) != values.end());
      CHECK(answers[k] == found.quantile(shares[k]));
    }
    CHECK(std::is_sorted(answers.begin(), answers.end()));
    CHECK(answers.front() == *std::min_element(values.begin(), values.end()));
    CHECK(answers.back() == *std::max_element(values.begin(), values.end()));
    CHECK((found.rank_error() == 0.0) == (round < 3));
  }
}

TEST_CASE("a quantile of a summary is that of a share no further away than the rank error says") {
  Dice dice(17);
  constexpr double n = 100'000.0;
  for (const auto& [spread, atom] : {std::pair(1e-6, 0.0), {1e-3, 0.0}, {1.0, 0.0}, {30.0, 0.0}, {1.0, 70.0}}) {
    std::vector<double> values;
    for (int i = 0; i < 100'000; ++i) {
      values.push_back(dice.integer(0, 9) == 0 ? atom : 100.0 * std::exp(spread * dice.uniform(-1.0, 1.0)));
    }
    const SimulatedValue found = SimulatedValue(values).summary();
    std::sort(values.begin(), values.end());
    double largest = 0.0;
    for (int k = 0; k <= 1000; ++k) {
      const double p = k / 1000.0;
      const double answer = found.quantile(p);
      const double error = found.rank_error(p);
      largest = std::max(largest, error);
      const auto below = std::lower_bound(values.begin(), values.end(), answer) - values.begin();
      const auto up_to = std::upper_bound(values.begin(), values.end(), answer) - values.begin();
      CHECK(static_cast<double>(below) / n <= p + error + 1e-12);
      CHECK(static_cast<double>(up_to) / n >= p - error - 1e-12);
    }
    CHECK(largest <= found.rank_error());
    CHECK(found.rank_error() > 0.0);
    // An atom amid other values may share a bin with them; zero has one of its own.
    CHECK(found.rank_error() < (atom == 0.0 ? 1e-3 : 0.11));
  }
}

TEST_CASE("a summary with more values than bins is the same to the bit however it is cut and merged") {
  Dice dice(22);
  for (int round = 0; round < 3; ++round) {
    const std::int64_t n = 100'000 + dice.integer(0, 50'000);
    std::vector<double> values;
    for (std::int64_t i = 0; i < n; ++i) {
      // Later customers are more alike: the bins that the first ones need are coarser than those of the last.
      values.push_back(dice.uniform(-1.0, 4.0) * std::exp(dice.uniform() * 20.0 * static_cast<double>(n - i) / 1e5));
    }
    const SimulatedValue whole = SimulatedValue(0, values).summary();
    const auto cuts = random_cuts(dice, 0, n);
    std::vector<SimulatedValue> parts;
    for (std::size_t k = 1; k < cuts.size(); ++k) {
      const SimulatedValue part = part_of(values, 0, cuts[k - 1], cuts[k]);
      parts.push_back(k % 2 == 0 ? part : part.summary());
    }
    CHECK(added_up(dice, parts).summary() == whole);
    SimulatedValueBuilder backwards;
    for (std::size_t k = cuts.size() - 1; k > 0; --k) {
      backwards.add(cuts[k - 1], part_of(values, 0, cuts[k - 1], cuts[k]).values());
    }
    CHECK(backwards.summary() == whole);
    const auto& bins = SimulatedValueAccess::fields(whole).bins;
    CHECK(bins.level > 0);
    CHECK(bins.bins.size() > SimulatedValue::most_bins / 4);
    CHECK(bins.bins.size() <= SimulatedValue::most_bins);
  }
}

TEST_CASE("sums that differ by rounding count as equal") {
  Dice dice(23);
  std::vector<double> values;
  for (int i = 0; i < 5000; ++i) {
    double sum = 0.0;
    std::vector<double> prices{9.99, 9.99, 0.1, 0.2, 29.9, 4.35};
    shuffle(dice, prices);
    for (const double price : prices) sum += price;
    values.push_back(sum);
  }
  const SimulatedValue found = SimulatedValue(values).summary();
  CHECK(found.quantile(0.0) < found.quantile(1.0));
  CHECK(found.rank_error() == 0.0);
  CHECK(found.quantile(0.5) == Catch::Approx(54.53).epsilon(1e-14));
}

TEST_CASE("atoms keep exact quantiles in a summary") {
  Dice dice(18);
  std::vector<double> values;
  for (int i = 0; i < 20'000; ++i) values.push_back(std::pow(-1.7, static_cast<double>(dice.integer(0, 40))));
  const SimulatedValue all(values);
  const SimulatedValue found = all.summary();
  CHECK(found.rank_error() == 0.0);
  CHECK(found.quantiles(shares) == all.quantiles(shares));
  CHECK(found.rank_error(0.5) == 0.0);
  CHECK(all.rank_error() == 0.0);
}

TEST_CASE("the smallest and the largest numbers find their places in a summary") {
  const double tiny = std::numeric_limits<double>::denorm_min();
  const double huge = std::numeric_limits<double>::max();
  const std::vector<double> sorted{-huge, -1e300, -1.0, -1e-300, -tiny, -0.0, tiny, 1e-310, 1e-300, 1.0, huge};
  std::vector<double> values = sorted;
  Dice dice(19);
  shuffle(dice, values);
  const SimulatedValue found = SimulatedValue(values).summary();
  CHECK(found.rank_error() == 0.0);
  for (std::size_t k = 0; k < sorted.size(); ++k) {
    const double answer = found.quantile(static_cast<double>(k + 1) / static_cast<double>(sorted.size()));
    CHECK(answer == sorted[k]);
    if (answer == 0.0) CHECK_FALSE(std::signbit(answer));
  }
}

TEST_CASE("values too large for a mean or a spread still have quantiles") {
  const SimulatedValue far(std::vector<double>(10, 1e200));
  CHECK(far.mean() == 1e200);
  CHECK(far.standard_deviation() == 0.0);
  const SimulatedValue wide({-1e200, 1e200, 3e200});
  CHECK(wide.quantile(0.5) == 1e200);
  CHECK(wide.summary().quantile(0.5) == 1e200);
  check_refused<std::domain_error>([&] { (void)wide.standard_deviation(); }, {"standard_deviation", "too large"});
  const double huge = std::numeric_limits<double>::max();
  const SimulatedValue wider({-huge, huge});
  check_refused<std::domain_error>([&] { (void)wider.mean(); }, {"mean", "too large"});
  check_refused<std::domain_error>([&] { (void)wider.summary().standard_error(); }, {"too large", "unit"});
}

TEST_CASE("a customer in two parts is refused with his number") {
  const SimulatedValue a(10, std::vector<double>(20, 1.0));
  const SimulatedValue b(25, std::vector<double>(20, 1.0));
  check_refused<std::invalid_argument>([&] { (void)(a + b); }, {"merge", "customers 25 to 29", "first_customer"});
  check_refused<std::invalid_argument>([&] { (void)(b.summary() + a); }, {"customers 25 to 29"});
  check_refused<std::invalid_argument>([&] { (void)(a + SimulatedValue(29, {1})); }, {"customer 29 "});
  check_refused<std::invalid_argument>([&] { (void)(a + a); }, {"customers 10 to 29"});

  SimulatedValueBuilder builder;
  const std::vector<double> ones(block, 1.0);
  builder.add(block, ones);
  const SimulatedValue before = builder.summary();
  for (const std::int64_t first : {std::int64_t{1}, block, 2 * block - 1}) {
    check_refused<std::invalid_argument>([&] { builder.add(first, ones); }, {"add", "customer", "already"});
  }
  check_refused<std::invalid_argument>([&] { builder.add(5000, std::vector<double>{1.0}); }, {"customer 5000 "});
  CHECK(builder.summary() == before);
  builder.add(0, ones);
  builder.add(2 * block, ones);
  CHECK(builder.customers() == 3 * block);
}

TEST_CASE("simulated values that cannot be are refused by name") {
  check_refused<std::invalid_argument>([] { (void)SimulatedValue(std::vector<double>{}); }, {"values", "at least one"});
  check_refused<std::invalid_argument>([] { (void)SimulatedValue(-1, {1.0}); }, {"first_customer", "-1"});
  check_refused<std::invalid_argument>([] { (void)SimulatedValue((std::int64_t{1} << 59) - 1, {1.0, 2.0}); },
                                       {"values", "first_customer"});
  check_refused<std::invalid_argument>([] { (void)SimulatedValue::merge({}); }, {"merge", "at least one"});
  for (const double bad : {infinity, -infinity, not_a_number}) {
    check_refused<std::invalid_argument>([&] { (void)SimulatedValue(4, {1.0, bad, 2.0}); },
                                         {"values", "finite", "customer 5"});
    SimulatedValueBuilder builder;
    check_refused<std::invalid_argument>([&] { builder.add(4, std::array{1.0, 2.0, bad}); }, {"finite", "customer 6"});
    CHECK(builder.customers() == 0);
  }
  check_refused<std::invalid_argument>([] { (void)SimulatedValueBuilder().summary(); }, {"summary", "no customer"});
  const SimulatedValue found({1, 2});
  check_refused<std::domain_error>([&] { (void)found.summary().values(); }, {"values", "summary", "2 customers"});
  for (const double p : {-0.1, 1.1, infinity, not_a_number}) {
    for (const SimulatedValue& value : {found, found.summary()}) {
      check_refused<std::invalid_argument>([&] { (void)value.quantile(p); }, {"quantile", "from 0 to 1"});
      check_refused<std::invalid_argument>([&] { (void)value.quantile_bounds(p); }, {"quantile", "from 0 to 1"});
      check_refused<std::invalid_argument>([&] { (void)value.rank_error(p); }, {"quantile", "from 0 to 1"});
    }
  }
}

TEST_CASE("threads that share the blocks of a simulation leave no trace in its summary") {
  Dice dice(20);
  const std::int64_t first = 100;
  const std::vector<double> values = mixed_values(dice, 9 * block);
  const SimulatedValue whole = SimulatedValue(first, values).summary();
  for (const int n_threads : {1, 2, 5}) {
    std::vector<SimulatedValueBuilder> builders(static_cast<std::size_t>(n_threads));
    std::vector<std::thread> threads;
    for (int t = 0; t < n_threads; ++t) {
      threads.emplace_back([&, t] {
        for (std::int64_t b = t; b * 1000 < 9 * block; b += n_threads) {
          const auto from = static_cast<std::size_t>(b * 1000);
          builders[static_cast<std::size_t>(t)].add(
              first + b * 1000, std::span(values).subspan(from, std::min<std::size_t>(1000, values.size() - from)));
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    std::vector<SimulatedValue> parts;
    for (const auto& builder : builders) parts.push_back(builder.summary());
    CHECK(SimulatedValue::merge(parts) == whole);
  }
}

TEST_CASE("a summary of whole blocks keeps no single value") {
  SimulatedValueBuilder builder;
  std::vector<double> values(block);
  for (std::int64_t b = 100; b-- > 0;) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i % 50);
    builder.add(b * block, values);
  }
  const SimulatedValue found = builder.summary();
  const auto& fields = SimulatedValueAccess::fields(found);
  CHECK(fields.values.empty());
  CHECK(fields.blocks.size() == 100);
  CHECK(fields.ranges.size() == 1);
  CHECK(fields.bins.bins.size() == 50);
}

TEST_CASE("the fields of a summary make it again, and others are refused") {
  using Access = SimulatedValueAccess;
  Dice dice(21);
  const SimulatedValue all(9, mixed_values(dice, 2 * block));
  for (const SimulatedValue& value : {all, all.summary()}) CHECK(Access::make(Access::fields(value)) == value);

  const auto refused = [&](const SimulatedValue& value, auto&& spoil) {
    Access::Fields fields = Access::fields(value);
    spoil(fields);
    check_refused<std::invalid_argument>([&] { (void)Access::make(fields); }, {"no customers"});
  };
  const SimulatedValue summary = all.summary();
  refused(all, [](Access::Fields& f) { f.ranges.clear(); });
  refused(all, [](Access::Fields& f) { f.ranges[0].end += 1; });
  refused(all, [](Access::Fields& f) { f.ranges[0].first = -1; });
  refused(all, [](Access::Fields& f) { f.values[3] = not_a_number; });
  refused(all, [](Access::Fields& f) { f.has_values = false; });
  refused(all, [](Access::Fields& f) { f.blocks.push_back({}); });
  refused(summary, [](Access::Fields& f) { f.has_values = true; });
  refused(summary, [](Access::Fields& f) { f.blocks.clear(); });
  refused(summary, [](Access::Fields& f) { f.bins.bins.pop_back(); });
  refused(summary, [](Access::Fields& f) { f.bins.bins[1].count += 1; });
  refused(summary, [](Access::Fields& f) { f.bins.bins[1].low = f.bins.bins[0].low; });
  refused(summary, [](Access::Fields& f) { std::swap(f.bins.bins[0], f.bins.bins[1]); });
  refused(summary, [](Access::Fields& f) { f.bins.bins.front().low = -infinity; });
  refused(summary, [](Access::Fields& f) { f.bins.level = 3; });
  refused(summary, [](Access::Fields& f) { f.bins.level = -1; });
}

}  // namespace sojourn::test
