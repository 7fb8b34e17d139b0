/// \file support.hpp
/// What several test files share: comparisons, refusals, the published numbers and random chains.
#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sojourn/sojourn.hpp"
#include "support/catch.hpp"

namespace sojourn::test {

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// A column of numbers.
inline Vector numbers(const std::vector<double>& list) {
  return Eigen::Map<const Vector>(list.data(), static_cast<Index>(list.size()));
}

/// A matrix, row by row.
inline Matrix matrix(const std::vector<std::vector<double>>& rows) {
  Matrix out(static_cast<Index>(rows.size()), rows.empty() ? 0 : static_cast<Index>(rows.front().size()));
  for (Index i = 0; i < out.rows(); ++i) {
    for (Index j = 0; j < out.cols(); ++j)
      out(i, j) = rows.at(static_cast<std::size_t>(i)).at(static_cast<std::size_t>(j));
  }
  return out;
}

/// The largest difference between two arrays; infinite when the shapes differ or a number is not finite.
template <class A, class B>
double distance(const Eigen::MatrixBase<A>& a, const Eigen::MatrixBase<B>& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return infinity;
  if (a.size() == 0) return 0.0;
  const Matrix difference = (a.template cast<double>() - b.template cast<double>()).cwiseAbs();
  return difference.allFinite() ? difference.maxCoeff() : infinity;
}

inline double distance(const StateValues& a, const Vector& b) {
  return distance(a.vector(), b);
}
inline double distance(const StateValues& a, const StateValues& b) {
  return distance(a.vector(), b.vector());
}

/// The message with which a call is refused. Another kind of error is passed on and so fails the test.
template <class Error, class Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "(not refused)";
}

/// The call is refused with this kind of error, in a message that holds every one of these words.
template <class Error, class Call>
void check_refused(const Call& call, std::initializer_list<std::string_view> words) {
  const std::string message = refusal<Error>(call);
  for (const std::string_view word : words) CHECK_THAT(message, Catch::Matchers::ContainsSubstring(std::string(word)));
  CHECK(message != "(not refused)");
}

/// tests/data/<file>, read once per call.
nlohmann::json read_data(const std::string& file);

/// The published numbers.
const nlohmann::json& anchors();

Matrix matrix_of(const nlohmann::json& rows);
Vector numbers_of(const nlohmann::json& list);
StateSpace states_of(const nlohmann::json& list);

/// Journeys from words: one customer per word, one letter per state ("aabe"), numbered from `first_customer`. Every entry brings
/// `value`; their times are 0, 1, 2, …
Journeys journeys_from(const std::vector<std::string>& words, const Lifecycle& lifecycle,
                       const Period& period = Period::step(), double value = 0.0, std::int64_t first_customer = 0);

/// A small generator for test cases (splitmix64): the same cases on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }
  /// In [0, 1).
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// From `low` to `high`, both included.
  Index integer(Index low, Index high) {
    return low + static_cast<Index>(bits() % static_cast<std::uint64_t>(high - low + 1));
  }

 private:
  std::uint64_t state_;
};

/// A random law over `n` states in which each has a chance of `density` to have weight; at least one has.
Vector random_distribution(Dice& dice, Index n, double density = 1.0);

/// `n` states s0, s1, …; the last `exits` of them absorb and every other row can reach the first of these directly.
Chain random_absorbing_chain(Dice& dice, Index n, Index exits = 1, double density = 0.6);

/// `n` states s0, s1, … with rows of any shape.
Chain random_chain(Dice& dice, Index n, double density = 0.6, Period period = Period::months(1));

/// Amounts from -10 to 30 per state, and from -5 to 5 per move where asked; `only_transient` = nothing in absorbing states.
Rewards random_rewards(Dice& dice, const Chain& chain, bool per_move, bool only_transient);

}  // namespace sojourn::test
