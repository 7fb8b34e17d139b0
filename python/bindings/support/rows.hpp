// A list of results with names in it, which is a table too: `_support/results.py` adds to_dict and to_frame.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <utility>
#include <vector>

#include "support/pickling.hpp"

namespace sojourn::python {

template <class Row>
struct Rows {
  std::vector<Row> rows;
};

template <class Row>
void bind_rows(pybind11::module_& m, const char* name, const char* text) {
  namespace py = pybind11;
  using Self = Rows<Row>;
  py::class_<Self>(m, name, text)
      .def("__len__", [](const Self& self) { return self.rows.size(); })
      .def("__getitem__",
           [](const Self& self, py::ssize_t i) {
             const auto n = static_cast<py::ssize_t>(self.rows.size());
             if (i < -n || i >= n) throw py::index_error("row " + std::to_string(i) + " of " + std::to_string(n));
             return self.rows[static_cast<std::size_t>(i < 0 ? i + n : i)];
           })
      .def("__getitem__",
           [](const Self& self, const py::slice& slice) {
             std::size_t start = 0;
             std::size_t stop = 0;
             std::size_t step = 0;
             std::size_t length = 0;
             if (!slice.compute(self.rows.size(), &start, &stop, &step, &length)) throw py::error_already_set();
             Self part;
             for (std::size_t k = 0; k < length; ++k, start += step) part.rows.push_back(self.rows[start]);
             return part;
           })
      .def(
          "__iter__", [](const Self& self) { return py::make_iterator(self.rows.begin(), self.rows.end()); },
          py::keep_alive<0, 1>())
      .def(pickled_by_fields<Self>(name, &Self::rows))
      .def("__repr__", [](const Self& self) {
        py::list rows;
        for (const Row& row : self.rows) rows.append(py::cast(row));
        return py::repr(rows);
      });
}

}  // namespace sojourn::python
