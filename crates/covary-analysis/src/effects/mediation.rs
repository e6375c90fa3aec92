//! The type of a mediation.

use super::MediationType;

/// The type of a mediation from its indirect and direct effect.
///
/// Each effect is given as (estimate, whether it differs from 0); the direct effect is `None` where the model has no such path.
/// Decided by whether each differs from 0, and by the sign of their product; the total effect plays no part.
///
/// # Source
/// Zhao, Lynch and Chen (2010).
pub fn mediation_type(indirect: Option<(f64, bool)>, direct: Option<Option<(f64, bool)>>) -> MediationType {
    let Some((indirect, indirect_differs)) = indirect else { return MediationType::Unknown };
    let (direct, direct_differs) = match direct {
        None => (0.0, false),
        Some(Some(direct)) => direct,
        Some(None) => return MediationType::Unknown,
    };
    match (indirect_differs, direct_differs) {
        (true, true) if indirect * direct > 0.0 => MediationType::Complementary,
        (true, true) => MediationType::Competitive,
        (true, false) => MediationType::IndirectOnly,
        (false, true) => MediationType::DirectOnly,
        (false, false) => MediationType::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types() {
        use MediationType::*;
        let check = |indirect, direct, expected| assert_eq!(mediation_type(indirect, direct), expected);
        check(Some((0.1, true)), Some(Some((0.3, true))), Complementary);
        check(Some((-0.1, true)), Some(Some((-0.3, true))), Complementary);
        check(Some((-0.1, true)), Some(Some((0.3, true))), Competitive);
        check(Some((0.1, true)), Some(Some((0.3, false))), IndirectOnly);
        check(Some((0.1, true)), std::option::Option::None, IndirectOnly);
        check(Some((0.1, false)), Some(Some((0.3, true))), DirectOnly);
        check(Some((0.1, false)), Some(Some((0.3, false))), None);
        check(std::option::Option::None, Some(Some((0.3, true))), Unknown);
        check(Some((0.1, true)), Some(std::option::Option::None), Unknown);
    }
}
