#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "alias_table.hpp"
#include "binomial.hpp"
#include "crew.hpp"
#include "horizon.hpp"
#include "market_numbers.hpp"
#include "philox.hpp"
#include "sojourn/simulate.hpp"
#include "text.hpp"
#include "threads.hpp"

namespace sojourn {

namespace {

using detail::AliasTable;
using detail::MarketBook;
using detail::MarketPlan;
using detail::SplitWords;

constexpr Index most_states = 255;
constexpr std::int64_t most_people = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t block_size = 16'384;  // places that a worker takes at a time

// What the last word of a counter says that the others are used for.
constexpr std::uint32_t newcomers_stream = 48;
constexpr std::uint32_t move_stream = 64;
constexpr std::uint32_t low_stream = 65;

/// What a period draws beside moves.
enum Purpose : std::uint64_t { how_many = 0, who_of_the_pool, which_state, brought_by_whom, experiences, n_purposes };

/// The words of the moves of `4 n` places, from one that is a multiple of four.
template <std::size_t n>
void move_words(std::uint64_t seed, std::uint32_t first_quarter, std::uint32_t period, std::uint32_t* words) {
  std::uint32_t c0[n];
  std::uint32_t c1[n];
  std::uint32_t c2[n];
  std::uint32_t c3[n];
  for (std::size_t i = 0; i < n; ++i) {
    c0[i] = first_quarter + static_cast<std::uint32_t>(i);
    c1[i] = period;
    c2[i] = 0;
    c3[i] = move_stream;
  }
  auto low = static_cast<std::uint32_t>(seed);
  auto high = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {  // as in philox.hpp, of many counters at once
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
    words[4 * i] = c0[i];
    words[4 * i + 1] = c1[i];
    words[4 * i + 2] = c2[i];
    words[4 * i + 3] = c3[i];
  }
}

/// The moves of a period, ready for drawing. The pool is one state more, in which whoever returned stays.
class MoveTable {
 public:
  MoveTable(const MarketPlan& plan, double rho) : table_(chain_of(plan, rho), numbers(plan.n_states() + 1)) {
    if (!table_.is_uniform()) return;
    width_ = static_cast<unsigned>(table_.rows().front() & 0xff);
    for (const AliasTable::Cell& cell : table_.cells()) {
      packed_.push_back(std::uint64_t{cell.threshold} << 32 | cell.alias << 8 | cell.own);
    }
  }

  /// Where people go from their states; `words` in, `states` over.
  template <class Low>
  void draw(const std::uint8_t* from, const std::uint32_t* words, std::uint8_t* to, std::size_t n, Low&& low) const {
    if (packed_.empty()) {
      for (std::size_t k = 0; k < n; ++k) {
        to[k] = static_cast<std::uint8_t>(table_.draw(from[k], words[k], [&] { return low(k); }));
      }
      return;
    }
    const std::uint64_t* cells = packed_.data();
    const unsigned width = width_;
    for (std::size_t k = 0; k < n; ++k) {
      const std::uint32_t word = words[k];
      const std::uint64_t cell =
          cells[(std::size_t{from[k]} << width) + static_cast<std::size_t>(std::uint64_t{word} >> (32 - width))];
      const auto fraction = static_cast<std::uint32_t>(std::uint64_t{word} << width);
      const auto threshold = static_cast<std::uint32_t>(cell >> 32);
      to[k] = static_cast<std::uint8_t>(fraction < threshold ? cell : cell >> 8);
      if (fraction == threshold) [[unlikely]] {
        to[k] = static_cast<std::uint8_t>(table_.draw_exactly(from[k], word, low(k)));
      }
    }
  }

 private:
  static Chain chain_of(const MarketPlan& plan, double rho) {
    const Index n = plan.n_states();
    std::vector<double> searching;
    if (plan.has_reputation()) plan.search_row(rho, searching);
    std::vector<Eigen::Triplet<double, SparseMatrix::StorageIndex>> entries;
    const auto add = [&](Index i, Index j, double p) {
      if (p > 0.0) {
        entries.emplace_back(static_cast<SparseMatrix::StorageIndex>(i), static_cast<SparseMatrix::StorageIndex>(j), p);
      }
    };
    std::vector<std::string> names;
    for (Index i = 0; i < n; ++i) {
      names.push_back(std::to_string(i));
      const auto row = static_cast<std::size_t>(i);
      if (plan.is_absorbing[row] != 0) {
        add(i, i, 1.0 - plan.returns);
        add(i, n, plan.returns);
        continue;
      }
      const bool is_search = plan.has_reputation() && plan.search() == i;
      for (std::size_t m = plan.first[row]; m < plan.first[row + 1]; ++m) {
        add(i, plan.moves[m].to, is_search ? searching[m - plan.first[row]] : plan.moves[m].probability);
      }
    }
    names.emplace_back("pool");
    add(n, n, 1.0);
    SparseMatrix P(n + 1, n + 1);
    P.setFromTriplets(entries.begin(), entries.end());
    return {StateSpace(names), P};
  }

  static std::vector<std::uint32_t> numbers(Index n) {
    std::vector<std::uint32_t> own(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < own.size(); ++i) own[i] = static_cast<std::uint32_t>(i);
    return own;
  }

  AliasTable table_;
  std::vector<std::uint64_t> packed_;  // threshold, then 8 bits each of alias and own; empty = rows of several widths
  unsigned width_ = 0;
};

/// What a block has to say of its moves.
struct BlockTally {
  double contacts = 0.0;
  std::int64_t returned = 0;
};

/// The persons of a market, and the places of those who may still move. A place is not a person: whoever is gone for good
/// gives his up.
class Crowd {
 public:
  Crowd(const MarketPlan& plan, const MarketPeopleOptions& options)
      : plan_(plan),
        options_(options),
        n_(static_cast<std::size_t>(plan.n_states())),
        pool_(static_cast<std::uint8_t>(plan.n_states())),
        weights_((n_ + 1) * (n_ + 1), 0.0),
        move_rewards_((n_ + 1) * (n_ + 1), 0.0),
        is_idle_(n_ + 1, 0),
        dropped_(CountVector::Zero(plan.n_states())) {
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t j = 0; j <= n_; ++j) weights_[i * (n_ + 1) + j] = plan.contacts[static_cast<Index>(i)];
      for (std::size_t m = plan.first[i]; m < plan.first[i + 1]; ++m) {
        const std::size_t pair = i * (n_ + 1) + static_cast<std::size_t>(plan.moves[m].to);
        weights_[pair] += plan.moves[m].contacts;
        move_rewards_[pair] = plan.moves[m].reward;
        if (plan.is_absorbing[i] == 0) continue;
        weights_[i * (n_ + 1) + n_] = weights_[pair];  // staying, and returning to the pool after that
        move_rewards_[i * (n_ + 1) + n_] = move_rewards_[pair];
      }
      if (plan.is_absorbing[i] != 0 && plan.returns == 0.0 && weights_[i * (n_ + 1) + i] == 0.0) is_idle_[i] = 1;
    }
    is_idle_[n_] = 1;
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::int64_t k = 0; k < plan.stock[static_cast<Index>(i)]; ++k) {
        come(0, -1, static_cast<std::uint8_t>(i), now_);
      }
    }
  }

  /// Moves all out of period `t` and lets the newcomers in. False when it was told to stop.
  bool step(Index t, MarketBook& book, detail::Crew& crew) {
    give_up_places();
    const auto size = static_cast<std::int64_t>(now_.size());
    const std::int64_t n_blocks = std::max<std::int64_t>(1, (size + block_size - 1) / block_size);
    const MoveTable table(plan_, plan_.has_reputation() ? book.reputation(t) : 0.5);
    next_.resize(now_.size());
    tallies_.assign(static_cast<std::size_t>(n_blocks), {});
    const int workers = detail::Crew::size(n_blocks, options_.threads);
    pairs_.resize(static_cast<std::size_t>(workers));
    for (auto& pairs : pairs_) pairs.assign((n_ + 1) * (n_ + 1), 0);
    const auto period = static_cast<std::uint32_t>(t);
    const auto move = [&](int worker, std::int64_t block) -> std::int64_t {
      move_block(table, period, block, pairs_[static_cast<std::size_t>(worker)]);
      return block == 0 ? 1 : 0;
    };
    if (!crew.run(n_blocks, workers, move)) return false;

    std::vector<std::int64_t>& pairs = pairs_.front();
    for (std::size_t w = 1; w < pairs_.size(); ++w) {
      for (std::size_t k = 0; k < pairs.size(); ++k) pairs[k] += pairs_[w][k];
    }
    std::int64_t* later = book.occupancy(t + 1);
    double of_moves = 0.0;
    for (std::size_t j = 0; j < n_; ++j) later[j] = dropped_[static_cast<Index>(j)];
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t j = 0; j <= n_; ++j) {
        const std::int64_t some = pairs[i * (n_ + 1) + j];
        if (some == 0) continue;
        if (j < n_) later[j] += some;
        of_moves += static_cast<double>(some) * move_rewards_[i * (n_ + 1) + j];
      }
      // Those who gave their places up stay where they are.
      const std::int64_t idle = dropped_[static_cast<Index>(i)];
      if (idle != 0) of_moves += static_cast<double>(idle) * move_rewards_[i * (n_ + 1) + i];
    }

    contacts_until_.resize(tallies_.size());
    double contacts = 0.0;
    for (std::size_t b = 0; b < tallies_.size(); ++b) {
      contacts += tallies_[b].contacts;
      contacts_until_[b] = contacts;
    }
    const std::int64_t pool = book.pool(t);
    std::int64_t referred = 0;
    std::int64_t advertised = 0;
    if (pool > 0) {
      SplitWords words = words_of(t, how_many);
      const double made = contacts / plan_.people;
      const detail::BinomialLaw met(-std::expm1(-made), std::exp(-made));
      const detail::BinomialLaw reached(plan_.advertising, 1.0 - plan_.advertising);
      referred = static_cast<std::int64_t>(met.draw(static_cast<double>(pool), words));
      advertised = static_cast<std::int64_t>(reached.draw(static_cast<double>(pool - referred), words));
    }
    const bool goes_on = let_in(t, pool, referred, advertised, later, crew);
    collect_returned();
    std::swap(now_, next_);
    book.close(t, referred, advertised, of_moves);
    book.share(t, words_of(t, experiences));
    return goes_on;
  }

  void finish(MarketPeople& people) {
    for (std::size_t place = 0; place < now_.size(); ++place) {
      if (now_[place] != pool_) state_[persons_[place]] = now_[place];
    }
    const auto vector = [](const std::vector<std::int32_t>& list) -> PersonVector {
      return Eigen::Map<const PersonVector>(list.data(), static_cast<Index>(list.size()));
    };
    people.arrived = vector(arrived_);
    people.brought_by = vector(brought_by_);
    people.state = vector(state_);
    people.generation.resize(people.arrived.size());
    for (Index k = 0; k < people.arrived.size(); ++k) {
      const std::int32_t by = people.brought_by[k];
      people.generation[k] = by < 0 ? 0 : people.generation[by] + 1;
    }
  }

 private:
  SplitWords words_of(Index t, Purpose purpose) const {
    return SplitWords::of_stream(options_.seed, 0, static_cast<std::uint64_t>(t) * n_purposes + purpose,
                                 newcomers_stream);
  }

  /// A person who was never there before.
  void come(std::int32_t period, std::int32_t by, std::uint8_t state, std::vector<std::uint8_t>& states) {
    persons_.push_back(static_cast<std::uint32_t>(arrived_.size()));
    states.push_back(state);
    arrived_.push_back(period);
    brought_by_.push_back(by);
    state_.push_back(-1);
  }

  void move_block(const MoveTable& table, std::uint32_t period, std::int64_t block, std::vector<std::int64_t>& pairs) {
    constexpr std::size_t n_words = 64;
    constexpr std::size_t n_tallies = 4;  // so that one count does not wait for the one before
    const std::size_t stride = n_ + 1;
    const auto begin = static_cast<std::size_t>(block * block_size);
    const std::size_t end = std::min(now_.size(), begin + static_cast<std::size_t>(block_size));
    std::vector<std::uint32_t> tally(n_tallies * stride * stride, 0);
    std::array<std::uint32_t, n_words> words{};
    for (std::size_t at = begin; at < end; at += n_words) {
      move_words<n_words / 4>(options_.seed, static_cast<std::uint32_t>(at / 4), period, words.data());
      const std::size_t n = std::min(n_words, end - at);
      table.draw(now_.data() + at, words.data(), next_.data() + at, n, [&](std::size_t k) {
        const std::array<std::uint32_t, 4> low = detail::philox4x32(
            {static_cast<std::uint32_t>((at + k) / 4), period, 0, low_stream},
            {static_cast<std::uint32_t>(options_.seed), static_cast<std::uint32_t>(options_.seed >> 32)});
        return low[(at + k) % 4];
      });
      for (std::size_t k = 0; k < n; ++k) {
        ++tally[(k % n_tallies) * stride * stride + now_[at + k] * stride + next_[at + k]];
      }
    }
    BlockTally& found = tallies_[static_cast<std::size_t>(block)];
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t j = 0; j < stride; ++j) {
        std::int64_t some = 0;
        for (std::size_t k = 0; k < n_tallies; ++k) some += tally[k * stride * stride + i * stride + j];
        if (some == 0) continue;
        pairs[i * stride + j] += some;
        found.contacts += static_cast<double>(some) * weights_[i * stride + j];
        if (j == n_) found.returned += some;
      }
    }
  }

  /// Newcomers, by word of mouth before those by advertising; who of the pool comes is drawn without difference.
  bool let_in(Index t, std::int64_t pool, std::int64_t referred, std::int64_t advertised, std::int64_t* later,
              detail::Crew& crew) {
    const std::int64_t all = referred + advertised;
    if (all == 0) return true;
    SplitWords who = words_of(t, who_of_the_pool);
    SplitWords where = words_of(t, which_state);
    const std::size_t first_new = arrived_.size();
    std::int64_t new_referred = 0;
    for (std::int64_t k = 0; k < all; ++k) {
      const bool by_word = k < referred;
      const std::uint64_t word = where.next();
      const auto state = static_cast<std::uint8_t>(
          (by_word ? referred_to_ : advertised_to_).draw(0, static_cast<std::uint32_t>(word >> 32), [&] {
            return static_cast<std::uint32_t>(word);
          }));
      ++later[state];
      if (!returned_.empty()) {
        const auto place = static_cast<std::size_t>(who.uniform() * static_cast<double>(pool - k));
        if (place < returned_.size()) {
          persons_.push_back(returned_[place]);
          next_.push_back(state);
          returned_[place] = returned_.back();
          returned_.pop_back();
          continue;
        }
      }
      come(static_cast<std::int32_t>(t + 1), -1, state, next_);
      new_referred += by_word ? 1 : 0;
    }
    return new_referred == 0 || find_bringers(t, first_new, new_referred, crew);
  }

  /// Whoever made the first contact: any of those who make contacts, by how many he makes on average.
  bool find_bringers(Index t, std::size_t first, std::int64_t number, detail::Crew& crew) {
    SplitWords words = words_of(t, brought_by_whom);
    const double contacts = contacts_until_.back();
    // Sorted by block, so that a block is looked through once.
    places_.resize(static_cast<std::size_t>(number));
    block_of_.resize(places_.size());
    first_of_block_.assign(contacts_until_.size() + 1, 0);
    for (std::size_t k = 0; k < places_.size(); ++k) {
      places_[k] = words.uniform() * contacts;
      auto block = static_cast<std::size_t>(
          std::upper_bound(contacts_until_.begin(), contacts_until_.end(), places_[k]) - contacts_until_.begin());
      while (block == contacts_until_.size() || tallies_[block].contacts <= 0.0) --block;  // by rounding alone
      block_of_[k] = static_cast<std::uint32_t>(block);
      ++first_of_block_[block + 1];
    }
    for (std::size_t b = 1; b < first_of_block_.size(); ++b) first_of_block_[b] += first_of_block_[b - 1];
    sorted_.resize(places_.size());
    std::vector<std::uint32_t> filled(first_of_block_.begin(), first_of_block_.end() - 1);
    for (std::size_t k = 0; k < places_.size(); ++k) sorted_[filled[block_of_[k]]++] = static_cast<std::uint32_t>(k);

    const auto n_blocks = static_cast<std::int64_t>(contacts_until_.size());
    const auto look = [&](int, std::int64_t block) -> std::int64_t {
      look_through(static_cast<std::size_t>(block), first);
      return 0;
    };
    return crew.run(n_blocks, detail::Crew::size(n_blocks, options_.threads), look);
  }

  void look_through(std::size_t block, std::size_t first) {
    const std::uint32_t from = first_of_block_[block];
    const std::uint32_t to = first_of_block_[block + 1];
    if (from == to) return;
    const std::size_t begin = block * static_cast<std::size_t>(block_size);
    const std::size_t end = std::min(moved_, begin + static_cast<std::size_t>(block_size));
    std::vector<double> until(end - begin);
    double sum = 0.0;
    for (std::size_t k = 0; k < until.size(); ++k) {
      sum += weights_[now_[begin + k] * (n_ + 1) + next_[begin + k]];
      until[k] = sum;
    }
    const double before = block == 0 ? 0.0 : contacts_until_[block - 1];
    for (std::uint32_t s = from; s < to; ++s) {
      // The sums of the block are made in two orders: no place is beyond the last who makes contacts.
      const double place = std::min(places_[sorted_[s]] - before, std::nextafter(sum, 0.0));
      const auto at = static_cast<std::size_t>(std::upper_bound(until.begin(), until.end(), place) - until.begin());
      brought_by_[first + sorted_[s]] = static_cast<std::int32_t>(persons_[begin + at]);
    }
  }

  void collect_returned() {
    for (std::size_t b = 0; b < tallies_.size(); ++b) {
      if (tallies_[b].returned == 0) continue;
      const std::size_t begin = b * static_cast<std::size_t>(block_size);
      const std::size_t end = std::min(moved_, begin + static_cast<std::size_t>(block_size));
      for (std::size_t place = begin; place < end; ++place) {
        if (next_[place] == pool_ && now_[place] != pool_) returned_.push_back(persons_[place]);
      }
    }
  }

  /// Takes out those who will never move again, where they are more than an eighth.
  void give_up_places() {
    std::size_t idle = 0;
    for (const std::uint8_t state : now_) idle += is_idle_[state];
    if (8 * idle > now_.size()) {
      std::size_t kept = 0;
      for (std::size_t place = 0; place < now_.size(); ++place) {
        const std::uint8_t state = now_[place];
        if (is_idle_[state] != 0) {
          if (state == pool_) continue;
          state_[persons_[place]] = state;
          ++dropped_[state];
          continue;
        }
        persons_[kept] = persons_[place];
        now_[kept++] = state;
      }
      persons_.resize(kept);
      now_.resize(kept);
    }
    moved_ = now_.size();
  }

  const MarketPlan& plan_;
  const MarketPeopleOptions& options_;
  std::size_t n_;
  std::uint8_t pool_;                 // as a state
  std::vector<double> weights_;       // contacts of one who makes a move, by from and to
  std::vector<double> move_rewards_;  // alike
  std::vector<std::uint8_t> is_idle_;
  CountVector dropped_;  // those who gave their places up, per state
  AliasTable referred_to_{plan_.arrives_at};
  AliasTable advertised_to_{plan_.advertising_arrives_at};

  // By place.
  std::vector<std::uint32_t> persons_;
  std::vector<std::uint8_t> now_;
  std::vector<std::uint8_t> next_;
  std::size_t moved_ = 0;  // places before the newcomers of the period
  // By person.
  std::vector<std::int32_t> arrived_;
  std::vector<std::int32_t> brought_by_;
  std::vector<std::int32_t> state_;

  std::vector<std::uint32_t> returned_;  // persons who are in the pool again
  std::vector<BlockTally> tallies_;
  std::vector<std::vector<std::int64_t>> pairs_;  // moves by from and to, of each worker
  std::vector<double> contacts_until_;            // of a block and those before it
  std::vector<double> places_;                    // of contacts, among all
  std::vector<std::uint32_t> block_of_;
  std::vector<std::uint32_t> first_of_block_;
  std::vector<std::uint32_t> sorted_;
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
  const MarketPlan plan(who, market);
  detail::check_horizon("horizon", options.horizon);
  detail::check_threads(options.threads);
  detail::check_experiences(who, plan);
  if (plan.n_states() > most_states || market.people > most_people) {
    throw std::invalid_argument(std::string(who) + ": takes up to " + std::to_string(most_states) + " states and " +
                                text::grouped(most_people) + " people, found " + text::grouped(plan.n_states()) +
                                " and " + text::grouped(market.people) + "; simulate_market takes any number of both");
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
