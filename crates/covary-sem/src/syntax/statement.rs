//! Statements of the model language: blocks, formulas, constraints, definitions.

use std::ops::Range;

use super::{
    Constraint, Definition, Element, Fixing, Formulas, Modifiers, Operator,
    expression::Expression,
    fault::{Fault, line_and_column},
    lexer::{Token, TokenKind, is_blank},
    tree::{Node, Reader, Tree, label_of_text},
};

/// Reads all statements of a text.
pub(super) fn statements(text: &str, tokens: &[Token]) -> Result<Formulas, Fault> {
    let mut parser = Parser {
        reader: Reader::new(text, tokens),
        formulas: Formulas { text: text.to_string(), ..Formulas::default() },
        group: None,
        level: None,
        blocks: Vec::new(),
    };
    loop {
        while parser.reader.peek().kind == TokenKind::Separator {
            parser.reader.next();
        }
        if parser.reader.peek().kind == TokenKind::End {
            parser.check_blocks()?;
            return Ok(parser.formulas);
        }
        parser.statement()?;
        if !parser.reader.at_end_of_statement() {
            return Err(parser.trailing());
        }
    }
}

struct Parser<'a> {
    reader: Reader<'a>,
    formulas: Formulas,
    group: Option<usize>,
    level: Option<usize>,
    /// Groups and levels that the text opens, and where.
    blocks: Vec<(Option<usize>, Option<usize>, Range<usize>)>,
}

/// One variable on the left of a formula.
struct Left {
    name: String,
    efa: Option<String>,
    span: Range<usize>,
}

/// One term on the right of a formula.
struct Term {
    variable: Variable,
    modifiers: Modifiers,
    span: Range<usize>,
}

/// What a term is about.
enum Variable {
    Named(String),
    /// `1`, or `0`, which is `0*1`.
    Constant(f64),
}

/// Words that begin a block.
const BLOCKS: [&str; 4] = ["group", "level", "class", "block"];

const OPERATORS: &str = "=~, ~, ~~, |, <~, ~*~, %, :=, ==, < or >";

impl Parser<'_> {
    fn statement(&mut self) -> Result<(), Fault> {
        if let Some(word) = self.block_word() {
            return self.block(&word);
        }
        let start = self.reader.peek().span.start;
        match self.first_operator()? {
            Operator::Define => self.definition(start),
            Operator::Equal | Operator::Less | Operator::Greater => self.constraint(start),
            _ => self.formula(start),
        }
    }

    /// The first word of `group: …`; `a:b ~ x` is a formula.
    fn block_word(&self) -> Option<String> {
        let TokenKind::Name(word) = &self.reader.peek().kind else { return None };
        let is_block = self.reader.peek_at(1).kind == TokenKind::Symbol(':') && self.operator_ahead().is_none();
        is_block.then(|| word.clone())
    }

    fn block(&mut self, word: &str) -> Result<(), Fault> {
        let start = self.reader.next().span.start;
        self.reader.next();
        let known = word.to_lowercase();
        if !BLOCKS.contains(&known.as_str()) {
            return Err(Fault::new(start..start + word.len(), format!("unknown kind of block `{word}:`"))
                .help("blocks are `group: name` and `level: name`")
                .nearest(word, BLOCKS));
        }
        let token = self.reader.peek();
        let name = match &token.kind {
            TokenKind::Name(name) | TokenKind::Text(name) => name.clone(),
            TokenKind::Number(_) => self.reader.text[token.span.clone()].to_string(),
            _ => return Err(self.reader.unexpected(&format!("the name of the {known}"))),
        };
        let span = start..self.reader.next().span.end;
        let index_of = |names: &mut Vec<String>| {
            names.iter().position(|n| *n == name).unwrap_or_else(|| {
                names.push(name.clone());
                names.len() - 1
            })
        };
        match known.as_str() {
            "group" => {
                self.group = Some(index_of(&mut self.formulas.groups));
                self.level = None;
                self.blocks.push((self.group, None, span));
            }
            "level" => {
                self.level = Some(index_of(&mut self.formulas.levels));
                self.blocks.push((None, self.level, span));
            }
            _ => {
                return Err(Fault::new(start..start + word.len(), format!("`{word}:` blocks are not supported"))
                    .help("blocks are `group: name` and `level: name`"));
            }
        }
        Ok(())
    }

    /// Every group and level has formulas.
    fn check_blocks(&self) -> Result<(), Fault> {
        let elements = &self.formulas.elements;
        let is_empty = |(group, level, _): &&(Option<usize>, Option<usize>, Range<usize>)| {
            !elements.iter().any(|e| (group.is_some() && e.group == *group) || (level.is_some() && e.level == *level))
        };
        match self.blocks.iter().find(is_empty) {
            Some((_, _, span)) => Err(Fault::new(span.clone(), "this block has no formulas")),
            None => Ok(()),
        }
    }

    /// The operator of the statement that begins here.
    fn first_operator(&self) -> Result<Operator, Fault> {
        match self.operator_ahead() {
            Some((_, Operator::Intercept)) | None => {
                let token = self.reader.peek();
                let end = (0..).map(|k| self.reader.peek_at(k)).take_while(|t| !ends(&t.kind)).last();
                let span = token.span.start..end.map_or(token.span.end, |last| last.span.end);
                Err(Fault::new(span, "this is no formula: it has no operator")
                    .help(format!("operators are {OPERATORS}")))
            }
            Some((_, operator)) => Ok(operator),
        }
    }

    fn operator_ahead(&self) -> Option<(usize, Operator)> {
        (0..).map(|k| (k, self.reader.peek_at(k))).take_while(|(_, t)| !ends(&t.kind)).find_map(|(k, t)| match t.kind {
            TokenKind::Operator(operator) => Some((k, operator)),
            _ => None,
        })
    }

    fn definition(&mut self, start: usize) -> Result<(), Fault> {
        let token = self.reader.next();
        let TokenKind::Name(name) = &token.kind else {
            return Err(Fault::new(token.span.clone(), "expected the name of a new parameter before `:=`"));
        };
        if !matches!(self.reader.peek().kind, TokenKind::Operator(Operator::Define)) {
            return Err(self.reader.unexpected("`:=`").help("one name stands before `:=`"));
        }
        self.reader.next();
        if let Some(earlier) = self.formulas.definitions.iter().find(|d| d.name == label_of_text(name)) {
            let (line, _) = line_and_column(self.reader.text, earlier.span.start);
            return Err(Fault::new(token.span.clone(), format!("`{name}` is defined twice, first in line {line}")));
        }
        let (expression, written, end) = self.expression("an expression of labels after `:=`")?;
        self.formulas.definitions.push(Definition { name: label_of_text(name), expression, written, span: start..end });
        Ok(())
    }

    fn constraint(&mut self, start: usize) -> Result<(), Fault> {
        let (lhs, lhs_written, _) = self.expression("an expression of labels")?;
        let TokenKind::Operator(op @ (Operator::Equal | Operator::Less | Operator::Greater)) = self.reader.peek().kind
        else {
            return Err(self.reader.unexpected("`==`, `<` or `>`"));
        };
        self.reader.next();
        let (rhs, rhs_written, end) = self.expression("an expression of labels")?;
        self.formulas.constraints.push(Constraint { lhs, op, rhs, lhs_written, rhs_written, span: start..end });
        Ok(())
    }

    /// An expression, its text without blanks, and where it ends.
    fn expression(&mut self, expected: &str) -> Result<(Expression, String, usize), Fault> {
        if self.reader.at_end_of_statement() {
            return Err(self.reader.unexpected(expected));
        }
        let tree = self.reader.sum()?;
        let expression = tree.expression()?;
        // Without a leading `+`, which at the start of a line would continue the line before.
        Ok((expression, without_blanks(&self.reader.text[tree.span.clone()]), tree.span.end))
    }

    fn formula(&mut self, start: usize) -> Result<(), Fault> {
        let lefts = self.lefts()?;
        let TokenKind::Operator(op) = self.reader.next().kind else {
            return Err(self.reader.unexpected("an operator"));
        };
        if op != Operator::Measures
            && let Some(left) = lefts.iter().find(|left| left.efa.is_some())
        {
            return Err(Fault::new(left.span.clone(), "efa() belongs to formulas with `=~`"));
        }
        let terms = self.terms(op)?;
        let mut elements: Vec<Element> = Vec::new();
        for left in &lefts {
            for term in &terms {
                let element = self.element(left, op, term)?;
                merge(&mut elements, element)?;
            }
        }
        let end = terms.last().map_or(start, |t| t.span.end);
        for element in elements {
            self.add(element, start..end)?;
        }
        Ok(())
    }

    fn lefts(&mut self) -> Result<Vec<Left>, Fault> {
        let mut lefts = Vec::new();
        loop {
            if matches!(self.reader.peek().kind, TokenKind::Operator(_)) {
                return Err(self.reader.unexpected("a variable on the left of the operator"));
            }
            lefts.push(left(&self.reader.product()?)?);
            if !self.reader.take('+') {
                break;
            }
        }
        if matches!(self.reader.peek().kind, TokenKind::Operator(_)) {
            return Ok(lefts);
        }
        Err(self.reader.unexpected("`+` or an operator").help("several variables on the left are joined by `+`"))
    }

    fn terms(&mut self, op: Operator) -> Result<Vec<Term>, Fault> {
        let mut terms = Vec::new();
        loop {
            if self.reader.at_end_of_statement() {
                if terms.is_empty() {
                    return Err(self.reader.unexpected("something after the operator"));
                }
                let (line, _) = line_and_column(self.reader.text, self.reader.end().saturating_sub(1));
                self.formulas
                    .notes
                    .push(format!("model line {line} ends in a `+` that joins nothing: is a term missing?"));
                return Ok(terms);
            }
            terms.push(self.term(op)?);
            if !self.reader.take('+') {
                return Ok(terms);
            }
        }
    }

    /// `modifier*modifier*variable`, or `start?variable`.
    fn term(&mut self, op: Operator) -> Result<Term, Fault> {
        let start = self.reader.peek().span.start;
        let mut modifiers = Modifiers::default();
        let mut tree = self.reader.product()?;
        while self.reader.take('?') {
            match tree.node {
                Node::Binary(left, '*', right) => {
                    modifiers.add(&left)?;
                    modifiers.add_start(&right)?;
                }
                _ => modifiers.add_start(&tree)?,
            }
            tree = self.reader.product()?;
        }
        let span = start..tree.span.end;
        let variable = if let Node::Binary(modifier, '*', variable) = &tree.node {
            modifiers.add(modifier)?;
            variable
        } else {
            &tree
        };
        let variable = variable_of(variable, op, &modifiers)?;
        Ok(Term { variable, modifiers, span })
    }

    fn element(&self, left: &Left, op: Operator, term: &Term) -> Result<Element, Fault> {
        let mut element = Element {
            lhs: left.name.clone(),
            op,
            rhs: String::new(),
            modifiers: term.modifiers.clone(),
            efa: left.efa.clone(),
            group: self.group,
            level: self.level,
            span: term.span.clone(),
        };
        let fault = |message: String| Err(Fault::new(term.span.clone(), message));
        match (&term.variable, op) {
            (Variable::Constant(value), Operator::Regression) => {
                element.op = Operator::Intercept;
                if *value == 0.0 && element.modifiers.fixed.is_empty() {
                    element.modifiers.fixed = vec![Fixing::Value(0.0)];
                }
            }
            // `f =~ 0`: a latent variable without indicators, kept as lavaan keeps it.
            (Variable::Constant(_), _) => {
                element.rhs = left.name.clone();
                element.modifiers.fixed = vec![Fixing::Value(0.0)];
            }
            (Variable::Named(name), Operator::Measures | Operator::Composite) if *name == left.name => {
                return fault(format!("`{name}` cannot be its own indicator"));
            }
            (Variable::Named(name), Operator::Regression) if *name == left.name => {
                return fault(format!("`{name}` is regressed on itself"));
            }
            (Variable::Named(name), Operator::Scale) if *name != left.name => {
                return fault(format!("a response scale is written `{0} ~*~ {0}`", left.name));
            }
            (Variable::Named(name), Operator::GroupWeight) if left.name != "group" || name != "w" => {
                return fault("the one use of `%` is `group % w`, the log of a group's frequency".to_string());
            }
            (Variable::Named(name), Operator::Threshold) if !is_threshold(name) => {
                return fault(format!("thresholds are written t1, t2, …; found `{name}`"));
            }
            (Variable::Named(name), _) => element.rhs.clone_from(name),
        }
        Ok(element)
    }

    /// Adds an element. One that an earlier formula states brings its modifiers to it, where they do not contradict.
    fn add(&mut self, element: Element, formula: Range<usize>) -> Result<(), Fault> {
        let Some(earlier) = self.formulas.elements.iter_mut().find(|e| e.states_the_same(&element)) else {
            self.formulas.elements.push(element);
            return Ok(());
        };
        let (first, _) = line_and_column(self.reader.text, earlier.span.start);
        let (second, _) = line_and_column(self.reader.text, element.span.start);
        let place =
            if formula.contains(&earlier.span.start) { "this formula".to_string() } else { format!("line {first}") };
        let shown = element.shown();
        let clash = |what: &str| {
            Fault::new(
                element.span.clone(),
                format!("`{shown}` is stated twice, first in {place}, with another {what}"),
            )
            .help("put all its modifiers into one formula: a*x + start(0.5)*x")
        };
        if element.efa != earlier.efa {
            return Err(clash("efa() block"));
        }
        join(&mut earlier.modifiers, &element.modifiers).map_err(clash)?;
        self.formulas
            .notes
            .push(format!("`{shown}` is stated twice, in model lines {first} and {second}; it counts once"));
        Ok(())
    }

    /// Something follows where a statement should end.
    fn trailing(&self) -> Fault {
        let fault = self.reader.unexpected("`+` or the end of the formula");
        match self.reader.peek().kind {
            TokenKind::Symbol('-') => fault.help("terms are joined by `+`; there is no `-` in formulas"),
            TokenKind::Operator(_) => fault.help(match self.reader.line_continued_to() {
                Some(line) => format!("line {line} goes on here: take away the operator or `+` at its end"),
                None => "one operator per formula; put the next formula on its own line".to_string(),
            }),
            TokenKind::Name(_) | TokenKind::Number(_) => fault.help("join terms by `+`, modifiers to variables by `*`"),
            _ => fault,
        }
    }
}

fn ends(kind: &TokenKind) -> bool {
    matches!(kind, TokenKind::Separator | TokenKind::End)
}

/// A variable on the left-hand side, with efa("…") where it has it.
fn left(tree: &Tree) -> Result<Left, Fault> {
    let span = tree.span.clone();
    let fault = |span: &Range<usize>, message: &str| Err(Fault::new(span.clone(), message));
    match &tree.node {
        Node::Name(name) | Node::Product(name) => Ok(Left { name: name.clone(), efa: None, span }),
        Node::Binary(modifier, '*', variable) => match (&modifier.node, &variable.node) {
            (Node::Call(call, arguments), Node::Name(name)) if call == "efa" => match arguments.as_slice() {
                [Tree { node: Node::Text(block) | Node::Name(block), .. }] => {
                    Ok(Left { name: name.clone(), efa: Some(block.clone()), span })
                }
                _ => fault(&modifier.span, "efa() takes the name of a block: efa(\"block1\")"),
            },
            _ => fault(&modifier.span, "on the left of the operator only efa(\"…\") can modify a variable"),
        },
        Node::Number(_) => fault(&span, "a number cannot stand on the left of the operator"),
        _ => fault(&span, "expected a variable on the left of the operator"),
    }
}

/// The variable of a term; numbers only where an operator allows them.
fn variable_of(tree: &Tree, op: Operator, modifiers: &Modifiers) -> Result<Variable, Fault> {
    let fault = |message: String| Err(Fault::new(tree.span.clone(), message));
    match &tree.node {
        Node::Name(name) if matches!(name.as_str(), "NA" | "Inf" | "TRUE" | "FALSE" | "NULL") => {
            fault(format!("`{name}` cannot be the name of a variable"))
        }
        Node::Name(name) | Node::Product(name) => Ok(Variable::Named(name.clone())),
        Node::Number(value) => match op {
            Operator::Regression if *value == 1.0 || *value == 0.0 => Ok(Variable::Constant(*value)),
            Operator::Measures if *value == 0.0 && *modifiers == Modifiers::default() => Ok(Variable::Constant(0.0)),
            Operator::Regression => fault("a number is no variable; an intercept is written `1`".to_string()),
            _ => fault("a number is no variable".to_string()),
        },
        Node::Call(name, _) => fault(format!("expected `*` and a variable after `{name}(…)`")),
        Node::Text(_) => fault("a text in quotes is no variable; write the name without quotes".to_string()),
        _ => fault("expected a variable at the end of the term".to_string()),
    }
}

fn is_threshold(name: &str) -> bool {
    name.strip_prefix('t').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Several terms for one variable of a formula are one element.
fn merge(elements: &mut Vec<Element>, new: Element) -> Result<(), Fault> {
    let same = |e: &&mut Element| e.lhs == new.lhs && e.op == new.op && e.rhs == new.rhs;
    let Some(old) = elements.iter_mut().find(same) else {
        elements.push(new);
        return Ok(());
    };
    let clash = |what: &str| {
        Fault::new(new.span.clone(), format!("a second, different {what} for `{}` in the same formula", new.shown()))
            .help("several groups: one element per group, c(a, b)")
    };
    join(&mut old.modifiers, &new.modifiers).map_err(clash)
}

/// Adds modifiers to others. The kind of which there are two different ones, where there are.
fn join(into: &mut Modifiers, from: &Modifiers) -> Result<(), &'static str> {
    take(&mut into.fixed, &from.fixed).map_err(|()| "fixed value")?;
    take(&mut into.labels, &from.labels).map_err(|()| "label")?;
    take(&mut into.start, &from.start).map_err(|()| "starting value")?;
    take(&mut into.lower, &from.lower).map_err(|()| "lower bound")?;
    take(&mut into.upper, &from.upper).map_err(|()| "upper bound")?;
    take(&mut into.equal, &from.equal).map_err(|()| "equal()")?;
    take(&mut into.random_slope, &from.random_slope).map_err(|()| "rv()")?;
    take(&mut into.prior, &from.prior).map_err(|()| "prior()")
}

fn take<V: Clone + PartialEq>(into: &mut Vec<V>, from: &[V]) -> Result<(), ()> {
    if from.is_empty() || into.as_slice() == from {
        return Ok(());
    }
    if !into.is_empty() {
        return Err(());
    }
    *into = from.to_vec();
    Ok(())
}

/// Text without blanks, line ends and comments, as lavaan shows expressions.
fn without_blanks(text: &str) -> String {
    let (mut kept, mut comment, mut name) = (String::new(), false, false);
    for c in text.chars() {
        match c {
            '\n' => (comment, name) = (false, false),
            '#' | '!' if !name => comment = true,
            '`' if !comment => name = !name,
            _ => {}
        }
        if !comment && !is_blank(c) {
            kept.push(c);
        }
    }
    kept
}
