#include "market/crowd.hpp"

#include <algorithm>

#include "market/picks.hpp"

namespace sojourn::detail {

namespace {

constexpr std::int64_t least_movers_to_share = 100'000;  // among threads
constexpr std::uint32_t number_stream = 48;              // the last word of a counter: what the others are used for

}  // namespace

Crowd::Crowd(const MarketPlan& plan, const MarketPeopleOptions& options)
    : plan_(plan),
      options_(options),
      laws_(plan),
      bringers_(plan),
      n_(static_cast<std::size_t>(plan.n_states())),
      places_(n_),
      fresh_(n_) {
  for (std::size_t i = 0; i < n_; ++i) {
    for (std::int64_t k = 0; k < plan.stock[static_cast<Index>(i)]; ++k) places_.lists[i].push_back(come(0, -1));
  }
}

bool Crowd::step(Index t, MarketBook& book, Crew& crew) {
  if (plan_.has_reputation()) laws_.search_at(book.reputation(t));
  double contacts = 0.0;
  double of_moves = 0.0;
  const std::int64_t movers = draw_numbers(t, contacts, of_moves);
  const MarketLaws::Newcomers come = laws_.newcomers(book.pool(t), contacts, words_of(t, newcomers));
  // Whoever brings somebody was there in this period, so he is found before anybody moves, unless it is the move that brings.
  bringers_.split(places_, come.referred, contacts, words_of(t, bringers));
  Picks pick_bringers(options_.seed, cell(t, bringers));
  bringers_.pick_by_state(places_, pick_bringers);
  if (!pick_movers(t, movers, crew)) return false;
  bringers_.pick_by_move(places_, pick_bringers);
  let_in(t, book.pool(t), come);
  settle();
  std::int64_t* later = book.occupancy(t + 1);
  for (std::size_t i = 0; i < n_; ++i) later[i] = static_cast<std::int64_t>(places_.lists[i].size());
  book.close(t, come.referred, come.advertised, of_moves);
  book.share(t, words_of(t, experiences));
  return true;
}

void Crowd::finish(MarketPeople& people) const {
  const auto vector = [](const std::vector<std::int32_t>& list) -> PersonVector {
    return Eigen::Map<const PersonVector>(list.data(), static_cast<Index>(list.size()));
  };
  people.arrived = vector(arrived_);
  people.brought_by = vector(brought_by_);
  people.generation.resize(people.arrived.size());
  for (Index k = 0; k < people.arrived.size(); ++k) {
    const std::int32_t by = people.brought_by[k];
    people.generation[k] = by < 0 ? 0 : people.generation[by] + 1;
  }
  people.state = PersonVector::Constant(people.arrived.size(), -1);
  for (std::size_t i = 0; i < n_; ++i) {
    for (const std::uint32_t person : places_.lists[i]) people.state[person] = static_cast<std::int32_t>(i);
  }
}

SplitWords Crowd::words_of(Index t, std::uint64_t state) const {
  return SplitWords::of_stream(options_.seed, 0, cell(t, state), number_stream);
}

SplitWords Crowd::words_of(Index t, Purpose purpose) const {
  return SplitWords::of_stream(options_.seed, 0, cell(t, purpose), number_stream);
}

std::uint32_t Crowd::come(std::int32_t period, std::int32_t by) {
  arrived_.push_back(period);
  brought_by_.push_back(by);
  return static_cast<std::uint32_t>(arrived_.size() - 1);
}

std::int64_t Crowd::draw_numbers(Index t, double& contacts, double& of_moves) {
  std::int64_t movers = 0;
  for (std::size_t i = 0; i < n_; ++i) {
    places_.made[i].clear();
    places_.staying[i] = 0;
    const auto count = static_cast<std::int64_t>(places_.lists[i].size());
    if (count == 0) continue;
    const auto state = static_cast<Index>(i);
    contacts += static_cast<double>(count) * plan_.contacts[state];
    const SplitWords words = words_of(t, static_cast<std::uint64_t>(i));
    const auto moved = [&](std::size_t m, std::int64_t some) {
      contacts += static_cast<double>(some) * plan_.moves[m].contacts;
      of_moves += static_cast<double>(some) * plan_.moves[m].reward;
      if (plan_.moves[m].to == state) {
        places_.staying[i] = some;
      } else {
        places_.made[i].push_back({.move = m, .number = some});
      }
    };
    if (plan_.is_absorbing[i] != 0) {
      moved(plan_.first[i], count);
      const std::int64_t back = laws_.returning(count, words);
      if (back != 0) places_.made[i].push_back({.move = plan_.first[i], .number = back});
      places_.staying[i] -= back;
    } else {
      laws_.split_state(state, count, words, moved);
    }
    movers += count - places_.staying[i];
    // Where nobody stays, the last group needs no drawing: let it be the largest.
    if (places_.staying[i] == 0 && !places_.made[i].empty()) {
      std::iter_swap(std::max_element(places_.made[i].begin(), places_.made[i].end(),
                                      [](const Movers& a, const Movers& b) { return a.number < b.number; }),
                     places_.made[i].end() - 1);
    }
  }
  return movers;
}

bool Crowd::pick_movers(Index t, std::int64_t movers, Crew& crew) {
  const auto pick = [&](int, std::int64_t state) -> std::int64_t {
    const auto i = static_cast<std::size_t>(state);
    Persons& list = places_.lists[i];
    Persons& leaving = places_.leaving[i];
    leaving.resize(list.size() - static_cast<std::size_t>(places_.staying[i]));
    std::uint32_t* to = leaving.data();
    auto left = static_cast<std::uint32_t>(list.size());
    Picks picks(options_.seed, cell(t, static_cast<std::uint64_t>(i)));
    for (const Movers& made : places_.made[i]) {
      const auto number = static_cast<std::uint32_t>(made.number);
      if (number == left) {  // all the others
        std::copy_n(list.data(), left, to);
        left = 0;
        break;
      }
      for (std::uint32_t k = 0; k < number; ++k) {
        std::uint32_t& place = list[picks.below(left)];
        *to++ = place;
        place = list[--left];
      }
    }
    list.resize(static_cast<std::size_t>(places_.staying[i]));
    return state == 0 ? 1 : 0;
  };
  const auto blocks = static_cast<std::int64_t>(n_);
  return crew.run(blocks, movers < least_movers_to_share ? 1 : Crew::size(blocks, options_.threads), pick);
}

void Crowd::let_in(Index t, std::int64_t pool, const MarketLaws::Newcomers& newcomers_of_period) {
  auto left = static_cast<std::uint32_t>(pool);
  Picks picks(options_.seed, cell(t, pool_members));
  const auto period = static_cast<std::int32_t>(t + 1);
  const auto arrive = [&](Index state, std::int64_t number, const std::uint32_t* by) {
    Persons& fresh = fresh_[static_cast<std::size_t>(state)];
    for (std::int64_t k = 0; k < number; ++k, --left) {
      if (!returned_.empty()) {
        const std::uint32_t place = picks.below(left);
        if (place < returned_.size()) {
          fresh.push_back(returned_[place]);
          returned_[place] = returned_.back();
          returned_.pop_back();
          continue;
        }
      }
      fresh.push_back(come(period, by == nullptr ? -1 : static_cast<std::int32_t>(by[k])));
    }
  };
  SplitWords where = words_of(t, referred_states);
  bringers_.for_each([&](std::int64_t number, const std::uint32_t* by) {
    split_on(laws_.referred_to(), 0, laws_.referred_to().size(), number, where, [&](std::size_t m, std::int64_t some) {
      arrive(laws_.referred_to()[m].to, some, by);
      by += some;
    });
  });
  SplitWords elsewhere = words_of(t, advertised_states);
  if (newcomers_of_period.advertised != 0) {
    split_on(laws_.advertised_to(), 0, laws_.advertised_to().size(), newcomers_of_period.advertised, elsewhere,
             [&](std::size_t m, std::int64_t some) { arrive(laws_.advertised_to()[m].to, some, nullptr); });
  }
}

void Crowd::settle() {
  for (std::size_t i = 0; i < n_; ++i) {
    const std::uint32_t* from = places_.leaving[i].data();
    for (const Movers& made : places_.made[i]) {
      const auto to = static_cast<std::size_t>(plan_.moves[made.move].to);
      Persons& list = to == i ? returned_ : places_.lists[to];  // whoever is gone and does not stay is in the pool
      list.insert(list.end(), from, from + made.number);
      from += made.number;
    }
  }
  for (std::size_t i = 0; i < n_; ++i) {
    places_.lists[i].insert(places_.lists[i].end(), fresh_[i].begin(), fresh_[i].end());
    fresh_[i].clear();
  }
}

}  // namespace sojourn::detail
