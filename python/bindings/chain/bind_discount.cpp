#include "sojourn/chain/discount.hpp"

#include "docs/chain/discount.hpp"
#include "support/arguments.hpp"
#include "support/text.hpp"

namespace sojourn::python {

namespace {

constexpr std::initializer_list<std::pair<const char*, Discount::Kind>> discount_kinds = {
    {"annual_rate", Discount::Kind::annual_rate},
    {"per_period_rate", Discount::Kind::per_period_rate},
    {"factor", Discount::Kind::factor},
    {"none", Discount::Kind::none}};

Discount make(const std::string& kind, double value) {
  switch (to_choice(kind, "kind", discount_kinds)) {
    case Discount::Kind::annual_rate:
      return Discount::annual_rate(value);
    case Discount::Kind::per_period_rate:
      return Discount::per_period_rate(value);
    case Discount::Kind::factor:
      return Discount::factor(value);
    case Discount::Kind::none:
      break;
  }
  return Discount::none();
}

}  // namespace

void bind_discount(py::module_& m) {
  py::class_<Discount>(m, "Discount", doc::Discount)
      .def_static("annual_rate", &Discount::annual_rate, py::arg("rate"), doc::Discount_annual_rate)
      .def_static("per_period_rate", &Discount::per_period_rate, py::arg("rate"), doc::Discount_per_period_rate)
      .def_static("factor", &Discount::factor, py::arg("factor"), doc::Discount_factor)
      .def_static("none", &Discount::none, doc::Discount_none)
      .def_property_readonly(
          "kind", [](const Discount& discount) { return to_word(discount.kind(), discount_kinds); },
          R"("annual_rate", "per_period_rate", "factor" or "none".)")
      .def_property_readonly("value", &Discount::value, doc::Discount_value)
      .def(
          "factor_per_period",
          [](const Discount& discount, const PeriodArgument& period) {
            return discount.factor_per_period(to_period(period, "period"));
          },
          py::arg("period"), doc::Discount_factor_per_period)
      .def(
          "describe",
          [](const Discount& discount, const PeriodArgument& period) {
            return discount.describe(to_period(period, "period"));
          },
          py::arg("period"), doc::Discount_describe)
      .def(
          "__eq__", [](const Discount& a, const Discount& b) { return a == b; }, py::is_operator())
      .def("__hash__",
           [](const Discount& discount) {
             return py::hash(py::make_tuple(to_word(discount.kind(), discount_kinds), discount.value()));
           })
      .def("__repr__",
           [](const Discount& discount) {
             const std::string kind = to_word(discount.kind(), discount_kinds);
             if (discount.kind() == Discount::Kind::none) return "Discount." + kind + "()";
             return "Discount." + kind + "(" + text::number(discount.value()) + ")";
           })
      .def(py::pickle(
          [](const Discount& discount) {
            return py::make_tuple(to_word(discount.kind(), discount_kinds), discount.value());
          },
          [](const py::tuple& state) {
            if (state.size() != 2) throw py::value_error("Discount: not a pickled discount");
            return make(state[0].cast<std::string>(), state[1].cast<double>());
          }));
}

}  // namespace sojourn::python
