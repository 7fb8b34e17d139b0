// Customers walked stay by stay: one draw for how long a customer stays in a state and where he goes then.
//
// The law of a stay is geometric, so a table of the first lengths is enough: its last outcome says "still there", and then
// the same table is drawn from again. As in walk.hpp, only plain numbers and pointers pass through here.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sojourn::detail {

/// Streams of random words (see walk.hpp). The words of a customer are numbered by his draws.
enum JumpStream : std::uint32_t { stay_high = 6, stay_low = 7 };

/// What one draw may bring.
struct JumpOutcome {
  double money;          ///< of all periods and moves, as of the first of these periods
  double discount;       ///< over all of them
  std::uint32_t length;  ///< moves
  std::uint32_t next;    ///< state after them
  std::uint64_t stays;   ///< of the moves, those from the state to itself
};

/// `length` periods as of the first: what they discount, and the sum of the discounts of each.
struct JumpSeries {
  double discount;
  double sum;
};

/// A chain with its money, ready to be walked by stays. States are numbered with those that absorb last. Before them come doors:
/// a state with many ways out has one, so that the length of its stay and the way out are two draws.
struct JumpTables {
  const std::uint64_t* rows =
      nullptr;  ///< per state: its first cell times 256, plus the row's width; with room for eight
  const std::uint64_t* cells =
      nullptr;  ///< the threshold in the upper half, then the alias; the own outcome has the cell's place
  const JumpOutcome* outcomes = nullptr;
  const double* stay_money = nullptr;  ///< of a period and the move to itself at its end
  const JumpSeries* series = nullptr;  ///< for each length up to that of the longest outcome

  std::uint32_t n_states = 0;  ///< one more, behind all others: nobody, or one whose horizon cut a stay
  std::uint32_t n_live = 0;    ///< states from here on absorb
  std::uint64_t horizon = 0;   ///< moves of a journey at most
  std::uint64_t seed = 0;
  const char* is_target = nullptr;  ///< per state; null for no times of passage

  /// What the first half of a word leaves open: the outcome of a cell for this word of a customer's draw.
  std::uint32_t (*decide)(const void* context, std::uint64_t row, std::uint64_t customer, std::uint64_t draw,
                          std::uint32_t word) = nullptr;
  /// What an absorbing state brings in the periods that are left.
  double (*rest)(const void* context, std::uint32_t state, std::uint64_t left) = nullptr;
  /// Asked every few thousand draws.
  bool (*is_stopped)(const void* context) = nullptr;
  const void* context = nullptr;
};

/// Some customers, and where to write what becomes of them.
struct JumpBlock {
  std::uint64_t first_customer = 0;
  std::uint32_t n_customers = 0;
  const std::uint32_t* starts = nullptr;  ///< first state of each; null = `start` for all
  std::uint32_t start = 0;
  double* values = nullptr;
  std::int64_t* end_times = nullptr;      ///< null when nobody asks
  std::int64_t* passage_times = nullptr;  ///< needs `is_target`
};

/// Walks them to their ends. False when stopped.
using JumpWalk = bool (*)(const JumpTables&, const JumpBlock&);

bool walk_jumps(const JumpTables& tables, const JumpBlock& block);
#if defined(SOJOURN_X86_WALKERS)
bool walk_jumps_avx512(const JumpTables& tables, const JumpBlock& block);
#endif

/// The one for the instruction set of `best_walker`. All of them walk the same customers.
JumpWalk best_jump_walk();

}  // namespace sojourn::detail
