/// \file model.hpp
/// A model in a file: chain, counts, rewards and where they come from, as versioned JSON.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "sojourn/chain/chain.hpp"
#include "sojourn/chain/discount.hpp"
#include "sojourn/chain/rewards.hpp"
#include "sojourn/data/fit.hpp"

namespace sojourn {

/// What is worth keeping of an analysis. A fitted model carries the fit, whose chain is `chain`.
struct Model {
  Chain chain;
  std::optional<FitResult> fit = std::nullopt;
  std::optional<Rewards> rewards = std::nullopt;
  std::optional<Discount> discount = std::nullopt;
  std::optional<Vector> start = std::nullopt;          ///< law of the first state, shape (n_states,)
  std::map<std::string, std::string> provenance = {};  ///< free words: source, date, settings

  bool operator==(const Model&) const;
};

/// The version of the format that is written; this and older ones are read.
inline constexpr int model_format_version = 1;

/// Model ↔ JSON text. `from_json` throws `invalid_argument` for text that is not such a model, with the place in the
/// document ("model: fit.counts.moves[2]: expected 8 numbers, found 7").
std::string to_json(const Model& model);
Model model_from_json(std::string_view text);

/// Writes and reads a model file. Both throw `runtime_error` naming the path when the file cannot be written or read,
/// and `load_model` `invalid_argument` for a file larger than `max_bytes` or with other content than a model.
void save_model(const Model& model, const std::string& path);
Model load_model(const std::string& path, std::uint64_t max_bytes = std::uint64_t{1} << 30);

/// The same format for its parts.
std::string to_json(const Lifecycle& lifecycle);
std::string to_json(const Chain& chain);
std::string to_json(const Rewards& rewards);
std::string to_json(const Counts& counts);
std::string to_json(const FitResult& fit);
Lifecycle lifecycle_from_json(std::string_view text);
Chain chain_from_json(std::string_view text);
Rewards rewards_from_json(std::string_view text);
Counts counts_from_json(std::string_view text);
FitResult fit_from_json(std::string_view text);

}  // namespace sojourn
