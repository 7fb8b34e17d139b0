// How a long run is run: on how many threads, and told to whom.
#pragma once

#include <string>
#include <tuple>

#include "support/arguments.hpp"
#include "support/keywords.hpp"
#include "support/parameters.hpp"

namespace sojourn::python {

struct RunKeywords {
  using Keywords = std::tuple<WholeArgument, ProgressArgument>;

  WholeArgument threads;
  ProgressArgument progress;

  static auto arguments() { return std::make_tuple(py::arg("threads") = py::none(), py::arg("progress") = false); }

  // `done` is a sentence about what is counted, or nothing.
  static std::string text(const std::string& done) {
    return std::string(threads_text) + "\nprogress : bool or function of (done, total)\n    " + done +
           "True shows a bar if tqdm is installed. What the function raises stops the run and is passed on.";
  }

  // `run()` with these options, which counts up to `total` of `unit`.
  template <class Options, class Run>
  auto run(Options& options, std::int64_t total, const char* unit, const Run& run) const {
    options.threads = to_threads(threads);
    return reported(progress, total, unit, options, run);
  }
};

}  // namespace sojourn::python
