// How a call says that later money is discounted.
#pragma once

#include <string>
#include <tuple>

#include "support/arguments.hpp"
#include "support/keywords.hpp"

namespace sojourn::python {

struct DiscountKeywords {
  using Keywords = std::tuple<NumberArgument, NumberArgument, NumberArgument, DiscountArgument>;

  NumberArgument annual_discount_rate;
  NumberArgument discount_rate_per_period;
  NumberArgument discount_factor;
  DiscountArgument discount;

  static auto arguments() {
    return std::make_tuple(py::arg("annual_discount_rate") = py::none(),
                           py::arg("discount_rate_per_period") = py::none(), py::arg("discount_factor") = py::none(),
                           py::arg("discount") = py::none());
  }

  // The discount that is said, or none; `others` as in `to_discount`.
  std::optional<Discount> read(const char* where, const py::kwargs& others) const {
    return to_discount(where, annual_discount_rate, discount_rate_per_period, discount_factor, discount, others);
  }

  // The same where one has to be said.
  std::optional<Discount> needed(const char* where, const py::kwargs& others) const {
    std::optional<Discount> said = read(where, others);
    if (!said) {
      throw py::value_error(std::string(where) +
                            ": say how later money is discounted: annual_discount_rate=0.10, "
                            "discount_rate_per_period=0.01 or discount_factor=0.99 (discount_factor=1 for none)");
    }
    return said;
  }

  // Where none need be said; `undiscounted` is then what is not discounted, with its verb.
  static std::string text(const char* undiscounted) {
    return std::string(R"(annual_discount_rate, discount_rate_per_period, discount_factor : float, optional
    At most one of them, as in `lifetime_value`; without any, )") +
           undiscounted + R"( not discounted.
discount : Discount, optional
    Or the same as an object.)";
  }

  static constexpr const char* needed_text = R"(annual_discount_rate : float, optional
    Effective rate per year, at least 0 (0.10 is ten percent a year).
discount_rate_per_period : float, optional
    Rate per period of the chain, at least 0.
discount_factor : float, optional
    Factor per period of the chain, in (0, 1]; 1 for no discounting.
discount : Discount, optional
    Any of the three as an object. Exactly one of the four must be given.)";
};

}  // namespace sojourn::python
