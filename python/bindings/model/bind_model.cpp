#include "sojourn/model/model.hpp"

#include <filesystem>

#include <pybind11/stl/filesystem.h>

#include "docs/model/model.hpp"
#include "support/discount_keywords.hpp"
#include "support/members.hpp"

SOJOURN_ARGUMENT(FitArgument, "FitResult");
SOJOURN_ARGUMENT(ProvenanceArgument, "Mapping[str, str]");

namespace sojourn::python {

namespace {

// What goes wrong with the file itself is an OSError.
template <class Call>
auto with_os_errors(Call call) {
  try {
    return call();
  } catch (const std::runtime_error& error) {
    PyErr_SetString(PyExc_OSError, error.what());
    throw py::error_already_set();
  }
}

std::map<std::string, std::string> to_provenance(const py::object& object) {
  std::map<std::string, std::string> provenance;
  if (object.is_none()) return provenance;
  if (!py::isinstance<py::dict>(object))
    throw py::type_error("provenance: expected a dict of text to text, found " + type_name(object));
  for (const auto& [key, words] : object.cast<py::dict>()) {
    const auto pair = to_names(py::make_tuple(key, words), "provenance");
    provenance[pair[0]] = pair[1];
  }
  return provenance;
}

Model make(const ChainArgument& chain, const FitArgument& fit, const RewardsArgument& rewards, const LawArgument& start,
           const ProvenanceArgument& provenance, const DiscountKeywords& discount, const py::kwargs& others) {
  Model model{.chain = to_chain(chain, "chain")};
  if (const FitResult* own = to_fit(chain)) model.fit = *own;
  if (!fit.is_none()) {
    const FitResult* given = to_fit(fit);
    if (!given) throw py::type_error("fit: expected a FitResult, found " + type_name(fit));
    if (!(given->chain == model.chain))
      throw py::value_error("fit: its chain is not the chain of the model; leave one of them out");
    model.fit = *given;
  }
  const StateSpace& states = model.chain.states();
  if (!rewards.is_none()) {
    model.rewards = to_rewards(rewards, states);
    if (!(model.rewards->states() == states)) throw py::value_error("rewards: their states are not those of the chain");
  }
  if (!start.is_none()) model.start = to_law(start, states, "start");
  model.discount = discount.read("Model", others);
  model.provenance = to_provenance(provenance);
  return model;
}

constexpr const char* parameters_of_model = R"(Parameters
----------
chain : Chain or FitResult
    A fit brings its own chain; `fit` can then be left out.
fit : FitResult, optional
rewards : Rewards, dict or array_like of shape (n_states,), optional
start : str, dict {state: probability} or array_like of shape (n_states,), optional
    Law of the first state.
provenance : dict of str to str, optional
    Free words: source, date, settings.
annual_discount_rate, discount_rate_per_period, discount_factor : float, optional
    At most one of them.
discount : Discount, optional
    Or the same as an object.)";

void bind_class(py::module_& m) {
  py::class_<Model> model(m, "Model", docs(doc::Model, parameters_of_model).c_str());
  define_init(model, &make, py::arg("chain"), py::kw_only(), py::arg("fit") = py::none(),
              py::arg("rewards") = py::none(), py::arg("start") = py::none(), py::arg("provenance") = py::none(),
              DiscountKeywords::arguments());
  model.def_property_readonly("chain", member_of(&Model::chain), "The chain.")
      .def_property_readonly("fit", member_of(&Model::fit), "The fit, if it was fitted.")
      .def_property_readonly("rewards", member_of(&Model::rewards), "The money, if any is said.")
      .def_property_readonly("discount", member_of(&Model::discount), "The discount, if one is said.")
      .def_property_readonly(
          "start",
          [](const Model& model) -> std::optional<StateValues> {
            if (!model.start) return std::nullopt;
            return StateValues(model.chain.states(), *model.start);
          },
          doc::Model_start)
      .def_property_readonly("provenance", member_of(&Model::provenance), doc::Model_provenance)
      .def(
          "__eq__", [](const Model& a, const Model& b) { return a == b; }, py::is_operator())
      .def("__repr__",
           [](const Model& model) {
             return "Model(" + std::to_string(model.chain.n_states()) + " states, period='" +
                    model.chain.period().name() + "'" + (model.fit ? ", fitted" : "") + ")";
           })
      .def(py::pickle([](const Model& model) { return to_json(model); },
                      [](const std::string& text) { return model_from_json(text); }));
}

}  // namespace

void bind_model(py::module_& m) {
  bind_class(m);

  m.def(
      "save_model",
      [](const Model& model, const std::filesystem::path& path) {
        with_os_errors([&] { save_model(model, path.string()); });
      },
      py::arg("model"), py::arg("path"), R"(Writes a model file: versioned JSON, the same from C++ and Python.

Raises
------
OSError
    When the file cannot be written; the message names the path.)");
  m.def(
      "load_model",
      [](const std::filesystem::path& path, std::uint64_t max_bytes) {
        return with_os_errors([&] { return load_model(path.string(), max_bytes); });
      },
      py::arg("path"), py::kw_only(), py::arg("max_bytes") = std::uint64_t{1} << 30, R"(Reads a model file.

Parameters
----------
path : str or path-like
max_bytes : int
    A larger file is refused before it is read.

Raises
------
OSError
    When the file cannot be read; the message names the path.
ValueError
    For other content than a model, with the place in the document.)");
  m.def(
      "to_json", [](const Model& model) { return to_json(model); }, py::arg("model"),
      "A model as JSON text, as `save_model` writes it.");
  m.def(
      "model_from_json", [](const std::string& text) { return model_from_json(text); }, py::arg("text"),
      "A model from JSON text. Raises `ValueError` with the place in the document.");
  m.attr("model_format_version") = model_format_version;
}

}  // namespace sojourn::python
