#include "sojourn/market/market_growth.hpp"

#include "docs/market/market_growth.hpp"
#include "market/pickled_parts.hpp"
#include "support/shown.hpp"
#include "support/text.hpp"

namespace sojourn::python {

namespace {

MarketThreshold threshold(const Market& market, const StateArgument& from, const StateArgument& to) {
  const StateSpace& states = market.chain.states();
  const std::string from_name = to_state_name(from, states);
  const std::string to_name = to_state_name(to, states);
  return released([&] { return market_threshold(market, from_name, to_name); });
}

}  // namespace

void bind_market_growth(py::module_& m) {
  py::class_<MarketThreshold>(m, "MarketThreshold", doc::MarketThreshold)
      .def(pickled_by_fields<MarketThreshold>(
          "MarketThreshold", &MarketThreshold::probability, &MarketThreshold::grows_above, &MarketThreshold::reputation,
          &MarketThreshold::current, &MarketThreshold::growth_now, &MarketThreshold::definition))
      .def_readonly("probability", &MarketThreshold::probability, doc::MarketThreshold_probability)
      .def_readonly("grows_above", &MarketThreshold::grows_above, doc::MarketThreshold_grows_above)
      .def_readonly("reputation", &MarketThreshold::reputation, doc::MarketThreshold_reputation)
      .def_readonly("current", &MarketThreshold::current, doc::MarketThreshold_current)
      .def_readonly("growth_now", &MarketThreshold::growth_now, doc::MarketThreshold_growth_now)
      .def_readonly("definition", &MarketThreshold::definition, doc::MarketThreshold_definition)
      .def("__str__",
           [](const MarketThreshold& self) {
             return self.definition + "\nthreshold " + text::number(self.probability, 6) + ", today " +
                    text::number(self.current, 6) + "; growth today " + text::number(self.growth_now, 6) +
                    " per period";
           })
      .def("__repr__", [](const MarketThreshold& self) {
        return called("MarketThreshold", field("probability", self.probability), field("current", self.current));
      });

  m.def("market_growth", &market_growth, py::arg("market"), py::call_guard<py::gil_scoped_release>(),
        doc::market_growth);
  m.def("market_threshold", &threshold, py::arg("market"), py::arg("from_state"), py::arg("to_state"),
        doc::market_threshold);
}

}  // namespace sojourn::python
