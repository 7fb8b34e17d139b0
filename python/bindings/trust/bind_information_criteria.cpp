#include "sojourn/trust/information_criteria.hpp"

#include "docs/trust/information_criteria.hpp"
#include "support/columns.hpp"
#include "support/shown.hpp"
#include "trust/pickled_parts.hpp"
#include "trust/test_keywords.hpp"

namespace sojourn::python {

namespace {

InformationCriteria ask_information_criteria(const LabelledJourneys& of, const WholeArgument& max_order,
                                             const std::string& forbidden) {
  const InformationCriteriaOptions options{.max_order = to_index(max_order, "max_order"),
                                           .forbidden = to_choice(forbidden, "forbidden", forbidden_policies)};
  return released([&] { return information_criteria(of.journeys, options); });
}

}  // namespace

void bind_information_criteria(py::module_& m) {
  py::class_<OrderLikelihood>(m, "OrderLikelihood", doc::OrderLikelihood)
      .def(pickled_by_fields<OrderLikelihood>("OrderLikelihood", &OrderLikelihood::order,
                                              &OrderLikelihood::log_likelihood, &OrderLikelihood::n_parameters,
                                              &OrderLikelihood::aic, &OrderLikelihood::bic))
      .def_readonly("order", &OrderLikelihood::order, "States of the past that a move depends on.")
      .def_readonly("log_likelihood", &OrderLikelihood::log_likelihood,
                    "Of the moves, the first states taken as given.")
      .def_readonly("n_parameters", &OrderLikelihood::n_parameters, doc::OrderLikelihood_n_parameters)
      .def_readonly("aic", &OrderLikelihood::aic, doc::OrderLikelihood_aic)
      .def_readonly("bic", &OrderLikelihood::bic, doc::OrderLikelihood_bic)
      .def("__repr__", [](const OrderLikelihood& o) {
        return called("OrderLikelihood", shown(o.order), field("aic", o.aic), field("bic", o.bic));
      });
  py::class_<InformationCriteria>(m, "InformationCriteria", doc::InformationCriteria)
      .def(pickled_by_fields<InformationCriteria>("InformationCriteria", &InformationCriteria::orders,
                                                  &InformationCriteria::moves))
      .def_readonly("orders", &InformationCriteria::orders, doc::InformationCriteria_orders)
      .def_readonly("moves", &InformationCriteria::moves, doc::InformationCriteria_moves)
      .def_property_readonly("best_by_aic", &InformationCriteria::best_by_aic, "The order with the least AIC.")
      .def_property_readonly("best_by_bic", &InformationCriteria::best_by_bic, "The order with the least BIC.")
      .def("sentence", &InformationCriteria::sentence, "Which orders are chosen, and by how much.")
      .def(
          "to_dict",
          [](const InformationCriteria& criteria) {
            return columns_of(criteria.orders, "order", &OrderLikelihood::order, "log_likelihood",
                              &OrderLikelihood::log_likelihood, "n_parameters", &OrderLikelihood::n_parameters, "aic",
                              &OrderLikelihood::aic, "bic", &OrderLikelihood::bic);
          },
          "A table, one row per order: order, log_likelihood, n_parameters, aic, bic; each a NumPy array.")
      .def("__str__", &InformationCriteria::sentence)
      .def("__repr__", [](const InformationCriteria& criteria) {
        return called("InformationCriteria", field("best_by_aic", criteria.best_by_aic()),
                      field("best_by_bic", criteria.best_by_bic()));
      });

  const InformationCriteriaOptions defaults;
  m.def("information_criteria", &ask_information_criteria, py::arg("journeys"), py::kw_only(),
        py::arg("max_order") = defaults.max_order,
        py::arg("forbidden") = to_word(defaults.forbidden, forbidden_policies), doc::information_criteria);
}

}  // namespace sojourn::python
