#include "sojourn/model/io.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <ostream>
#include <stdexcept>

#include "support/text.hpp"
#include "support/text_table.hpp"

namespace sojourn {

namespace {

using text::Table;

double largest(const Vector& values) {
  return values.size() == 0 ? 0.0 : values.cwiseAbs().maxCoeff();
}

/// Rows of a square matrix with state names on both sides; `cell` writes one entry.
template <class Cell>
std::string square(const StateSpace& states, Cell&& cell) {
  std::vector<std::string> header{"from \\ to"};
  for (const std::string& name : states.names()) header.push_back(text::plain(name));
  Table table(std::move(header));
  for (Index i = 0; i < states.n_states(); ++i) {
    std::vector<std::string> row{text::plain(states.name(i))};
    for (Index j = 0; j < states.n_states(); ++j) row.push_back(cell(i, j));
    table.add(std::move(row));
  }
  return table.text();
}

std::string probability(double p) {
  if (p == 0.0) return "·";
  return p < 0.00005 ? text::number(p, 2) : text::amount(p, 1.0).substr(0, 6);
}

std::string clock(const Period& period) {
  return period.is_step() ? "one step = one event" : "period " + period.name();
}

/// A graph label between double quotes.
std::string dot_label(const std::string& name) {
  std::string out = "\"";
  for (const char c : text::plain(name)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

/// Mermaid takes entities written with # inside a quoted label.
std::string mermaid_label(const std::string& name) {
  std::string out = "\"";
  for (const char c : text::plain(name)) {
    switch (c) {
      case '"':
        out += "#quot;";
        break;
      case '#':
        out += "#35;";
        break;
      case '<':
        out += "#lt;";
        break;
      case '>':
        out += "#gt;";
        break;
      case '&':
        out += "#amp;";
        break;
      default:
        out += c;
    }
  }
  return out + '"';
}

template <class Draw>
void each_move(const Chain& chain, double min_probability, Draw&& draw) {
  if (!(min_probability >= 0.0 && min_probability <= 1.0)) {
    throw std::invalid_argument("min_probability: must be from 0 to 1, found " + text::number(min_probability));
  }
  for (Index i = 0; i < chain.n_states(); ++i) {
    chain.for_each_move(i, [&](Index j, double p) {
      if (p >= min_probability) draw(i, j, text::number(p, 3));
    });
  }
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Period& period) {
  return out << period.name();
}

std::ostream& operator<<(std::ostream& out, const StateSpace& states) {
  out << text::plural(states.n_states(), "state") << ": ";
  for (Index i = 0; i < states.n_states(); ++i) out << (i > 0 ? ", " : "") << text::plain(states.name(i));
  return out;
}

std::ostream& operator<<(std::ostream& out, const StateValues& values) {
  Table table({"state", "value"});
  const double size = largest(values.vector());
  for (Index i = 0; i < values.size(); ++i) {
    table.add({text::plain(values.states().name(i)), text::amount(values.vector()[i], size)});
  }
  return out << table.text();
}

std::ostream& operator<<(std::ostream& out, const Chain& chain) {
  out << "chain of " << text::plural(chain.n_states(), "state") << ", " << clock(chain.period()) << '\n';
  if (chain.is_sparse()) {
    return out << text::grouped(chain.n_moves()) << (chain.n_moves() == 1 ? " move" : " moves") << ", kept sparse\n";
  }
  return out << square(chain.states(),
                       [&chain](Index i, Index j) { return probability(chain.transition_matrix()(i, j)); });
}

std::ostream& operator<<(std::ostream& out, const Rewards& rewards) {
  const StateSpace& states = rewards.states();
  double size = largest(rewards.per_state());
  if (rewards.has_move_rewards()) {
    size = std::max(size, rewards.is_sparse() ? rewards.sparse_per_move().coeffs().abs().maxCoeff()
                                              : rewards.per_move().cwiseAbs().maxCoeff());
  }
  Table table({"state or move", rewards.label()});
  for (Index i = 0; i < states.n_states(); ++i) {
    if (rewards.per_state()[i] != 0.0)
      table.add({text::plain(states.name(i)), text::amount(rewards.per_state()[i], size)});
  }
  const SparseMatrix moves =
      rewards.is_sparse() ? rewards.sparse_per_move() : SparseMatrix(rewards.per_move().sparseView());
  for (Index i = 0; i < moves.rows(); ++i) {
    for (SparseMatrix::InnerIterator move(moves, i); move; ++move) {
      table.add({text::plain(states.name(i)) + " → " + text::plain(states.name(move.col())),
                 text::amount(move.value(), size)});
    }
  }
  return out << "rewards (" << text::plain(rewards.label()) << " per period in a state, per move; all others 0)\n"
             << table.text();
}

std::ostream& operator<<(std::ostream& out, const Lifecycle& lifecycle) {
  out << "lifecycle" << (lifecycle.name().empty() ? "" : ' ' + text::quoted(lifecycle.name())) << '\n';
  Table table({"state", "role", "moments of truth", "can move to"}, 4);
  const StateSpace& states = lifecycle.states();
  for (Index i = 0; i < states.n_states(); ++i) {
    std::string moments;
    for (const Moment moment : lifecycle.moments(i))
      moments += (moments.empty() ? "" : ", ") + std::string(name(moment));
    std::string to;
    for (Index j = 0; j < states.n_states(); ++j) {
      if (lifecycle.allowed()(i, j)) to += (to.empty() ? "" : ", ") + text::plain(states.name(j));
    }
    if (lifecycle.allowed().row(i).all()) to = "every state";
    table.add({text::plain(states.name(i)), std::string(name(lifecycle.role(i))), moments, to});
  }
  return out << table.text();
}

std::ostream& operator<<(std::ostream& out, const DataReport& report) {
  for (const std::string& note : report.notes()) out << note << '\n';
  return out;
}

std::ostream& operator<<(std::ostream& out, const Journeys& journeys) {
  return out << text::plural(journeys.n_journeys(), "journey") << " of "
             << text::plural(journeys.n_customers(), "customer") << ", "
             << text::plural(journeys.n_entries(), journeys.period().is_step() ? "event" : "customer-period") << ", "
             << clock(journeys.period());
}

std::ostream& operator<<(std::ostream& out, const Counts& counts) {
  out << text::plural(counts.n_moves(), "move") << " in " << text::plural(counts.n_journeys(), "journey") << " of "
      << text::plural(counts.n_customers(), "customer") << ", " << clock(counts.period()) << '\n';
  return out << square(counts.states(), [&counts](Index i, Index j) {
           return counts.moves()(i, j) == 0 ? std::string("·") : text::grouped(counts.moves()(i, j));
         });
}

std::ostream& operator<<(std::ostream& out, const FitReport& report) {
  out << text::plural(report.moves_used, "move") << " used";
  if (report.moves_dropped > 0) out << ", " << text::grouped(report.moves_dropped) << " forbidden ones dropped";
  out << "; log-likelihood " << text::number(report.log_likelihood, 9) << " with "
      << text::plural(report.n_parameters, "free parameter") << '\n';
  if (report.has_prior || report.smoothing > 0.0) {
    out << "estimate: " << (report.estimate == Estimate::mean ? "mean" : "mode")
        << " of each row after counting, with ";
    if (report.smoothing > 0.0) out << "a pseudo-count of " << text::number(report.smoothing) << " per allowed move";
    if (report.has_prior && report.smoothing > 0.0) out << " and ";
    if (report.has_prior) out << "a Dirichlet prior";
    out << '\n';
  } else {
    out << "estimate: maximum likelihood\n";
  }
  if (!report.rows_without_data.empty()) {
    out << "rows without data: " << text::list(report.rows_without_data);
    switch (report.filled_by) {
      case RowsWithoutData::prior:
        out << ", filled by the prior alone";
        break;
      case RowsWithoutData::absorb:
        out << ", taken as never left";
        break;
      case RowsWithoutData::parent:
        out << ", taken from the parent chain";
        break;
      case RowsWithoutData::refuse:
        break;
    }
    out << '\n';
  }
  return out;
}

std::ostream& operator<<(std::ostream& out, const FitResult& fit) {
  return out << fit.chain << fit.report;
}

std::ostream& operator<<(std::ostream& out, const LifetimeValue& value) {
  const Vector& mean = value.mean().vector();
  const double size = std::max(largest(mean), largest(value.standard_deviation().vector()));
  std::vector<std::string> header{"state", "mean", "residual", "std"};
  std::optional<ValueInterval> interval;
  if (value.is_fitted()) {
    interval = value.interval(0.9);
    header.emplace_back("90 % interval of the mean");
  }
  Table table(std::move(header));
  for (Index i = 0; i < mean.size(); ++i) {
    std::vector<std::string> row{text::plain(value.mean().states().name(i)), text::amount(mean[i], size),
                                 text::amount(value.residual().vector()[i], size),
                                 text::amount(value.standard_deviation().vector()[i], size)};
    if (interval)
      row.push_back(text::amount(interval->lower.at(i), size) + " … " + text::amount(interval->upper.at(i), size));
    table.add(std::move(row));
  }
  return out << value.definition() << '\n' << table.text();
}

std::ostream& operator<<(std::ostream& out, const ReferralValue& value) {
  const double size =
      std::max({largest(value.total().vector()), largest(value.own().vector()), largest(value.referred().vector())});
  const double most = largest(value.lifetime_referrals().vector());
  Table table({"state", "total", "own", "referred", "lifetime referrals"});
  const StateSpace& states = value.chain().states();
  for (Index i = 0; i < states.n_states(); ++i) {
    table.add({text::plain(states.name(i)), text::amount(value.total().at(i), size),
               text::amount(value.own().at(i), size), text::amount(value.referred().at(i), size),
               text::amount(value.lifetime_referrals().at(i), most)});
  }
  out << value.definition() << '\n' << table.text();
  out << "a newcomer brings R0 = " << text::number(value.R0(), 6)
      << " others in his life; the base changes by a factor of " << text::number(value.growth_factor(), 6)
      << " per period";
  if (const std::optional<double> time = value.doubling_time()) {
    out << " and doubles in " << text::number(*time, 4) << " periods";
  } else if (const std::optional<double> halving = value.halving_time()) {
    out << " and halves in " << text::number(*halving, 4) << " periods";
  }
  return out << '\n';
}

std::ostream& operator<<(std::ostream& out, const Simulation& simulation) {
  out << simulation.definition() << '\n';
  if (!simulation.has_value()) return out;
  const SimulatedValue& value = simulation.value();
  const std::array<double, 5> shares{0.05, 0.25, 0.5, 0.75, 0.95};
  const std::vector<double> quantiles = value.quantiles(shares);
  const double size = std::max({std::abs(value.mean()), std::abs(quantiles.front()), std::abs(quantiles.back())});
  Table table({"value per customer", ""});
  table.add({"mean", text::amount(value.mean(), size)});
  if (const std::optional<double> exact = simulation.exact_mean()) {
    table.add({"exact mean", text::amount(*exact, size)});
  }
  table.add({"standard error of the mean", text::amount(value.standard_error(), value.standard_error())});
  table.add({"standard deviation", text::amount(value.standard_deviation(), size)});
  for (std::size_t k = 0; k < shares.size(); ++k) {
    table.add({text::number(100.0 * shares[k]) + " % quantile", text::amount(quantiles[k], size)});
  }
  return out << table.text();
}

std::string to_dot(const Chain& chain, double min_probability) {
  std::string out = "digraph chain {\n  rankdir=LR;\n";
  for (const std::string& name : chain.states().names()) out += "  " + dot_label(name) + ";\n";
  each_move(chain, min_probability, [&](Index i, Index j, const std::string& p) {
    out += "  " + dot_label(chain.states().name(i)) + " -> " + dot_label(chain.states().name(j)) + " [label=\"" + p +
           "\"];\n";
  });
  return out + "}\n";
}

std::string to_mermaid(const Chain& chain, double min_probability) {
  std::string out = "graph LR\n";
  for (Index i = 0; i < chain.n_states(); ++i) {
    out += "  s" + std::to_string(i) + '[' + mermaid_label(chain.states().name(i)) + "]\n";
  }
  each_move(chain, min_probability, [&](Index i, Index j, const std::string& p) {
    out += "  s" + std::to_string(i) + " -->|" + p + "| s" + std::to_string(j) + '\n';
  });
  return out;
}

}  // namespace sojourn
