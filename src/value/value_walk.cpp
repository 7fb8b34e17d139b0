#include "value/value_walk.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/numbers.hpp"
#include "support/text.hpp"

namespace sojourn::detail {

namespace {

constexpr double same = 1e-14;  // amounts closer than this share of the largest are one amount, twice rounded

/// Sorted amounts, those that differ by rounding alone as one.
void merge_same(std::vector<Mass>& values, double tolerance) {
  std::sort(values.begin(), values.end(), [](const Mass& a, const Mass& b) { return a.value < b.value; });
  std::size_t kept = 0;
  double heaviest = 0.0;
  double first = 0.0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    const Mass next = values[k];
    if (k > 0 && next.value - first <= tolerance) {
      Mass& last = values[kept - 1];
      last.probability += next.probability;
      if (next.probability > heaviest) {
        heaviest = next.probability;
        last.value = next.value;
      }
      continue;
    }
    values[kept++] = next;
    heaviest = next.probability;
    first = next.value;
  }
  values.resize(kept);
}

}  // namespace

void check_errors(double relative_error, const char* of, double error_in_probability) {
  if (!(relative_error > 0.0 && relative_error <= 1.0)) {
    throw std::invalid_argument(std::string("relative_error: must be above 0 and at most 1 (a share of ") + of +
                                "), found " + text::number(relative_error));
  }
  if (!(error_in_probability >= 0.0 && error_in_probability < 0.5)) {
    throw std::invalid_argument("error_in_probability: must be from 0 to below 0.5, found " +
                                text::number(error_in_probability));
  }
}

void check_sizes(Index most_points, Index exact_values) {
  if (most_points < 2 || most_points > 100'000'000) {
    throw std::invalid_argument("most_points: must be from 2 to 100,000,000, found " + std::to_string(most_points));
  }
  if (exact_values < 0 || exact_values > 100'000'000) {
    throw std::invalid_argument("exact_values: must be from 0 to 100,000,000, found " + std::to_string(exact_values));
  }
}

ValueWalk::ValueWalk(const WalkProblem& problem, const Vector& start)
    : problem_(&problem), slips_(at(problem.n)), values_(at(problem.n)), cells_(at(problem.n)) {
  for (Index i = 0; i < problem.n; ++i) {
    if (start[i] <= 0.0) continue;
    slips_[at(i)].weight = start[i];
    values_[at(i)].push_back({0.0, start[i]});
  }
}

double ValueWalk::remaining() const {
  double sum = 0.0;
  for (const Slip& slip : slips_) sum += slip.weight;
  return sum;
}

bool ValueWalk::is_empty() const {
  return std::all_of(values_.begin(), values_.end(), [](const auto& values) { return values.empty(); }) &&
         std::all_of(cells_.begin(), cells_.end(), [](const Cells& cells) { return cells.mass.empty(); });
}

void ValueWalk::clear(Index i) {
  slips_[at(i)] = Slip{};
  values_[at(i)].clear();
  cells_[at(i)].mass.clear();
}

bool ValueWalk::step_exactly(Index most) {
  const WalkProblem& p = *problem_;
  double size = size_;
  for (Index j = 0; j < p.n; ++j) {
    for (const WalkProblem::Move& move : p.into[at(j)]) {
      if (values_[at(move.from)].empty()) continue;
      const double gain = std::abs(discount_ * (p.per_state[move.from] + p.factor * move.reward));
      size = std::max(size, size_ + gain);
    }
  }
  std::vector<std::vector<Mass>> next(at(p.n));
  std::vector<double> weights(at(p.n), 0.0);
  std::size_t total = 0;
  for (Index j = 0; j < p.n; ++j) {
    std::vector<Mass>& into = next[at(j)];
    for (const WalkProblem::Move& move : p.into[at(j)]) {
      weights[at(j)] += slips_[at(move.from)].weight * move.probability;
      const double gain = discount_ * (p.per_state[move.from] + p.factor * move.reward);
      for (const Mass& mass : values_[at(move.from)])
        into.push_back({mass.value + gain, mass.probability * move.probability});
    }
    merge_same(into, same * size);
    total += into.size();
    if (total > at(most)) return false;
  }
  values_ = std::move(next);
  for (Index j = 0; j < p.n; ++j) slips_[at(j)].weight = weights[at(j)];
  size_ = size;
  discount_ *= p.factor;
  ++t_;
  return true;
}

void ValueWalk::lay_on_grid(double h, double theta, bool rehearsal, Index most_points) {
  h_ = h;
  theta_ = theta;
  rehearsal_ = rehearsal;
  most_points_ = most_points;
  for (Index i = 0; i < problem_->n; ++i) {
    std::vector<Mass>& values = values_[at(i)];
    if (values.empty()) continue;
    const double first = values.front().value;
    const double points = (values.back().value - first) / h + 2.0;
    if (points > static_cast<double>(most_points)) throw GridTooLarge{static_cast<Index>(std::min(points, 1e15))};
    Cells& cells = cells_[at(i)];
    if (!rehearsal) cells.mass.assign(static_cast<std::size_t>(points), 0.0);
    Slip& slip = slips_[at(i)];
    double weight = 0.0;
    double mean = 0.0;
    for (const Mass& mass : values) {
      const auto cell = std::llround((mass.value - first) / h);
      const double off = first + static_cast<double>(cell) * h - mass.value;
      slip.low = std::min(slip.low, off);
      slip.high = std::max(slip.high, off);
      weight += mass.probability;
      mean += mass.probability * off;
      if (!rehearsal) cells.mass[static_cast<std::size_t>(cell)] += mass.probability;
    }
    mean /= weight;
    for (const Mass& mass : values) {
      const auto cell = static_cast<double>(std::llround((mass.value - first) / h));
      const double off = first + cell * h - mass.value - mean;
      slip.square += mass.probability / weight * off * off;
    }
    slip.low -= mean;
    slip.high -= mean;
    // A bounded variable of mean 0 (W. Hoeffding, Journal of the American Statistical Association 58, 1963, lemma 1).
    const double width = theta * (slip.high - slip.low);
    slip.up = slip.down = std::exp(width * width / 8.0);
    cells.base = first - mean;
    values.clear();
  }
}

void ValueWalk::add_one(double* out, const Term& term, Index begin, Index end) {
  const double* in = term.from - term.shift;
  for (Index k = begin; k < end; ++k) out[k] += term.probability * in[k];
}

/// `out[k] += Σ p in[k - shift]` for cells `begin` to `end`: four terms at a time where they overlap.
void ValueWalk::add_terms(double* out, const std::vector<Term>& terms, Index begin, Index end) {
  std::size_t first = 0;
  for (; first + 4 <= terms.size(); first += 4) {
    const Term* t = &terms[first];
    Index low = begin;
    Index high = end;
    for (int m = 0; m < 4; ++m) {
      low = std::max(low, t[m].shift);
      high = std::min(high, t[m].shift + t[m].length);
    }
    if (low >= high) low = high = end;
    for (int m = 0; m < 4; ++m) {
      const Index from = std::max(begin, t[m].shift);
      const Index to = std::min(end, t[m].shift + t[m].length);
      add_one(out, t[m], from, std::min(to, low));
      add_one(out, t[m], std::max(from, high), to);
    }
    const double* a = t[0].from - t[0].shift;
    const double* b = t[1].from - t[1].shift;
    const double* c = t[2].from - t[2].shift;
    const double* d = t[3].from - t[3].shift;
    const double pa = t[0].probability;
    const double pb = t[1].probability;
    const double pc = t[2].probability;
    const double pd = t[3].probability;
    for (Index k = low; k < high; ++k) out[k] += (pa * a[k] + pb * b[k]) + (pc * c[k] + pd * d[k]);
  }
  for (; first < terms.size(); ++first) {
    const Term& t = terms[first];
    add_one(out, t, std::max(begin, t.shift), std::min(end, t.shift + t.length));
  }
}

bool ValueWalk::gather(Index to, Slip& slip, double& reference) {
  const WalkProblem& p = *problem_;
  // The heaviest of those who arrive keeps its amounts to the digit; the others are rounded to its grid.
  double heaviest = 0.0;
  residuals_.clear();
  for (const WalkProblem::Move& move : p.into[at(to)]) {
    const double weight = slips_[at(move.from)].weight * move.probability;
    const double amount = cells_[at(move.from)].base + discount_ * (p.per_state[move.from] + p.factor * move.reward);
    residuals_.push_back(amount);
    slip.weight += weight;
    if (weight <= heaviest) continue;
    heaviest = weight;
    reference = amount;
  }
  if (heaviest > 0.0) return true;
  slip.weight = 0.0;
  return false;
}

ValueWalk::Rounding ValueWalk::round_to(double reference, Index to, double weight_of_all) {
  const auto& moves = problem_->into[at(to)];
  Rounding rounding{0.0, 0};
  bool is_first = true;  // of those who have an amount
  shifts_.clear();
  for (std::size_t m = 0; m < moves.size(); ++m) {
    const double weight = slips_[at(moves[m].from)].weight * moves[m].probability;
    const double cells = weight > 0.0 ? std::nearbyint((residuals_[m] - reference) / h_) : 0.0;
    if (std::abs(cells) > 1e15) throw GridTooLarge{static_cast<Index>(1e15)};
    shifts_.push_back(static_cast<std::int64_t>(cells));
    residuals_[m] -= reference + cells * h_;
    rounding.mean += weight * residuals_[m];
    if (weight > 0.0 && !cells_[at(moves[m].from)].mass.empty()) {
      rounding.lowest = is_first ? shifts_.back() : std::min(rounding.lowest, shifts_.back());
      is_first = false;
    }
  }
  rounding.mean /= weight_of_all;
  return rounding;
}

void ValueWalk::add_slips(Index to, double mean, Slip& slip) const {
  const auto& moves = problem_->into[at(to)];
  slip.low = infinity;
  slip.high = -infinity;
  slip.up = slip.down = 0.0;
  for (std::size_t m = 0; m < moves.size(); ++m) {
    const Slip& before = slips_[at(moves[m].from)];
    const double share = before.weight * moves[m].probability / slip.weight;
    if (!(share > 0.0)) continue;
    const double off = mean - residuals_[m];
    slip.low = std::min(slip.low, before.low + off);
    slip.high = std::max(slip.high, before.high + off);
    slip.square += share * (before.square + off * off);
    if (theta_ > 0.0) {
      const double tilt = std::exp(theta_ * off);
      slip.up += share * before.up * tilt;
      slip.down += share * before.down / tilt;
    }
  }
}

void ValueWalk::add_masses(Index to, std::int64_t lowest, Cells& out) {
  const auto& moves = problem_->into[at(to)];
  terms_.clear();
  Index length = 0;
  for (std::size_t m = 0; m < moves.size(); ++m) {
    const Cells& from = cells_[at(moves[m].from)];
    if (from.mass.empty() || !(slips_[at(moves[m].from)].weight > 0.0)) continue;
    const auto cells = static_cast<Index>(from.mass.size());
    terms_.push_back({from.mass.data(), cells, static_cast<Index>(shifts_[m] - lowest), moves[m].probability});
    length = std::max(length, terms_.back().shift + cells);
  }
  if (length > most_points_ + 2) throw GridTooLarge{length};
  out.mass.assign(at(length), 0.0);
  constexpr Index block = 4096;  // stays in the cache nearest to the processor
  for (Index begin = 0; begin < length; begin += block)
    add_terms(out.mass.data(), terms_, begin, std::min(length, begin + block));
}

void ValueWalk::fold_ends(double trim, Cells& out) {
  double folded = 0.0;
  std::size_t first = 0;
  while (first + 1 < out.mass.size() && folded + out.mass[first] <= trim) folded += out.mass[first++];
  if (first > 0) {
    out.mass[first] += folded;
    trimmed_ += folded;
    out.mass.erase(out.mass.begin(), out.mass.begin() + static_cast<std::ptrdiff_t>(first));
    out.base += static_cast<double>(first) * h_;
  }
  folded = 0.0;
  while (out.mass.size() > 1 && folded + out.mass.back() <= trim) {
    folded += out.mass.back();
    out.mass.pop_back();
  }
  if (!out.mass.empty()) out.mass.back() += folded;
  trimmed_ += folded;
}

void ValueWalk::step_on_grid(double trim) {
  const WalkProblem& p = *problem_;
  next_.resize(at(p.n));
  next_slips_.assign(at(p.n), Slip{});
  for (Index j = 0; j < p.n; ++j) {
    Cells& out = next_[at(j)];
    Slip& slip = next_slips_[at(j)];
    out.mass.clear();
    double reference = 0.0;
    if (!gather(j, slip, reference)) continue;
    const Rounding rounding = round_to(reference, j, slip.weight);
    // Shifting the grid by their mean keeps the mean of what is rounded at 0.
    out.base = reference + rounding.mean + static_cast<double>(rounding.lowest) * h_;
    add_slips(j, rounding.mean, slip);
    if (rehearsal_) continue;
    add_masses(j, rounding.lowest, out);
    fold_ends(trim, out);  // thin ones, inward
  }
  std::swap(cells_, next_);
  std::swap(slips_, next_slips_);
  discount_ *= p.factor;
  ++t_;
}

double ValueWalk::take_from(Index i, double shift, double threshold) {
  double taken = 0.0;
  std::vector<Mass>& values = values_[at(i)];
  while (!values.empty() && values.back().value + shift >= threshold) {
    taken += values.back().probability;
    values.pop_back();
  }
  Cells& cells = cells_[at(i)];
  while (!cells.mass.empty() && cells.base + static_cast<double>(cells.mass.size() - 1) * h_ + shift >= threshold) {
    taken += cells.mass.back();
    cells.mass.pop_back();
  }
  return taken;
}

double ValueWalk::take_below(Index i, double shift, double threshold) {
  double taken = 0.0;
  std::vector<Mass>& values = values_[at(i)];
  std::size_t gone = 0;
  while (gone < values.size() && values[gone].value + shift < threshold) taken += values[gone++].probability;
  values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(gone));
  Cells& cells = cells_[at(i)];
  gone = 0;
  while (gone < cells.mass.size() && cells.base + static_cast<double>(gone) * h_ + shift < threshold)
    taken += cells.mass[gone++];
  cells.mass.erase(cells.mass.begin(), cells.mass.begin() + static_cast<std::ptrdiff_t>(gone));
  cells.base += static_cast<double>(gone) * h_;
  return taken;
}

}  // namespace sojourn::detail
