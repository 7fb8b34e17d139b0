// Keywords that several functions share, written once. A group of them is a struct with the types of its fields in order,
// `using Keywords = std::tuple<…>`, and a static `arguments()` that names them. A function takes the struct as one
// parameter; `define` shows Python the keywords.
#pragma once

#include <pybind11/pybind11.h>

#include <array>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace sojourn::python {

namespace keywords {

template <class... T>
struct Types {};

template <class Parameter, class = void>
struct Spread {
  using Given = std::tuple<Parameter>;
  static constexpr bool is_group = false;
};
template <class Parameter>
struct Spread<Parameter, std::void_t<typename std::decay_t<Parameter>::Keywords>> {
  using Given = typename std::decay_t<Parameter>::Keywords;
  static constexpr bool is_group = true;
};

template <class Parameter>
constexpr std::size_t width = std::tuple_size_v<typename Spread<Parameter>::Given>;

// Where each parameter begins among what is given.
template <class... Parameters>
constexpr auto places() {
  std::array<std::size_t, sizeof...(Parameters) + 1> first{};
  std::size_t k = 0;
  ((first[k + 1] = first[k] + width<Parameters>, ++k), ...);
  return first;
}

template <class Parameter, std::size_t first, class Given>
decltype(auto) parameter(Given& given) {
  if constexpr (Spread<Parameter>::is_group) {
    return [&]<std::size_t... k>(std::index_sequence<k...>) {
      return std::decay_t<Parameter>{std::get<first + k>(given)...};
    }(std::make_index_sequence<width<Parameter>>{});
  } else {
    return static_cast<Parameter>(std::get<first>(given));
  }
}

template <class Return, class Function, class... Parameters, class... Given>
auto spread(Function function, Types<Parameters...>, const std::tuple<Given...>*) {
  return [function](Given... given) -> Return {
    std::tuple<Given&...> all(given...);
    return [&]<std::size_t... k>(std::index_sequence<k...>) -> Return {
      return function(parameter<Parameters, places<Parameters...>()[k]>(all)...);
    }(std::index_sequence_for<Parameters...>{});
  };
}

template <class... Parameters>
using Given = decltype(std::tuple_cat(std::declval<typename Spread<Parameters>::Given>()...));

template <class Function, class Return, class... Parameters>
auto spread_call(Function function, Return (Function::*)(Parameters...) const) {
  return spread<Return>(function, Types<Parameters...>(), static_cast<const Given<Parameters...>*>(nullptr));
}

template <class Extra>
std::tuple<const Extra&> spread_extra(const Extra& extra) {
  return std::tie(extra);
}
template <class... Arguments>
const std::tuple<Arguments...>& spread_extra(const std::tuple<Arguments...>& arguments) {
  return arguments;
}
inline std::tuple<const char*> spread_extra(const std::string& text) {
  return {text.c_str()};
}

}  // namespace keywords

// The function with the keywords of its groups as parameters of their own.
template <class Function>
auto with_keywords(Function function) {
  return keywords::spread_call(function, &Function::operator());
}
template <class Return, class... Parameters>
auto with_keywords(Return (*function)(Parameters...)) {
  return keywords::spread<Return>(function, keywords::Types<Parameters...>(),
                                  static_cast<const keywords::Given<Parameters...>*>(nullptr));
}

// As `scope.def`, of a module or a class; a group stands for its keywords, and a text may be a string.
template <class Scope, class Function, class... Extras>
void define(Scope& scope, const char* name, Function function, const Extras&... extras) {
  std::apply([&](const auto&... all) { scope.def(name, with_keywords(function), all...); },
             std::tuple_cat(keywords::spread_extra(extras)...));
}

// Likewise for what makes an object of a class.
template <class Class, class Function, class... Extras>
void define_init(Class& of, Function function, const Extras&... extras) {
  std::apply([&](const auto&... all) { of.def(pybind11::init(with_keywords(function)), all...); },
             std::tuple_cat(keywords::spread_extra(extras)...));
}

}  // namespace sojourn::python
