//! Round numbers along an axis.

use crate::scene::{Anchor, FontStyle, Paint, Role, Segment, Shape};

/// Font size of the figures along an axis.
pub(super) const SMALL: f64 = 8.5;

/// Ticks at round numbers that cover `low` to `high`: about `wanted` of them.
pub(super) fn round_ticks(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    if !(low.is_finite() && high.is_finite()) || high <= low {
        return vec![low];
    }
    let raw = (high - low) / wanted.max(1) as f64;
    let power = 10f64.powf(raw.log10().floor());
    let step =
        [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= raw * 0.999).unwrap_or(10.0 * power);
    let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    (first..=last).map(|k| k as f64 * step).collect()
}

/// A tick's figure: as many decimals as the step needs, a proper minus sign.
pub(super) fn tick_label(value: f64, ticks: &[f64]) -> String {
    let step = if ticks.len() > 1 { ticks[1] - ticks[0] } else { 1.0 };
    let decimals =
        (0..6).find(|&d| (step * 10f64.powi(d)).fract().abs() < 1e-6 || (step * 10f64.powi(d)).fract() > 1.0 - 1e-6);
    let decimals = decimals.unwrap_or(2) as usize;
    let value = if value.abs() < step * 1e-6 { 0.0 } else { value };
    format!("{value:.decimals$}").replace('-', "\u{2212}")
}

/// A straight line.
pub(super) fn line(from: (f64, f64), to: (f64, f64), role: Role, width: f64, dashed: bool) -> Shape {
    Shape::Path {
        start: from,
        segments: vec![Segment::Line(to)],
        arrow_start: false,
        arrow_end: false,
        closed: false,
        paint: Paint { fill: None, stroke: Some(role), width, dashed },
    }
}

/// Plain text.
pub(super) fn label(at: (f64, f64), text: impl Into<String>, size: f64, anchor: Anchor, role: Role) -> Shape {
    Shape::Label { at, text: text.into(), size, anchor, halo: false, style: FontStyle::default(), role, rotation: 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(round_ticks(0.0, 1.0, 5), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(round_ticks(-0.13, 0.62, 4), [0.0, 0.2, 0.4, 0.6000000000000001]);
        assert_eq!(tick_label(-0.2, &[-0.2, 0.0]), "\u{2212}0.2");
        assert_eq!(tick_label(12.0, &[0.0, 2.0]), "12");
        assert_eq!(tick_label(0.25, &[0.0, 0.25]), "0.25");
    }
}
