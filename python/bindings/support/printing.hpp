// str(x) by the printing of io.hpp.
#pragma once

#include <sstream>
#include <string>

#include "sojourn/model/io.hpp"

namespace sojourn::python {

template <class T>
std::string printed(const T& x) {
  std::ostringstream out;
  out << x;
  return out.str();
}

}  // namespace sojourn::python
