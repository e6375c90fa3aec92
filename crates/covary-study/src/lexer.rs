//! Words of the small languages inside a study file: conditions and hypothesis rules.
//!
//! Written by hand: two languages with a dozen symbols between them do not repay a parser library, and the messages
//! about full-width characters and unclosed quotes are the point.

use serde::Serialize;

/// Why a condition or a rule cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error, schemars::JsonSchema)]
#[error("{message}")]
pub struct SyntaxFault {
    /// Byte offset in the text at which reading failed.
    pub offset: usize,
    /// What was found and what was expected.
    pub message: String,
    /// What would help.
    pub help: Option<String>,
}

impl SyntaxFault {
    pub(crate) fn new(offset: usize, message: impl Into<String>) -> Self {
        SyntaxFault { offset, message: message.into(), help: None }
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        SyntaxFault { help: Some(help.into()), ..self }
    }

    /// Column in `text`, from 1, in characters; lines are not told apart.
    pub fn column(&self, text: &str) -> usize {
        text.char_indices().take_while(|(at, _)| *at < self.offset).count() + 1
    }
}

/// A word with its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Byte offset of its first character.
    pub offset: usize,
}

/// Kinds of words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind {
    /// A name in any script; in backquotes when it holds other characters.
    Name {
        /// The name, without backquotes.
        name: String,
        /// Whether it stood in backquotes, so that it is no keyword.
        quoted: bool,
    },
    /// A number.
    Number(f64),
    /// A text in quotes.
    Text(String),
    /// One of the language's symbols.
    Symbol(&'static str),
    /// The end of the text.
    End,
}

impl TokenKind {
    /// As it is called in a message.
    pub fn described(&self) -> String {
        match self {
            TokenKind::Name { name, .. } => format!("\"{name}\""),
            TokenKind::Number(number) => format!("the number {number}"),
            TokenKind::Text(text) => format!("the text \"{text}\""),
            TokenKind::Symbol(symbol) => format!("\"{symbol}\""),
            TokenKind::End => "the end".into(),
        }
    }
}

/// A language's symbols: (as written, as read). Of two that fit, the earlier is taken, so longer ones come first.
pub(crate) type Symbols = [(&'static str, &'static str)];

/// The words of `text`, closed by [`TokenKind::End`].
pub(crate) fn tokens(text: &str, symbols: &Symbols) -> Result<Vec<Token>, SyntaxFault> {
    let mut tokens = Vec::new();
    let mut offset = 0;
    while let Some(first) = text[offset..].chars().next() {
        let rest = &text[offset..];
        if first.is_whitespace() {
            offset += first.len_utf8();
            continue;
        }
        let (kind, length) = if let Some((written, read)) = symbols.iter().find(|(s, _)| rest.starts_with(s)) {
            (TokenKind::Symbol(read), written.len())
        } else if first.is_ascii_digit() || (matches!(first, '-' | '+' | '.') && starts_number(&rest[1..])) {
            number(rest, offset)?
        } else if first == '"' || first == '\'' {
            quoted_text(rest, offset)?
        } else if first == '`' {
            quoted_name(rest, offset)?
        } else if is_name_start(first) {
            let length = rest.find(|c| !is_name_character(c)).unwrap_or(rest.len());
            (TokenKind::Name { name: rest[..length].into(), quoted: false }, length)
        } else {
            return Err(unexpected(first, offset));
        };
        tokens.push(Token { kind, offset });
        offset += length;
    }
    tokens.push(Token { kind: TokenKind::End, offset: text.len() });
    Ok(tokens)
}

/// Whether a name may begin with this character.
pub(crate) fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

/// Whether a name may hold this character.
pub(crate) fn is_name_character(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '.' || is_combining(c)
}

/// Whether `name` can be written without backquotes.
pub(crate) fn is_plain_name(name: &str) -> bool {
    name.chars().next().is_some_and(is_name_start) && name.chars().all(is_name_character)
}

/// Marks that belong to the letter before them (names typed in decomposed form, Indic vowel signs).
fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e31}' | '\u{e34}'..='\u{e4e}' | '\u{3099}'..='\u{309a}')
}

fn starts_number(rest: &str) -> bool {
    let digits = rest.strip_prefix('.').unwrap_or(rest);
    digits.starts_with(|c: char| c.is_ascii_digit())
}

fn number(rest: &str, offset: usize) -> Result<(TokenKind, usize), SyntaxFault> {
    let digits = |from: usize| rest[from..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |n| from + n);
    let mut end = digits(usize::from(rest.starts_with(['-', '+'])));
    if rest[end..].starts_with('.') {
        end = digits(end + 1);
    }
    if rest[end..].starts_with(['e', 'E']) {
        let sign = usize::from(rest[end + 1..].starts_with(['-', '+']));
        if digits(end + 1 + sign) > end + 1 + sign {
            end = digits(end + 1 + sign);
        }
    }
    if let Some(next) = rest[end..].chars().next().filter(|c| is_name_character(*c)) {
        let word: String = rest.chars().take_while(|c| is_name_character(*c)).collect();
        let fault = SyntaxFault::new(offset, format!("a number is followed by \"{next}\""));
        return Err(match rest.starts_with(|c: char| c.is_ascii_digit()) {
            true => fault.help(format!("a name that begins with a digit goes in backquotes: `{word}`")),
            false => fault,
        });
    }
    match rest[..end].parse() {
        Ok(number) if f64::is_finite(number) => Ok((TokenKind::Number(number), end)),
        _ => Err(SyntaxFault::new(offset, format!("{} is not a number that can be held", &rest[..end]))),
    }
}

fn quoted_text(rest: &str, offset: usize) -> Result<(TokenKind, usize), SyntaxFault> {
    let quote = if rest.starts_with('"') { '"' } else { '\'' };
    let mut text = String::new();
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => {
                text.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            _ if c == quote => return Ok((TokenKind::Text(text), at + c.len_utf8())),
            _ => text.push(c),
        }
    }
    Err(SyntaxFault::new(offset, "the text that begins here has no closing quote"))
}

fn quoted_name(rest: &str, offset: usize) -> Result<(TokenKind, usize), SyntaxFault> {
    match rest[1..].find('`') {
        Some(0) => Err(SyntaxFault::new(offset, "there is no name between the backquotes")),
        Some(length) => Ok((TokenKind::Name { name: rest[1..=length].into(), quoted: true }, length + 2)),
        None => Err(SyntaxFault::new(offset, "the name that begins here has no closing backquote")),
    }
}

fn unexpected(found: char, offset: usize) -> SyntaxFault {
    let fault = SyntaxFault::new(offset, format!("\"{found}\" cannot stand here"));
    let ascii = match found {
        '“' | '”' | '„' => Some('"'),
        '‘' | '’' => Some('\''),
        '，' | '、' => Some(','),
        '。' => Some('.'),
        '【' => Some('['),
        '】' => Some(']'),
        // The full-width forms are the ASCII characters shifted by a fixed distance.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(found as u32 - 0xfee0),
        '−' | '–' | '—' => Some('-'),
        _ => None,
    };
    match ascii {
        Some(ascii) => fault.help(format!("write {ascii} instead (the plain character of an English keyboard)")),
        None => fault,
    }
}
