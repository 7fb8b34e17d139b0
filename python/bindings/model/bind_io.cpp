#include "sojourn/model/io.hpp"

#include "support/arguments.hpp"

namespace sojourn::python {

void bind_io(py::module_& m) {
  m.def(
      "to_dot",
      [](const ChainArgument& chain, double min_probability) {
        return to_dot(to_chain(chain, "to_dot"), min_probability);
      },
      py::arg("chain"), py::arg("min_probability") = 0.0,
      "The chain as text for Graphviz; moves below `min_probability` are left out. Names are quoted.");
  m.def(
      "to_mermaid",
      [](const ChainArgument& chain, double min_probability) {
        return to_mermaid(to_chain(chain, "to_mermaid"), min_probability);
      },
      py::arg("chain"), py::arg("min_probability") = 0.0,
      "The chain as text for Mermaid; moves below `min_probability` are left out. Names are quoted.");
}

}  // namespace sojourn::python
