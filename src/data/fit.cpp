#include "sojourn/data/fit.hpp"

#include <cmath>
#include <stdexcept>
#include <utility>

#include "chain/state_words.hpp"
#include "support/text.hpp"

namespace sojourn {

using detail::move_name;

namespace {

[[noreturn]] void contradict(const std::string& what) {
  throw std::invalid_argument("fit_chain: " + what);
}
[[noreturn]] void cannot(const std::string& what) {
  throw std::domain_error("fit_chain: " + what);
}

/// Dirichlet parameters of each allowed move before counting, shape (n_states, n_states); rows of exits are 0.
Matrix prior_parameters(const Lifecycle& lifecycle, const FitOptions& options) {
  const Index n = lifecycle.n_states();
  if (!std::isfinite(options.smoothing) || options.smoothing < 0.0) {
    contradict("smoothing: " + text::number(options.smoothing) +
               " events per allowed move; give a finite number of at least 0");
  }
  if (options.prior.size() != 0 && (options.prior.rows() != n || options.prior.cols() != n)) {
    contradict("prior: shape (" + std::to_string(options.prior.rows()) + ", " + std::to_string(options.prior.cols()) +
               "), expected (" + std::to_string(n) + ", " + std::to_string(n) + "), one number per move");
  }
  Matrix alpha = Matrix::Zero(n, n);
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) {
      const double prior = options.prior.size() == 0 ? 0.0 : options.prior(i, j);
      if (!std::isfinite(prior) || prior < 0.0) {
        contradict("prior: " + move_name(lifecycle.states(), i, j) + " has " + text::number(prior) +
                   "; give finite numbers of at least 0");
      }
      if (!lifecycle.is_exit(i) && lifecycle.allowed()(i, j)) alpha(i, j) = options.smoothing + prior;
    }
    if (!std::isfinite(alpha.row(i).sum())) {
      contradict("prior: the row of " + text::quoted(lifecycle.states().name(i)) + " is too large to add up");
    }
  }
  return alpha;
}

void check_options(const Counts& counts, const FitOptions& options) {
  const bool has_prior = options.smoothing > 0.0 || options.prior.size() != 0;
  if (options.rows_without_data == RowsWithoutData::prior && !has_prior) {
    contradict("rows_without_data: the prior is to fill them, but there is none; give smoothing or a prior");
  }
  if (options.estimate == Estimate::mode && !has_prior) {
    contradict("estimate: the mode needs a prior of at least 1 per allowed move; give one, or take the mean");
  }
  const bool wants_parent = options.rows_without_data == RowsWithoutData::parent;
  if (wants_parent && !options.parent) {
    contradict("parent: rows without data are to come from a parent chain, but there is none; give one");
  }
  if (!options.parent) return;
  if (!wants_parent) {
    contradict("parent: it fills rows without data only where rows_without_data is parent; say so, or leave it out");
  }
  if (options.parent->states() != counts.states()) {
    contradict("parent: its states are " + text::list(options.parent->states().names()) + ", expected " +
               text::list(counts.states().names()));
  }
  if (!(options.parent->period() == counts.period())) {
    contradict("parent: it moves per " + options.parent->period().name() + ", the counts per " +
               counts.period().name() + "; fit both on one grid");
  }
}

/// The allowed moves, shape (n_states, n_states); the others are refused or counted as dropped.
CountMatrix usable_moves(const Counts& counts, Forbidden policy, std::int64_t& n_dropped) {
  constexpr std::size_t most_named = 8;
  const Mask& allowed = counts.lifecycle().allowed();
  CountMatrix moves = counts.moves();
  std::vector<std::string> forbidden;
  for (Index i = 0; i < moves.rows(); ++i) {
    for (Index j = 0; j < moves.cols(); ++j) {
      if (moves(i, j) == 0 || allowed(i, j)) continue;
      forbidden.push_back(move_name(counts.states(), i, j) + ' ' + text::plural(moves(i, j), "time"));
      n_dropped += moves(i, j);
      moves(i, j) = 0;
    }
  }
  if (forbidden.empty() || policy == Forbidden::drop) return moves;
  std::string named;
  for (std::size_t k = 0; k < forbidden.size() && k < most_named; ++k) named += (k == 0 ? "" : ", ") + forbidden[k];
  if (forbidden.size() > most_named) named += " and " + std::to_string(forbidden.size() - most_named) + " more";
  const std::string& name = counts.lifecycle().name();
  cannot("the lifecycle" + (name.empty() ? std::string() : ' ' + text::quoted(name)) +
         " forbids observed moves: " + named + "; allow them, or drop them with forbidden = drop");
}

/// Mean or mode of Dirichlet(alpha) over the allowed moves of one row.
Vector estimate_row(const Vector& alpha, const Lifecycle& lifecycle, Index row, Estimate estimate) {
  Vector out = alpha;
  if (estimate == Estimate::mode) {
    for (Index j = 0; j < out.size(); ++j) {
      if (lifecycle.allowed()(row, j)) out[j] -= 1.0;
    }
  }
  const double sum = out.sum();
  if (!(sum > 0.0)) {
    cannot("the row of " + text::quoted(lifecycle.states().name(row)) +
           (estimate == Estimate::mode ? " has a flat prior and no data, and so no mode; take the mean"
                                       : " has neither data nor a prior; give smoothing or a prior for it"));
  }
  return out / sum;
}

void check_mode(const Lifecycle& lifecycle, const Matrix& alpha, Index row) {
  for (Index j = 0; j < alpha.cols(); ++j) {
    if (!lifecycle.allowed()(row, j) || alpha(row, j) >= 1.0) continue;
    contradict("estimate: the mode needs a prior of at least 1 per allowed move, but " +
               move_name(lifecycle.states(), row, j) + " has " + text::number(alpha(row, j)) +
               "; raise it, or take the mean");
  }
}

/// Tells the report, or refuses them.
void name_rows_without_data(const Lifecycle& lifecycle, const CountMatrix& moves, RowsWithoutData policy,
                            FitReport& report) {
  std::vector<std::string>& rows = report.rows_without_data;
  for (Index i = 0; i < lifecycle.n_states(); ++i) {
    if (!lifecycle.is_exit(i) && moves.row(i).sum() == 0) rows.push_back(lifecycle.states().name(i));
  }
  if (rows.empty()) return;
  if (policy == RowsWithoutData::refuse) {
    const bool one = rows.size() == 1;
    cannot("no move out of " + text::list(rows) + " was observed; set rows_without_data to fill " +
           (one ? "this row" : "these rows") + " from a prior, from a parent chain or by absorption, or leave the " +
           (one ? "state" : "states") + " out");
  }
  report.filled_by = policy;
}

Vector parent_row(const Chain& parent, const Lifecycle& lifecycle, Index row) {
  for (Index j = 0; j < parent.n_states(); ++j) {
    if (parent.transition_matrix()(row, j) > 0.0 && !lifecycle.allowed()(row, j)) {
      contradict("parent: it moves " + move_name(parent.states(), row, j) + " with probability " +
                 text::number(parent.transition_matrix()(row, j)) + ", which the lifecycle forbids");
    }
  }
  return parent.transition_matrix().row(row).transpose();
}

}  // namespace

bool FitResult::operator==(const FitResult& other) const {
  const auto equal = [](const Matrix& a, const Matrix& b) {
    return a.rows() == b.rows() && a.cols() == b.cols() && a == b;
  };
  return chain == other.chain && counts == other.counts && equal(posterior, other.posterior) &&
         equal(standard_errors, other.standard_errors) && report == other.report;
}

FitResult fit_chain(const Counts& counts, const FitOptions& options) {
  const Lifecycle& lifecycle = counts.lifecycle();
  const Index n = lifecycle.n_states();
  const Matrix alpha = prior_parameters(lifecycle, options);
  check_options(counts, options);

  FitReport report;
  report.smoothing = options.smoothing;
  report.has_prior = options.prior.size() != 0;
  report.estimate = options.estimate;
  const CountMatrix moves = usable_moves(counts, options.forbidden, report.moves_dropped);
  name_rows_without_data(lifecycle, moves, options.rows_without_data, report);

  Matrix transition = Matrix::Zero(n, n);
  Matrix posterior = Matrix::Zero(n, n);
  Matrix errors = Matrix::Zero(n, n);
  for (Index i = 0; i < n; ++i) {
    const bool has_data = moves.row(i).sum() > 0;
    if (lifecycle.is_exit(i) || (!has_data && options.rows_without_data == RowsWithoutData::absorb)) {
      transition(i, i) = 1.0;
      continue;
    }
    if (!has_data && options.rows_without_data == RowsWithoutData::parent) {
      transition.row(i) = parent_row(*options.parent, lifecycle, i).transpose();
      continue;
    }
    if (options.estimate == Estimate::mode) check_mode(lifecycle, alpha, i);
    const Vector row = alpha.row(i).transpose() + moves.row(i).transpose().cast<double>();
    transition.row(i) = estimate_row(row, lifecycle, i, options.estimate).transpose();
    posterior.row(i) = row.transpose();
    // The diagonal of dirichlet_covariance: p (1 - p) / (A + 1).
    const double total = row.sum();
    const Vector p = row / total;
    errors.row(i) = (p.array() * (1.0 - p.array()) / (total + 1.0)).max(0.0).sqrt().matrix().transpose();
    if (has_data) report.n_parameters += lifecycle.allowed().row(i).count() - 1;
  }
  Chain chain(counts.states(), std::move(transition), counts.period());
  report.moves_used = moves.sum();
  report.log_likelihood = log_likelihood(moves, chain);
  return {.chain = std::move(chain),
          .counts = counts,
          .posterior = std::move(posterior),
          .standard_errors = std::move(errors),
          .report = std::move(report)};
}

double log_likelihood(const CountMatrix& moves, const Chain& chain) {
  const Index n = chain.n_states();
  if (moves.rows() != n || moves.cols() != n) {
    throw std::invalid_argument("log_likelihood: moves: shape (" + std::to_string(moves.rows()) + ", " +
                                std::to_string(moves.cols()) + "), expected (" + std::to_string(n) + ", " +
                                std::to_string(n) + ")");
  }
  double sum = 0.0;
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) {
      const std::int64_t count = moves(i, j);
      if (count == 0) continue;
      if (count < 0) {
        throw std::invalid_argument("log_likelihood: moves: " + move_name(chain.states(), i, j) + " has " +
                                    std::to_string(count) + "; counts are at least 0");
      }
      const double p = chain.transition_matrix()(i, j);
      if (p == 0.0) {
        throw std::domain_error("log_likelihood: " + move_name(chain.states(), i, j) + " was observed " +
                                text::plural(count, "time") +
                                ", but the chain never moves so; fit with smoothing or a prior");
      }
      sum += static_cast<double>(count) * std::log(p);
    }
  }
  return sum;
}

Matrix dirichlet_covariance(const Vector& alpha) {
  for (Index i = 0; i < alpha.size(); ++i) {
    if (!std::isfinite(alpha[i]) || alpha[i] < 0.0) {
      throw std::invalid_argument("dirichlet_covariance: alpha[" + std::to_string(i) + "] is " +
                                  text::number(alpha[i]) + "; give finite numbers of at least 0");
    }
  }
  const double total = alpha.size() == 0 ? 0.0 : alpha.sum();
  if (!(total > 0.0) || !std::isfinite(total)) {
    throw std::invalid_argument("dirichlet_covariance: alpha sums to " + text::number(total) +
                                "; give at least one positive number");
  }
  const Vector p = alpha / total;
  Matrix covariance = -p * p.transpose();
  covariance.diagonal() += p;
  return covariance / (total + 1.0);
}

}  // namespace sojourn
