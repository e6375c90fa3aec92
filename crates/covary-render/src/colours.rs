//! Colours of roles, light and dark, each pair with a contrast of at least 4.5 for text on the page.

use covary_report::scene::Role;

/// A set of colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Name, as it stands in style sheets.
    pub name: &'static str,
    ink: Rgb,
    muted: Rgb,
    faint: Rgb,
    background: Rgb,
    latent: Rgb,
    observed: Rgb,
    accent: Rgb,
    accent2: Rgb,
    /// Ends and middle of the diverging scale.
    diverging: [Rgb; 3],
}

/// Red, green, blue.
type Rgb = [u8; 3];

/// On white paper.
pub const LIGHT: Palette = Palette {
    name: "light",
    ink: [0x1c, 0x1b, 0x19],
    muted: [0x5f, 0x5c, 0x56],
    faint: [0xd9, 0xd5, 0xcc],
    background: [0xff, 0xff, 0xff],
    latent: [0xe6, 0xee, 0xf3],
    observed: [0xf7, 0xf4, 0xec],
    accent: [0x1f, 0x5a, 0x7d],
    accent2: [0xa0, 0x4a, 0x1f],
    diverging: [[0xb8, 0x6a, 0x3c], [0xe6, 0xe2, 0xda], [0x2f, 0x74, 0x99]],
};

/// On a dark screen.
pub const DARK: Palette = Palette {
    name: "dark",
    ink: [0xe8, 0xe5, 0xde],
    muted: [0xa6, 0xa1, 0x97],
    faint: [0x44, 0x42, 0x3e],
    background: [0x19, 0x19, 0x1b],
    latent: [0x24, 0x36, 0x42],
    observed: [0x2b, 0x2a, 0x27],
    accent: [0x7f, 0xb8, 0xdb],
    accent2: [0xe0, 0x9a, 0x6c],
    diverging: [[0xc9, 0x7d, 0x50], [0x55, 0x53, 0x4f], [0x5a, 0x9f, 0xc6]],
};

impl Palette {
    /// The colour of a role: `#1f5a7d`.
    pub fn colour(&self, role: Role) -> String {
        let [r, g, b] = match role {
            Role::Ink => self.ink,
            Role::Muted => self.muted,
            Role::Faint => self.faint,
            Role::Background => self.background,
            Role::Latent => self.latent,
            Role::Observed => self.observed,
            Role::Accent => self.accent,
            Role::Accent2 => self.accent2,
            Role::Diverging(step, steps) => self.diverging_step(step, steps),
        };
        format!("#{r:02x}{g:02x}{b:02x}")
    }

    /// Step `step` of `steps` equal steps from the lower over the middle to the upper colour.
    fn diverging_step(&self, step: u8, steps: u8) -> Rgb {
        let [low, middle, high] = self.diverging;
        let last = f64::from(steps.max(2) - 1);
        let place = 2.0 * (f64::from(step).min(last) / last) - 1.0;
        if place < 0.0 { mixed(middle, low, -place) } else { mixed(middle, high, place) }
    }
}

fn mixed(from: Rgb, to: Rgb, share: f64) -> Rgb {
    let mix = |a: u8, b: u8| (f64::from(a) + share * (f64::from(b) - f64::from(a))).round() as u8;
    [mix(from[0], to[0]), mix(from[1], to[1]), mix(from[2], to[2])]
}

/// The name of a role in style sheets, without the leading dashes: `c-ink`, `c-d2-5`.
pub(crate) fn variable(role: Role) -> String {
    match role {
        Role::Ink => "c-ink".to_string(),
        Role::Muted => "c-muted".to_string(),
        Role::Faint => "c-faint".to_string(),
        Role::Background => "c-background".to_string(),
        Role::Latent => "c-latent".to_string(),
        Role::Observed => "c-observed".to_string(),
        Role::Accent => "c-accent".to_string(),
        Role::Accent2 => "c-accent2".to_string(),
        Role::Diverging(step, steps) => format!("c-d{step}-{steps}"),
    }
}

/// All roles but the steps of scales.
pub(crate) const ROLES: [Role; 8] =
    [Role::Ink, Role::Muted, Role::Faint, Role::Background, Role::Latent, Role::Observed, Role::Accent, Role::Accent2];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_runs_from_end_to_end_through_its_middle() {
        let check = |step, steps, expected: Rgb| assert_eq!(LIGHT.diverging_step(step, steps), expected);
        check(0, 5, LIGHT.diverging[0]);
        check(2, 5, LIGHT.diverging[1]);
        check(4, 5, LIGHT.diverging[2]);
        check(0, 1, LIGHT.diverging[0]); // a scale of one step does not divide by zero
    }

    #[test]
    fn text_stands_out_from_the_page() {
        for palette in [LIGHT, DARK] {
            for text in [palette.ink, palette.muted, palette.accent, palette.accent2] {
                let contrast = contrast(text, palette.background);
                assert!(contrast >= 4.5, "{} {text:?} {contrast}", palette.name);
            }
        }
    }

    /// Contrast ratio of WCAG 2.
    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn luminance(colour: Rgb) -> f64 {
        let linear = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])
    }
}
