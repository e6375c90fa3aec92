//! What is wrong with a model text, and where: line, the line itself, a caret, and what would help.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::SemError;

/// One thing wrong with a model text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fault {
    /// Byte range in the text.
    pub(crate) span: Range<usize>,
    /// What is wrong, without the place.
    pub(crate) message: String,
    /// What would help; empty without advice.
    pub(crate) help: String,
}

impl Fault {
    /// A fault without advice.
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Fault { span, message: message.into(), help: String::new() }
    }

    /// Adds what would help.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Adds "did you mean …?" where a known word is near.
    pub(crate) fn nearest<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(word, known) {
            Some(near) if self.help.is_empty() => self.help(format!("did you mean `{near}`?")),
            Some(near) => {
                let help = format!("did you mean `{near}`? {}", self.help);
                self.help(help)
            }
            None => self,
        }
    }

    /// The fault as an error that shows its place in `text`; only the message where there is no text.
    pub(crate) fn in_text(&self, text: &str) -> SemError {
        SemError::Model(render(self, text))
    }
}

/// The known word nearest to an unknown one, by edit distance and ignoring case; `None` when none is near.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase();
    let length = folded.chars().count();
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(&folded, &k.to_lowercase()), k))
        .filter(|&(distance, k)| distance <= length.max(k.chars().count()).div_ceil(3))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, k)| k)
}

/// Line and column (both from 1, in characters) of a byte position.
pub(crate) fn line_and_column(text: &str, position: usize) -> (usize, usize) {
    let before = &text[..floor_to_character(text, position)];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// A line longer than this is cut around the caret, so that the message stays readable.
const LONGEST_LINE: usize = 160;

fn render(fault: &Fault, text: &str) -> String {
    let help = if fault.help.is_empty() { String::new() } else { format!("\n  help: {}", fault.help) };
    if text.is_empty() {
        return format!("{}{help}", fault.message);
    }
    let start = floor_to_character(text, fault.span.start);
    let (line_number, column) = line_and_column(text, start);
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let end = floor_to_character(text, fault.span.end).clamp(start, line_end);
    let (shown, from) = cut(text[line_start..line_end].trim_end_matches('\r'), start - line_start);
    let before = &text[line_start + from..start];
    let carets = width(&text[start..end]).clamp(1, LONGEST_LINE);
    let margin = line_number.to_string();
    let ellipsis = if from > 0 { "… " } else { "" };
    format!(
        "model line {line_number}, column {column}: {}\n  {margin} | {ellipsis}{}\n  {} | {}{}{help}",
        fault.message,
        shown.replace('\t', " "),
        " ".repeat(margin.len()),
        " ".repeat(width(ellipsis) + width(before)),
        "^".repeat(carets),
    )
}

/// The part of a line to show, and the byte it starts at.
fn cut(line: &str, position: usize) -> (&str, usize) {
    if line.len() <= LONGEST_LINE {
        return (line, 0);
    }
    let from = floor_to_character(line, position.saturating_sub(LONGEST_LINE / 2));
    let to = floor_to_character(line, from + LONGEST_LINE);
    (&line[from..to.max(from)], from)
}

/// Columns that a text takes on a terminal: Chinese characters take two. Control characters are shown as one blank.
fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(1)).sum()
}

fn floor_to_character(text: &str, position: usize) -> usize {
    let mut position = position.min(text.len());
    while !text.is_char_boundary(position) {
        position -= 1;
    }
    position
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_column_also_after_wide_characters() {
        let text = "质量 =~ x1\n满意 =~ 题1 + 题2 ++ 题3\n";
        let at = text.find("++").map_or(0, |p| p + 1);
        let shown = Fault::new(at..at + 1, "unexpected `+`").in_text(text).to_string();
        assert_eq!(
            shown,
            "model line 2, column 16: unexpected `+`\n  2 | 满意 =~ 题1 + 题2 ++ 题3\n    |                    ^",
        );
    }

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        for (word, expected) in
            [("strat", Some("start")), ("T14", Some("T1_4")), ("zebra", None), ("START", Some("start"))]
        {
            assert_eq!(nearest(word, ["start", "label", "T1_4"]), expected, "{word}");
        }
    }
}
