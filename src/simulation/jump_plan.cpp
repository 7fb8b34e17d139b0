#include "simulation/jump_plan.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

#include "support/memory.hpp"
#include "support/philox.hpp"

namespace sojourn::detail {

namespace {

// How often a draw may say "still there": when it finds the length of a stay, and when it finds the way out with it.
constexpr double rare = 1.0 / 32;
constexpr double often = 1.0 / 3;
constexpr std::uint64_t widest_row = 256;  // outcomes of one draw, where lengths and ways out are drawn together
constexpr std::uint64_t roomy = 1 << 20;   // cells that need no better reason
constexpr std::uint64_t most_jump_cells = std::uint64_t{1} << 31;
constexpr double whole = 0x1p63;  // the weights of a row sum to this

std::uint64_t cells_for(std::uint64_t n_outcomes) {
  return std::bit_ceil(n_outcomes);
}

struct Length {
  std::uint32_t length;
  double still_there;
};

/// The smallest length with `p^length` rare, at most `most`.
Length length_for(double p, std::uint64_t most) {
  Length found{1, p};
  for (; found.still_there > rare && found.length < most; found.still_there *= p) ++found.length;
  return found;
}

}  // namespace

Twofold operator+(Twofold a, Twofold b) {
  const double sum = a.high + b.high;
  const double part = sum - a.high;
  const double rest = (a.high - (sum - part)) + (b.high - part) + (a.low + b.low);
  const double high = sum + rest;
  return {high, rest - (high - sum)};
}

Twofold operator*(Twofold a, Twofold b) {
  const double product = a.high * b.high;
  const double rest = std::fma(a.high, b.high, -product) + (a.high * b.low + a.low * b.high);
  const double high = product + rest;
  return {high, rest - (high - product)};
}

JumpPlan::JumpPlan(const Chain& chain, const Rewards& rewards, double factor, std::uint64_t horizon, std::uint64_t seed,
                   const std::vector<std::string>& targets, Crew& crew)
    : crew_(crew), walk_(best_jump_walk()) {
  tables_.horizon = horizon;
  tables_.seed = seed;
  std::vector<Live> states = read_states(chain, rewards);
  choose_sizes(states);
  const auto n_doors = static_cast<std::uint32_t>(
      std::count_if(states.begin(), states.end(), [](const Live& state) { return state.has_door; }));
  const auto n_absorbing = static_cast<std::uint32_t>(number_of_.size() - states.size());
  const auto n_own = static_cast<std::uint32_t>(states.size());
  tables_.n_live = n_own + n_doors;
  tables_.n_states = tables_.n_live + n_absorbing;
  for (std::uint32_t& number : number_of_) number += number < n_own ? 0 : n_doors;
  for (Live& state : states) {
    for (Exit& exit : state.exits) exit.to += exit.to < n_own ? 0 : n_doors;
  }
  std::uint32_t longest = 1;
  for (const Live& state : states) longest = std::max(longest, state.longest);
  fill_series(factor, longest);

  rows_.resize(std::max<std::size_t>(tables_.n_states + 1, 8));
  stay_money_.assign(tables_.n_states + 1, 0.0);
  for (Index i = 0; i < chain.n_states(); ++i) {
    stay_money_[number_of_[static_cast<std::size_t>(i)]] = rewards.per_state()[i] + factor * rewards.move_reward(i, i);
  }
  std::uint32_t door = n_own;
  for (const Live& state : states) add_rows(state, state.has_door ? door++ : 0);
  for (std::uint32_t k = tables_.n_live; k <= tables_.n_states; ++k) {
    rows_[k] = add_row({{1.0, {.money = 0.0, .discount = 1.0, .length = 0, .next = k, .stays = 0}}});
  }
  if (!targets.empty()) is_target_.assign(tables_.n_states + 1, 0);
  for (const std::string& target : targets) {
    is_target_[number_of_[static_cast<std::size_t>(chain.states().index(target))]] = 1;
  }

  tables_.rows = rows_.data();
  tables_.cells = cells_.data();
  tables_.outcomes = outcomes_.data();
  tables_.stay_money = stay_money_.data();
  tables_.series = series_.data();
  tables_.is_target = is_target_.empty() ? nullptr : is_target_.data();
  tables_.decide = [](const void* context, std::uint64_t row, std::uint64_t customer, std::uint64_t draw,
                      std::uint32_t word) {
    const auto& plan = *static_cast<const JumpPlan*>(context);
    const std::uint64_t seed_of = plan.tables_.seed;
    const auto low = philox4x32({static_cast<std::uint32_t>(customer), static_cast<std::uint32_t>(customer >> 32),
                                 static_cast<std::uint32_t>(draw / 4), stay_low},
                                {static_cast<std::uint32_t>(seed_of), static_cast<std::uint32_t>(seed_of >> 32)});
    const auto width = static_cast<unsigned>(row & 0xff);
    const std::size_t at = (row >> 8) + (std::uint64_t{word} >> (32 - width));
    const std::uint64_t fraction = (std::uint64_t{word} << 32 | low[draw % 4]) << width;
    return static_cast<std::uint32_t>(fraction < plan.thresholds_[at] ? at : plan.cells_[at] & 0xffffffff);
  };
  tables_.rest = [](const void* context, std::uint32_t state, std::uint64_t left) {
    return static_cast<const JumpPlan*>(context)->money_of_rest(state, left);
  };
  tables_.is_stopped = [](const void* context) { return !static_cast<const JumpPlan*>(context)->crew_.goes_on(); };
  tables_.context = this;
}

/// States that absorb are numbered last; doors are still to come before them.
std::vector<JumpPlan::Live> JumpPlan::read_states(const Chain& chain, const Rewards& rewards) {
  const auto n = static_cast<std::size_t>(chain.n_states());
  const std::vector<Index> absorbing = chain.absorbing_states();
  std::vector<char> is_absorbing(n, 0);
  for (const Index i : absorbing) is_absorbing[static_cast<std::size_t>(i)] = 1;
  number_of_.resize(n);
  std::uint32_t live = 0;
  auto absorbed = static_cast<std::uint32_t>(n - absorbing.size());
  for (std::size_t i = 0; i < n; ++i) number_of_[i] = is_absorbing[i] != 0 ? absorbed++ : live++;
  std::vector<Live> states;
  states.reserve(live);
  for (Index i = 0; i < chain.n_states(); ++i) {
    if (is_absorbing[static_cast<std::size_t>(i)] != 0) continue;
    Live state{.number = number_of_[static_cast<std::size_t>(i)],
               .reward = rewards.per_state()[i],
               .stay_probability = 0.0,
               .longest = 1,
               .exits = {},
               .has_door = false};
    double total = 0.0;
    chain.for_each_move(i, [&](Index j, double p) {
      total += p;
      if (j == i) {
        state.stay_probability = p;
      } else {
        state.exits.push_back({number_of_[static_cast<std::size_t>(j)], p, rewards.move_reward(i, j)});
      }
    });
    state.stay_probability /= total;
    for (Exit& exit : state.exits) exit.probability /= total;
    states.push_back(std::move(state));
  }
  return states;
}

/// How long a stay one draw may find, and whether the way out is drawn with it.
void JumpPlan::choose_sizes(std::vector<Live>& states) const {
  for (std::uint64_t limit = widest_row;; limit /= 2) {
    std::uint64_t n_cells = 2 * number_of_.size();
    for (Live& state : states) {
      const std::uint64_t n_exits = state.exits.size();
      const Length alone = length_for(state.stay_probability, limit - 1);
      const Length together = length_for(state.stay_probability, (limit - 1) / n_exits);
      state.has_door = together.length < alone.length && together.still_there > often;
      state.longest = state.has_door ? alone.length : together.length;
      n_cells +=
          state.has_door ? cells_for(state.longest + 1) + cells_for(n_exits) : cells_for(state.longest * n_exits + 1);
    }
    if (n_cells > roomy && limit > 4) continue;
    if (n_cells > most_jump_cells) throw std::length_error("simulate: the chain has more than 2^30 moves");
    constexpr double bytes_per_cell = sizeof(JumpOutcome) + 2 * sizeof(std::uint64_t);
    check_memory(bytes_per_cell * static_cast<double>(n_cells), "simulate: the tables of stays",
                 "walk step by step (stays = stepped)");
    return;
  }
}

void JumpPlan::fill_series(double factor, std::uint32_t longest) {
  Twofold power{1.0};
  Twofold sum{};
  for (std::uint32_t length = 0; length <= longest; ++length) {
    series_.push_back({power.high, sum.high});
    sum = sum + power;
    power = power * Twofold{factor};
  }
  power = {factor};
  sum = {1.0};
  for (std::uint64_t length = 1; length <= tables_.horizon && doubled_.size() < 63; length *= 2) {
    doubled_.push_back({power.high, sum.high});
    sum = sum + sum * power;
    power = power * power;
  }
}

/// The row of a state, and that of its door.
void JumpPlan::add_rows(const Live& state, std::uint32_t door) {
  const double p = state.stay_probability;
  const double factor = doubled_.front().discount;
  const double money_of_stay = stay_money_[state.number];
  std::vector<Draft> drafts;
  Twofold probability{1.0};  // of being still there
  for (std::uint32_t stays = 0; stays < state.longest; ++stays) {
    const JumpSeries& so_far = series_[stays];
    if (state.has_door) {
      double leaves = 0.0;
      for (const Exit& exit : state.exits) leaves += exit.probability;
      drafts.push_back({probability.high * leaves,
                        {.money = money_of_stay * so_far.sum,
                         .discount = so_far.discount,
                         .length = stays,
                         .next = door,
                         .stays = stays}});
    } else {
      for (const Exit& exit : state.exits) {
        drafts.push_back(
            {probability.high * exit.probability,
             {.money = money_of_stay * so_far.sum + so_far.discount * (state.reward + factor * exit.reward),
              .discount = series_[stays + 1].discount,
              .length = stays + 1,
              .next = exit.to,
              .stays = stays}});
      }
    }
    probability = probability * Twofold{p};
  }
  const JumpSeries& all = series_[state.longest];
  if (p > 0.0) {
    drafts.push_back({probability.high,
                      {.money = money_of_stay * all.sum,
                       .discount = all.discount,
                       .length = state.longest,
                       .next = state.number,
                       .stays = state.longest}});
  }
  rows_[state.number] = add_row(drafts);
  if (!state.has_door) return;
  drafts.clear();
  double leaves = 0.0;
  for (const Exit& exit : state.exits) leaves += exit.probability;
  for (const Exit& exit : state.exits) {
    drafts.push_back(
        {exit.probability / leaves,
         {.money = state.reward + factor * exit.reward, .discount = factor, .length = 1, .next = exit.to, .stays = 0}});
  }
  rows_[door] = add_row(drafts);
}

/// An alias table (M. D. Vose, IEEE Transactions on Software Engineering 17, 1991) in whole numbers: every outcome has
/// exactly the weight that its probability is rounded to.
std::uint64_t JumpPlan::add_row(const std::vector<Draft>& drafts) {
  const std::uint64_t first = cells_.size();
  const std::size_t n_cells = cells_for(drafts.size());
  const auto width = static_cast<unsigned>(std::bit_width(n_cells) - 1);
  const std::uint64_t full = std::uint64_t{1} << (63 - width);
  std::vector<std::uint64_t> weights(n_cells, 0);  // still to be placed
  std::uint64_t total = 0;
  std::size_t likeliest = 0;
  for (std::size_t c = 0; c < drafts.size(); ++c) {
    weights[c] = static_cast<std::uint64_t>(drafts[c].probability * whole);
    total += weights[c];
    if (weights[c] > weights[likeliest]) likeliest = c;
  }
  weights[likeliest] += (std::uint64_t{1} << 63) - total;
  std::vector<std::uint64_t> small;
  std::vector<std::uint64_t> large;
  for (std::uint64_t c = 0; c < n_cells; ++c) {
    outcomes_.push_back(drafts[c < drafts.size() ? c : likeliest].outcome);
    cells_.push_back(first + c);
    (weights[c] < full ? small : large).push_back(c);
  }
  thresholds_.resize(cells_.size(), 0);
  // Weights in whole numbers: when the small ones are used up, the others are exactly full.
  while (!small.empty()) {
    const std::uint64_t poor = small.back();
    const std::uint64_t rich = large.back();
    small.pop_back();
    const std::uint64_t threshold = weights[poor] << (width + 1);
    thresholds_[first + poor] = threshold;
    cells_[first + poor] = threshold >> (32 + width) << (32 + width) | (first + rich);
    weights[rich] -= full - weights[poor];
    if (weights[rich] < full) {
      large.pop_back();
      small.push_back(rich);
    }
  }
  return first << 8 | width;
}

double JumpPlan::money_of_rest(std::uint32_t state, std::uint64_t left) const {
  JumpSeries series{1.0, 0.0};
  for (std::size_t k = 0; left != 0; ++k, left /= 2) {
    if (left % 2 == 0) continue;
    series.sum += series.discount * doubled_[k].sum;
    series.discount *= doubled_[k].discount;
  }
  return stay_money_[state] * series.sum;
}

}  // namespace sojourn::detail
