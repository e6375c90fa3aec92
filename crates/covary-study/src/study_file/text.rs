//! The text of a study file and the places in it.

use std::ops::Range;

use crate::Place;

/// A text whose lines have been found.
pub(crate) struct Text<'t> {
    /// The text, without a byte order mark.
    pub content: &'t str,
    line_starts: Vec<usize>,
}

impl<'t> Text<'t> {
    /// The text as it came from the file; a byte order mark is left out.
    pub fn new(text: &'t str) -> Self {
        let content = text.strip_prefix('\u{feff}').unwrap_or(text);
        let line_starts = std::iter::once(0).chain(content.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Text { content, line_starts }
    }

    /// The place of a byte offset; of an offset inside a character, the place of that character.
    pub fn place(&self, offset: usize) -> Place {
        let line = self.line_starts.partition_point(|start| *start <= offset).max(1);
        let start = self.line_starts[line - 1];
        let before = self.content[start..].char_indices().take_while(|(at, _)| start + at < offset).count();
        let inside = !self.content.is_char_boundary(offset.min(self.content.len()));
        Place { line, column: before + usize::from(!inside) }
    }

    /// The place of byte `offset` of the value that the quoted string at `span` stands for.
    pub fn place_in_string(&self, span: &Range<usize>, offset: usize) -> Place {
        let raw = self.content.get(span.clone()).unwrap_or("");
        self.place(span.start + raw_offset(raw, offset))
    }
}

/// Offset in a TOML string as written, quotes included, of byte `wanted` of its value.
fn raw_offset(raw: &str, wanted: usize) -> usize {
    let quote = &raw[..usize::from(!raw.is_empty())];
    let multiline = raw.starts_with("\"\"\"") || raw.starts_with("'''");
    let mut at = if multiline { 3 } else { quote.len() };
    if multiline {
        // TOML leaves out a line end directly after the opening quotes.
        let first_line_end = ["\r\n", "\n"].into_iter().find(|end| raw[at..].starts_with(end));
        at += first_line_end.map_or(0, str::len);
    }
    let mut value_length = 0;
    while value_length < wanted {
        let Some(c) = raw[at..].chars().next() else { break };
        let (raw_length, length) = match c {
            '\\' if quote == "\"" => escape(&raw[at..], multiline),
            c => (c.len_utf8(), c.len_utf8()),
        };
        at += raw_length;
        value_length += length;
    }
    // A line continuation stands for nothing: what comes next in the value comes next in the text after it.
    while multiline && quote == "\"" && raw[at..].starts_with('\\') && escape(&raw[at..], true).1 == 0 {
        at += escape(&raw[at..], true).0;
    }
    at
}

/// Bytes of the escape sequence that `raw` begins with, as written and in the value.
fn escape(raw: &str, multiline: bool) -> (usize, usize) {
    let digits = match raw[1..].chars().next() {
        Some('x') => 2,
        Some('u') => 4,
        Some('U') => 8,
        Some(c) if multiline && c.is_ascii_whitespace() => {
            let rest = raw[1..].trim_start_matches([' ', '\t', '\r', '\n']);
            return (raw.len() - rest.len(), 0);
        }
        Some(c) => return (1 + c.len_utf8(), 1),
        None => return (1, 1),
    };
    let code = raw.get(2..2 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
    match code {
        Some(c) => (2 + digits, c.len_utf8()),
        None => (1, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::{Text, raw_offset};
    use crate::Place;

    #[test]
    fn places_count_lines_and_characters() {
        let text = Text::new("\u{feff}ab\r\n满意度 = 1\n");
        let check = |needle: &str, line, column| {
            let at = text.content.find(needle).expect("the needle is in the text above");
            assert_eq!(text.place(at), Place { line, column }, "{needle}");
        };
        check("ab", 1, 1);
        check("b", 1, 2);
        check("意", 2, 2);
        check("= 1", 2, 5);
        assert_eq!(text.place(text.content.len()), Place { line: 3, column: 1 });
        assert_eq!(text.place(5), Place { line: 2, column: 1 }, "inside a character");
        assert_eq!(text.place(999), Place { line: 3, column: 1 }, "past the end");
        assert_eq!(Text::new("").place(0), Place { line: 1, column: 1 });
    }

    #[test]
    fn offsets_inside_strings() {
        #[track_caller]
        fn check(raw: &str, value_needle: &str, raw_needle: &str) {
            let document = format!("v = {raw}");
            let table = toml::de::DeTable::parse(&document).expect("the string above is TOML");
            let value =
                table.get_ref().values().next().and_then(|v| v.get_ref().as_str()).expect("a string").to_string();
            let wanted = value.find(value_needle).expect("the needle is in the value");
            assert_eq!(raw_offset(raw, wanted), raw.find(raw_needle).expect("the needle is in the text"), "{raw}");
        }
        check("\"x == 1\"", "==", "==");
        check("'x == 1'", "x", "x");
        check(r#""a == \"b\" and c""#, "and", "and");
        check(r#""\u6ee1\U00006ee1\x41 = 1""#, "=", "=");
        check("\"\"\"\nM ~ F1\nY ~ M\n\"\"\"", "Y", "Y");
        check("\"\"\"\r\nM ~ F1\r\nY ~ M\r\n\"\"\"", "Y", "Y");
        check("'''\nM ~ F1\nY ~ M'''", "M", "M");
        check("\"\"\"a == 1 \\\n   and b == 2\"\"\"", "and", "and");
        check("\"\"\"\\\n   满 == 2\"\"\"", "满", "满");
    }
}
