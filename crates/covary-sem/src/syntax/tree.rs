//! Tokens → trees of arithmetic, shared by modifiers, constraints and definitions.

use std::ops::Range;

use super::{
    expression::{Expression, Function},
    fault::{Fault, line_and_column},
    lexer::{Token, TokenKind, is_blank},
};

/// Arithmetic as written, before it is known to be a modifier, a variable or an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tree {
    pub(super) node: Node,
    pub(super) span: Range<usize>,
    /// Levels below this one, itself included.
    depth: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Number(f64),
    Name(String),
    Text(String),
    /// `a:b`
    Product(String),
    Negate(Box<Tree>),
    Binary(Box<Tree>, char, Box<Tree>),
    Call(String, Vec<Tree>),
}

/// Parentheses, calls and signs within one another: more would endanger the stack.
const DEEPEST_NESTING: usize = 100;

/// Height of a tree; a sum of n terms has height n.
const GREATEST_DEPTH: usize = 1000;

/// Reads tokens one after another.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    tokens: &'a [Token],
    position: usize,
    nesting: usize,
}

impl<'a> Reader<'a> {
    /// Reads from the first of `tokens`, the last of which is [`TokenKind::End`].
    pub(super) fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        Reader { text, tokens, position: 0, nesting: 0 }
    }

    /// The token to be read next; the last one is never passed.
    pub(super) fn peek(&self) -> &'a Token {
        self.peek_at(0)
    }

    /// The token `ahead` places after the next one.
    pub(super) fn peek_at(&self, ahead: usize) -> &'a Token {
        &self.tokens[(self.position + ahead).min(self.tokens.len() - 1)]
    }

    /// Passes a token.
    pub(super) fn next(&mut self) -> &'a Token {
        let token = self.peek();
        self.position = (self.position + 1).min(self.tokens.len() - 1);
        token
    }

    /// Passes the symbol where it comes next.
    pub(super) fn take(&mut self, symbol: char) -> bool {
        let found = self.peek().kind == TokenKind::Symbol(symbol);
        if found {
            self.next();
        }
        found
    }

    /// Whether a statement ends here.
    pub(super) fn at_end_of_statement(&self) -> bool {
        matches!(self.peek().kind, TokenKind::Separator | TokenKind::End)
    }

    /// The next token, for messages.
    pub(super) fn shown(&self) -> String {
        let token = self.peek();
        match token.kind {
            TokenKind::End => "the end of the text".to_string(),
            TokenKind::Separator if self.text[token.span.clone()].starts_with('\n') => {
                "the end of the line".to_string()
            }
            _ => format!("`{}`", &self.text[token.span.clone()]),
        }
    }

    /// "unexpected …: expected …" at the next token.
    pub(super) fn unexpected(&self, expected: &str) -> Fault {
        let token = self.peek();
        let span = match token.kind {
            // The caret of a missing word stands right after the last one.
            TokenKind::End | TokenKind::Separator if self.position > 0 => {
                let end = self.tokens[self.position - 1].span.end;
                end..end
            }
            _ => token.span.clone(),
        };
        Fault::new(span, format!("expected {expected}, found {}", self.shown()))
    }

    /// A whole expression: sums of products.
    pub(super) fn sum(&mut self) -> Result<Tree, Fault> {
        self.binary(0)
    }

    /// A product of factors, as a term of a formula is.
    pub(super) fn product(&mut self) -> Result<Tree, Fault> {
        self.binary(2)
    }

    /// Binary operators that bind at least as tightly as `least`: sums 1, products 2, powers 4.
    fn binary(&mut self, least: u8) -> Result<Tree, Fault> {
        let mut left = self.signed()?;
        while let TokenKind::Symbol(operator @ ('+' | '-' | '*' | '/')) = self.peek().kind {
            let binding = if matches!(operator, '+' | '-') { 1 } else { 2 };
            if binding < least {
                break;
            }
            self.next();
            let right = self.binary(binding + 1)?;
            left = self.join(left, operator, right)?;
        }
        Ok(left)
    }

    /// A sign binds less tightly than `^`: −2² = −4.
    fn signed(&mut self) -> Result<Tree, Fault> {
        let start = self.peek().span.start;
        if self.take('+') {
            return self.nested(Self::signed);
        }
        if self.take('-') {
            let inner = self.nested(Self::signed)?;
            let (span, depth) = (start..inner.span.end, inner.depth + 1);
            return Ok(Tree { node: Node::Negate(Box::new(inner)), span, depth });
        }
        let base = self.primary()?;
        if self.take('^') {
            let exponent = self.nested(Self::signed)?;
            return self.join(base, '^', exponent);
        }
        Ok(base)
    }

    fn primary(&mut self) -> Result<Tree, Fault> {
        let token = self.peek();
        let start = token.span.start;
        let leaf = |node| Ok(Tree { node, span: token.span.clone(), depth: 1 });
        match &token.kind {
            TokenKind::Number(value) => {
                self.next();
                leaf(Node::Number(*value))
            }
            TokenKind::Text(text) => {
                self.next();
                leaf(Node::Text(text.clone()))
            }
            TokenKind::Name(name) => {
                self.next();
                if self.take('(') {
                    let arguments = self.arguments()?;
                    let depth = arguments.iter().map(|a| a.depth).max().unwrap_or(0) + 1;
                    return Ok(Tree { node: Node::Call(name.clone(), arguments), span: start..self.end(), depth });
                }
                if self.peek().kind == TokenKind::Symbol(':') {
                    return self.observed_product(name, start);
                }
                leaf(Node::Name(name.clone()))
            }
            TokenKind::Symbol('(') => {
                self.next();
                let inner = self.nested(Self::sum)?;
                self.close()?;
                // Parentheses count for messages only.
                Ok(Tree { span: start..self.end(), ..inner })
            }
            _ => Err(self.unexpected("a number, a name or `(`")),
        }
    }

    /// The rest of `a:b` after `a`.
    fn observed_product(&mut self, first: &str, start: usize) -> Result<Tree, Fault> {
        let mut name = first.to_string();
        while self.take(':') {
            match &self.peek().kind {
                TokenKind::Name(factor) => {
                    self.next();
                    name.push(':');
                    name.push_str(factor);
                }
                _ => return Err(self.unexpected("the second variable of a product `a:b`")),
            }
        }
        Ok(Tree { node: Node::Product(name), span: start..self.end(), depth: 1 })
    }

    fn arguments(&mut self) -> Result<Vec<Tree>, Fault> {
        let mut arguments = Vec::new();
        if self.take(')') {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.nested(Self::sum)?);
            if !self.take(',') {
                break;
            }
        }
        self.close()?;
        Ok(arguments)
    }

    fn close(&mut self) -> Result<(), Fault> {
        if self.take(')') { Ok(()) } else { Err(self.unexpected("`)`")) }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Tree, Fault>) -> Result<Tree, Fault> {
        if self.nesting >= DEEPEST_NESTING {
            let span = self.peek().span.clone();
            return Err(Fault::new(span, format!("more than {DEEPEST_NESTING} levels within one another")));
        }
        self.nesting += 1;
        let result = read(self);
        self.nesting -= 1;
        result
    }

    fn join(&self, left: Tree, operator: char, right: Tree) -> Result<Tree, Fault> {
        let (span, depth) = (left.span.start..right.span.end, left.depth.max(right.depth) + 1);
        if depth > GREATEST_DEPTH {
            return Err(Fault::new(span, format!("an expression of more than {GREATEST_DEPTH} terms")));
        }
        Ok(Tree { node: Node::Binary(Box::new(left), operator, Box::new(right)), span, depth })
    }

    /// The line that the line of the last token continues, where that token is its first.
    pub(super) fn line_continued_to(&self) -> Option<usize> {
        let last = self.tokens.get(self.position.checked_sub(1)?)?.span.start;
        let before = self.tokens.get(self.position.checked_sub(2)?)?.span.end;
        let (line, _) = line_and_column(self.text, before.saturating_sub(1));
        self.text[before..last].contains('\n').then_some(line)
    }

    /// Where the last token ended.
    pub(super) fn end(&self) -> usize {
        self.tokens[self.position.saturating_sub(1)].span.end
    }
}

/// A label never contains blanks.
pub(super) fn label_of_text(text: &str) -> String {
    text.chars().filter(|&c| !is_blank(c)).collect()
}

impl Tree {
    /// The tree as an expression of numbers, labels and functions of R.
    pub(super) fn expression(&self) -> Result<Expression, Fault> {
        Ok(match &self.node {
            Node::Number(value) => Expression::Number(*value),
            Node::Name(name) => Expression::Name(label_of_text(name)),
            Node::Text(_) => return Err(Fault::new(self.span.clone(), "a text in quotes is no part of an expression")),
            Node::Product(_) => {
                return Err(Fault::new(self.span.clone(), "expressions are built from labels, not from variables"));
            }
            Node::Negate(inner) => Expression::Negate(Box::new(inner.expression()?)),
            Node::Binary(left, operator, right) => {
                Expression::Binary(Box::new(left.expression()?), *operator, Box::new(right.expression()?))
            }
            Node::Call(name, arguments) => self.call(name, arguments)?,
        })
    }

    fn call(&self, name: &str, arguments: &[Tree]) -> Result<Expression, Fault> {
        let logarithm = |inner: &Tree| Ok(Expression::Call(Function::Log, Box::new(inner.expression()?)));
        match (name, arguments) {
            ("log", [value, base]) => {
                return Ok(Expression::Binary(Box::new(logarithm(value)?), '/', Box::new(logarithm(base)?)));
            }
            ("pow", [base, exponent]) => {
                return Ok(Expression::Binary(Box::new(base.expression()?), '^', Box::new(exponent.expression()?)));
            }
            _ => {}
        }
        match (Function::named(name), arguments) {
            (Some(function), [inner]) => Ok(Expression::Call(function, Box::new(inner.expression()?))),
            (Some(_), _) => {
                Err(Fault::new(self.span.clone(), format!("`{name}` takes one argument, found {}", arguments.len())))
            }
            (None, _) => {
                let known = Function::ALL.map(|(name, _)| name);
                Err(Fault::new(self.span.clone(), format!("unknown function `{name}`"))
                    .help(format!("functions are {}", known.join(", ")))
                    .nearest(name, known))
            }
        }
    }
}
