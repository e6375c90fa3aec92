//! Text in, [`Condition`] out.

use std::str::FromStr;

use super::{Comparison, Condition, Mention, Operand};
use crate::lexer::{Symbols, SyntaxFault, Token, TokenKind, tokens};

const SYMBOLS: &Symbols = &[
    ("==", "=="),
    ("!=", "!="),
    ("<>", "<>"),
    ("<=", "<="),
    (">=", ">="),
    ("=", "="),
    ("<", "<"),
    (">", ">"),
    ("(", "("),
    (")", ")"),
    ("[", "["),
    ("]", "]"),
    (",", ","),
    ("&&", "&"),
    ("&", "&"),
    ("||", "|"),
    ("|", "|"),
    ("!", "!"),
];

/// Words that are no variables unless they stand in backquotes.
const KEYWORDS: [&str; 5] = ["and", "or", "not", "in", "missing"];

/// Comparisons and connections in one condition. Far beyond what a person writes; keeps the tree shallow enough for
/// recursion.
const MOST_PARTS: usize = 500;

pub(super) fn is_keyword(name: &str) -> bool {
    KEYWORDS.iter().any(|k| k.eq_ignore_ascii_case(name))
}

impl Condition {
    /// Reads a condition: `in_industry == 1 and not missing(age)`.
    ///
    /// Keywords may be in capitals; names in any script, in backquotes where they hold other characters.
    ///
    /// # Errors
    /// The first place at which the text is no condition.
    pub fn parse(text: &str) -> Result<Self, SyntaxFault> {
        Ok(Self::parse_located(text)?.0)
    }

    /// Reads a condition and tells where it names variables, in the order of the text.
    ///
    /// # Errors
    /// As [`Condition::parse`].
    pub fn parse_located(text: &str) -> Result<(Self, Vec<Mention>), SyntaxFault> {
        let mut parser = Parser { tokens: tokens(text, SYMBOLS)?, next: 0, parts: 0, mentions: Vec::new() };
        let condition = parser.either()?;
        match parser.peek() {
            TokenKind::End => Ok((condition, parser.mentions)),
            TokenKind::Symbol(")") => Err(parser.fault("this parenthesis was not opened")),
            found => {
                let message = format!("expected \"and\", \"or\" or the end, found {}", found.described());
                Err(parser.with_hint(parser.fault(message)))
            }
        }
    }
}

impl FromStr for Condition {
    type Err = SyntaxFault;

    fn from_str(text: &str) -> Result<Self, SyntaxFault> {
        Condition::parse(text)
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    parts: usize,
    mentions: Vec<Mention>,
}

impl Parser {
    fn either(&mut self) -> Result<Condition, SyntaxFault> {
        let mut left = self.both()?;
        while self.take_keyword("or") {
            left = Condition::Or(Box::new(left), Box::new(self.both()?));
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Condition, SyntaxFault> {
        let mut left = self.negated()?;
        while self.take_keyword("and") {
            left = Condition::And(Box::new(left), Box::new(self.negated()?));
        }
        Ok(left)
    }

    fn negated(&mut self) -> Result<Condition, SyntaxFault> {
        self.parts += 1;
        if self.parts > MOST_PARTS {
            return Err(self.fault(format!("a condition may have at most {MOST_PARTS} parts")));
        }
        if self.take_keyword("not") {
            return Ok(Condition::Not(Box::new(self.negated()?)));
        }
        if self.take_symbol("(") {
            let inner = self.either()?;
            self.expect_symbol(")", "\"and\", \"or\" or the closing parenthesis")?;
            return Ok(inner);
        }
        if self.is_keyword_at(self.next, "missing") && self.tokens_from(1) == &TokenKind::Symbol("(") {
            return self.missing();
        }
        self.comparison()
    }

    fn missing(&mut self) -> Result<Condition, SyntaxFault> {
        self.next += 2;
        let Operand::Variable(variable) = self.operand("a variable")? else {
            self.next -= 1;
            return Err(self.fault("missing( ) takes the name of a variable"));
        };
        self.expect_symbol(")", "the closing parenthesis of missing( )")?;
        Ok(Condition::Missing(variable))
    }

    fn comparison(&mut self) -> Result<Condition, SyntaxFault> {
        let start = self.offset();
        let left = self.operand("a variable")?;
        let inside = self.membership()?;
        if let Some(is_in) = inside {
            let Operand::Variable(variable) = left else {
                return Err(SyntaxFault::new(start, "expected a variable before \"in\""));
            };
            let values = self.list()?;
            let condition = Condition::In { variable, values };
            return Ok(if is_in { condition } else { Condition::Not(Box::new(condition)) });
        }
        let comparison = self.comparison_symbol()?;
        let right_at = self.offset();
        let right = self.operand("a number, a text in quotes or a variable")?;
        if self.peek_comparison().is_some() {
            return Err(self
                .fault("comparisons cannot be chained")
                .help("write each comparison and join them: 1 <= x and x <= 5"));
        }
        let ordered = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        for (operand, at) in [(&left, start), (&right, right_at)] {
            if let (Operand::Text(text), true) = (operand, ordered) {
                let message = format!("the text \"{text}\" can be compared by == and != only");
                return Err(SyntaxFault::new(at, message));
            }
        }
        match (left, right) {
            (Operand::Variable(variable), value) => Ok(Condition::Compare { variable, comparison, value }),
            (value, Operand::Variable(variable)) => {
                Ok(Condition::Compare { variable, comparison: comparison.flipped(), value })
            }
            _ => Err(SyntaxFault::new(start, "a comparison needs a variable on one side")
                .help("the names of variables stand without quotes; in backquotes where they hold spaces")),
        }
    }

    /// `in` gives true, `not in` false.
    fn membership(&mut self) -> Result<Option<bool>, SyntaxFault> {
        if self.take_keyword("in") {
            return Ok(Some(true));
        }
        if self.is_keyword_at(self.next, "not") {
            self.next += 1;
            return match self.take_keyword("in") {
                true => Ok(Some(false)),
                false => Err(self
                    .fault("expected \"in\" after \"not\"")
                    .help("\"not\" stands before a whole comparison: not x == 1")),
            };
        }
        Ok(None)
    }

    fn list(&mut self) -> Result<Vec<Operand>, SyntaxFault> {
        self.expect_symbol("[", "a list: [1, 2]")?;
        let mut values = Vec::new();
        while !self.take_symbol("]") {
            if !values.is_empty() {
                self.expect_symbol(",", "a comma or \"]\"")?;
                // A comma before the closing bracket is allowed, as in TOML.
                if self.take_symbol("]") {
                    break;
                }
            }
            let at = self.offset();
            match self.operand("a number or a text in quotes")? {
                Operand::Variable(name) => {
                    let fault =
                        SyntaxFault::new(at, format!("expected a number or a text in quotes, found \"{name}\""));
                    return Err(fault.help(format!("a text goes in quotes: '{name}'")));
                }
                value => values.push(value),
            }
        }
        if values.is_empty() {
            self.next -= 1;
            return Err(self.fault("the list is empty, so no case could be in it"));
        }
        Ok(values)
    }

    fn operand(&mut self, expected: &str) -> Result<Operand, SyntaxFault> {
        let operand = match self.peek() {
            TokenKind::Name { name, quoted } if *quoted || !is_keyword(name) => Operand::Variable(name.clone()),
            TokenKind::Number(number) => Operand::Number(*number),
            TokenKind::Text(text) => Operand::Text(text.clone()),
            found => {
                let fault = self.fault(format!("expected {expected}, found {}", found.described()));
                return Err(match found {
                    TokenKind::Name { name, .. } => {
                        fault.help(format!("a variable of the name \"{name}\" goes in backquotes: `{name}`"))
                    }
                    _ => self.with_hint(fault),
                });
            }
        };
        if let Operand::Variable(variable) = &operand {
            self.mentions.push(Mention { variable: variable.clone(), offset: self.offset() });
        }
        self.next += 1;
        Ok(operand)
    }

    fn comparison_symbol(&mut self) -> Result<Comparison, SyntaxFault> {
        match self.peek_comparison() {
            Some(comparison) => {
                self.next += 1;
                Ok(comparison)
            }
            None => {
                let found = self.peek().described();
                let message = format!("expected a comparison (==, !=, <, <=, >, >=, in, not in), found {found}");
                Err(self.with_hint(self.fault(message)))
            }
        }
    }

    fn peek_comparison(&self) -> Option<Comparison> {
        match self.peek() {
            TokenKind::Symbol("==") => Some(Comparison::Equal),
            TokenKind::Symbol("!=") => Some(Comparison::NotEqual),
            TokenKind::Symbol("<") => Some(Comparison::Less),
            TokenKind::Symbol("<=") => Some(Comparison::LessOrEqual),
            TokenKind::Symbol(">") => Some(Comparison::Greater),
            TokenKind::Symbol(">=") => Some(Comparison::GreaterOrEqual),
            _ => None,
        }
    }

    /// Adds what writers of other languages need to hear.
    fn with_hint(&self, fault: SyntaxFault) -> SyntaxFault {
        match self.peek() {
            TokenKind::Symbol("=") => fault.help("equality is written =="),
            TokenKind::Symbol("<>") => fault.help("inequality is written !="),
            TokenKind::Symbol("&") => fault.help("write \"and\""),
            TokenKind::Symbol("|") => fault.help("write \"or\""),
            TokenKind::Symbol("!") => fault.help("write \"not\""),
            _ => fault,
        }
    }

    fn expect_symbol(&mut self, symbol: &str, expected: &str) -> Result<(), SyntaxFault> {
        if self.take_symbol(symbol) {
            return Ok(());
        }
        let message = format!("expected {expected}, found {}", self.peek().described());
        Err(self.with_hint(self.fault(message)))
    }

    fn take_symbol(&mut self, symbol: &str) -> bool {
        let there = matches!(self.peek(), TokenKind::Symbol(s) if *s == symbol);
        self.next += usize::from(there);
        there
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let there = self.is_keyword_at(self.next, keyword);
        self.next += usize::from(there);
        there
    }

    fn is_keyword_at(&self, index: usize, keyword: &str) -> bool {
        matches!(self.tokens.get(index).map(|t| &t.kind),
            Some(TokenKind::Name { name, quoted: false }) if name.eq_ignore_ascii_case(keyword))
    }

    fn peek(&self) -> &TokenKind {
        self.tokens_from(0)
    }

    fn tokens_from(&self, ahead: usize) -> &TokenKind {
        self.tokens.get(self.next + ahead).map_or(&TokenKind::End, |t| &t.kind)
    }

    fn offset(&self) -> usize {
        // The list always ends with End, which is never passed.
        self.tokens.get(self.next).or(self.tokens.last()).map_or(0, |t| t.offset)
    }

    fn fault(&self, message: impl Into<String>) -> SyntaxFault {
        SyntaxFault::new(self.offset(), message)
    }
}
