//! Columns sorted into items, profile, ids and what is left.

use covary_data::Measure;

use super::ColumnSummary;
use super::item_names::{digits_within_construct, take_apart};
use crate::lexer::{is_name_character, is_plain_name};

/// Columns, sorted.
pub(super) struct Draft<'a> {
    /// Groups of items, in the order of their first items.
    pub groups: Vec<ItemGroup<'a>>,
    /// Columns with few different answers.
    pub profile: Vec<&'a ColumnSummary>,
    /// A column that may say which cases count, and the value of those that do.
    pub filter: Option<(&'a str, f64)>,
    /// Columns that identify a respondent.
    pub ids: Vec<&'a str>,
    /// Columns that may hold the response time.
    pub times: Vec<&'a str>,
    /// Columns left out, and why.
    pub left_out: Vec<(&'a str, &'static str)>,
}

/// Items with one beginning and one scale.
pub(super) struct ItemGroup<'a> {
    /// Name of the construct.
    pub name: String,
    /// The items, in the file's order.
    pub items: Vec<&'a str>,
    /// Ends of the scale.
    pub scale: (f64, f64),
    /// Smallest and largest answer on the scale.
    pub observed: (f64, f64),
    /// Items with values outside the scale, and these values.
    pub strays: Vec<(&'a str, Vec<f64>)>,
}

/// Points of the longest scale that is taken for an answer scale.
const MOST_POINTS: f64 = 11.0;

/// Different answers up to which a column is taken into the profile.
const MOST_CATEGORIES: usize = 12;

/// Values outside the scale that an item may have: a code for "no answer", a slip of the keyboard.
const MOST_STRAYS: usize = 2;

const ID_WORDS: [&str; 14] =
    ["id", "no", "nr", "number", "case", "respondent", "respid", "uuid", "ip", "token", "编号", "序号", "学号", "工号"];

const TIME_WORDS: [&str; 9] =
    ["duration", "seconds", "elapsed", "time", "interviewtime", "用时", "时长", "秒", "答题时间"];

const PROFILE_WORDS: [&str; 31] = [
    "gender",
    "sex",
    "age",
    "education",
    "degree",
    "income",
    "salary",
    "occupation",
    "job",
    "position",
    "marital",
    "married",
    "religion",
    "race",
    "ethnicity",
    "city",
    "region",
    "country",
    "years",
    "experience",
    "tenure",
    "性别",
    "年龄",
    "学历",
    "教育程度",
    "收入",
    "职业",
    "职位",
    "婚姻",
    "年级",
    "工作年限",
];

/// Sorts the columns.
pub(super) fn sort_out(columns: &[ColumnSummary]) -> Draft<'_> {
    let (ids, rest): (Vec<&ColumnSummary>, Vec<&ColumnSummary>) = columns.iter().partition(|c| is_id(c));
    let (times, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(|c| is_time(c));
    let groups = item_groups(&rest, columns);
    let mut draft = Draft {
        groups,
        profile: Vec::new(),
        filter: None,
        ids: ids.iter().map(|c| c.name.as_str()).collect(),
        times: times.iter().map(|c| c.name.as_str()).collect(),
        left_out: Vec::new(),
    };
    let is_item = |draft: &Draft, name: &str| draft.groups.iter().any(|g| g.items.contains(&name));
    for column in rest.into_iter().filter(|c| !is_item(&draft, &c.name)).collect::<Vec<_>>() {
        match column.n_distinct {
            0 => draft.left_out.push((&column.name, "no answers")),
            1 => draft.left_out.push((&column.name, "the same answer in every case")),
            2..=MOST_CATEGORIES => draft.profile.push(column),
            _ if column.numeric => draft.left_out.push((&column.name, "many different numbers")),
            _ => draft.left_out.push((&column.name, "many different texts")),
        }
    }
    draft.filter = draft.profile.iter().find_map(|c| filter(c));
    draft.left_out.extend(ids.iter().map(|c| (c.name.as_str(), "identifies a respondent")));
    draft.left_out.extend(times.iter().map(|c| (c.name.as_str(), "response time")));
    draft
}

/// A column of 0 and 1: who is not in the population is often marked so.
fn filter(column: &ColumnSummary) -> Option<(&str, f64)> {
    (column.distinct == [0.0, 1.0]).then_some((column.name.as_str(), 1.0))
}

fn is_id(column: &ColumnSummary) -> bool {
    let answers = column.n.saturating_sub(column.n_missing);
    // In a handful of cases answers to an item may all differ too.
    let all_different = answers > MOST_CATEGORIES && column.n_distinct == answers;
    let whole = column.distinct.iter().all(|v| v.fract() == 0.0);
    let named = has_word(&column.name, &ID_WORDS);
    // Numbers that all differ may be measurements: those are not whole, or lie far from a count of the cases.
    let counts = column.numeric
        && whole
        && column.max.zip(column.min).is_some_and(|(max, min)| max - min < 10.0 * answers as f64);
    let nearly_all = answers > 20 && column.n_distinct * 10 >= answers * 9;
    (all_different && (!column.numeric || counts)) || (named && (all_different || nearly_all) && whole)
}

fn is_time(column: &ColumnSummary) -> bool {
    column.numeric && column.n_distinct > MOST_CATEGORIES && has_word(&column.name, &TIME_WORDS)
}

/// Whether a name or label holds one of the words: as a word of its own in Latin letters, anywhere in others.
fn has_word(text: &str, words: &[&str]) -> bool {
    let text = text.to_lowercase();
    let mut parts = text.split(|c: char| !c.is_ascii_alphabetic());
    parts.any(|part| words.contains(&part)) || words.iter().any(|w| !w.is_ascii() && text.contains(w))
}

fn item_groups<'a>(candidates: &[&'a ColumnSummary], all: &[ColumnSummary]) -> Vec<ItemGroup<'a>> {
    let mut stems: Vec<(String, Vec<&ColumnSummary>)> = Vec::new();
    for column in candidates.iter().copied().filter(|c| is_whole(c) && !is_about_the_person(c)) {
        let Some(stem) = stem(&column.name, all) else { continue };
        match stems.iter_mut().find(|(known, _)| *known == stem) {
            Some((_, members)) => members.push(column),
            None => stems.push((stem, vec![column])),
        }
    }
    let mut groups: Vec<ItemGroup> = Vec::new();
    for (stem, members) in stems {
        groups.extend(group_on_one_scale(&stem, &members));
    }
    if groups.is_empty() {
        groups.extend(group_without_numbers(candidates));
    }
    widen_to_common_scale(&mut groups);
    for group in &mut groups {
        describe_answers(group, candidates);
    }
    name_groups(&mut groups, all);
    groups
}

fn is_whole(column: &ColumnSummary) -> bool {
    let all_known = column.n_distinct == column.distinct.len();
    column.numeric && column.n_distinct >= 2 && all_known && column.distinct.iter().all(|v| v.fract() == 0.0)
}

fn is_about_the_person(column: &ColumnSummary) -> bool {
    // Long labels are statements that mention ages and jobs; the label of a demographic question is short.
    let is_short = |l: &&str| l.chars().count() <= if l.is_ascii() { 24 } else { 8 };
    let label = column.label.as_deref().filter(is_short).unwrap_or("");
    // experience1 … experience5 are items all the same.
    let named = take_apart(&column.name).is_none() && has_word(&column.name, &PROFILE_WORDS);
    named || has_word(label, &PROFILE_WORDS)
}

/// What the name shares with the other items of its construct.
fn stem(name: &str, all: &[ColumnSummary]) -> Option<String> {
    let numbered = take_apart(name)?;
    let is_digits = |number: &str| number.starts_with(|c: char| c.is_ascii_digit());
    if !is_digits(numbered.number) {
        return Some(numbered.stem.into());
    }
    let same_stem = all.iter().filter_map(|c| take_apart(&c.name)).filter(|n| n.stem == numbered.stem);
    let numbers: Vec<&str> = same_stem.map(|n| n.number).filter(|n| is_digits(n)).collect();
    let within = digits_within_construct(numbered.stem, &numbers).unwrap_or(numbered.number.len());
    Some(format!("{}{}", numbered.stem, &numbered.number[..numbered.number.len() - within]))
}

/// Those of the columns that share the most frequent scale; `None` when fewer than two do.
fn group_on_one_scale<'a>(stem: &str, members: &[&'a ColumnSummary]) -> Option<ItemGroup<'a>> {
    let measure = most_frequent(members.iter().map(|c| c.measure))?;
    let ends = members.iter().filter_map(|c| Some((c.min?, c.max?)));
    let (low, high) = pooled(ends.filter(|(low, high)| high - low < MOST_POINTS).collect())?;
    let fits =
        |c: &&&ColumnSummary| answers_on(c, (low, high)) && (c.measure == measure || c.measure == Measure::Unknown);
    let items: Vec<&ColumnSummary> = members.iter().filter(fits).copied().collect();
    if items.len() < 2 || (items.len() == 2 && high - low < 2.0) {
        return None;
    }
    Some(ItemGroup {
        name: stem.into(),
        items: items.iter().map(|c| c.name.as_str()).collect(),
        scale: (low, high),
        observed: (low, high),
        strays: Vec::new(),
    })
}

/// The scale of columns whose answers reach from a to b each.
///
/// The pair that at least half of them share. Where answers are few and the pairs differ, because nobody chose an end
/// here and there: from the lowest to the highest of the pairs that miss the most frequent one by at most 2 points.
fn pooled(ends: Vec<(f64, f64)>) -> Option<(f64, f64)> {
    let (low, high) = most_frequent(ends.iter().copied())?;
    if ends.iter().filter(|pair| **pair == (low, high)).count() * 2 >= ends.len() {
        return Some((low, high));
    }
    // A column of two answers says nothing about a scale of more.
    let near = |(a, b): &&(f64, f64)| b - a >= 2.0 && (a - low).abs() <= 2.0 && (b - high).abs() <= 2.0;
    let (lowest, highest) =
        ends.iter().filter(near).fold((low, high), |(lowest, highest), (a, b)| (lowest.min(*a), highest.max(*b)));
    Some(if highest - lowest < MOST_POINTS { (lowest, highest) } else { (low, high) })
}

/// Whether a column's answers lie on the scale, but for a few strays, and are more than a pair on a longer scale.
fn answers_on(column: &ColumnSummary, (low, high): (f64, f64)) -> bool {
    let inside = column.distinct.iter().filter(|v| low <= **v && **v <= high).count();
    let strays = column.distinct.len() - inside;
    let needed = if high - low < 2.0 { 2 } else { 3 };
    inside >= needed && strays <= MOST_STRAYS
}

/// Items whose names bear no numbers, when there are no others: at least three columns with the same scale of at least
/// four points.
fn group_without_numbers<'a>(candidates: &[&'a ColumnSummary]) -> Option<ItemGroup<'a>> {
    let is_rating = |c: &&ColumnSummary| is_whole(c) && !is_about_the_person(c) && c.n_distinct >= 4;
    let ratings: Vec<&ColumnSummary> = candidates.iter().copied().filter(is_rating).collect();
    group_on_one_scale("Items", &ratings).filter(|g| g.items.len() >= 3 && g.scale.1 - g.scale.0 >= 3.0)
}

/// A questionnaire mostly has one scale: a group that misses it by one end point has it too.
fn widen_to_common_scale(groups: &mut [ItemGroup]) {
    let Some((low, high)) = most_frequent(groups.iter().map(|g| g.scale)) else { return };
    for group in groups {
        let (a, b) = group.scale;
        if b - a >= 2.0 && low <= a && b <= high && (a - low) + (high - b) <= 1.0 {
            group.scale = (low, high);
        }
        // Scales of five or seven points begin at 1.
        if group.scale == (2.0, 5.0) || group.scale == (2.0, 7.0) {
            group.scale.0 = 1.0;
        }
    }
}

fn describe_answers<'a>(group: &mut ItemGroup<'a>, columns: &[&'a ColumnSummary]) {
    let (low, high) = group.scale;
    let (mut lowest, mut highest) = (high, low);
    for column in columns.iter().filter(|c| group.items.contains(&c.name.as_str())) {
        let (inside, outside): (Vec<f64>, Vec<f64>) = column.distinct.iter().partition(|v| low <= **v && **v <= high);
        lowest = inside.iter().copied().fold(lowest, f64::min);
        highest = inside.iter().copied().fold(highest, f64::max);
        if !outside.is_empty() {
            group.strays.push((&column.name, outside));
        }
    }
    group.observed = (lowest, highest);
}

fn name_groups(groups: &mut [ItemGroup], columns: &[ColumnSummary]) {
    let mut taken: Vec<String> = columns.iter().map(|c| c.name.clone()).collect();
    for group in groups {
        let mut name: String = group.name.chars().map(|c| if is_name_character(c) { c } else { '_' }).collect();
        name = name.trim_matches(['_', '.']).into();
        if !is_plain_name(&name) {
            name = format!("F{name}");
        }
        while taken.contains(&name) {
            name = format!("F_{name}");
        }
        taken.push(name.clone());
        group.name = name;
    }
}

/// The most frequent value; of several the one that comes first.
fn most_frequent<T: PartialEq>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut counts: Vec<(T, usize)> = Vec::new();
    for value in values {
        match counts.iter_mut().find(|(known, _)| *known == value) {
            Some((_, count)) => *count += 1,
            None => counts.push((value, 1)),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(value, _)| value)
}
