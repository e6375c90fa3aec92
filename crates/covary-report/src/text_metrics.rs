//! How wide a text will be, without a font at hand.
//!
//! Advance widths of Helvetica (Adobe's published metrics, thousandths of the font size), which common sans-serif faces match or
//! stay below; East Asian wide characters take a whole em. Drawings leave room by these widths, so that labels do not overlap whatever
//! face the reader's machine has.

/// Widths of the characters from space (32) to tilde (126).
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];

/// The width of `text` at `size`, in the unit of `size`.
pub fn text_width(text: &str, size: f64) -> f64 {
    text.chars().map(character_width).sum::<f64>() * size / 1000.0
}

fn character_width(c: char) -> f64 {
    match c as u32 {
        code @ 32..=126 => f64::from(HELVETICA[code as usize - 32]),
        // Combining marks take no room.
        0x300..=0x36F => 0.0,
        // East Asian wide and full-width characters, and emoji.
        0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE4F | 0xFF00..=0xFF60 => {
            1000.0
        }
        0xFFE0..=0xFFE6 | 0x1F300..=0x1FAFF | 0x20000..=0x3FFFD => 1000.0,
        _ => 600.0,
    }
}

/// Breaks `text` into at most `lines` lines no wider than `width`; what does not fit ends in an ellipsis.
///
/// Breaks at spaces, and anywhere between East Asian characters; a word wider than a line is cut.
pub fn wrapped(text: &str, size: f64, width: f64, lines: usize) -> Vec<String> {
    let mut done: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut rest = pieces(text).into_iter().peekable();
    while let Some(piece) = rest.next() {
        let longer = format!("{line}{piece}");
        if text_width(longer.trim_end(), size) <= width || line.is_empty() {
            line = longer;
        } else if done.len() + 1 < lines {
            done.push(line.trim_end().to_string());
            line = piece.trim_start().to_string();
        } else {
            return finished(done, shortened(&format!("{line}{piece}"), size, width, true));
        }
        let last = rest.peek().is_none();
        if text_width(line.trim_end(), size) > width && (last || line.trim_end() == piece.trim()) {
            line = shortened(&line, size, width, false);
        }
    }
    finished(done, line.trim_end().to_string())
}

fn finished(mut done: Vec<String>, line: String) -> Vec<String> {
    if !line.is_empty() || done.is_empty() {
        done.push(line);
    }
    done
}

/// Cuts `text` to `width` with an ellipsis; `more`: something follows, so the ellipsis is due in any case.
fn shortened(text: &str, size: f64, width: f64, more: bool) -> String {
    let text = text.trim_end();
    if !more && text_width(text, size) <= width {
        return text.to_string();
    }
    let mut kept = text.to_string();
    while !kept.is_empty() && text_width(&kept, size) + text_width("…", size) > width {
        kept.pop();
    }
    format!("{}…", kept.trim_end())
}

/// Words with the space behind them; East Asian characters one by one.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut open = false;
    for c in text.chars() {
        let wide = character_width(c) >= 1000.0 && c as u32 > 0x2E00;
        match pieces.last_mut().filter(|_| open && !wide) {
            Some(last) => last.push(c),
            None => pieces.push(c.to_string()),
        }
        open = !wide && !c.is_whitespace();
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_follow_helvetica() {
        assert!((text_width("Hello", 10.0) - (722.0 + 556.0 + 222.0 + 222.0 + 556.0) / 100.0).abs() < 1e-12);
        assert!((text_width("量表", 10.0) - 20.0).abs() < 1e-12);
    }

    #[test]
    fn lines_stay_within_their_width() {
        let check = |text: &str, lines: usize| {
            let found = wrapped(text, 10.0, 60.0, lines);
            assert!(found.len() <= lines && !found.is_empty(), "{found:?}");
            assert!(found.iter().all(|line| text_width(line, 10.0) <= 60.0), "{found:?}");
            found
        };
        assert_eq!(check("Quality of service", 2), ["Quality of", "service"]);
        assert!(check("Quality of service in the cluster", 2)[1].ends_with('…'));
        assert!(check("Donaudampfschifffahrtsgesellschaft", 2)[0].ends_with('…'));
        check("跨境电子商务产业集群转型升级", 3);
        assert_eq!(check("", 2), [""]);
    }
}
