#include "sojourn/simulation/simulated_value_builder.hpp"

#include <iterator>
#include <map>
#include <stdexcept>
#include <utility>

#include "simulation/block_moments.hpp"
#include "simulation/customer_ranges.hpp"
#include "simulation/simulated_value_access.hpp"
#include "simulation/value_bins.hpp"
#include "simulation/value_pieces.hpp"

namespace sojourn {

struct SimulatedValueBuilder::Work {
  /// Refuses customers who are there already; `room_for` changes nothing.
  std::map<std::int64_t, std::int64_t>::iterator room_for(const detail::CustomerRange& range) {
    const auto after = ranges.upper_bound(range.first);
    const auto refuse = [](const detail::CustomerRange& common) {
      throw std::invalid_argument("add: " + detail::numbered(common) + " were added already; add each customer once");
    };
    if (after != ranges.end() && after->first < range.end) refuse({after->first, std::min(range.end, after->second)});
    if (after != ranges.begin() && std::prev(after)->second > range.first) {
      refuse({range.first, std::min(range.end, std::prev(after)->second)});
    }
    return after;
  }

  void occupy(detail::CustomerRange range, std::map<std::int64_t, std::int64_t>::iterator after) {
    customers += detail::length(range);
    if (after != ranges.end() && after->first == range.end) {
      range.end = after->second;
      after = ranges.erase(after);
    }
    if (after != ranges.begin() && std::prev(after)->second == range.first) {
      std::prev(after)->second = range.end;
    } else {
      ranges.emplace_hint(after, range.first, range.end);
    }
  }

  /// Keeps customers of one block, and makes one piece of those that touch.
  void keep(std::int64_t first, std::span<const double> values) {
    const auto end_of = [](const auto& piece) {
      return piece->first + static_cast<std::int64_t>(piece->second.size());
    };
    auto piece = pieces.upper_bound(first);
    const bool continues =
        piece != pieces.begin() && end_of(std::prev(piece)) == first && first % detail::customers_in_block != 0;
    if (continues) {
      --piece;
      piece->second.insert(piece->second.end(), values.begin(), values.end());
    } else {
      piece = pieces.emplace_hint(piece, first, std::vector<double>(values.begin(), values.end()));
    }
    const auto next = std::next(piece);
    if (next != pieces.end() && next->first == end_of(piece) && next->first % detail::customers_in_block != 0) {
      piece->second.insert(piece->second.end(), next->second.begin(), next->second.end());
      pieces.erase(next);
    }
    if (static_cast<std::int64_t>(piece->second.size()) < detail::customers_in_block) return;
    blocks.push_back({.first = piece->first, .moments = detail::moments_of(piece->second)});
    pieces.erase(piece);
  }

  std::int64_t customers = 0;
  std::map<std::int64_t, std::int64_t> ranges;         // first → end; none touches the next
  std::vector<detail::ValuePiece> blocks;              // complete ones
  std::map<std::int64_t, std::vector<double>> pieces;  // first → values, within a block; none touches the next
  detail::Bins bins;
};

SimulatedValueBuilder::SimulatedValueBuilder() : work_(std::make_unique<Work>()) {}
SimulatedValueBuilder::~SimulatedValueBuilder() = default;
SimulatedValueBuilder::SimulatedValueBuilder(SimulatedValueBuilder&& other) noexcept = default;
SimulatedValueBuilder& SimulatedValueBuilder::operator=(SimulatedValueBuilder&& other) noexcept = default;

void SimulatedValueBuilder::add(std::int64_t first_customer, std::span<const double> values) {
  const detail::CustomerRange range = detail::checked_range(first_customer, values);
  if (values.empty()) return;
  work_->occupy(range, work_->room_for(range));
  detail::each_piece(range, [&](const detail::CustomerRange& piece) {
    const std::span<const double> part = values.subspan(static_cast<std::size_t>(piece.first - range.first),
                                                        static_cast<std::size_t>(detail::length(piece)));
    if (detail::length(piece) == detail::customers_in_block) {
      work_->blocks.push_back({.first = piece.first, .moments = detail::moments_of(part)});
    } else {
      work_->keep(piece.first, part);
    }
    work_->bins.add(part);
  });
}

std::int64_t SimulatedValueBuilder::customers() const {
  return work_->customers;
}

SimulatedValue SimulatedValueBuilder::summary() const {
  if (work_->customers == 0) throw std::invalid_argument("summary: no customer was added");
  std::vector<detail::CustomerRange> ranges;
  for (const auto& [first, end] : work_->ranges) ranges.push_back({first, end});
  std::vector<detail::ValuePiece> pieces = work_->blocks;
  for (const auto& [first, values] : work_->pieces) pieces.push_back({.first = first, .values = values});
  return SimulatedValueAccess::trusted(detail::summarized(std::move(ranges), std::move(pieces), work_->bins.list()));
}

}  // namespace sojourn
