#include "model/json_reader.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "support/text.hpp"

namespace sojourn::detail {

namespace {

/// The deepest nesting of lists and objects outside of texts.
int depth_of(std::string_view given) {
  int depth = 0;
  int deepest = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const char c = given[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
      continue;
    }
    if (c == '"') in_text = true;
    if (c == '[' || c == '{') deepest = std::max(deepest, ++depth);
    if (c == ']' || c == '}') --depth;
  }
  return deepest;
}

}  // namespace

Json parse_json(std::string_view given) {
  constexpr int deepest = 32;  // a model needs 7; copying a document takes stack per level
  if (depth_of(given) > deepest) {
    throw std::invalid_argument("model: lists and objects are nested more than " + std::to_string(deepest) +
                                " deep; this is no model");
  }
  try {
    return Json::parse(given);
  } catch (const Json::parse_error& error) {
    throw std::invalid_argument("model: is not JSON: the text breaks off or goes wrong at byte " +
                                std::to_string(error.byte) + " of " + std::to_string(given.size()));
  } catch (const Json::exception&) {
    throw std::invalid_argument("model: is not usable JSON: it holds a number that is too large");
  }
}

void JsonReader::refuse(const std::string& what) const {
  throw Misplaced(path_ + ": " + what);
}

JsonReader JsonReader::at(const std::string& key) const {
  if (const auto found = find(key)) return *found;
  refuse("the entry " + text::quoted(key) + " is missing");
}

std::optional<JsonReader> JsonReader::find(const std::string& key) const {
  if (!value_->is_object()) refuse("expected an object, found " + std::string(value_->type_name()));
  const auto found = value_->find(key);
  if (found == value_->end() || found->is_null()) return std::nullopt;
  return JsonReader(*found, path_ + '.' + key);
}

std::vector<JsonReader> JsonReader::items() const {
  if (!value_->is_array()) refuse("expected a list, found " + std::string(value_->type_name()));
  std::vector<JsonReader> found;
  found.reserve(value_->size());
  for (std::size_t i = 0; i < value_->size(); ++i) {
    found.emplace_back((*value_)[i], path_ + '[' + std::to_string(i) + ']');
  }
  return found;
}

std::vector<JsonReader> JsonReader::items(Index n) const {
  if (!value_->is_array()) refuse("expected a list, found " + std::string(value_->type_name()));
  if (static_cast<Index>(value_->size()) != n) {
    refuse("a list of length " + std::to_string(n) + " is expected, found length " + std::to_string(value_->size()));
  }
  return items();
}

std::vector<std::pair<std::string, JsonReader>> JsonReader::members() const {
  if (!value_->is_object()) refuse("expected an object, found " + std::string(value_->type_name()));
  std::vector<std::pair<std::string, JsonReader>> found;
  for (const auto& [key, value] : value_->items()) found.emplace_back(key, JsonReader(value, path_ + '.' + key));
  return found;
}

std::string JsonReader::text() const {
  if (!value_->is_string()) refuse("expected text, found " + std::string(value_->type_name()));
  return value_->get<std::string>();
}

double JsonReader::number() const {
  if (!value_->is_number()) refuse("expected a number, found " + std::string(value_->type_name()));
  const auto number = value_->get<double>();
  if (!std::isfinite(number)) refuse("expected a finite number");
  return number;
}

std::int64_t JsonReader::integer() const {
  constexpr std::uint64_t most = std::uint64_t{1} << 62;
  const bool is_integer = value_->is_number_integer();
  if (!is_integer || (value_->is_number_unsigned() && value_->get<std::uint64_t>() > most)) {
    refuse("expected a whole number below 2^62, found " + (value_->is_number() ? value_->dump() : value_->type_name()));
  }
  return value_->get<std::int64_t>();
}

std::int64_t JsonReader::count() const {
  const std::int64_t n = integer();
  if (n < 0) refuse("expected a count of at least 0, found " + std::to_string(n));
  return n;
}

bool JsonReader::truth() const {
  if (!value_->is_boolean()) refuse("expected true or false, found " + std::string(value_->type_name()));
  return value_->get<bool>();
}

std::vector<std::string> JsonReader::texts() const {
  std::vector<std::string> found;
  for (const JsonReader& item : items()) found.push_back(item.text());
  return found;
}

std::vector<std::int64_t> JsonReader::counts() const {
  std::vector<std::int64_t> found;
  for (const JsonReader& item : items()) found.push_back(item.count());
  return found;
}

Vector JsonReader::numbers(Index n) const {
  const std::vector<JsonReader> list = items(n);
  Vector found(n);
  for (Index i = 0; i < n; ++i) found[i] = list[static_cast<std::size_t>(i)].number();
  return found;
}

CountVector JsonReader::count_vector(Index n) const {
  const std::vector<JsonReader> list = items(n);
  CountVector found(n);
  for (Index i = 0; i < n; ++i) found[i] = list[static_cast<std::size_t>(i)].count();
  return found;
}

Matrix JsonReader::matrix(Index n) const {
  const std::vector<JsonReader> rows = items(n);
  Matrix found(n, n);
  for (Index i = 0; i < n; ++i) found.row(i) = rows[static_cast<std::size_t>(i)].numbers(n).transpose();
  return found;
}

CountMatrix JsonReader::count_matrix(Index n) const {
  const std::vector<JsonReader> rows = items(n);
  CountMatrix found(n, n);
  for (Index i = 0; i < n; ++i) found.row(i) = rows[static_cast<std::size_t>(i)].count_vector(n).transpose();
  return found;
}

}  // namespace sojourn::detail
