/// \file answer.hpp
/// A question to a chain, for which its uncertainty is to be told.
#pragma once

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

#include "sojourn/chain/chain.hpp"
#include "sojourn/chain/rewards.hpp"

namespace sojourn {

namespace detail {
inline Vector as_vector(double answer) {
  return Vector::Constant(1, answer);
}
inline Vector as_vector(const StateValues& answer) {
  return answer.vector();
}
inline Vector as_vector(const Vector& answer) {
  return answer;
}
inline Vector as_vector(const Matrix& answer) {
  return Eigen::Map<const Vector>(answer.data(), answer.size());
}
}  // namespace detail

/// A question to a chain that is answered in numbers, always equally many: a function of the chain, or of the chain and
/// the rewards, that returns a number, `StateValues`, a `Vector` or a `Matrix` (taken row by row). It may be called
/// from several threads at once.
class Answer {
 public:
  template <class Function>
    requires(!std::same_as<std::remove_cvref_t<Function>, Answer> &&
             (std::invocable<const Function&, const Chain&> ||
              std::invocable<const Function&, const Chain&, const Rewards&>))
  Answer(Function function)
      : function_([asked = std::move(function)](const Chain& chain, const Rewards& rewards) {
          if constexpr (std::invocable<const Function&, const Chain&, const Rewards&>) {
            return detail::as_vector(asked(chain, rewards));
          } else {
            return detail::as_vector(asked(chain));
          }
        }) {}

  Vector operator()(const Chain& chain, const Rewards& rewards) const { return function_(chain, rewards); }

 private:
  std::function<Vector(const Chain&, const Rewards&)> function_;
};

}  // namespace sojourn
