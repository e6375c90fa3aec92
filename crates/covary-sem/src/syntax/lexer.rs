//! Model text → tokens: comments, line ends and continuation are settled here.

use std::ops::Range;

use super::{Operator, fault::Fault};

/// A token and its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    Number(f64),
    Name(String),
    /// Between quotes.
    Text(String),
    Operator(Operator),
    /// One of `+ - * / ^ ( ) , : ?`.
    Symbol(char),
    /// A line end that ends a statement, or `;`.
    Separator,
    /// The end of the text.
    End,
}

/// Splits a text into tokens, the last of which is [`TokenKind::End`].
///
/// A line end separates statements unless a parenthesis is open, the line ends in an operator, `+` and the like, or
/// the next line begins with one.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Fault> {
    let mut lexer = Lexer { text, position: 0, open: Vec::new(), tokens: Vec::new() };
    while let Some(token) = lexer.next()? {
        lexer.push(token);
    }
    if let Some(open) = lexer.open.first() {
        return Err(Fault::new(open.clone(), "this `(` is never closed").help("add the `)`"));
    }
    lexer.tokens.push(Token { kind: TokenKind::End, span: text.len()..text.len() });
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    text: &'a str,
    position: usize,
    /// Places of the open parentheses.
    open: Vec<Range<usize>>,
    tokens: Vec<Token>,
}

/// Operators, each before those that it begins with. (`~1` is the term `1` of a `~`: the parser's business.)
const OPERATORS: [(&str, Operator); 11] = [
    ("~*~", Operator::Scale),
    ("=~", Operator::Measures),
    ("<~", Operator::Composite),
    ("~~", Operator::Covariance),
    (":=", Operator::Define),
    ("==", Operator::Equal),
    ("~", Operator::Regression),
    ("|", Operator::Threshold),
    ("%", Operator::GroupWeight),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

/// Operators that lavaan has had since 0.7.
const OF_LATER_VERSIONS: [(&str, &str); 2] =
    [(":~", "a parameter as a function of the data"), ("|~", "instruments of an equation")];

/// Characters that look like the ASCII ones, from Chinese input methods and word processors.
const LOOKALIKES: [(char, char); 22] = [
    ('＋', '+'),
    ('－', '-'),
    ('−', '-'),
    ('–', '-'),
    ('＊', '*'),
    ('×', '*'),
    ('／', '/'),
    ('＾', '^'),
    ('＝', '='),
    ('～', '~'),
    ('∼', '~'),
    ('＜', '<'),
    ('＞', '>'),
    ('｜', '|'),
    ('：', ':'),
    ('；', ';'),
    ('，', ','),
    ('（', '('),
    ('）', ')'),
    ('“', '"'),
    ('”', '"'),
    ('＃', '#'),
];

impl Lexer<'_> {
    fn push(&mut self, token: Token) {
        let continues =
            |kind: &TokenKind| matches!(kind, TokenKind::Operator(_) | TokenKind::Symbol('+' | '*' | '/' | '^' | '?'));
        match &token.kind {
            TokenKind::Separator => {
                let line_end = self.text[token.span.clone()].starts_with('\n');
                let useless = self.tokens.last().is_none_or(|last| match last.kind {
                    TokenKind::Separator => true,
                    TokenKind::Symbol('-' | ',') => line_end,
                    _ => line_end && continues(&last.kind),
                });
                if useless || (line_end && !self.open.is_empty()) {
                    return;
                }
            }
            TokenKind::Symbol('(') => self.open.push(token.span.clone()),
            TokenKind::Symbol(')') => {
                self.open.pop();
            }
            // A line that begins with an operator continues the one before it.
            kind if continues(kind) && self.at_line_end() => {
                self.tokens.pop();
            }
            _ => {}
        }
        self.tokens.push(token);
    }

    fn at_line_end(&self) -> bool {
        let ends_line =
            |last: &Token| last.kind == TokenKind::Separator && self.text[last.span.clone()].starts_with('\n');
        self.tokens.last().is_some_and(ends_line)
    }

    fn next(&mut self) -> Result<Option<Token>, Fault> {
        self.skip_blanks_and_comments();
        let start = self.position;
        let rest = &self.text[start..];
        let Some(first) = rest.chars().next() else { return Ok(None) };
        if let Some((operator, what)) = OF_LATER_VERSIONS.iter().find(|(operator, _)| rest.starts_with(operator)) {
            let message = format!("`{operator}`, {what}, is not supported");
            return Err(Fault::new(start..start + operator.len(), message));
        }
        let kind = if matches!(first, '\n' | ';') {
            self.position += 1;
            TokenKind::Separator
        } else if let Some((text, operator)) = OPERATORS.iter().find(|(text, _)| rest.starts_with(text)) {
            self.position += text.len();
            TokenKind::Operator(*operator)
        } else if first.is_ascii_digit() || (first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) {
            self.number()?
        } else if begins_name(first) {
            let end = rest.find(|c| !continues_name(c)).unwrap_or(rest.len());
            self.position += end;
            TokenKind::Name(rest[..end].to_string())
        } else if matches!(first, '"' | '\'') {
            TokenKind::Text(self.quoted(first)?)
        } else if first == '`' {
            TokenKind::Name(self.backquoted()?)
        } else if matches!(first, '+' | '-' | '*' | '/' | '^' | '(' | ')' | ',' | ':' | '?') {
            self.position += 1;
            TokenKind::Symbol(first)
        } else {
            return Err(unexpected_character(first, start));
        };
        Ok(Some(Token { kind, span: start..self.position }))
    }

    /// Skips blanks, and comments up to the end of their line.
    fn skip_blanks_and_comments(&mut self) {
        loop {
            let rest = &self.text[self.position..];
            match rest.chars().next() {
                Some('#' | '!') => self.position += rest.find('\n').unwrap_or(rest.len()),
                Some(c) if c != '\n' && is_blank(c) => self.position += c.len_utf8(),
                _ => return,
            }
        }
    }

    fn number(&mut self) -> Result<TokenKind, Fault> {
        let start = self.position;
        let rest = &self.text[start..];
        let digits = |from: usize| rest[from..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |n| from + n);
        let mut end = digits(0);
        if rest[end..].starts_with('.') {
            end = digits(end + 1);
        }
        if rest[end..].starts_with(['e', 'E']) {
            let sign = usize::from(rest[end + 1..].starts_with(['+', '-']));
            let exponent_end = digits(end + 1 + sign);
            if exponent_end > end + 1 + sign {
                end = exponent_end;
            }
        }
        if rest[end..].starts_with(continues_name) {
            let word_end = rest.find(|c| !continues_name(c)).unwrap_or(rest.len());
            return Err(Fault::new(
                start..start + word_end,
                format!("`{}` is neither a number nor a name: a name cannot begin with a digit", &rest[..word_end]),
            )
            .help("rename the variable, or write `*` between a number and the variable it belongs to"));
        }
        self.position += end;
        let span = start..self.position;
        // Text beyond f64's range becomes infinity, which no parameter can be.
        match rest[..end].parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(TokenKind::Number(value)),
            _ => Err(Fault::new(span, format!("the number {} is too large", &rest[..end]))),
        }
    }

    /// A name of any characters.
    fn backquoted(&mut self) -> Result<String, Fault> {
        let start = self.position;
        let name = self.quoted('`')?;
        if name.trim().is_empty() {
            return Err(Fault::new(start..self.position, "a name in backquotes is empty"));
        }
        Ok(name)
    }

    fn quoted(&mut self, quote: char) -> Result<String, Fault> {
        let start = self.position;
        let inner = &self.text[start + 1..];
        let line = inner.find('\n').unwrap_or(inner.len());
        match inner[..line].find(quote) {
            Some(end) => {
                self.position += end + 2;
                Ok(inner[..end].to_string())
            }
            None => Err(Fault::new(start..start + 1, format!("the text that begins with {quote} is never closed"))
                .help(format!("close it with {quote} on the same line"))),
        }
    }
}

/// Whether a name needs no backquotes.
pub(crate) fn is_plain_name(name: &str) -> bool {
    let starts = name.starts_with(begins_name);
    // `.5` is a number.
    let number = name.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    starts && !number && name.chars().all(continues_name)
}

fn begins_name(c: char) -> bool {
    continues_name(c) && !c.is_ascii_digit()
}

/// Letters of any script, digits, dots and underscores; beyond ASCII also combining marks, but no punctuation that
/// stands for an operator.
fn continues_name(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
    }
    let stands_for_ascii = LOOKALIKES.iter().any(|&(like, _)| like == c) || matches!(c, '、' | '。' | '‘' | '’' | '！');
    !is_blank(c) && !c.is_control() && !stands_for_ascii
}

/// White space, and the invisible characters that copying from documents leaves behind.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}')
}

fn unexpected_character(c: char, at: usize) -> Fault {
    let fault = Fault::new(at..at + c.len_utf8(), format!("unexpected character `{}`", c.escape_debug()));
    match (LOOKALIKES.iter().find(|(like, _)| *like == c), c) {
        (Some((_, ascii)), _) => fault.help(format!("write the plain `{ascii}` in place of `{c}`")),
        (None, '=') => fault.help("a constraint is written with `==`, a measurement with `=~`, a definition with `:=`"),
        (None, '&') => fault.help("write one formula per line, or separate formulas by `;`"),
        _ => fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Result<Vec<String>, String> {
        let tokens = tokens(text).map_err(|fault| fault.message)?;
        Ok(tokens.into_iter().map(|t| format!("{:?}", t.kind)).collect())
    }

    #[test]
    fn a_line_end_counts_only_where_a_statement_can_end() {
        for (text, separators) in [
            ("y ~ x\nz ~ y", 1),
            ("y ~ x +\n z", 0),
            ("y ~ x\n + z", 0),
            ("y ~\n x", 0),
            ("y\n ~ x", 0),
            ("f =~ c(1,\n 2)*x", 0),
            ("y ~ x # comment ; not a separator\n\n\n! another\nz ~ x;;", 2),
            ("f =~ start(\n0.5\n)*x; g =~ y", 1),
        ] {
            let count = written(text).map(|t| t.iter().filter(|k| *k == "Separator").count());
            assert_eq!(count, Ok(separators), "{text}");
        }
    }

    #[test]
    fn names_are_taken_from_any_script() {
        for name in ["x1", "Infant.Mortality", "_z", ".x", "质量", "größe", "वर्ष", "x.1_b"] {
            let tokens = tokens(name).map(|t| t[0].kind.clone());
            assert_eq!(tokens, Ok(TokenKind::Name(name.to_string())));
        }
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (text, message) in [
            ("2y ~ x", "neither a number nor a name"),
            ("f =~ x １ ＋ y", "unexpected character `＋`"),
            ("y ~ `a b", "never closed"),
            ("y ~ ` `", "a name in backquotes is empty"),
            ("f =~ label(\"a)*x", "never closed"),
            ("f =~ c(a, b*x", "never closed"),
            ("a = b", "unexpected character `=`"),
            ("y ~ 1e999*x", "too large"),
        ] {
            let error = written(text).err().unwrap_or_default();
            assert!(error.contains(message), "{text}: {error}");
        }
    }
}
