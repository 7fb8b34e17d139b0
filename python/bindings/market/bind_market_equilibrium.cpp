#include "sojourn/market/market_equilibrium.hpp"

#include "docs/market/market_equilibrium.hpp"
#include "market/pickled_parts.hpp"
#include "support/members.hpp"
#include "support/shown.hpp"

namespace sojourn::python {

namespace {

struct BoundEquilibrium {
  MarketEquilibrium equilibrium;
  StateSpace states;
};

std::vector<BoundEquilibrium> find(const Market& market) {
  std::vector<BoundEquilibrium> named;
  for (MarketEquilibrium& e : released([&] { return market_equilibria(market); }))
    named.push_back({std::move(e), market.chain.states()});
  return named;
}

template <class T>
auto of_equilibrium(T MarketEquilibrium::* member) {
  return member_of(&BoundEquilibrium::equilibrium, member);
}

}  // namespace

void bind_market_equilibrium(py::module_& m) {
  py::class_<BoundEquilibrium>(m, "MarketEquilibrium", doc::MarketEquilibrium)
      .def(pickled_by_fields<BoundEquilibrium>("MarketEquilibrium", &BoundEquilibrium::equilibrium,
                                               &BoundEquilibrium::states))
      .def_property_readonly(
          "occupancy",
          [](const BoundEquilibrium& self) { return StateValues(self.states, self.equilibrium.occupancy); },
          "People in each state.")
      .def_property_readonly("pool", of_equilibrium(&MarketEquilibrium::pool), doc::MarketEquilibrium_pool)
      .def_property_readonly("good", of_equilibrium(&MarketEquilibrium::good), doc::MarketEquilibrium_good)
      .def_property_readonly("bad", of_equilibrium(&MarketEquilibrium::bad), doc::MarketEquilibrium_bad)
      .def_property_readonly("reputation", of_equilibrium(&MarketEquilibrium::reputation),
                             doc::MarketEquilibrium_reputation)
      .def_property_readonly("referred", of_equilibrium(&MarketEquilibrium::referred), doc::MarketEquilibrium_referred)
      .def_property_readonly("advertised", of_equilibrium(&MarketEquilibrium::advertised),
                             doc::MarketEquilibrium_advertised)
      .def_property_readonly("profit", of_equilibrium(&MarketEquilibrium::profit), doc::MarketEquilibrium_profit)
      .def_property_readonly("spectral_radius", of_equilibrium(&MarketEquilibrium::spectral_radius),
                             doc::MarketEquilibrium_spectral_radius)
      .def_property_readonly("is_stable", of_equilibrium(&MarketEquilibrium::is_stable),
                             doc::MarketEquilibrium_is_stable)
      .def_property_readonly("residual", of_equilibrium(&MarketEquilibrium::residual), doc::MarketEquilibrium_residual)
      .def("__repr__", [](const BoundEquilibrium& self) {
        return called("MarketEquilibrium", self.equilibrium.is_stable ? "stable" : "unstable",
                      field("pool", self.equilibrium.pool), field("profit", self.equilibrium.profit));
      });

  m.def("market_equilibria", &find, py::arg("market"), doc::market_equilibria);
}

}  // namespace sojourn::python
