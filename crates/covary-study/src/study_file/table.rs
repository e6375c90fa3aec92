//! A table of the study file, read key by key; what is wrong is noted, never stops the reading.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::text::Text;
use crate::lexer::SyntaxFault;
use crate::nearest::{help_with_nearest, nearest};
use crate::{Fault, Place};

/// What is gathered while a study file is read.
pub(crate) struct Notes<'t> {
    /// The text.
    pub text: &'t Text<'t>,
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// Where each key stands.
    pub places: Vec<(String, Place)>,
    /// The keys that each table was asked for, to hold them against the schema.
    pub asked: Vec<(String, Vec<&'static str>)>,
}

impl<'t> Notes<'t> {
    /// Nothing yet.
    pub fn new(text: &'t Text<'t>) -> Self {
        Notes { text, faults: Vec::new(), places: Vec::new(), asked: Vec::new() }
    }

    /// Notes a fault at a byte offset.
    pub fn fault(&mut self, at: usize, key: &str, message: impl Into<String>, help: Option<String>) {
        let place = Some(self.text.place(at));
        self.faults.push(Fault { place, key: key.into(), message: message.into(), help });
    }

    /// Notes a fault at a key whose place is known, or at none.
    pub fn fault_at_key(&mut self, key: &str, message: impl Into<String>, help: Option<String>) {
        let place = self.places.iter().find(|(known, _)| known == key).map(|(_, place)| *place);
        // What follows "#" is a name inside the key's text, no part of the key.
        let key = key.split_once('#').map_or(key, |(key, _)| key).into();
        self.faults.push(Fault { place, key, message: message.into(), help });
    }

    /// Notes that a text inside the file, a condition or a rule, cannot be read.
    pub fn syntax_fault(&mut self, text: &Located<String>, fault: SyntaxFault) {
        let place = Some(self.text.place_in_string(&text.span, fault.offset));
        self.faults.push(Fault { place, key: text.key.clone(), message: fault.message, help: fault.help });
    }

    /// Notes where a name stands inside the text of a key, under `key#name`.
    pub fn mention(&mut self, text: &Located<String>, name: &str, offset: usize) {
        let place = self.text.place_in_string(&text.span, offset);
        self.places.push((format!("{}#{name}", text.key), place));
    }
}

/// A value with the key it stands under and its place.
#[derive(Clone, Debug)]
pub(crate) struct Located<T> {
    /// The value.
    pub value: T,
    /// The key: `constructs.F1.items[2]`.
    pub key: String,
    /// Bytes of the text that hold it.
    pub span: Range<usize>,
}

/// One table: a section, a construct, an inline table.
pub(crate) struct Table<'a> {
    /// The key it stands under; empty for the whole file.
    pub path: String,
    /// Bytes of its header or its key; `None` of a table that is not there.
    pub span: Option<Range<usize>>,
    entries: Vec<Entry<'a>>,
    taken: Vec<&'static str>,
}

/// One key of a table.
#[derive(Clone)]
pub(crate) struct Entry<'a> {
    /// Its name.
    pub name: &'a str,
    /// Bytes of its name.
    pub name_span: Range<usize>,
    /// Its value.
    pub value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Table<'a> {
    /// The table at `path`, its keys in the order of the text.
    pub fn new(path: String, span: Option<Range<usize>>, table: &'a DeTable<'a>) -> Self {
        let mut entries: Vec<Entry> =
            table.iter().map(|(name, value)| Entry { name: name.get_ref(), name_span: name.span(), value }).collect();
        // The parser moves a table to the end when its header comes after those of its parts.
        entries.sort_by_key(|e| e.name_span.start);
        Table { path, span, entries, taken: Vec::new() }
    }

    /// A table that is not there: every key has its default.
    pub fn absent(path: String) -> Self {
        Table { path, span: None, entries: Vec::new(), taken: Vec::new() }
    }

    /// The whole path of one of its keys, quoted where TOML needs it.
    pub fn path_of(&self, name: &str) -> String {
        join_path(&self.path, name)
    }

    /// Whether the key stands in the table, whatever its value.
    pub fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|e| e.name == name)
    }

    /// All its keys, in the order of the text.
    pub fn entries(&self) -> &[Entry<'a>] {
        &self.entries
    }

    /// The entry of a key.
    pub fn entry(&mut self, name: &'static str, notes: &mut Notes) -> Option<Entry<'a>> {
        if !self.taken.contains(&name) {
            self.taken.push(name);
        }
        let entry = self.entries.iter().find(|e| e.name == name)?.clone();
        let key = self.path_of(name);
        notes.places.push((key, notes.text.place(entry.value.span().start)));
        Some(entry)
    }

    /// A text.
    pub fn text(&mut self, name: &'static str, notes: &mut Notes) -> Option<Located<String>> {
        let entry = self.entry(name, notes)?;
        text(entry.value, self.path_of(name), notes)
    }

    /// A text, or a list of texts.
    pub fn text_or_texts(&mut self, name: &'static str, notes: &mut Notes) -> Option<Vec<Located<String>>> {
        let entry = self.entry(name, notes)?;
        let key = self.path_of(name);
        match entry.value.get_ref() {
            DeValue::String(_) => Some(vec![text(entry.value, key, notes)?]),
            DeValue::Array(_) => texts(entry.value, key, notes),
            _ => wrong_type(entry.value, &key, "a text or a list of texts", notes),
        }
    }

    /// A list of texts.
    pub fn texts(&mut self, name: &'static str, notes: &mut Notes) -> Option<Vec<Located<String>>> {
        let entry = self.entry(name, notes)?;
        texts(entry.value, self.path_of(name), notes)
    }

    /// A list of texts none of which stands twice.
    pub fn distinct_texts(&mut self, name: &'static str, notes: &mut Notes) -> Option<Vec<Located<String>>> {
        let mut texts = self.texts(name, notes)?;
        drop_repeated(&mut texts, notes);
        Some(texts)
    }

    /// One of the words of a choice.
    pub fn word<T: Copy>(&mut self, name: &'static str, words: &[(&'static str, T)], notes: &mut Notes) -> Option<T> {
        let text = self.text(name, notes)?;
        choose(&text, words, notes)
    }

    /// A list of words of a choice none of which stands twice, with their places.
    pub fn words<T: Copy>(
        &mut self,
        name: &'static str,
        words: &[(&'static str, T)],
        notes: &mut Notes,
    ) -> Option<Vec<Located<T>>> {
        let texts = self.distinct_texts(name, notes)?;
        let chosen = |text: Located<String>| {
            choose(&text, words, notes).map(|value| Located { value, key: text.key, span: text.span })
        };
        Some(texts.into_iter().filter_map(chosen).collect())
    }

    /// A finite number.
    pub fn number(&mut self, name: &'static str, notes: &mut Notes) -> Option<Located<f64>> {
        let entry = self.entry(name, notes)?;
        number(entry.value, self.path_of(name), notes)
    }

    /// A finite number inside open ends.
    pub fn number_between(
        &mut self,
        name: &'static str,
        (low, high): (f64, f64),
        what: &str,
        notes: &mut Notes,
    ) -> Option<f64> {
        let number = self.number(name, notes)?;
        if low < number.value && number.value < high {
            return Some(number.value);
        }
        let message = format!("{} is {what} and must lie between {low} and {high}", number.value);
        // 95 instead of 0.95 is the usual slip.
        let percent = number.value / 100.0;
        let help = (number.value >= 1.0 && low < percent && percent < high).then(|| format!("write {percent}"));
        notes.fault(number.span.start, &number.key, message, help);
        None
    }

    /// A whole number inside closed ends.
    pub fn whole(
        &mut self,
        name: &'static str,
        (low, high): (u64, u64),
        what: &str,
        notes: &mut Notes,
    ) -> Option<Located<u64>> {
        let entry = self.entry(name, notes)?;
        whole(entry.value, self.path_of(name), (low, high), what, notes)
    }

    /// Yes or no.
    pub fn yes_or_no(&mut self, name: &'static str, notes: &mut Notes) -> Option<bool> {
        let entry = self.entry(name, notes)?;
        match entry.value.get_ref() {
            DeValue::Boolean(value) => Some(*value),
            _ => wrong_type(entry.value, &self.path_of(name), "true or false", notes),
        }
    }

    /// A table; an absent one where the key is not there.
    pub fn table(&mut self, name: &'static str, notes: &mut Notes) -> Table<'a> {
        let table = self.entry(name, notes).and_then(|entry| self.table_of(&entry, notes));
        table.unwrap_or_else(|| Table::absent(self.path_of(name)))
    }

    /// The table that an entry holds.
    pub fn table_of(&self, entry: &Entry<'a>, notes: &mut Notes) -> Option<Table<'a>> {
        let path = self.path_of(entry.name);
        match entry.value.get_ref() {
            DeValue::Table(table) => Some(Table::new(path, Some(entry.name_span.clone()), table)),
            _ => wrong_type(entry.value, &path, "a table", notes),
        }
    }

    /// Notes that a key is needed and not there.
    pub fn missing(&self, name: &str, what: &str, help: &str, notes: &mut Notes) {
        let place = self.span.as_ref().map(|span| notes.text.place(span.start));
        let message = format!("{} lacks \"{name}\", {what}", self.title());
        notes.faults.push(Fault { place, key: self.path_of(name), message, help: Some(help.into()) });
    }

    /// Ends the reading: notes every key that was not asked for.
    pub fn close(self, notes: &mut Notes) {
        for entry in self.entries.iter().filter(|e| !self.taken.contains(&e.name)) {
            let message = format!("\"{}\" is not a key of {}", entry.name, self.title());
            let help = help_with_nearest(entry.name, self.taken.iter().copied(), "its keys");
            notes.fault(entry.name_span.start, &self.path_of(entry.name), message, help);
        }
        notes.asked.push((self.path, self.taken));
    }

    fn title(&self) -> String {
        if self.path.is_empty() { "the study file".into() } else { format!("[{}]", self.path) }
    }
}

/// A path with one more name, quoted where TOML needs it.
pub(crate) fn join_path(path: &str, name: &str) -> String {
    let name = toml_key(name);
    if path.is_empty() { name } else { format!("{path}.{name}") }
}

/// A name as a TOML key: bare where it may be, else in quotes.
pub(crate) fn toml_key(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { name.into() } else { toml_text(name) }
}

/// A text as a TOML string.
pub(crate) fn toml_text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A text that is not empty.
pub(crate) fn text(value: &Spanned<DeValue>, key: String, notes: &mut Notes) -> Option<Located<String>> {
    let DeValue::String(text) = value.get_ref() else {
        return wrong_type(value, &key, "a text in quotes", notes);
    };
    if text.trim().is_empty() {
        notes.fault(value.span().start, &key, "the text is empty", None);
        return None;
    }
    Some(Located { value: text.to_string(), key, span: value.span() })
}

/// A list of texts; what is none of them is noted and left out.
pub(crate) fn texts(value: &Spanned<DeValue>, key: String, notes: &mut Notes) -> Option<Vec<Located<String>>> {
    if let DeValue::String(text) = value.get_ref() {
        let message = format!("expected a list of texts, found {}", found(value.get_ref()));
        notes.fault(value.span().start, &key, message, Some(format!("write [{}]", toml_text(text))));
        return None;
    }
    let elements = elements(value, &key, "a list of texts", notes)?;
    Some(elements.into_iter().filter_map(|(key, value)| text(value, key, notes)).collect())
}

/// The elements of a list with their keys, their places noted.
pub(crate) fn elements<'v, 'i>(
    value: &'v Spanned<DeValue<'i>>,
    key: &str,
    expected: &str,
    notes: &mut Notes,
) -> Option<Vec<(String, &'v Spanned<DeValue<'i>>)>> {
    let DeValue::Array(list) = value.get_ref() else {
        return wrong_type(value, key, expected, notes);
    };
    let mut elements = Vec::new();
    for (index, element) in list.iter().enumerate() {
        let key = format!("{key}[{index}]");
        notes.places.push((key.clone(), notes.text.place(element.span().start)));
        elements.push((key, element));
    }
    Some(elements)
}

/// A finite number.
pub(crate) fn number(value: &Spanned<DeValue>, key: String, notes: &mut Notes) -> Option<Located<f64>> {
    let read = match value.get_ref() {
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|n| n as f64),
        DeValue::Float(float) => float.as_str().parse().ok(),
        _ => return wrong_type(value, &key, "a number", notes),
    };
    match read.filter(|n: &f64| n.is_finite()) {
        Some(number) => Some(Located { value: number, key, span: value.span() }),
        None => wrong_type(value, &key, "a finite number", notes),
    }
}

/// A whole number inside closed ends.
pub(crate) fn whole(
    value: &Spanned<DeValue>,
    key: String,
    (low, high): (u64, u64),
    what: &str,
    notes: &mut Notes,
) -> Option<Located<u64>> {
    let DeValue::Integer(integer) = value.get_ref() else {
        return wrong_type(value, &key, "a whole number", notes);
    };
    match u64::from_str_radix(integer.as_str(), integer.radix()) {
        Ok(number) if low <= number && number <= high => Some(Located { value: number, key, span: value.span() }),
        _ => {
            let message = format!("{integer} is {what} and must lie between {low} and {high}");
            notes.fault(value.span().start, &key, message, None);
            None
        }
    }
}

/// The choice that a word stands for.
pub(crate) fn choose<T: Copy>(text: &Located<String>, words: &[(&'static str, T)], notes: &mut Notes) -> Option<T> {
    if let Some((_, choice)) = words.iter().find(|(word, _)| *word == text.value) {
        return Some(*choice);
    }
    let listed: Vec<String> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
    let message = format!("\"{}\" is not one of the words {}", text.value, listed.join(", "));
    let help = nearest(&text.value, words.iter().map(|(w, _)| *w)).map(|w| format!("did you mean \"{w}\"?"));
    notes.fault(text.span.start, &text.key, message, help);
    None
}

/// Notes every text that stands a second time, and leaves it out.
pub(crate) fn drop_repeated(texts: &mut Vec<Located<String>>, notes: &mut Notes) {
    let mut seen: Vec<String> = Vec::new();
    texts.retain(|text| {
        let first = !seen.contains(&text.value);
        if first {
            seen.push(text.value.clone());
        } else {
            let message = format!("\"{}\" stands twice in the list", text.value);
            notes.fault(text.span.start, &text.key, message, None);
        }
        first
    });
}

/// Notes a value of the wrong type.
pub(crate) fn wrong_type<T>(value: &Spanned<DeValue>, key: &str, expected: &str, notes: &mut Notes) -> Option<T> {
    let message = format!("expected {expected}, found {}", found(value.get_ref()));
    notes.fault(value.span().start, key, message, None);
    None
}

fn found(value: &DeValue) -> String {
    match value {
        DeValue::String(text) if text.chars().count() <= 40 => format!("the text \"{text}\""),
        DeValue::String(_) => "a text".into(),
        DeValue::Integer(integer) => format!("the number {integer}"),
        DeValue::Float(float) => format!("the number {float}"),
        DeValue::Boolean(value) => format!("{value}"),
        DeValue::Datetime(_) => "a date".into(),
        DeValue::Array(_) => "a list".into(),
        DeValue::Table(_) => "a table".into(),
    }
}
