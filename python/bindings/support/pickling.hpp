// Pickles, and so copies, of results: their parts as a tuple, numbers as NumPy arrays.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "sojourn/chain/types.hpp"

namespace sojourn::python {

namespace py = pybind11;

// The members of a struct that Python does not know as a class, for a result that holds it:
// `template <> inline constexpr auto members_of<Leak> = std::tuple(&Leak::from, …);`
template <class T>
inline constexpr auto members_of = nullptr;

// What becomes of a value in a pickle, and back. A class that Python knows is pickled by its own pickle.
template <class T>
struct Pickled {
  static constexpr bool has_members = !std::is_same_v<std::remove_const_t<decltype(members_of<T>)>, std::nullptr_t>;

  static py::object out(const T& x) {
    if constexpr (has_members) {
      return Pickled<decltype(parts_of(x))>::out(parts_of(x));
    } else if constexpr (std::is_enum_v<T>) {
      return py::int_(static_cast<std::int64_t>(x));
    } else {
      return py::cast(x);
    }
  }

  static T in(py::handle object) {
    if constexpr (has_members) {
      return std::apply([](auto&&... part) { return T{std::move(part)...}; },
                        Pickled<decltype(parts_of(std::declval<const T&>()))>::in(object));
    } else if constexpr (std::is_enum_v<T>) {
      return static_cast<T>(object.cast<std::int64_t>());
    } else {
      return object.cast<T>();
    }
  }

 private:
  static auto parts_of(const T& x) {
    return std::apply([&](auto... member) { return std::tie(x.*member...); }, members_of<T>);
  }
};

template <>
struct Pickled<py::object> {
  static py::object out(const py::object& x) { return x; }
  static py::object in(py::handle object) { return py::reinterpret_borrow<py::object>(object); }
};

// Numbers that lie one after another.
template <class Number>
py::array_t<Number> numbers_out(const Number* first, std::vector<py::ssize_t> shape) {
  return py::array_t<Number>(std::move(shape), first);
}

template <class Number>
py::array_t<Number, py::array::c_style> numbers_in(py::handle object, py::ssize_t dimensions) {
  if (!py::isinstance<py::array_t<Number>>(object)) throw py::cast_error("another kind of numbers");
  auto array = object.cast<py::array_t<Number, py::array::c_style>>();
  if (array.ndim() != dimensions) throw py::cast_error("numbers of another shape");
  return array;
}

template <class Number, int rows, int columns, int options>
struct Pickled<Eigen::Matrix<Number, rows, columns, options>> {
  using T = Eigen::Matrix<Number, rows, columns, options>;
  static constexpr bool is_vector = columns == 1;
  static_assert(is_vector || T::IsRowMajor);

  static py::object out(const T& x) {
    if constexpr (is_vector) return numbers_out(x.data(), {x.size()});
    return numbers_out(x.data(), {x.rows(), x.cols()});
  }
  static T in(py::handle object) {
    const auto array = numbers_in<Number>(object, is_vector ? 1 : 2);
    return Eigen::Map<const T>(array.data(), array.shape(0), is_vector ? 1 : array.shape(1));
  }
};

template <class T>
struct Pickled<std::vector<T>> {
  static py::object out(const std::vector<T>& list) {
    if constexpr (std::is_same_v<T, bool>) {
      py::array_t<bool> flags(static_cast<py::ssize_t>(list.size()));
      std::copy(list.begin(), list.end(), flags.mutable_data());
      return flags;
    } else if constexpr (std::is_arithmetic_v<T>) {
      return numbers_out(list.data(), {static_cast<py::ssize_t>(list.size())});
    } else {
      py::list result;
      for (const T& x : list) result.append(Pickled<T>::out(x));
      return result;
    }
  }
  static std::vector<T> in(py::handle object) {
    if constexpr (std::is_arithmetic_v<T>) {
      const auto array = numbers_in<T>(object, 1);
      return std::vector<T>(array.data(), array.data() + array.size());
    } else {
      std::vector<T> result;
      for (const py::handle x : object.cast<py::list>()) result.push_back(Pickled<T>::in(x));
      return result;
    }
  }
};

template <class T>
struct Pickled<std::optional<T>> {
  static py::object out(const std::optional<T>& x) { return x ? Pickled<T>::out(*x) : py::object(py::none()); }
  static std::optional<T> in(py::handle object) {
    if (object.is_none()) return std::nullopt;
    return Pickled<T>::in(object);
  }
};

template <class... Part>
struct Pickled<std::tuple<Part...>> {
  using T = std::tuple<Part...>;

  static py::object out(const T& parts) {
    return std::apply(
        [](const auto&... part) { return py::make_tuple(Pickled<std::remove_cvref_t<decltype(part)>>::out(part)...); },
        parts);
  }
  static std::tuple<std::remove_cvref_t<Part>...> in(py::handle object) {
    if (!py::isinstance<py::tuple>(object) || py::len(object) != sizeof...(Part)) {
      throw py::cast_error("expected a tuple of " + std::to_string(sizeof...(Part)));
    }
    const auto parts = py::reinterpret_borrow<py::tuple>(object);
    return [&]<std::size_t... i>(std::index_sequence<i...>) {
      return std::tuple<std::remove_cvref_t<Part>...>{Pickled<std::remove_cvref_t<Part>>::in(parts[i])...};
    }(std::index_sequence_for<Part...>());
  }
};

template <>
struct Pickled<SparseMatrix> {
  using Parts = std::tuple<Index, Index, std::vector<int>, std::vector<int>, std::vector<double>>;

  static py::object out(SparseMatrix matrix) {
    matrix.makeCompressed();
    const Index n = matrix.nonZeros();
    return Pickled<Parts>::out({matrix.rows(),
                                matrix.cols(),
                                {matrix.outerIndexPtr(), matrix.outerIndexPtr() + matrix.rows() + 1},
                                {matrix.innerIndexPtr(), matrix.innerIndexPtr() + n},
                                {matrix.valuePtr(), matrix.valuePtr() + n}});
  }
  static SparseMatrix in(py::handle object) {
    const auto [rows, columns, first, to, value] = Pickled<Parts>::in(object);
    const bool is_whole = rows >= 0 && static_cast<Index>(first.size()) == rows + 1 && to.size() == value.size() &&
                          first.front() == 0 && first.back() == static_cast<int>(to.size()) &&
                          std::is_sorted(first.begin(), first.end()) &&
                          std::all_of(to.begin(), to.end(), [n = columns](int j) { return j >= 0 && j < n; });
    if (!is_whole) {
      throw py::cast_error("a sparse matrix of other lengths");
    }
    return Eigen::Map<const SparseMatrix>(rows, columns, static_cast<Index>(to.size()), first.data(), to.data(),
                                          value.data());
  }
};

// For `.def`: pickles a class. `split` gives a tuple of parts, and `join` makes the object of them. The state of another
// class or version is a ValueError.
template <class T, class Split, class Join>
auto pickled(const char* name, const Split& split, const Join& join) {
  using Parts = decltype(split(std::declval<const T&>()));
  return py::pickle(
      [split](const T& self) -> py::object { return Pickled<Parts>::out(split(self)); },
      [join, name](const py::object& state) -> T {
        try {
          return std::apply([&](auto&&... part) { return join(std::move(part)...); }, Pickled<Parts>::in(state));
        } catch (const py::cast_error& error) {
          throw py::value_error(std::string(name) + ": this is not the state of one that was pickled by " +
                                "this version; " + error.what());
        }
      });
}

// Fits any member.
struct AnyMember {
  template <class U>
  operator U() const;
};

template <class T, class... Part>
concept has_more_members = requires { T{std::declval<Part>()..., AnyMember{}}; };

// For `.def`: pickles a struct by all its members, in the order in which it declares them.
template <class T, class... Member>
auto pickled_by_fields(const char* name, Member... member) {
  static_assert(!has_more_members<T, std::remove_cvref_t<decltype(std::declval<const T&>().*member)>...>);
  return pickled<T>(
      name, [member...](const T& self) { return std::tie(self.*member...); },
      [](auto... part) { return T{std::move(part)...}; });
}

}  // namespace sojourn::python
