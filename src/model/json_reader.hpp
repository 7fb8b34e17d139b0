// Reads a JSON document strictly: every value is checked where it stands, and an error names the place.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sojourn/chain/types.hpp"

namespace sojourn::detail {

using Json = nlohmann::ordered_json;

/// The document behind a text. Throws `invalid_argument` with the position of what is not JSON.
Json parse_json(std::string_view text);

/// What is wrong at a place of the document, which the message names.
class Misplaced : public std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// A value of the document and the path that leads to it.
class JsonReader {
 public:
  explicit JsonReader(const Json& value, std::string path = "model") : value_(&value), path_(std::move(path)) {}

  /// Throws `Misplaced`: "path: what".
  [[noreturn]] void refuse(const std::string& what) const;

  JsonReader at(const std::string& key) const;
  /// Nothing where the key is missing or null.
  std::optional<JsonReader> find(const std::string& key) const;
  std::vector<JsonReader> items() const;
  std::vector<std::pair<std::string, JsonReader>> members() const;

  std::string text() const;
  double number() const;
  std::int64_t integer() const;
  /// An integer of at least 0.
  std::int64_t count() const;
  bool truth() const;

  std::vector<std::string> texts() const;
  std::vector<std::int64_t> counts() const;
  Vector numbers(Index n) const;
  CountVector count_vector(Index n) const;
  Matrix matrix(Index n) const;
  CountMatrix count_matrix(Index n) const;

  const std::string& path() const { return path_; }

 private:
  std::vector<JsonReader> items(Index n) const;

  const Json* value_;
  std::string path_;
};

}  // namespace sojourn::detail
