#include "simulation/inverse_table.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

namespace sojourn::detail {

InverseTable::InverseTable(const Chain& chain) {
  std::vector<double> probabilities;
  std::vector<std::uint32_t> states;
  rows_.reserve(static_cast<std::size_t>(chain.n_states()));
  for (Index i = 0; i < chain.n_states(); ++i) {
    probabilities.clear();
    states.clear();
    chain.for_each_move(i, [&](Index j, double p) {
      probabilities.push_back(p);
      states.push_back(static_cast<std::uint32_t>(j));
    });
    add_row(probabilities, states);
  }
}

InverseTable::InverseTable(const Vector& law) {
  std::vector<double> probabilities;
  std::vector<std::uint32_t> states;
  for (Index j = 0; j < law.size(); ++j) {
    if (law[j] <= 0.0) continue;
    probabilities.push_back(law[j]);
    states.push_back(static_cast<std::uint32_t>(j));
  }
  add_row(probabilities, states);
}

void InverseTable::add_row(const std::vector<double>& probabilities, const std::vector<std::uint32_t>& states) {
  const std::size_t first = states_.size();
  if (first + states.size() > 0x7fffffffU) throw std::length_error("scenarios: a chain has more than 2^31 moves");

  double sum = 0.0;
  for (const double p : probabilities) sum += p;
  const auto largest = static_cast<std::size_t>(
      std::distance(probabilities.begin(), std::max_element(probabilities.begin(), probabilities.end())));
  std::vector<std::uint64_t> shares(states.size(), 0);
  std::uint64_t rest = 0;  // of 2^64, and modulo it
  for (std::size_t k = 0; k < shares.size(); ++k) {
    if (k == largest) continue;
    shares[k] = static_cast<std::uint64_t>(std::ldexp(probabilities[k] / sum, 64));
    rest -= shares[k];
  }
  shares[largest] = rest;

  std::uint64_t end = 0;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    if (shares[k] == 0 && k != largest) continue;  // below 2^-64
    end += shares[k];
    ends_.push_back(end);
    states_.push_back(states[k]);
  }
  const std::size_t n = states_.size() - first;
  const auto guide_bits = static_cast<std::uint32_t>(std::bit_width(n - 1));
  const Row row{.guide = static_cast<std::uint32_t>(guide_.size()),
                .shift = 32 - guide_bits,
                .last = static_cast<std::uint32_t>(first + n - 1)};
  auto at = static_cast<std::uint32_t>(first);
  for (std::uint64_t g = 0; g < std::uint64_t{1} << guide_bits; ++g) {
    const std::uint64_t lowest = (g << row.shift) << 32;
    while (at != row.last && lowest >= ends_[at]) ++at;
    guide_.push_back(at);
  }
  rows_.push_back(row);
}

}  // namespace sojourn::detail
