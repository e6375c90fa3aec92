//! Text of a rule in, [`Claim`] out.

use std::str::FromStr;

use super::{Claim, Direction, Relation};
use crate::condition::Mention;
use crate::lexer::{Symbols, SyntaxFault, Token, TokenKind, tokens};

const SYMBOLS: &Symbols = &[
    ("<-->", "<->"),
    ("<->", "<->"),
    ("↔", "<->"),
    ("-->", "->"),
    ("->", "->"),
    ("→", "->"),
    ("<-", "<-"),
    ("←", "<-"),
    ("~~", "~~"),
    ("~", "~"),
    ("==", "=="),
    ("!=", "!="),
    (">=", ">="),
    ("<=", "<="),
    ("=", "="),
    (">", ">"),
    ("<", "<"),
];

const FORMS: &str =
    "a rule reads \"F1 -> Y\", \"F1 -> Y > 0\", \"F1 -> M -> Y\", \"F1 <-> F2\" or \"F1 -> Y == F2 -> Y\"";

impl Claim {
    /// Reads a rule: `F1 -> Y > 0`, `F1 -> M -> Y`, `F1 <-> F2`, `F1 -> Y == F2 -> Y`.
    ///
    /// Names in any script, in backquotes where they hold other characters. Without a direction the claim is that the
    /// relation differs from 0, and so it is with `!= 0`.
    ///
    /// # Errors
    /// The first place at which the text is no rule.
    pub fn parse(rule: &str) -> Result<Self, SyntaxFault> {
        Ok(Self::parse_located(rule)?.0)
    }

    /// Reads a rule and tells where it names variables, in the order of the text.
    ///
    /// # Errors
    /// As [`Claim::parse`].
    pub fn parse_located(rule: &str) -> Result<(Self, Vec<Mention>), SyntaxFault> {
        let mut parser = Parser { tokens: tokens(rule, SYMBOLS)?, next: 0, mentions: Vec::new() };
        let claim = parser.claim()?;
        if *parser.peek() != TokenKind::End {
            let found = parser.peek().described();
            return Err(parser.fault(format!("the rule should end here, found {found}")).help(FORMS));
        }
        Ok((claim, parser.mentions))
    }
}

impl FromStr for Claim {
    type Err = SyntaxFault;

    fn from_str(rule: &str) -> Result<Self, SyntaxFault> {
        Claim::parse(rule)
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    mentions: Vec<Mention>,
}

impl Parser {
    fn claim(&mut self) -> Result<Claim, SyntaxFault> {
        let left_at = self.offset();
        let left = self.relation()?;
        let Some(direction) = self.direction()? else {
            return Ok(Claim::Relation { relation: left, direction: Direction::Any });
        };
        match self.peek() {
            TokenKind::Number(number) if *number == 0.0 => {
                self.next += 1;
                Ok(Claim::Relation { relation: left, direction })
            }
            TokenKind::Number(number) => {
                let message = format!("a relation is compared with 0 or with another relation, found {number}");
                Err(self.fault(message).help(FORMS))
            }
            _ => {
                let right = self.relation()?;
                if same_relation(&left, &right) {
                    return Err(SyntaxFault::new(left_at, "a relation is compared with itself"));
                }
                Ok(Claim::Comparison { left, direction, right })
            }
        }
    }

    fn relation(&mut self) -> Result<Relation, SyntaxFault> {
        let start = self.offset();
        let first = self.name()?;
        if self.take("<->") {
            let second = self.name()?;
            if matches!(self.peek(), TokenKind::Symbol("->" | "<->")) {
                return Err(self.fault("a covariance joins two variables only").help(FORMS));
            }
            return match first == second {
                true => Err(SyntaxFault::new(start, format!("\"{first}\" is related to itself"))),
                false => Ok(Relation::Covariance(first, second)),
            };
        }
        let mut steps = vec![first];
        while self.take("->") {
            let at = self.offset();
            let name = self.name()?;
            if steps.contains(&name) {
                return Err(SyntaxFault::new(at, format!("\"{name}\" stands twice in one way")));
            }
            steps.push(name);
        }
        match <[String; 2]>::try_from(steps) {
            Ok([cause, outcome]) => Ok(Relation::Path(cause, outcome)),
            Err(steps) if steps.len() > 2 => Ok(Relation::Way(steps)),
            Err(_) => {
                let fault = self.fault(format!("expected \"->\" or \"<->\", found {}", self.peek().described()));
                Err(match self.peek() {
                    TokenKind::Symbol("<-") => fault.help("write the path from cause to outcome: F1 -> Y"),
                    TokenKind::Symbol("~") => fault.help("write the path from cause to outcome: Y ~ F1 is F1 -> Y"),
                    TokenKind::Symbol("~~") => fault.help("a covariance is written <->"),
                    _ => fault.help(FORMS),
                })
            }
        }
    }

    fn direction(&mut self) -> Result<Option<Direction>, SyntaxFault> {
        let direction = match self.peek() {
            TokenKind::Symbol(">") => Direction::Positive,
            TokenKind::Symbol("<") => Direction::Negative,
            TokenKind::Symbol("==") => Direction::Zero,
            TokenKind::Symbol("!=") => Direction::Any,
            TokenKind::Symbol("=") => return Err(self.fault("found \"=\"").help("equality is written ==")),
            TokenKind::Symbol(symbol @ (">=" | "<=")) => {
                let fault = self.fault(format!("found \"{symbol}\""));
                return Err(fault.help(format!("a direction is strict: {}", &symbol[..1])));
            }
            _ => return Ok(None),
        };
        self.next += 1;
        Ok(Some(direction))
    }

    fn name(&mut self) -> Result<String, SyntaxFault> {
        let TokenKind::Name { name, .. } = self.peek() else {
            let found = self.peek().described();
            return Err(self.fault(format!("expected the name of a variable, found {found}")).help(FORMS));
        };
        let name = name.clone();
        self.mentions.push(Mention { variable: name.clone(), offset: self.offset() });
        self.next += 1;
        Ok(name)
    }

    fn take(&mut self, symbol: &str) -> bool {
        let there = matches!(self.peek(), TokenKind::Symbol(s) if *s == symbol);
        self.next += usize::from(there);
        there
    }

    fn peek(&self) -> &TokenKind {
        self.tokens.get(self.next).map_or(&TokenKind::End, |t| &t.kind)
    }

    fn offset(&self) -> usize {
        // The list always ends with End, which is never passed.
        self.tokens.get(self.next).or(self.tokens.last()).map_or(0, |t| t.offset)
    }

    fn fault(&self, message: impl Into<String>) -> SyntaxFault {
        SyntaxFault::new(self.offset(), message)
    }
}

fn same_relation(left: &Relation, right: &Relation) -> bool {
    match (left, right) {
        (Relation::Covariance(a, b), Relation::Covariance(c, d)) => (a == c && b == d) || (a == d && b == c),
        _ => left == right,
    }
}
