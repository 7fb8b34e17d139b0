#include "sojourn/structure.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <boost/graph/strong_components.hpp>
#include <cmath>
#include <numeric>
#include <queue>
#include <stdexcept>
#include <utility>

#include "text.hpp"

namespace sojourn {

namespace {

struct MoveCost {
  double cost = 0.0;  // -log of the probability
};

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property, MoveCost>;
using Vertex = boost::graph_traits<Graph>::vertex_descriptor;

Graph graph_of(const Chain& chain) {
  Graph graph(static_cast<std::size_t>(chain.n_states()));
  const Matrix& P = chain.transition_matrix();
  for (Index i = 0; i < P.rows(); ++i) {
    for (Index j = 0; j < P.cols(); ++j) {
      if (P(i, j) <= 0.0) continue;
      boost::add_edge(static_cast<Vertex>(i), static_cast<Vertex>(j), MoveCost{std::max(0.0, -std::log(P(i, j)))},
                      graph);
    }
  }
  return graph;
}

/// The greatest common divisor of `level[u] + 1 - level[v]` over the moves inside a class, levels counted from one
/// state. `level` holds -1 for every state of the class, and its levels afterwards.
Index period_of(const Graph& graph, const std::vector<Index>& class_of, Index first, std::vector<Index>& level) {
  const Index class_number = class_of[static_cast<std::size_t>(first)];
  std::queue<Vertex> queue;
  level[static_cast<std::size_t>(first)] = 0;
  queue.push(static_cast<Vertex>(first));
  Index divisor = 0;
  while (!queue.empty()) {
    const Vertex from = queue.front();
    queue.pop();
    for (auto [edge, end] = boost::out_edges(from, graph); edge != end; ++edge) {
      const Vertex to = boost::target(*edge, graph);
      if (class_of[to] != class_number) continue;
      if (level[to] < 0) {
        level[to] = level[from] + 1;
        queue.push(to);
      } else {
        divisor = std::gcd(divisor, std::abs(level[from] + 1 - level[to]));
      }
    }
  }
  return divisor;
}

}  // namespace

Structure::Structure(StateSpace states, std::vector<CommunicatingClass> classes, Mask reachable)
    : states_(std::move(states)),
      classes_(std::move(classes)),
      class_of_(static_cast<std::size_t>(states_.n_states()), -1),
      reachable_(std::move(reachable)) {
  for (std::size_t c = 0; c < classes_.size(); ++c) {
    for (const Index state : classes_[c].states) class_of_.at(static_cast<std::size_t>(state)) = static_cast<Index>(c);
  }
  const bool all_placed = std::none_of(class_of_.begin(), class_of_.end(), [](Index c) { return c < 0; });
  if (!all_placed || reachable_.rows() != states_.n_states() || reachable_.cols() != states_.n_states()) {
    throw std::invalid_argument(
        "structure: the classes must cover every state, and reachable must have one row and column a state");
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

bool Structure::reaches(std::string_view from, std::string_view to) const {
  return reachable_(states_.index(from), states_.index(to));
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
  const Graph graph = graph_of(chain);
  const std::size_t n = boost::num_vertices(graph);

  // Tarjan's numbering closes a class only after all that it reaches: the reverse of a topological order.
  std::vector<Index> class_of(n);
  const auto n_classes = static_cast<std::size_t>(boost::strong_components(
      graph, boost::make_iterator_property_map(class_of.begin(), boost::get(boost::vertex_index, graph))));
  for (Index& c : class_of) c = static_cast<Index>(n_classes) - 1 - c;

  std::vector<CommunicatingClass> classes(n_classes);
  Mask class_reaches = Mask::Constant(static_cast<Index>(n_classes), static_cast<Index>(n_classes), false);
  std::vector<Index> level(n, -1);
  for (CommunicatingClass& c : classes) c.is_recurrent = true;
  for (std::size_t i = 0; i < n; ++i)
    classes[static_cast<std::size_t>(class_of[i])].states.push_back(static_cast<Index>(i));
  for (std::size_t c = n_classes; c-- > 0;) {
    const auto number = static_cast<Index>(c);
    class_reaches(number, number) = true;
    for (const Index state : classes[c].states) {
      for (auto [edge, end] = boost::out_edges(static_cast<Vertex>(state), graph); edge != end; ++edge) {
        const Index to = class_of[boost::target(*edge, graph)];
        if (to == number) continue;
        classes[c].is_recurrent = false;
        if (!class_reaches(number, to)) class_reaches.row(number) = class_reaches.row(number) || class_reaches.row(to);
      }
    }
    classes[c].period = period_of(graph, class_of, classes[c].states.front(), level);
  }

  Mask reachable(static_cast<Index>(n), static_cast<Index>(n));
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      reachable(static_cast<Index>(i), static_cast<Index>(j)) = class_reaches(class_of[i], class_of[j]);
    }
  }
  return {chain.states(), std::move(classes), std::move(reachable)};
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
    path.probability *= chain.transition_matrix()(static_cast<Index>(before[state]), static_cast<Index>(state));
  }
  std::reverse(path.states.begin(), path.states.end());
  return path;
}

}  // namespace sojourn
