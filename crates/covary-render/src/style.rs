//! Settings of the renderers: decimals, leading zeros, stars.

/// How figures are set. [`Style::default`] is APA's style with three decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Decimals of statistics: two or three, as SPSS and AMOS print three.
    pub decimals: u8,
    /// Whether a zero stands before the decimal mark of a figure that cannot exceed 1.
    pub leading_zero: LeadingZero,
    /// Whether significance is marked by stars.
    pub stars: Stars,
}

/// The zero before the decimal mark of a figure that cannot exceed 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LeadingZero {
    /// `.42`, as APA style and AMOS have it.
    #[default]
    Dropped,
    /// `0.42`
    Kept,
}

/// Stars of significance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stars {
    /// Printed behind the figure.
    #[default]
    Shown,
    /// Left out.
    Hidden,
}

impl Default for Style {
    fn default() -> Self {
        Style { decimals: 3, leading_zero: LeadingZero::Dropped, stars: Stars::Shown }
    }
}
