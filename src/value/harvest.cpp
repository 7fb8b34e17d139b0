#include "value/harvest.hpp"

#include <cmath>

namespace sojourn::detail {

void Harvest::add(const ValueWalk& walk, Index i, double to_come, double below, double above, bool is_counted) {
  const Slip& slip = walk.slip(i);
  if (!(slip.weight > 0.0)) return;
  const double value = walk.cells(i).base + to_come;
  if (!started) origin = value;
  started = true;
  const double cell = std::nearbyint((value - origin) / h);
  if (!(std::abs(cell) < 1e15)) throw GridTooLarge{Index{1'000'000'000'000'000}};
  if (is_counted) count(slip, origin + cell * h - value, below, above);
  const std::vector<double>& cells = walk.cells(i).mass;
  if (!rehearsal && !cells.empty()) add_cells(cells, static_cast<Index>(cell));
}

void Harvest::count(const Slip& slip, double off, double below, double above) {
  weight += slip.weight;
  off_sum += slip.weight * off;
  square += slip.weight * (slip.square + off * off + 0.25 * (below + above) * (below + above));
  low = std::min(low, slip.low + off - above);
  high = std::max(high, slip.high + off + below);
  const double tilt = std::exp(theta * off);
  const double width = theta * (below + above);
  const double spread = std::exp(width * width / 8.0);
  up += slip.weight * slip.up * tilt * spread;
  down += slip.weight * slip.down / tilt * spread;
}

void Harvest::add_cells(const std::vector<double>& cells, Index begin) {
  const auto length = static_cast<Index>(cells.size());
  if (mass.empty()) first = begin;
  if (begin < first) {
    const Index more = std::max(first - begin, static_cast<Index>(mass.size() / 2));
    check_points(static_cast<Index>(mass.size()) + first - begin);
    mass.insert(mass.begin(), static_cast<std::size_t>(more), 0.0);
    first -= more;
  }
  const Index end = begin + length - first;
  check_points(end);
  if (end > static_cast<Index>(mass.size())) mass.resize(static_cast<std::size_t>(end), 0.0);
  double* out = mass.data() + (begin - first);
  for (Index k = 0; k < length; ++k) out[k] += cells[static_cast<std::size_t>(k)];
}

void Harvest::check_points(Index points) const {
  if (points > 8 * most_points) throw GridTooLarge{points};
}

double Harvest::likely_error(double share) const {
  if (!(theta > 0.0 && share > 0.0) || !(weight > 0.0)) return std::numeric_limits<double>::infinity();
  const double above = std::log(2.0 * up / share) / theta - mean_off();
  const double below = std::log(2.0 * down / share) / theta + mean_off();
  return std::isfinite(above) && std::isfinite(below) ? std::max({above, below, 0.0})
                                                      : std::numeric_limits<double>::infinity();
}

}  // namespace sojourn::detail
