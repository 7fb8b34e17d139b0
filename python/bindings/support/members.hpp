// Getters of properties from pointers to members: `member_of(&A::b, &B::c)` reads `a.b.c`, or `a.b.c()` where `c` is a
// function.
#pragma once

#include <functional>
#include <type_traits>

#include "support/arguments.hpp"

namespace sojourn::python {

template <class Self, class First, class... More>
decltype(auto) at_members(const Self& self, First first, More... more) {
  if constexpr (sizeof...(more) == 0) {
    return std::invoke(first, self);
  } else {
    static_assert(std::is_lvalue_reference_v<decltype(std::invoke(first, self))>, "on the way all must stay");
    return at_members(std::invoke(first, self), more...);
  }
}

// By value.
template <class Class, class T, class... More>
auto member_of(T Class::* first, More... more) {
  return [=](const Class& self) { return at_members(self, first, more...); };
}

// The same where there may be much to compute.
template <class Class, class T, class... More>
auto computed(T Class::* first, More... more) {
  return [=](const Class& self) {
    const py::gil_scoped_release release;
    auto result = at_members(self, first, more...);
    return result;
  };
}

// A read-only view of an array that the object keeps.
template <class Class, class T, class... More>
auto view_of(T Class::* first, More... more) {
  static_assert(std::is_lvalue_reference_v<decltype(at_members(std::declval<const Class&>(), first, more...))>);
  return [=](const py::object& self) { return view(at_members(self.cast<const Class&>(), first, more...), self); };
}

// An array of its own.
template <class Class, class T, class... More>
auto copy_of(T Class::* first, More... more) {
  return [=](const Class& self) { return copy(at_members(self, first, more...)); };
}

// One of a few words.
template <class Enum, class Class, class T, class... More>
auto word_of(Words<Enum> words, T Class::* first, More... more) {
  return [=](const Class& self) { return to_word(at_members(self, first, more...), words); };
}

// The names of states, in the states that `states` reads.
template <class States, class Class, class T, class... More>
auto names_of(States Class::* states, T Class::* first, More... more) {
  return [=](const Class& self) { return names_of(std::invoke(states, self), at_members(self, first, more...)); };
}

}  // namespace sojourn::python
