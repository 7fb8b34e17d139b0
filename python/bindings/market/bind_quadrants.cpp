#include "sojourn/market/quadrants.hpp"

#include "docs/market/quadrants.hpp"
#include "market/bound_referral_value.hpp"
#include "market/pickled_parts.hpp"
#include "support/members.hpp"
#include "support/rows.hpp"
#include "support/shown.hpp"

SOJOURN_ARGUMENT(CustomerStatesArgument, "Sequence[str | int] | ArrayLike");
SOJOURN_ARGUMENT(PerCustomerArgument, "ArrayLike | None");

namespace sojourn::python {

namespace {

constexpr Words<Quadrant> quadrants = {{"champions", Quadrant::champions},
                                       {"affluents", Quadrant::affluents},
                                       {"advocates", Quadrant::advocates},
                                       {"misers", Quadrant::misers}};

struct NamedQuadrantTotal {
  std::string quadrant;
  Index customers;
  double own;
  double referred;
};

Rows<NamedQuadrantTotal> totals(const ReferralQuadrants& self) {
  Rows<NamedQuadrantTotal> named;
  for (const QuadrantTotal& t : self.totals)
    named.rows.push_back({to_word(t.quadrant, quadrants), t.customers, t.own, t.referred});
  return named;
}

py::object quadrant_of_each(const ReferralQuadrants& self) {
  py::array_t<std::int64_t> codes(static_cast<py::ssize_t>(self.quadrant.size()));
  auto code = codes.mutable_unchecked<1>();
  for (std::size_t c = 0; c < self.quadrant.size(); ++c)
    code(static_cast<py::ssize_t>(c)) = static_cast<std::int64_t>(self.quadrant[c]);
  py::list names;
  for (const auto& [name, quadrant] : quadrants) names.append(name);
  return py::module_::import("numpy").attr("array")(names).attr("take")(codes);
}

// Positions of the states of customers, said by name or by position.
std::vector<Index> to_positions(py::handle object, const StateSpace& states) {
  const py::module_ numpy = py::module_::import("numpy");
  const py::object column = numpy.attr("asarray")(object);
  if (column.attr("ndim").cast<int>() != 1)
    throw py::value_error("customer_states: expected one state per customer, found an array of shape " +
                          std::string(py::str(column.attr("shape"))));
  const py::tuple distinct = numpy.attr("unique")(column, py::arg("return_inverse") = true);
  std::vector<Index> positions;
  for (const py::handle name : distinct[0].attr("tolist")()) positions.push_back(to_position(name, states));
  const auto which = distinct[1].attr("astype")("int64").cast<py::array_t<std::int64_t>>();
  std::vector<Index> found;
  found.reserve(static_cast<std::size_t>(which.size()));
  for (py::ssize_t c = 0; c < which.size(); ++c) found.push_back(positions[static_cast<std::size_t>(which.at(c))]);
  return found;
}

ReferralQuadrants split(const BoundReferralValue& value, const CustomerStatesArgument& customer_states,
                        const PerCustomerArgument& brought, const PerCustomerArgument& expected,
                        const NumberArgument& strength, const NumberArgument& own_threshold,
                        const NumberArgument& referred_threshold) {
  QuadrantOptions options;
  if (!brought.is_none()) options.brought = to_vector(brought, "brought");
  if (!expected.is_none()) options.expected = to_vector(expected, "expected");
  options.strength = to_number(strength, "strength");
  if (!own_threshold.is_none()) options.own_threshold = to_number(own_threshold, "own_threshold");
  if (!referred_threshold.is_none()) options.referred_threshold = to_number(referred_threshold, "referred_threshold");
  const std::vector<Index> positions = to_positions(customer_states, value.value.chain().states());
  return released([&] { return referral_quadrants(value.value, positions, options); });
}

constexpr const char* parameters_of_quadrants = R"(Parameters
----------
value : ReferralValue
customer_states : array_like of str or int of shape (n_customers,)
    The state in which each customer stands today, by name or by position.
brought : array_like of shape (n_customers,), optional
    Newcomers whom each customer has brought so far.
expected : array_like of shape (n_customers,), optional
    How many he should have brought by the periods he spent in each state; with `brought` only.
strength : float
    Weight of what is expected against a customer's own history, above 0: his referred value is multiplied by
    ``(strength + brought) / (strength + expected)``.
own_threshold, referred_threshold : float, optional
    Above it a value is high, currency; without it the median of the base.

Returns
-------
ReferralQuadrants
    `own`, `referred`, `multiplier`, `quadrant` per customer; `totals` per quadrant.)";

void bind_totals(py::module_& m) {
  py::class_<NamedQuadrantTotal>(m, "QuadrantTotal", doc::QuadrantTotal)
      .def(pickled_by_fields<NamedQuadrantTotal>("QuadrantTotal", &NamedQuadrantTotal::quadrant,
                                                 &NamedQuadrantTotal::customers, &NamedQuadrantTotal::own,
                                                 &NamedQuadrantTotal::referred))
      .def_readonly("quadrant", &NamedQuadrantTotal::quadrant, "Its name.")
      .def_readonly("customers", &NamedQuadrantTotal::customers, "How many.")
      .def_readonly("own", &NamedQuadrantTotal::own, doc::QuadrantTotal_own)
      .def_readonly("referred", &NamedQuadrantTotal::referred, doc::QuadrantTotal_referred)
      .def("__repr__", [](const NamedQuadrantTotal& t) {
        return called("QuadrantTotal", shown(t.quadrant), field("customers", t.customers), field("own", t.own),
                      field("referred", t.referred));
      });
  bind_rows<NamedQuadrantTotal>(m, "QuadrantTotals", "Champions, affluents, advocates, misers.");
}

}  // namespace

void bind_quadrants(py::module_& m) {
  bind_totals(m);

  using Self = ReferralQuadrants;
  py::class_<Self>(m, "ReferralQuadrants", doc::ReferralQuadrants)
      .def(pickled_by_fields<ReferralQuadrants>("ReferralQuadrants", &ReferralQuadrants::own,
                                                &ReferralQuadrants::referred, &ReferralQuadrants::multiplier,
                                                &ReferralQuadrants::quadrant, &ReferralQuadrants::own_threshold,
                                                &ReferralQuadrants::referred_threshold, &ReferralQuadrants::totals))
      .def_property_readonly("own", view_of(&Self::own), doc::ReferralQuadrants_own)
      .def_property_readonly("referred", view_of(&Self::referred), doc::ReferralQuadrants_referred)
      .def_property_readonly("multiplier", view_of(&Self::multiplier), doc::ReferralQuadrants_multiplier)
      .def_property_readonly("quadrant", &quadrant_of_each,
                             "Array of shape (n_customers,): the name of the quadrant of each customer.")
      .def_readonly("own_threshold", &Self::own_threshold, doc::ReferralQuadrants_own_threshold)
      .def_readonly("referred_threshold", &Self::referred_threshold, doc::ReferralQuadrants_referred_threshold)
      .def_property_readonly("totals", &totals, doc::ReferralQuadrants_totals)
      .def("__len__", [](const Self& self) { return self.quadrant.size(); })
      .def("__repr__", [](const Self& self) {
        std::string words = std::to_string(self.quadrant.size()) + " customers";
        for (const QuadrantTotal& t : self.totals) words += ", " + field(to_word(t.quadrant, quadrants), t.customers);
        return called("ReferralQuadrants", words);
      });

  m.def("referral_quadrants", &split, py::arg("value"), py::arg("customer_states"), py::kw_only(),
        py::arg("brought") = py::none(), py::arg("expected") = py::none(),
        py::arg("strength") = QuadrantOptions{}.strength, py::arg("own_threshold") = py::none(),
        py::arg("referred_threshold") = py::none(), docs(doc::referral_quadrants, parameters_of_quadrants).c_str());
}

}  // namespace sojourn::python
