// The reputation of a market as Python holds it: the states that its sources name are known with the market.
#pragma once

#include <string>
#include <vector>

#include "sojourn/market/market.hpp"
#include "support/arguments.hpp"

namespace sojourn::python {

struct BoundSource {
  std::string name;
  double weight;
  py::object good;
  py::object bad;
};

struct BoundReputation {
  MarketReputation reputation;
  std::vector<BoundSource> sources;

  MarketReputation over(const StateSpace& states) const;
};

}  // namespace sojourn::python
