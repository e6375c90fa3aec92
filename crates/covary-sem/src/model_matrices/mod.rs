//! θ → implied moments, and moment gradients → θ.
//!
//! y = ν + Λη + ε,  η = α + Bη + ζ;  A = (I − B)⁻¹;  Σ = Λ A Ψ A' Λ' + Θ;  μ = ν + Λ A α  (Jöreskog's all-y form).
//!
//! An observed variable on either side of a regression stands among the latent variables with λ = 1,
//! θ = 0, ν = 0: its (residual) variance lives in Ψ, its intercept in α, a loading on it in B.
//!
//! [`ModelMatrices`] is the layout, built once from the parameter table; a [`Workspace`] holds one
//! block's matrices over any [`Scalar`](covary_numerics::Scalar): `f64`, lanes of resamples, or duals
//! for second derivatives. No evaluation allocates. Nothing here knows data.
//!
//! Implied moments are an operator in two forms ([`Implied`]): factored {Λ, Φ, diagonal Θ > 0}, solved
//! through the factors (Woodbury), and dense {Σ}. A moment gradient comes back in the same form and is
//! chained to θ by [`Workspace::chain`]. Inference reads the plain matrices ([`BlockMatrices`]) and the
//! derivatives of the moments, each a pair of vectors ([`MomentDerivative`]).

mod bilinear;
mod derivatives;
mod frequencies;
mod implied;
mod layout;
mod paths;
mod workspace;

pub use bilinear::{BilinearDerivative, BilinearForm};
pub use derivatives::{BlockMatrices, MomentDerivative};
pub use frequencies::Frequency;
pub use implied::{Dense, DenseGradient, Factored, FactoredGradient, Implied, MomentGradient};
pub(crate) use layout::formula_of;
pub use layout::{BlockLayout, ExogenousMoment, MatrixName, ModelMatrices, Position, Source};
pub use workspace::{Form, Workspace};
