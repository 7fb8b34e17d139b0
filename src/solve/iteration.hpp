// Large systems A x = b by iteration, with a bound on the error that is proven, not guessed.
#pragma once

#include <functional>
#include <optional>

#include "chain/move_rows.hpp"

namespace sojourn::detail {

/// `A = diag(slack_i + Σ_j O_ij) - O` as something that multiplies. Products are sums of differences `O_ij (x_i - x_j)`, so
/// that a small slack is not lost beside large moves.
class Operator {
 public:
  virtual ~Operator() = default;
  Operator() = default;
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;

  virtual Index size() const = 0;
  virtual const Vector& diagonal() const = 0;
  virtual double smallest_slack() const = 0;
  virtual Vector times(const Vector& x) const = 0;
  virtual Vector transposed_times(const Vector& x) const = 0;
  /// `b - A (x + correction)` in extended precision, where the machine has one.
  virtual Vector residual(const Vector& b, const Vector& x, const Vector& correction) const = 0;
  virtual Vector transposed_residual(const Vector& b, const Vector& x, const Vector& correction) const = 0;
};

/// By rows of moves.
class SparseOperator final : public Operator {
 public:
  explicit SparseOperator(MoveRows rows);
  const MoveRows& rows() const { return rows_; }

  Index size() const override { return rows_.size(); }
  const Vector& diagonal() const override { return diagonal_; }
  double smallest_slack() const override { return rows_.slack.minCoeff(); }
  Vector times(const Vector& x) const override;
  Vector transposed_times(const Vector& x) const override;
  Vector residual(const Vector& b, const Vector& x, const Vector& correction) const override;
  Vector transposed_residual(const Vector& b, const Vector& x, const Vector& correction) const override;

 private:
  MoveRows rows_;
  Vector diagonal_;
};

/// By a full matrix of moves, shape (n, n), each times `factor`; its diagonal does not matter.
class DenseOperator final : public Operator {
 public:
  /// All moves of a chain, which is shared and not copied.
  DenseOperator(const Chain& chain, double factor, Vector slack);
  DenseOperator(Matrix moves, double factor, Vector slack);
  /// The moves times the factor, the diagonal 0.
  Matrix off() const;
  const Vector& slack() const { return slack_; }

  Index size() const override { return moves().rows(); }
  const Vector& diagonal() const override { return diagonal_; }
  double smallest_slack() const override { return slack_.minCoeff(); }
  Vector times(const Vector& x) const override;
  Vector transposed_times(const Vector& x) const override;
  Vector residual(const Vector& b, const Vector& x, const Vector& correction) const override;
  Vector transposed_residual(const Vector& b, const Vector& x, const Vector& correction) const override;

 private:
  const Matrix& moves() const { return chain_ ? chain_->transition_matrix() : own_; }

  std::optional<Chain> chain_;
  Matrix own_;
  double factor_;
  Vector slack_;
  Vector row_sums_;
  Vector diagonal_;
};

enum class Side { plain, transposed };

/// A solution and a proven bound: the largest error of an entry (plain) or the sum of all errors (transposed), as a share of
/// the largest entry or of their sum.
struct Iterated {
  Vector x;
  double relative_error;
};

/// What an approximate solver gives for a right-hand side; nothing when it got nowhere.
using Approximate = std::function<std::optional<Vector>(const Vector&)>;

/// BiCGSTAB (H. A. van der Vorst, SIAM Journal on Scientific and Statistical Computing 13, 1992), scaled by the diagonal,
/// until the residual is `enough` of the right-hand side. Nothing when that takes more than `most_steps`, or when 16 steps
/// in a row do not halve the residual and `is_patient` is false.
std::optional<Vector> bicgstab(const Operator& A, Side side, const Vector& b, double enough, Index most_steps,
                               bool is_patient);

/// Repeats `approximate` on what is left until the error is proven small or falls no further. `inverse_norm` bounds the
/// largest row sum of `A⁻¹`; `guess` is tried before anything is asked.
std::optional<Iterated> refine(const Operator& A, Side side, const Vector& b, double inverse_norm,
                               const Approximate& approximate, const std::optional<Vector>& guess);

struct InverseNorm {
  double bound;  ///< of the largest row sum of `A⁻¹`, proven
  Vector sums;   ///< about those sums, `A⁻¹ 1`
};

/// Nothing when `approximate` does not get there.
std::optional<InverseNorm> inverse_norm(const Operator& A, const Approximate& approximate);

}  // namespace sojourn::detail
