#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "simulation/alias_table.hpp"
#include "simulation/law_cases.hpp"
#include "simulation/walk.hpp"
#include "sojourn/simulation/simulate.hpp"
#include "support/philox.hpp"
#include "support/support.hpp"
#include "support/tails.hpp"

using namespace sojourn;
using namespace sojourn::test;
using detail::AliasTable;

namespace {

std::uint32_t drawn(const AliasTable& table, std::size_t row, std::uint64_t word) {
  return table.draw_exactly(row, static_cast<std::uint32_t>(word >> 32), static_cast<std::uint32_t>(word));
}

/// Of the 2^64 words, the share that leads to each state, found by halving within each cell.
std::vector<double> shares_of(const AliasTable& table, std::size_t row, std::size_t n_states) {
  const auto width = static_cast<unsigned>(table.rows()[row] & 0xff);
  const std::uint64_t last_of_cell = ~std::uint64_t{0} >> width;
  std::vector<double> shares(n_states, 0.0);
  for (std::uint64_t c = 0; c < std::uint64_t{1} << width; ++c) {
    const AliasTable::Cell& cell = table.cells()[(table.rows()[row] >> 8) + c];
    const std::uint64_t first = width == 0 ? 0 : c << (64 - width);
    std::uint64_t own = 0;  // words of the cell that lead to its own state: below this many
    if (cell.own != cell.alias) {
      std::uint64_t end = last_of_cell;
      while (own < end) {
        const std::uint64_t middle = own + (end - own) / 2;
        if (drawn(table, row, first + middle) == cell.own) {
          own = middle + 1;
        } else {
          end = middle;
        }
      }
    }
    const double share_of_own = std::ldexp(static_cast<double>(own), -64);
    shares[cell.own] += share_of_own;
    shares[cell.alias] += std::ldexp(1.0, -static_cast<int>(width)) - share_of_own;
  }
  return shares;
}

/// A law with all sizes of probability, from 1e-12 up, and states without any.
Vector law_of_all_sizes(Dice& dice, Index n_entries) {
  Vector law = Vector::Zero(2 * n_entries);
  for (Index k = 0; k < n_entries; ++k) {
    law[2 * k + dice.integer(0, 1)] =
        dice.integer(0, 3) == 0 ? std::pow(10.0, -dice.uniform(0.0, 12.0)) : dice.uniform(.1, 1.0);
  }
  return law / law.sum();
}

}  // namespace

TEST_CASE("customers go where the published generator and the tables say, whole words included") {
  // Rows so wide that the upper half of a word often leaves a move open, below and above 65,536 states.
  for (const Index n : {40'000, 70'000}) {
    INFO(n << " states");
    Dice dice(static_cast<std::uint64_t>(n));
    const Vector law = random_distribution(dice, n);
    std::vector<Eigen::Triplet<double>> moves;
    for (Index j = 0; j < n; ++j) moves.emplace_back(0, j, law[j]);
    for (Index i = 1; i < n; ++i) {
      moves.emplace_back(i, 0, .7);
      moves.emplace_back(i, 1 + i % (n - 1), .3);
    }
    SparseMatrix matrix(n, n);
    matrix.setFromTriplets(moves.begin(), moves.end());
    const Chain chain(numbered(n), matrix);
    constexpr std::uint64_t seed = (std::uint64_t{3} << 32) + 5;
    constexpr std::int64_t first_customer = (std::int64_t{1} << 32) - 10'000;
    constexpr std::int64_t customers = 20'000;
    constexpr std::uint32_t horizon = 31;
    // A state brings its number, so that the value tells of every state on the way.
    Vector amounts(n);
    for (Index i = 0; i < n; ++i) amounts[i] = static_cast<double>(i);
    const auto sim = simulate(
        chain, Rewards(chain.states(), amounts),
        {.customers = customers, .horizon = horizon, .start = law, .seed = seed, .first_customer = first_customer});
    const auto values = sim.value().values();

    const AliasTable table(chain, same_numbers(n));
    const AliasTable start(law);
    const std::array<std::uint32_t, 2> key{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
    std::size_t n_open = 0;
    std::size_t n_wrong = 0;
    for (std::int64_t k = 0; k < customers; ++k) {
      const auto customer = static_cast<std::uint64_t>(first_customer + k);
      const auto words = [&](std::uint32_t group, std::uint32_t stream) {
        return detail::philox4x32(
            {static_cast<std::uint32_t>(customer), static_cast<std::uint32_t>(customer >> 32), group, stream}, key);
      };
      std::uint32_t state = start.draw_exactly(0, words(0, detail::start_high)[0], words(0, detail::start_low)[0]);
      double value = 0.0;
      std::array<std::uint32_t, 4> high{};
      for (std::uint32_t t = 0; t < horizon; ++t) {
        value += state;
        if (t % 4 == 0) high = words(t / 4, detail::move_high);
        const auto low = [&] {
          ++n_open;
          return words(t / 4, detail::move_low)[t % 4];
        };
        state = table.draw(state, high[t % 4], low);
      }
      n_wrong += value != values[static_cast<std::size_t>(k)] ? 1 : 0;
    }
    CHECK(n_wrong == 0);
    CHECK(n_open > 1);
  }
}

TEST_CASE("rare moves beside frequent ones are made as often as they should be") {
  const std::vector<double> rare{1e-3, 1e-4, 1e-5, 1e-6, 3e-7};
  Matrix P = Matrix::Zero(7, 7);
  P(0, 1) = .3;
  for (std::size_t k = 0; k < rare.size(); ++k) P(0, static_cast<Index>(k) + 2) = rare[k];
  P(0, 0) = 1.0 - P.row(0).sum();
  for (Index i = 1; i < 7; ++i) P(i, 0) = 1.0;
  const Chain chain(numbered(7), P);
  const auto sim = simulate(
      chain, Rewards(chain.states()),
      {.customers = 300'000, .horizon = 120, .seed = 4, .threads = 1, .outputs = {.value = false, .moves = true}});
  const auto from = static_cast<double>(sim.moves().row(0).sum());
  REQUIRE(from > 2.5e7);
  for (std::size_t k = 0; k < rare.size(); ++k) {
    const double expected = from * rare[k];
    const auto seen = static_cast<double>(sim.moves()(0, static_cast<Index>(k) + 2));
    INFO("probability " << rare[k] << ": " << seen << " moves, expected " << expected);
    // Poisson's law beyond `seen`: its tails are those of chi-squared laws of even degrees.
    const double at_most = detail::chi_squared_tail(2.0 * expected, 2 * static_cast<Index>(seen) + 2);
    const double at_least =
        seen == 0.0 ? 1.0 : 1.0 - detail::chi_squared_tail(2.0 * expected, 2 * static_cast<Index>(seen));
    CHECK(std::min(at_most, at_least) > error_rate / (2.0 * static_cast<double>(rare.size())));
  }
}

TEST_CASE("of all 2^64 words each state has its share, however small") {
  Dice dice(77);
  for (Index n_entries = 1; n_entries <= 300; n_entries += n_entries < 40 ? 1 : 13) {
    INFO(n_entries << " moves");
    const Vector law = law_of_all_sizes(dice, n_entries);
    const AliasTable table(law);
    const std::vector<double> shares = shares_of(table, 0, static_cast<std::size_t>(law.size()));
    bool is_right = true;
    bool is_possible = true;
    for (Index j = 0; j < law.size(); ++j) {
      const double share = shares[static_cast<std::size_t>(j)];
      // Rounding ends up with one of the states that fill a cell or more; the others keep their digits.
      const auto digits = static_cast<double>(n_entries) * 0x1p-52;
      const bool fills_a_cell = law[j] * static_cast<double>(table.cells().size()) > .5;
      is_right = is_right && std::abs(share - law[j]) <= (fills_a_cell ? digits : digits * law[j]) + 0x1p-63;
      is_possible = is_possible && (law[j] > 0.0) == (share > 0.0);
    }
    CHECK(is_right);
    CHECK(is_possible);
  }
}

TEST_CASE("a churn of 1e-9 has its share to a word in 2^64, in rows of their own width and of a wider one") {
  for (const double churn : {1e-6, 1e-9, 1e-12, 1e-15}) {
    INFO(churn);
    Matrix P = Matrix::Zero(9, 9);
    P.row(0) = Vector::Constant(9, 1.0 / 9).transpose();
    P(1, 8) = churn;
    P(1, 1) = 1.0 - churn;
    P(2, 8) = churn;
    P(2, 0) = .75;
    P(2, 2) = .25 - churn;
    for (Index i = 3; i < 9; ++i) P(i, i) = 1.0;
    const Chain chain(numbered(9), P);
    const AliasTable wide(chain, same_numbers(9));
    for (const std::size_t row : {1U, 2U}) {
      CHECK(std::abs(shares_of(wide, row, 9)[8] - churn) <= 0x1p-62 + churn * 0x1p-50);
      const AliasTable own(Vector(P.row(static_cast<Index>(row)).transpose()));
      CHECK(std::abs(shares_of(own, 0, 9)[8] - churn) <= 0x1p-62 + churn * 0x1p-50);
    }
  }
}

TEST_CASE("the upper half of a word, where it decides, decides as the whole word does") {
  Dice dice(78);
  for (Index n_entries = 1; n_entries <= 300; n_entries += n_entries < 20 ? 1 : 17) {
    INFO(n_entries << " moves");
    const AliasTable table(law_of_all_sizes(dice, n_entries));
    const auto width = static_cast<unsigned>(table.rows()[0] & 0xff);
    std::vector<std::uint32_t> upper;
    for (std::uint32_t c = 0; c < table.cells().size(); ++c) {
      const auto first = static_cast<std::uint32_t>(std::uint64_t{c} << (32 - width));
      const std::uint32_t at = first + (table.cells()[c].threshold >> width);
      for (const std::uint32_t word : {first, first - 1, at - 1, at, at + 1}) upper.push_back(word);
    }
    for (int k = 0; k < 1'000; ++k) upper.push_back(static_cast<std::uint32_t>(dice.bits()));
    std::size_t n_asked = 0;
    bool agrees = true;
    for (const std::uint32_t high : upper) {
      for (const std::uint32_t low : {0U, 1U, 0x80000000U, 0xffffffffU, static_cast<std::uint32_t>(dice.bits())}) {
        const auto low_half = [&] {
          ++n_asked;
          return low;
        };
        agrees = agrees && table.draw(0, high, low_half) == table.draw_exactly(0, high, low);
      }
    }
    CHECK(agrees);
    CHECK(n_asked > 0);
    CHECK(n_asked < 5 * (3 * table.cells().size() + 2));
  }
}

TEST_CASE("no word leads out of the moves of a row, though they sum to slightly under one and cells are left over") {
  Dice dice(79);
  for (const Index n_moves : {1, 2, 3, 5, 6, 7, 9, 33}) {
    for (const double short_by : {0.0, 1e-12, 9e-13}) {
      const Index n = n_moves + 4;
      Matrix P = Matrix::Zero(n, n);
      for (Index i = 0; i < n; ++i) {
        const Vector law = random_distribution(dice, n_moves);
        for (Index k = 0; k < n_moves; ++k) P(i, (i + k) % n) = law[k] * (1.0 - short_by);
      }
      P.row(1) = Vector::Constant(n, (1.0 - short_by) / static_cast<double>(n)).transpose();
      const Chain chain(numbered(n), P);
      const AliasTable table(chain, same_numbers(n));
      bool is_possible = true;
      for (Index i = 0; i < n; ++i) {
        const auto row = static_cast<std::size_t>(i);
        const auto width = static_cast<unsigned>(table.rows()[row] & 0xff);
        const auto look = [&](std::uint64_t word) {
          const std::uint32_t state = drawn(table, row, word);
          is_possible = is_possible && state < static_cast<std::uint32_t>(n) && P(i, state) > 0.0;
        };
        for (std::uint64_t c = 0; c < std::uint64_t{1} << width; ++c) {
          const std::uint64_t first = width == 0 ? 0 : c << (64 - width);
          for (const std::uint64_t inside : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0} >> width})
            look(first + inside);
        }
        for (int k = 0; k < 200; ++k) look(dice.bits());
        look(~std::uint64_t{0});
      }
      CHECK(is_possible);
      const auto sim = simulate(chain, Rewards(chain.states()),
                                {.customers = 2'000,
                                 .horizon = 40,
                                 .start = Vector::Constant(n, 1.0 / static_cast<double>(n)),
                                 .outputs = {.value = false, .moves = true}});
      CHECK((P.array() == 0.0).select(sim.moves().cast<double>().array(), 0.0).sum() == 0.0);
      CHECK(sim.moves().sum() > 0);
    }
  }
}
