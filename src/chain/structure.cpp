#include "sojourn/chain/structure.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <cmath>
#include <numeric>
#include <queue>
#include <stdexcept>
#include <utility>

#include "chain/move_rows.hpp"
#include "support/text.hpp"

namespace sojourn {

namespace {

struct MoveCost {
  double cost = 0.0;  // -log of the probability
};

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property, MoveCost>;
using Vertex = boost::graph_traits<Graph>::vertex_descriptor;

Graph graph_of(const Chain& chain) {
  Graph graph(static_cast<std::size_t>(chain.n_states()));
  for (Index i = 0; i < chain.n_states(); ++i) {
    chain.for_each_move(i, [&](Index j, double p) {
      boost::add_edge(static_cast<Vertex>(i), static_cast<Vertex>(j), MoveCost{std::max(0.0, -std::log(p))}, graph);
    });
  }
  return graph;
}

/// The greatest common divisor of `level[u] + 1 - level[v]` over the moves inside a class, levels counted from one
/// state. `level` holds -1 for every state of the class, and its levels afterwards.
Index period_of(const Chain& chain, const std::vector<Index>& class_of, Index first, std::vector<Index>& level) {
  const Index class_number = class_of[static_cast<std::size_t>(first)];
  std::queue<Index> queue;
  level[static_cast<std::size_t>(first)] = 0;
  queue.push(first);
  Index divisor = 0;
  while (!queue.empty()) {
    const Index from = queue.front();
    queue.pop();
    chain.for_each_move(from, [&](Index to, double) {
      const auto at = static_cast<std::size_t>(to);
      if (class_of[at] != class_number) return;
      if (level[at] < 0) {
        level[at] = level[static_cast<std::size_t>(from)] + 1;
        queue.push(to);
      } else {
        divisor = std::gcd(divisor, std::abs(level[static_cast<std::size_t>(from)] + 1 - level[at]));
      }
    });
  }
  return divisor;
}

}  // namespace

Structure::Structure(StateSpace states, std::vector<CommunicatingClass> classes, std::vector<std::vector<Index>> next)
    : states_(std::move(states)),
      classes_(std::move(classes)),
      class_of_(static_cast<std::size_t>(states_.n_states()), -1),
      next_(std::move(next)) {
  Index placed = 0;
  for (std::size_t c = 0; c < classes_.size(); ++c) {
    for (const Index state : classes_[c].states) {
      states_.name(state);  // throws where there is no such state
      class_of_[static_cast<std::size_t>(state)] = static_cast<Index>(c);
      ++placed;
    }
  }
  const bool all_placed = std::none_of(class_of_.begin(), class_of_.end(), [](Index c) { return c < 0; });
  if (!all_placed || placed != states_.n_states() || next_.size() != classes_.size()) {
    throw std::invalid_argument(
        "structure: the classes must hold every state once, and next must have one entry per class");
  }
}

bool Structure::is_recurrent(Index state) const {
  states_.name(state);  // throws where there is no such state
  return classes_[static_cast<std::size_t>(class_of_[static_cast<std::size_t>(state)])].is_recurrent;
}

bool Structure::is_absorbing(Index state) const {
  states_.name(state);
  const auto& its_class = classes_[static_cast<std::size_t>(class_of_[static_cast<std::size_t>(state)])];
  return its_class.is_recurrent && its_class.states.size() == 1;
}

bool Structure::is_absorbing_chain() const {
  return std::all_of(classes_.begin(), classes_.end(),
                     [](const CommunicatingClass& c) { return !c.is_recurrent || c.states.size() == 1; });
}

std::vector<Index> Structure::transient_states() const {
  std::vector<Index> found;
  for (Index i = 0; i < states_.n_states(); ++i) {
    if (is_transient(i)) found.push_back(i);
  }
  return found;
}

std::vector<Index> Structure::recurrent_states() const {
  std::vector<Index> found;
  for (Index i = 0; i < states_.n_states(); ++i) {
    if (is_recurrent(i)) found.push_back(i);
  }
  return found;
}

std::vector<Index> Structure::absorbing_states() const {
  std::vector<Index> found;
  for (Index i = 0; i < states_.n_states(); ++i) {
    if (is_absorbing(i)) found.push_back(i);
  }
  return found;
}

Mask Structure::reachable() const {
  const auto n_classes = static_cast<Index>(classes_.size());
  Mask class_reaches = Mask::Constant(n_classes, n_classes, false);
  for (Index c = n_classes; c-- > 0;) {
    class_reaches(c, c) = true;
    for (const Index to : next_[static_cast<std::size_t>(c)]) {
      if (!class_reaches(c, to)) class_reaches.row(c) = class_reaches.row(c) || class_reaches.row(to);
    }
  }
  const Index n = states_.n_states();
  Mask reachable(n, n);
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) {
      reachable(i, j) = class_reaches(class_of_[static_cast<std::size_t>(i)], class_of_[static_cast<std::size_t>(j)]);
    }
  }
  return reachable;
}

bool Structure::reaches(std::string_view from, std::string_view to) const {
  const Index goal = class_of_[static_cast<std::size_t>(states_.index(to))];
  std::vector<Index> open{class_of_[static_cast<std::size_t>(states_.index(from))]};
  std::vector<char> seen(classes_.size(), 0);
  while (!open.empty()) {
    const Index c = open.back();
    open.pop_back();
    if (c == goal) return true;
    for (const Index further : next_[static_cast<std::size_t>(c)]) {
      char& mark = seen[static_cast<std::size_t>(further)];
      if (mark == 0) open.push_back(further);
      mark = 1;
    }
  }
  return false;
}

std::vector<Index> Structure::canonical_order() const {
  std::vector<Index> order;
  order.reserve(class_of_.size());
  for (const bool recurrent : {false, true}) {
    for (const CommunicatingClass& c : classes_) {
      if (c.is_recurrent == recurrent) order.insert(order.end(), c.states.begin(), c.states.end());
    }
  }
  return order;
}

Structure structure(const Chain& chain) {
  std::vector<Index> all(static_cast<std::size_t>(chain.n_states()));
  std::iota(all.begin(), all.end(), Index{0});
  std::vector<Index> class_of = detail::components(detail::move_rows(chain, all, 1.0));
  const Index n_classes = *std::max_element(class_of.begin(), class_of.end()) + 1;
  for (Index& c : class_of) c = n_classes - 1 - c;

  std::vector<CommunicatingClass> classes(static_cast<std::size_t>(n_classes));
  std::vector<std::vector<Index>> next(classes.size());
  std::vector<Index> level(class_of.size(), -1);
  for (const Index i : all)
    classes[static_cast<std::size_t>(class_of[static_cast<std::size_t>(i)])].states.push_back(i);
  for (std::size_t c = 0; c < classes.size(); ++c) {
    for (const Index i : classes[c].states) {
      chain.for_each_move(i, [&](Index j, double) {
        const Index to = class_of[static_cast<std::size_t>(j)];
        if (to != static_cast<Index>(c) && (next[c].empty() || next[c].back() != to)) next[c].push_back(to);
      });
    }
    std::sort(next[c].begin(), next[c].end());
    next[c].erase(std::unique(next[c].begin(), next[c].end()), next[c].end());
    classes[c].is_recurrent = next[c].empty();
    classes[c].period = period_of(chain, class_of, classes[c].states.front(), level);
  }
  return {chain.states(), std::move(classes), std::move(next)};
}

Path most_probable_path(const Chain& chain, std::string_view from, std::string_view to) {
  const auto first = static_cast<Vertex>(chain.states().index(from));
  const auto last = static_cast<Vertex>(chain.states().index(to));
  const Graph graph = graph_of(chain);
  std::vector<Vertex> before(boost::num_vertices(graph));
  boost::dijkstra_shortest_paths(
      graph, first,
      boost::weight_map(boost::get(&MoveCost::cost, graph))
          .predecessor_map(boost::make_iterator_property_map(before.begin(), boost::get(boost::vertex_index, graph))));

  Path path;
  path.probability = 1.0;
  for (Vertex state = last;; state = before[state]) {
    path.states.push_back(static_cast<Index>(state));
    if (state == first) break;
    if (before[state] == state) {
      throw std::domain_error("most_probable_path: " + text::quoted(to) + " cannot be reached from " +
                              text::quoted(from));
    }
    path.probability *= chain.probability(static_cast<Index>(before[state]), static_cast<Index>(state));
  }
  std::reverse(path.states.begin(), path.states.end());
  return path;
}

}  // namespace sojourn
