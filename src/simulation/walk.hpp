// Customers walked through a chain, many at once.
//
// One customer at a time is a chain of loads, each waiting for the one before; so a block of customers is walked in
// lockstep, in lanes, and a customer who has ended makes room for the next one. What is done is the same for every
// instruction set, to the bit: the same words, the same table, the same sums in the same order.
//
// Only plain numbers and pointers pass through here. The sources of the instruction sets include no other header of ours,
// so that no function of theirs is taken by the linker for everybody.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sojourn::detail {

/// What the random words of a customer are used for: the last word of the Philox counter.
enum Stream : std::uint32_t { move_high = 0, move_low = 1, start_high = 2, start_low = 3 };

/// A chain with its money, ready to be walked. States are numbered with those that end a journey last.
struct WalkTables {
  /// Alias cells: the threshold in the upper half, then 16 bits each of alias and own state. Room for 64; null beyond 2^16 states.
  const std::uint64_t* packed = nullptr;
  /// The same without that limit: threshold, own, alias.
  const std::uint32_t* wide = nullptr;
  /// First cell of a row times 256, plus the row's width; null where row `i` begins at `i · 2^width`.
  const std::uint64_t* rows = nullptr;
  unsigned width = 0;

  const double* state_rewards = nullptr;  ///< with room for 32
  const double* move_rewards = nullptr;   ///< two per cell, own and alias; null for none
  double factor = 1.0;

  std::uint32_t n_states = 0;  ///< one more, behind all others, holds lanes that have nobody to walk
  std::uint32_t n_live = 0;    ///< states from here on end a journey
  std::uint64_t horizon = 0;   ///< moves of a journey at most
  std::uint64_t seed = 0;

  /// What the first half of a word leaves open: the state after `state` for this word of move `t`.
  std::uint32_t (*decide)(const void* context, std::uint32_t state, std::uint64_t customer, std::uint64_t t,
                          std::uint32_t word) = nullptr;
  /// Asked every few thousand moves.
  bool (*is_stopped)(const void* context) = nullptr;
  const void* context = nullptr;
};

constexpr std::size_t most_lanes = 64;

/// Some customers on their way. Filled in by the caller, then handed to `walk` until it says that all have ended.
struct WalkBlock {
  std::uint64_t first_customer = 0;
  std::uint32_t n_customers = 0;
  const std::uint32_t* starts = nullptr;  ///< first state of each; null = `start` for all
  std::uint32_t start = 0;
  double* values = nullptr;  ///< one per customer, and room for one more

  /// Where they went, four moves at a time: word `group · lanes + lane` holds the states before the moves of a group, 16 bits
  /// each (two words of 32 bits each for wide tables). Null when nobody asks.
  std::uint64_t* trace = nullptr;
  std::size_t trace_groups = 0;           ///< room
  std::uint32_t* trace_begin = nullptr;   ///< per customer: lane and first group, as `group · lanes + lane`
  std::uint32_t* trace_length = nullptr;  ///< per customer: groups
  std::uint32_t* last_states = nullptr;   ///< per customer: the state after his last group

  // The lanes, kept between calls.
  std::uint32_t begun = 0;
  std::size_t group = 0;
  alignas(64) std::uint64_t states[most_lanes];
  alignas(64) double sums[most_lanes];
  alignas(64) double discounts[most_lanes];
  alignas(64) std::uint64_t offsets[most_lanes];  ///< customer, less `first_customer`; `n_customers` = nobody
  alignas(64) std::uint64_t groups[most_lanes];   ///< that he has walked
};

enum class WalkEnd { all_ended, out_of_room, stopped };

/// One instruction set.
struct Walker {
  const char* name;
  std::size_t lanes;
  WalkEnd (*walk)(const WalkTables&, WalkBlock&);
  /// First words of `n` customers, one after another, in a stream.
  void (*words)(std::uint64_t seed, std::uint64_t first_customer, std::uint32_t stream, std::uint32_t n,
                std::uint32_t* words);
};

/// For tables of up to 2^16 states.
const Walker& plain_walker();
#if defined(SOJOURN_X86_WALKERS)
const Walker& avx2_walker();
const Walker& avx512_walker();
#endif

/// The best that this machine has, or the one that the environment variable SOJOURN_SIMD names: `plain`, `avx2` or
/// `avx512`. One that the machine has not, or that does not exist, is refused.
const Walker& best_walker();
/// For tables beyond 2^16 states.
const Walker& wide_walker();

}  // namespace sojourn::detail
