#include "chain/move_rows.hpp"

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/strong_components.hpp>
#include <utility>

namespace sojourn::detail {

MoveRows move_rows(const Chain& chain, const std::vector<Index>& inside, double factor) {
  const auto n = static_cast<Index>(inside.size());
  std::vector<int> position(static_cast<std::size_t>(chain.n_states()), -1);
  for (Index a = 0; a < n; ++a)
    position[static_cast<std::size_t>(inside[static_cast<std::size_t>(a)])] = static_cast<int>(a);
  MoveRows rows;
  rows.slack = Vector::Constant(n, 1.0 - factor);
  const auto n_moves = static_cast<std::size_t>(chain.n_moves());
  rows.first.reserve(inside.size() + 1);
  rows.to.reserve(n_moves);
  rows.weight.reserve(n_moves);
  for (Index a = 0; a < n; ++a) {
    chain.for_each_move(inside[static_cast<std::size_t>(a)], [&](Index j, double p) {
      const int b = position[static_cast<std::size_t>(j)];
      if (b < 0) {
        rows.slack[a] += factor * p;
      } else if (b != a) {
        rows.to.push_back(b);
        rows.weight.push_back(factor * p);
      }
    });
    rows.first.push_back(static_cast<Index>(rows.to.size()));
  }
  return rows;
}

std::vector<Index> components(const MoveRows& rows) {
  using Graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                                   boost::no_property, Index, Index>;
  const Index n = rows.size();
  std::vector<std::pair<Index, Index>> moves;
  moves.reserve(rows.to.size());
  for (Index i = 0; i < n; ++i) {
    for (Index e = rows.first[static_cast<std::size_t>(i)]; e < rows.first[static_cast<std::size_t>(i) + 1]; ++e) {
      moves.emplace_back(i, rows.to[static_cast<std::size_t>(e)]);
    }
  }
  const Graph graph(boost::edges_are_sorted, moves.begin(), moves.end(), n);
  std::vector<Index> component(static_cast<std::size_t>(n));
  // Tarjan closes a component only after all that it reaches.
  boost::strong_components(
      graph, boost::make_iterator_property_map(component.begin(), boost::get(boost::vertex_index, graph)));
  return component;
}

}  // namespace sojourn::detail
