//! Distribution functions and quantiles, each tail computed directly.

/// Φ(x), the standard normal distribution function.
pub fn normal_cdf(x: f64) -> f64 { todo!("{x}") }
/// 1 − Φ(x), without cancellation in the upper tail.
pub fn normal_sf(x: f64) -> f64 { todo!("{x}") }
/// φ(x), the standard normal density.
pub fn normal_pdf(x: f64) -> f64 { todo!("{x}") }
/// Φ⁻¹(p). `None` unless 0 < p < 1.
pub fn normal_quantile(p: f64) -> Option<f64> { todo!("{p}") }
/// P(|Z| > |z|), the two-tailed normal probability.
pub fn normal_two_tailed(z: f64) -> f64 { todo!("{z}") }
/// P(χ²_df ≤ x).
pub fn chi_squared_cdf(x: f64, df: f64) -> f64 { todo!("{x} {df}") }
/// P(χ²_df > x), the upper tail.
pub fn chi_squared_sf(x: f64, df: f64) -> f64 { todo!("{x} {df}") }
/// The x with P(χ²_df ≤ x) = p. `None` unless 0 < p < 1 and df > 0.
pub fn chi_squared_quantile(p: f64, df: f64) -> Option<f64> { todo!("{p} {df}") }
/// P(χ²_df(λ) ≤ x), λ the noncentrality.
pub fn noncentral_chi_squared_cdf(x: f64, df: f64, noncentrality: f64) -> f64 { todo!("{x} {df} {noncentrality}") }
/// P(χ²_df(λ) > x).
pub fn noncentral_chi_squared_sf(x: f64, df: f64, noncentrality: f64) -> f64 { todo!("{x} {df} {noncentrality}") }
/// The λ ≥ 0 with P(χ²_df(λ) ≤ x) = p; 0 where even the central distribution gives less than p.
pub fn noncentrality(x: f64, df: f64, p: f64) -> f64 { todo!("{x} {df} {p}") }
/// P(F > x) with the given degrees of freedom.
pub fn f_sf(x: f64, df1: f64, df2: f64) -> f64 { todo!("{x} {df1} {df2}") }
/// The x with P(F ≤ x) = p. `None` unless 0 < p < 1.
pub fn f_quantile(p: f64, df1: f64, df2: f64) -> Option<f64> { todo!("{p} {df1} {df2}") }
/// P(|T| > |t|), two-tailed.
pub fn t_two_tailed(t: f64, df: f64) -> f64 { todo!("{t} {df}") }
/// The x with P(T ≤ x) = p. `None` unless 0 < p < 1.
pub fn t_quantile(p: f64, df: f64) -> Option<f64> { todo!("{p} {df}") }
/// P(X ≥ k) for X binomial(n, p): the upper tail.
pub fn binomial_upper_tail(k: u64, n: u64, p: f64) -> f64 { todo!("{k} {n} {p}") }
