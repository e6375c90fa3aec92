//! Faults of the TOML text itself, and how a fault is shown.

use std::fmt;

use unicode_width::UnicodeWidthChar;

use super::table::Notes;
use crate::{Fault, Place};

/// Notes what is wrong with the TOML text; true when the rest can be read all the same.
///
/// A key that stands twice is noted, and reading goes on with the first. Anything else leaves open what the text means:
/// then only the first place is noted.
pub(super) fn note_syntax_errors(errors: &[toml::de::Error], notes: &mut Notes) -> bool {
    let at = |e: &toml::de::Error| e.span().map_or(0, |span| span.start);
    let (repeated, broken): (Vec<_>, Vec<_>) = errors.iter().partition(|e| e.message().starts_with("duplicate key"));
    if let Some(first) = broken.into_iter().min_by_key(|e| at(e)) {
        let help = help_for(notes.text.content, at(first), first.message());
        notes.fault(at(first), "", format!("this is not TOML: {}", first.message()), help);
        return false;
    }
    for error in repeated {
        let name = error.span().and_then(|span| notes.text.content.get(span)).unwrap_or("").to_string();
        notes.fault(at(error), &name, format!("the key \"{name}\" stands twice"), None);
    }
    true
}

fn help_for(content: &str, at: usize, message: &str) -> Option<String> {
    if message.contains("cannot extend value") {
        return Some("write the name with dashes: group-equal for group.equal".into());
    }
    let line_start = content.get(..at)?.rfind('\n').map_or(0, |n| n + 1);
    let before = content[line_start..at].trim_start();
    let foreign = content[at..].chars().next().is_some_and(|c| !c.is_ascii() && c.is_alphanumeric());
    if foreign && !before.contains('=') {
        return Some("a key with other letters than a-z goes in quotes: [constructs.\"满意度\"]".into());
    }
    let quotes = content[at..].starts_with(['“', '”', '‘', '’', '，', '＝']);
    quotes.then(|| "write the plain character of an English keyboard instead".into())
}

/// The place, what was found and what would help, in one line.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Place { line, column }) = self.place {
            write!(f, "line {line}, column {column}: ")?;
        }
        f.write_str(&self.full_message())?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

impl Fault {
    /// The fault for a person at a terminal: `study.toml:12:5: message`, what would help, and the line with a caret.
    ///
    /// `file`: the name of the study file; `text`: its text. No line end at the end.
    pub fn describe(&self, file: &str, text: &str) -> String {
        let message = self.full_message();
        let help = self.help.as_ref().map(|help| format!("\n  help: {help}")).unwrap_or_default();
        let Some(Place { line, column }) = self.place else {
            return format!("{file}: {message}{help}");
        };
        let source = text.strip_prefix('\u{feff}').unwrap_or(text).lines().nth(line - 1).unwrap_or("");
        let gutter = " ".repeat(line.to_string().len());
        let before: String = source.chars().take(column - 1).map(blank).collect();
        format!("{file}:{line}:{column}: {message}{help}\n{gutter} |\n{line} | {source}\n{gutter} | {before}^")
    }

    /// The message with the key, unless the message names it.
    fn full_message(&self) -> String {
        if self.key.is_empty() || self.message.contains(&self.key) {
            return self.message.clone();
        }
        format!("{}: {}", self.key, self.message)
    }
}

/// Blanks as wide as the character, so that the caret stands under the right one.
fn blank(c: char) -> &'static str {
    match c {
        '\t' => "\t",
        c => match c.width() {
            Some(2) => "  ",
            Some(0) => "",
            _ => " ",
        },
    }
}
