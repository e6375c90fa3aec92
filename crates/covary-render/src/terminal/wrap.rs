//! Lines broken at spaces, and between wide characters.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// `text` in lines of at most `width` columns; lines after the first begin with `hanging`.
pub(super) fn wrapped(text: &str, width: usize, hanging: &str) -> String {
    let width = width.max(hanging.width() + 8);
    let mut lines: Vec<String> = vec![String::new()];
    let lead: String = text.chars().take_while(|c| *c == ' ').collect();
    if let Some(first) = lines.last_mut() {
        first.push_str(&lead);
    }
    let mut line_is_bare = true;
    for piece in pieces(text.trim_start()) {
        let Some(line) = lines.last_mut() else { continue };
        if line_is_bare || line.width() + piece.trim_end().width() <= width {
            line.push_str(piece);
            line_is_bare = false;
        } else {
            lines.push(format!("{hanging}{piece}"));
        }
    }
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}

/// Words with the space behind them; wide characters stand alone, since their scripts have no spaces.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, c) in text.char_indices() {
        let is_wide = |c: char| c.width() == Some(2);
        let breaks = before.is_some_and(|b| (b == ' ' && c != ' ') || is_wide(b) || (is_wide(c) && b != ' '));
        // Closing marks stay with what they close.
        if breaks && at > start && !matches!(c, '，' | '。' | '；' | '：' | '）' | '、' | '”' | '》' | ' ') {
            pieces.push(&text[start..at]);
            start = at;
        }
        before = Some(c);
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_between_wide_characters() {
        let check =
            |text: &str, width, hanging: &str, expected: &str| assert_eq!(wrapped(text, width, hanging), expected);
        check("one two three four", 9, "", "one two\nthree\nfour");
        check("- one two three", 9, "  ", "- one two\n  three");
        check("判别效度不足，见表", 10, "", "判别效度不\n足，见表");
        check("unbreakablelongword x", 8, "", "unbreakablelongword\nx");
        check("", 10, "", "");
    }
}
