#include "sojourn/market/market_people.hpp"

#include "docs/market/market_people.hpp"
#include "market/pickled_parts.hpp"
#include "support/discount_keywords.hpp"
#include "support/members.hpp"
#include "support/parameters.hpp"
#include "support/run_keywords.hpp"
#include "support/shown.hpp"
#include "support/text.hpp"

namespace sojourn::python {

namespace {

MarketPeople simulate_people(const Market& market, const WholeArgument& horizon, const DiscountKeywords& discount,
                             const WholeArgument& seed, const RunKeywords& run, const py::kwargs& others) {
  MarketPeopleOptions options;
  options.horizon = to_index(horizon, "horizon");
  options.discount = discount.read("simulate_market_people", others);
  options.seed = to_seed(seed);
  return run.run(options, options.horizon, "periods", [&] { return simulate_market_people(market, options); });
}

}  // namespace

void bind_market_people(py::module_& m) {
  py::class_<MarketPeople>(m, "MarketPeople", doc::MarketPeople)
      .def(pickled_by_fields<MarketPeople>("MarketPeople", &MarketPeople::numbers, &MarketPeople::arrived,
                                           &MarketPeople::brought_by, &MarketPeople::generation, &MarketPeople::state))
      .def_readonly("numbers", &MarketPeople::numbers, doc::MarketPeople_numbers)
      .def_property_readonly("arrived", view_of(&MarketPeople::arrived), doc::MarketPeople_arrived)
      .def_property_readonly("brought_by", view_of(&MarketPeople::brought_by), doc::MarketPeople_brought_by)
      .def_property_readonly("generation", view_of(&MarketPeople::generation), doc::MarketPeople_generation)
      .def_property_readonly("state", view_of(&MarketPeople::state), doc::MarketPeople_state)
      .def("generations", copy_of(&MarketPeople::generations), doc::MarketPeople_generations)
      .def("brought", copy_of(&MarketPeople::brought), doc::MarketPeople_brought)
      .def("__len__", &MarketPeople::n_persons)
      .def("__str__", member_of(&MarketPeople::numbers, &MarketSimulation::definition))
      .def("__repr__", [](const MarketPeople& self) {
        return called("MarketPeople", text::plural(self.n_persons(), "person"),
                      text::plural(self.numbers.horizon, "period"), field("seed", self.numbers.seed));
      });

  const MarketPeopleOptions defaults;
  define(m, "simulate_market_people", &simulate_people, py::arg("market"), py::kw_only(), py::arg("horizon"),
         DiscountKeywords::arguments(), py::arg("seed") = defaults.seed, RunKeywords::arguments(),
         docs(doc::simulate_market_people, parameters({"market : Market", "horizon : int\n    Periods, at least 1.",
                                                       DiscountKeywords::text("profit is"), seed_text,
                                                       RunKeywords::text("Periods done so far. ")})));
}

}  // namespace sojourn::python
