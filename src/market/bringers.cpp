#include "market/bringers.hpp"

#include <utility>

#include "support/multinomial.hpp"

namespace sojourn::detail {

void Bringers::split(const Whereabouts& places, std::int64_t referred, double contacts, SplitWords words) {
  bringing_.clear();
  brought_.resize(static_cast<std::size_t>(referred));
  if (referred == 0 || contacts <= 0.0) return;
  std::vector<std::pair<Index, double>> shares;
  std::vector<Bringing> all;
  const auto add = [&](std::size_t state, std::size_t move, bool by_move, double share) {
    if (share <= 0.0) return;
    shares.emplace_back(static_cast<Index>(all.size()), share);
    all.push_back({.state = state, .move = move, .by_move = by_move, .newcomers = 0, .first = 0});
  };
  for (std::size_t i = 0; i < places.lists.size(); ++i) {
    const auto count = static_cast<double>(places.lists[i].size());
    add(i, 0, false, count * plan_.contacts[static_cast<Index>(i)]);
    if (!plan_.has_move_contacts) continue;
    if (plan_.is_absorbing[i] != 0) {  // staying there is the one move of all, also of those who return
      add(i, 0, false, count * plan_.moves[plan_.first[i]].contacts);
      continue;
    }
    for (const Movers& made : places.made[i]) {
      add(i, made.move, true, static_cast<double>(made.number) * plan_.moves[made.move].contacts);
    }
    for (std::size_t m = plan_.first[i]; m < plan_.first[i + 1]; ++m) {
      if (plan_.moves[m].to == static_cast<Index>(i)) {
        add(i, m, true, static_cast<double>(places.staying[i]) * plan_.moves[m].contacts);
      }
    }
  }
  std::vector<SplitMove> row;
  add_split_row(row, shares);
  std::size_t first = 0;
  detail::split(row, 0, row.size(), referred, words, [&](std::size_t k, std::int64_t some) {
    bringing_.push_back(all[static_cast<std::size_t>(row[k].to)]);
    bringing_.back().newcomers = some;
    bringing_.back().first = first;
    first += static_cast<std::size_t>(some);
  });
}

void Bringers::pick_from(Picks& picks, const Bringing& one, const std::uint32_t* persons, std::size_t n_persons) {
  const auto bound = static_cast<std::uint32_t>(n_persons);
  std::uint32_t* to = brought_.data() + one.first;
  for (std::int64_t k = 0; k < one.newcomers; ++k) to[k] = persons[picks.below(bound)];
}

void Bringers::pick_by_state(const Whereabouts& places, Picks& picks) {
  for (const Bringing& one : bringing_) {
    if (!one.by_move) pick_from(picks, one, places.lists[one.state].data(), places.lists[one.state].size());
  }
}

void Bringers::pick_by_move(const Whereabouts& places, Picks& picks) {
  for (const Bringing& one : bringing_) {
    if (!one.by_move) continue;
    if (plan_.moves[one.move].to == static_cast<Index>(one.state)) {
      pick_from(picks, one, places.lists[one.state].data(), places.lists[one.state].size());
      continue;
    }
    const std::uint32_t* persons = places.leaving[one.state].data();
    for (const Movers& made : places.made[one.state]) {
      if (made.move == one.move) pick_from(picks, one, persons, static_cast<std::size_t>(made.number));
      persons += made.number;
    }
  }
}

}  // namespace sojourn::detail
