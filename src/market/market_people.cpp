#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "market/market_numbers.hpp"
#include "sojourn/simulation/simulate.hpp"
#include "solve/horizon.hpp"
#include "support/crew.hpp"
#include "support/text.hpp"
#include "support/threads.hpp"

namespace sojourn {

namespace {

using detail::MarketBook;
using detail::MarketLaws;
using detail::MarketPlan;
using detail::SplitMove;
using detail::SplitWords;

constexpr std::int64_t most_people = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t least_movers_to_share = 100'000;  // among threads

// What the last word of a counter says that the others are used for.
constexpr std::uint32_t number_stream = 48;
constexpr std::uint32_t person_stream = 64;

/// What a period draws beside the moves of each state: its cells follow those of the states.
enum Purpose : std::uint64_t {
  newcomers = 0,
  bringers,
  referred_states,
  advertised_states,
  pool_members,
  experiences,
  n_purposes
};

/// Who: numbers below a bound, all equally likely, in the order in which they are asked for (D. Lemire, "Fast random integer
/// generation in an interval", ACM Transactions on Modeling and Computer Simulation 29, 2019).
class Picks {
 public:
  Picks(std::uint64_t seed, std::uint64_t cell)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
        cell_{static_cast<std::uint32_t>(cell), static_cast<std::uint32_t>(cell >> 32)} {}

  std::uint32_t below(std::uint32_t bound) {
    std::uint64_t product = std::uint64_t{word()} * bound;
    if (static_cast<std::uint32_t>(product) < bound) {
      const std::uint32_t least = (0U - bound) % bound;
      while (static_cast<std::uint32_t>(product) < least) product = std::uint64_t{word()} * bound;
    }
    return static_cast<std::uint32_t>(product >> 32);
  }

 private:
  static constexpr std::size_t n = 16;  // blocks of Philox made at once

  std::uint32_t word() {
    if (place_ == words_.size()) refill();
    return words_[place_++];
  }

  /// Philox4x32-10 as in philox.hpp, of many counters at once.
  void refill() {
    std::uint32_t c0[n];
    std::uint32_t c1[n];
    std::uint32_t c2[n];
    std::uint32_t c3[n];
    for (std::size_t i = 0; i < n; ++i) {
      c0[i] = block_ + static_cast<std::uint32_t>(i);
      c1[i] = cell_[0];
      c2[i] = cell_[1];
      c3[i] = person_stream;
    }
    std::uint32_t low = key_[0];
    std::uint32_t high = key_[1];
    for (int round = 0; round < 10; ++round) {
      for (std::size_t i = 0; i < n; ++i) {
        const std::uint64_t product_0 = std::uint64_t{0xD2511F53} * c0[i];
        const std::uint64_t product_1 = std::uint64_t{0xCD9E8D57} * c2[i];
        c0[i] = static_cast<std::uint32_t>(product_1 >> 32) ^ c1[i] ^ low;
        c1[i] = static_cast<std::uint32_t>(product_1);
        c2[i] = static_cast<std::uint32_t>(product_0 >> 32) ^ c3[i] ^ high;
        c3[i] = static_cast<std::uint32_t>(product_0);
      }
      low += 0x9E3779B9U;
      high += 0xBB67AE85U;
    }
    for (std::size_t i = 0; i < n; ++i) {
      words_[i] = c0[i];
      words_[n + i] = c1[i];
      words_[2 * n + i] = c2[i];
      words_[3 * n + i] = c3[i];
    }
    block_ += n;
    place_ = 0;
  }

  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 2> cell_;
  std::uint32_t block_ = 0;
  std::array<std::uint32_t, 4 * n> words_{};
  std::size_t place_ = 4 * n;
};

using Persons = std::vector<std::uint32_t>;

/// So many of those who make a move, or of those in a state.
struct Group {
  std::size_t move;  // in the plan
  std::int64_t number;
};

/// The persons of a market, listed by where they are. People in one state differ in nothing but their number: it is enough to
/// draw how many make each move and then who they are, and those who stay where they are take no time.
class Crowd {
 public:
  Crowd(const MarketPlan& plan, const MarketPeopleOptions& options)
      : plan_(plan),
        options_(options),
        laws_(plan),
        n_(static_cast<std::size_t>(plan.n_states())),
        lists_(n_),
        leaving_(n_),
        made_(n_),
        staying_(n_, 0),
        fresh_(n_) {
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::int64_t k = 0; k < plan.stock[static_cast<Index>(i)]; ++k) lists_[i].push_back(come(0, -1));
    }
  }

  /// Moves all out of period `t` and lets the newcomers in. False when it was told to stop.
  bool step(Index t, MarketBook& book, detail::Crew& crew) {
    if (plan_.has_reputation()) laws_.search_at(book.reputation(t));
    double contacts = 0.0;
    double of_moves = 0.0;
    const std::int64_t movers = draw_numbers(t, contacts, of_moves);
    const MarketLaws::Newcomers come = laws_.newcomers(book.pool(t), contacts, words_of(t, newcomers));
    // Whoever brings somebody was there in this period, so he is found before anybody moves, unless it is the move that brings.
    split_bringers(t, come.referred, contacts);
    Picks pick_bringers(options_.seed, cell(t, bringers));
    pick_by_state(pick_bringers);
    if (!pick_movers(t, movers, crew)) return false;
    pick_by_move(pick_bringers);
    let_in(t, book.pool(t), come);
    settle();
    std::int64_t* later = book.occupancy(t + 1);
    for (std::size_t i = 0; i < n_; ++i) later[i] = static_cast<std::int64_t>(lists_[i].size());
    book.close(t, come.referred, come.advertised, of_moves);
    book.share(t, words_of(t, experiences));
    return true;
  }

  void finish(MarketPeople& people) const {
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
      for (const std::uint32_t person : lists_[i]) people.state[person] = static_cast<std::int32_t>(i);
    }
  }

 private:
  std::uint64_t cell(Index t, std::uint64_t of_period) const {
    return static_cast<std::uint64_t>(t) * (n_ + n_purposes) + of_period;
  }
  std::uint64_t cell(Index t, Purpose purpose) const { return cell(t, n_ + static_cast<std::uint64_t>(purpose)); }
  SplitWords words_of(Index t, std::uint64_t state) const {
    return SplitWords::of_stream(options_.seed, 0, cell(t, state), number_stream);
  }
  SplitWords words_of(Index t, Purpose purpose) const {
    return SplitWords::of_stream(options_.seed, 0, cell(t, purpose), number_stream);
  }

  /// A person who was never there before.
  std::uint32_t come(std::int32_t period, std::int32_t by) {
    arrived_.push_back(period);
    brought_by_.push_back(by);
    return static_cast<std::uint32_t>(arrived_.size() - 1);
  }

  /// How many make each move. Returns how many leave their state.
  std::int64_t draw_numbers(Index t, double& contacts, double& of_moves) {
    std::int64_t movers = 0;
    for (std::size_t i = 0; i < n_; ++i) {
      made_[i].clear();
      staying_[i] = 0;
      const auto count = static_cast<std::int64_t>(lists_[i].size());
      if (count == 0) continue;
      const auto state = static_cast<Index>(i);
      contacts += static_cast<double>(count) * plan_.contacts[state];
      const SplitWords words = words_of(t, static_cast<std::uint64_t>(i));
      const auto moved = [&](std::size_t m, std::int64_t some) {
        contacts += static_cast<double>(some) * plan_.moves[m].contacts;
        of_moves += static_cast<double>(some) * plan_.moves[m].reward;
        if (plan_.moves[m].to == state) {
          staying_[i] = some;
        } else {
          made_[i].push_back({.move = m, .number = some});
        }
      };
      if (plan_.is_absorbing[i] != 0) {
        moved(plan_.first[i], count);
        const std::int64_t back = laws_.returning(count, words);
        if (back != 0) made_[i].push_back({.move = plan_.first[i], .number = back});
        staying_[i] -= back;
      } else {
        laws_.split_state(state, count, words, moved);
      }
      movers += count - staying_[i];
      // Where nobody stays, the last group needs no drawing: let it be the largest.
      if (staying_[i] == 0 && !made_[i].empty()) {
        std::iter_swap(std::max_element(made_[i].begin(), made_[i].end(),
                                        [](const Group& a, const Group& b) { return a.number < b.number; }),
                       made_[i].end() - 1);
      }
    }
    return movers;
  }

  /// One who makes contacts: in a state, or with a move.
  struct Bringing {
    std::size_t state;
    std::size_t move;  // in the plan
    bool by_move;
    std::int64_t newcomers;
    std::size_t first;  // of his newcomers, among the bringers
  };

  void split_bringers(Index t, std::int64_t referred, double contacts) {
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
    for (std::size_t i = 0; i < n_; ++i) {
      const auto count = static_cast<double>(lists_[i].size());
      add(i, 0, false, count * plan_.contacts[static_cast<Index>(i)]);
      if (!plan_.has_move_contacts) continue;
      if (plan_.is_absorbing[i] != 0) {  // staying there is the one move of all, also of those who return
        add(i, 0, false, count * plan_.moves[plan_.first[i]].contacts);
        continue;
      }
      for (const Group& made : made_[i]) {
        add(i, made.move, true, static_cast<double>(made.number) * plan_.moves[made.move].contacts);
      }
      for (std::size_t m = plan_.first[i]; m < plan_.first[i + 1]; ++m) {
        if (plan_.moves[m].to == static_cast<Index>(i)) {
          add(i, m, true, static_cast<double>(staying_[i]) * plan_.moves[m].contacts);
        }
      }
    }
    std::vector<SplitMove> row;
    detail::add_split_row(row, shares);
    std::size_t first = 0;
    detail::split(row, 0, row.size(), referred, words_of(t, bringers), [&](std::size_t k, std::int64_t some) {
      bringing_.push_back(all[static_cast<std::size_t>(row[k].to)]);
      bringing_.back().newcomers = some;
      bringing_.back().first = first;
      first += static_cast<std::size_t>(some);
    });
  }

  void pick_from(Picks& picks, const Bringing& one, const std::uint32_t* persons, std::size_t n_persons) {
    const auto bound = static_cast<std::uint32_t>(n_persons);
    std::uint32_t* to = brought_.data() + one.first;
    for (std::int64_t k = 0; k < one.newcomers; ++k) to[k] = persons[picks.below(bound)];
  }

  void pick_by_state(Picks& picks) {
    for (const Bringing& one : bringing_) {
      if (!one.by_move) pick_from(picks, one, lists_[one.state].data(), lists_[one.state].size());
    }
  }

  void pick_by_move(Picks& picks) {
    for (const Bringing& one : bringing_) {
      if (!one.by_move) continue;
      if (plan_.moves[one.move].to == static_cast<Index>(one.state)) {
        pick_from(picks, one, lists_[one.state].data(), lists_[one.state].size());
        continue;
      }
      const std::uint32_t* persons = leaving_[one.state].data();
      for (const Group& made : made_[one.state]) {
        if (made.move == one.move) pick_from(picks, one, persons, static_cast<std::size_t>(made.number));
        persons += made.number;
      }
    }
  }

  /// Takes those who leave out of their lists, move by move.
  bool pick_movers(Index t, std::int64_t movers, detail::Crew& crew) {
    const auto pick = [&](int, std::int64_t state) -> std::int64_t {
      const auto i = static_cast<std::size_t>(state);
      Persons& list = lists_[i];
      Persons& leaving = leaving_[i];
      leaving.resize(list.size() - static_cast<std::size_t>(staying_[i]));
      std::uint32_t* to = leaving.data();
      auto left = static_cast<std::uint32_t>(list.size());
      Picks picks(options_.seed, cell(t, static_cast<std::uint64_t>(i)));
      for (const Group& made : made_[i]) {
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
      list.resize(static_cast<std::size_t>(staying_[i]));
      return state == 0 ? 1 : 0;
    };
    const auto blocks = static_cast<std::int64_t>(n_);
    return crew.run(blocks, movers < least_movers_to_share ? 1 : detail::Crew::size(blocks, options_.threads), pick);
  }

  /// Newcomers by word of mouth, those of each bringer in states by themselves, and by advertising. Who of the pool comes is
  /// drawn without difference: one who was there before, or one more who was not.
  void let_in(Index t, std::int64_t pool, const MarketLaws::Newcomers& newcomers_of_period) {
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
    for (const Bringing& one : bringing_) {
      const std::uint32_t* by = brought_.data() + one.first;
      detail::split_on(laws_.referred_to(), 0, laws_.referred_to().size(), one.newcomers, where,
                       [&](std::size_t m, std::int64_t some) {
                         arrive(laws_.referred_to()[m].to, some, by);
                         by += some;
                       });
    }
    SplitWords elsewhere = words_of(t, advertised_states);
    if (newcomers_of_period.advertised != 0) {
      detail::split_on(laws_.advertised_to(), 0, laws_.advertised_to().size(), newcomers_of_period.advertised,
                       elsewhere,
                       [&](std::size_t m, std::int64_t some) { arrive(laws_.advertised_to()[m].to, some, nullptr); });
    }
  }

  /// Puts those who left, and those who came, into the lists of where they are now.
  void settle() {
    for (std::size_t i = 0; i < n_; ++i) {
      const std::uint32_t* from = leaving_[i].data();
      for (const Group& made : made_[i]) {
        const auto to = static_cast<std::size_t>(plan_.moves[made.move].to);
        Persons& list = to == i ? returned_ : lists_[to];  // whoever is gone and does not stay is in the pool
        list.insert(list.end(), from, from + made.number);
        from += made.number;
      }
    }
    for (std::size_t i = 0; i < n_; ++i) {
      lists_[i].insert(lists_[i].end(), fresh_[i].begin(), fresh_[i].end());
      fresh_[i].clear();
    }
  }

  const MarketPlan& plan_;
  const MarketPeopleOptions& options_;
  MarketLaws laws_;
  std::size_t n_;
  std::vector<Persons> lists_;            // by state
  std::vector<Persons> leaving_;          // by state, in the order of `made_`
  std::vector<std::vector<Group>> made_;  // by state: how many make each move that leads elsewhere, or return
  std::vector<std::int64_t> staying_;     // by state
  std::vector<Persons> fresh_;            // newcomers of the period, by state
  Persons returned_;                      // persons who are in the pool again
  std::vector<Bringing> bringing_;
  Persons brought_;  // who brings each newcomer by word of mouth
  // By person.
  std::vector<std::int32_t> arrived_;
  std::vector<std::int32_t> brought_by_;
};

/// How many are expected to come at least once, and what they take.
double expected_bytes(const Market& market, Index horizon) {
  const MarketPath path = market_path(market, {.horizon = horizon});
  const double came = static_cast<double>(market.people) - path.pool[0] + path.referred.sum() + path.advertised.sum();
  constexpr double bytes_per_person = 48.0;
  return bytes_per_person * came;
}

}  // namespace

CountVector MarketPeople::generations() const {
  CountVector counts = CountVector::Zero(generation.size() == 0 ? 1 : generation.maxCoeff() + 1);
  for (const std::int32_t g : generation) ++counts[g];
  return counts;
}

PersonVector MarketPeople::brought() const {
  PersonVector counts = PersonVector::Zero(brought_by.size());
  for (const std::int32_t by : brought_by) {
    if (by >= 0) ++counts[by];
  }
  return counts;
}

MarketPeople simulate_market_people(const Market& market, const MarketPeopleOptions& options) {
  constexpr const char* who = "simulate_market_people";
  const MarketPlan plan(market);
  detail::check_horizon("horizon", options.horizon);
  detail::check_threads(options.threads);
  detail::check_experiences(who, plan);
  if (market.people > most_people) {
    throw std::invalid_argument(std::string(who) + ": takes up to " + text::grouped(most_people) + " people, found " +
                                text::grouped(market.people) + "; simulate_market takes any number");
  }
  const double factor = detail::market_factor(market, options.discount);
  try {
    MarketPeople people{.numbers = detail::make_market_room(who, plan, options.horizon, 1, options.seed, 0,
                                                            expected_bytes(market, options.horizon)),
                        .arrived = {},
                        .brought_by = {},
                        .generation = {},
                        .state = {}};
    people.numbers.definition =
        "simulation of " + detail::describe_market(plan) + ", person by person, " +
        text::plural(options.horizon, "period") + "; profit discounted: " +
        (options.discount ? options.discount->describe(market.chain.period()) : std::string("none (undiscounted)")) +
        "; seed " + std::to_string(options.seed);
    detail::Crew crew(options.progress, options.cancel);
    MarketBook book(plan, people.numbers, 0, factor);
    std::copy(plan.stock.begin(), plan.stock.end(), book.occupancy(0));
    Crowd crowd(plan, options);
    for (Index t = 0; t < options.horizon; ++t) {
      book.stand(t);
      if (!crowd.step(t, book, crew)) throw Cancelled("simulate_market_people: stopped on request before the end");
    }
    book.stand(options.horizon);
    crowd.finish(people);
    detail::check_market_money(who, people.numbers);
    return people;
  } catch (const std::bad_alloc&) {
    throw std::runtime_error("simulate_market_people: not enough memory; simulate fewer people, or numbers of them");
  }
}

}  // namespace sojourn
