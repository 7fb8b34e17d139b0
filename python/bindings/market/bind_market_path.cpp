#include "sojourn/market/market_path.hpp"

#include "docs/market/market_path.hpp"
#include "market/pickled_parts.hpp"
#include "support/discount_keywords.hpp"
#include "support/members.hpp"
#include "support/parameters.hpp"
#include "support/shown.hpp"
#include "support/state_columns.hpp"
#include "support/text.hpp"

namespace sojourn::python {

namespace {

py::dict table_of_path(const MarketPath& path) {
  py::dict table;
  const Index T = path.referred.size();
  table["period"] = copy(CountVector(CountVector::LinSpaced(T + 1, 0, T)));
  table["pool"] = copy(path.pool);
  table["inside"] = copy(path.inside);
  table["gone"] = copy(path.gone);
  if (path.reputation.size() != 0) table["reputation"] = copy(path.reputation);
  add_states(table, path.states, [&](Index i) { return copy(Vector(path.occupancy.col(i))); });
  return table;
}

std::string in_words(const MarketPath& self) {
  const Index T = self.referred.size();
  return self.definition + "\ninside " + text::number(self.inside[0], 6) + " at first, " +
         text::number(self.inside[T], 6) + " in the end; newcomers " + text::number(self.referred.sum(), 6) +
         " by word of mouth, " + text::number(self.advertised.sum(), 6) + " by advertising; profit " +
         text::number(self.profit, 6);
}

MarketPath follow(const Market& market, const WholeArgument& horizon, const DiscountKeywords& discount,
                  const py::kwargs& others) {
  const MarketPathOptions options{.horizon = to_index(horizon, "horizon"),
                                  .discount = discount.read("market_path", others)};
  return released([&] { return market_path(market, options); });
}

DeliveryGap ask_gap(const Market& market, const StateArgument& from, const StateArgument& to,
                    const NumberArgument& believed, const NumberArgument& felt, const WholeArgument& horizon,
                    const DiscountKeywords& discount, const py::kwargs& others) {
  const StateSpace& states = market.chain.states();
  const std::string from_name = to_state_name(from, states);
  const std::string to_name = to_state_name(to, states);
  const double share_believed = to_number(believed, "believed");
  const double share_felt = to_number(felt, "felt");
  const MarketPathOptions options{.horizon = to_index(horizon, "horizon"),
                                  .discount = discount.read("delivery_gap", others)};
  return released([&] { return delivery_gap(market, from_name, to_name, share_believed, share_felt, options); });
}

constexpr const char* market_text = "market : Market";
constexpr const char* horizon_text = "horizon : int\n    Periods, at least 1.";

void bind_path(py::module_& m) {
  py::class_<MarketPath>(m, "MarketPath", doc::MarketPath)
      .def(pickled_by_fields<MarketPath>("MarketPath", &MarketPath::states, &MarketPath::occupancy, &MarketPath::pool,
                                         &MarketPath::inside, &MarketPath::gone, &MarketPath::referred,
                                         &MarketPath::advertised, &MarketPath::good, &MarketPath::bad,
                                         &MarketPath::reputation, &MarketPath::revenue, &MarketPath::costs,
                                         &MarketPath::profit, &MarketPath::definition))
      .def_property_readonly("states", member_of(&MarketPath::states), "The states, in order.")
      .def_property_readonly("occupancy", view_of(&MarketPath::occupancy), doc::MarketPath_occupancy)
      .def_property_readonly("pool", view_of(&MarketPath::pool), doc::MarketPath_pool)
      .def_property_readonly("inside", view_of(&MarketPath::inside), doc::MarketPath_inside)
      .def_property_readonly("gone", view_of(&MarketPath::gone), doc::MarketPath_gone)
      .def_property_readonly("referred", view_of(&MarketPath::referred), doc::MarketPath_referred)
      .def_property_readonly("advertised", view_of(&MarketPath::advertised), doc::MarketPath_advertised)
      .def_property_readonly("good", view_of(&MarketPath::good), doc::MarketPath_good)
      .def_property_readonly("bad", view_of(&MarketPath::bad), doc::MarketPath_bad)
      .def_property_readonly("reputation", view_of(&MarketPath::reputation), doc::MarketPath_reputation)
      .def_property_readonly("revenue", view_of(&MarketPath::revenue), doc::MarketPath_revenue)
      .def_property_readonly("costs", view_of(&MarketPath::costs), doc::MarketPath_costs)
      .def_readonly("profit", &MarketPath::profit, doc::MarketPath_profit)
      .def_readonly("definition", &MarketPath::definition, doc::MarketPath_definition)
      .def("to_dict", &table_of_path,
           "The path as a table, one row for each of `t = 0 … T`: period, pool, inside, gone, reputation (where there "
           "is one),\nthen people in each state under its name (with an underscore added where the name is taken); "
           "each a NumPy array.")
      .def("__str__", &in_words)
      .def("__repr__", [](const MarketPath& self) {
        return called("MarketPath", text::plural(self.referred.size(), "period"), field("profit", self.profit));
      });

  define(m, "market_path", &follow, py::arg("market"), py::kw_only(), py::arg("horizon"), DiscountKeywords::arguments(),
         docs(doc::market_path, parameters({market_text, horizon_text, DiscountKeywords::text("profit is")})));
}

void bind_gap(py::module_& m) {
  py::class_<DeliveryGap>(m, "DeliveryGap", doc::DeliveryGap)
      .def(pickled_by_fields<DeliveryGap>("DeliveryGap", &DeliveryGap::believed, &DeliveryGap::felt,
                                          &DeliveryGap::profit, &DeliveryGap::definition))
      .def_readonly("believed", &DeliveryGap::believed, "The market as it is believed to be.")
      .def_readonly("felt", &DeliveryGap::felt, "The market as its customers feel it.")
      .def_readonly("profit", &DeliveryGap::profit, doc::DeliveryGap_profit)
      .def_readonly("definition", &DeliveryGap::definition, "What was compared, in words.")
      .def("__str__",
           [](const DeliveryGap& self) {
             return self.definition + "\nprofit believed " + text::number(self.believed.profit, 6) + ", felt " +
                    text::number(self.felt.profit, 6) + ", difference " + text::number(self.profit, 6);
           })
      .def("__repr__", [](const DeliveryGap& self) { return called("DeliveryGap", field("profit", self.profit)); });

  define(m, "delivery_gap", &ask_gap, py::arg("market"), py::arg("from_state"), py::arg("to_state"), py::kw_only(),
         py::arg("believed"), py::arg("felt"), py::arg("horizon"), DiscountKeywords::arguments(),
         docs(doc::delivery_gap,
              parameters({market_text,
                          "from_state, to_state : str or int\n    The move.\nbelieved, felt : float\n    Its two "
                          "probabilities.",
                          horizon_text, DiscountKeywords::text("profit is")})));
}

}  // namespace

void bind_market_path(py::module_& m) {
  bind_path(m);
  bind_gap(m);
}

}  // namespace sojourn::python
