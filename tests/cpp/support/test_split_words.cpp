#include <algorithm>
#include <vector>

#include "support/split_words.hpp"
#include "support/support.hpp"

using namespace sojourn;
using namespace sojourn::test;
using detail::SplitWords;

TEST_CASE("the words of neighbouring seeds, paths, periods and states are others") {
  const std::uint64_t far = std::uint64_t{1} << 39;
  std::vector<std::uint64_t> first;
  for (SplitWords words :
       {SplitWords(1, 2, 3), SplitWords(2, 2, 3), SplitWords(1, 3, 3), SplitWords(1, 2, 4), SplitWords(1, 2, 3 + far),
        SplitWords(1U + (std::uint64_t{1} << 32), 2, 3), SplitWords::of_start(1, 2)}) {
    for (int i = 0; i < 40; ++i) first.push_back(words.next());
  }
  std::sort(first.begin(), first.end());
  CHECK(std::adjacent_find(first.begin(), first.end()) == first.end());
}
