/// \file state_space.hpp
/// State names and their positions.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sojourn/chain/types.hpp"

namespace sojourn {

/// An ordered set of distinct state names. Copies are cheap and equal; the order fixes every row and column.
class StateSpace {
 public:
  /// Throws `invalid_argument` when there is no name, or a name is empty, repeated or not UTF-8 text.
  explicit StateSpace(std::vector<std::string> names);
  StateSpace(std::initializer_list<std::string> names);

  Index n_states() const;
  const std::vector<std::string>& names() const;

  /// The name of the state at position `i`. Throws `out_of_range`.
  const std::string& name(Index i) const;

  /// The position of a state. Throws `out_of_range` naming the states that exist.
  Index index(std::string_view name) const;

  /// The position of a state, or nothing.
  std::optional<Index> find(std::string_view name) const;

  bool operator==(const StateSpace& other) const;

 private:
  struct Names;
  std::shared_ptr<const Names> names_;
};

/// One number per state, found by name or by position.
class StateValues {
 public:
  /// `values` has shape (n_states,). Throws `invalid_argument` on another shape.
  StateValues(StateSpace states, Vector values);

  double operator[](Index i) const { return at(i); }
  double operator[](std::string_view name) const { return values_[states_.index(name)]; }
  /// Throws `out_of_range`.
  double at(Index i) const;

  Index size() const { return values_.size(); }
  const StateSpace& states() const { return states_; }
  const Vector& vector() const { return values_; }

  bool operator==(const StateValues& other) const;

 private:
  StateSpace states_;
  Vector values_;
};

}  // namespace sojourn
