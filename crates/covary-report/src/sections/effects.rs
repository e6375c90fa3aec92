//! Direct, indirect and total effects; mediation; differences between paths.

use covary_analysis::{
    Results,
    effects::{Effect, EffectEstimate, EffectKind, Effects, Mediation},
};

use super::{
    compose::{Context, row, words_of},
    estimates::absent,
};
use crate::{
    Block, Cell, Number,
    NumberKind::{self, Bounded, Statistic},
    Section, Span, Table, TableRow,
    charts::{IntervalRow, interval_plot},
    place::{Place, at, number},
    words::{FigureName, Note, Phrase, SectionName, Sentence, TableName, Term},
};

/// Pairs of paths that are compared; more are in `results.json`.
const DIFFERENCES_SHOWN: usize = 60;

/// `None` without a structural model, or one without paths.
pub(super) fn section(results: &Place<Results>, context: &Context) -> Option<Section> {
    let effects = at!(results.effects).some()?;
    if effects.effects.is_empty() {
        return None;
    }
    let mut blocks = vec![context.paragraph(bootstrap(&effects))];
    for index in at!(effects.stability_index).each().filter(|index| index.value().is_some_and(|value| value > 0.0)) {
        blocks.push(context.paragraph(Sentence::StabilityIndex { index: index.number(Bounded) }));
    }
    if !effects.mediations.is_empty() {
        blocks.push(Block::List(
            at!(effects.mediations).each().map(|m| context.words.say(mediated(&m, &effects))).collect(),
        ));
        blocks.push(Block::Table(mediations(&effects, context)));
    }
    blocks.push(Block::Table(table(
        "effects-unstandardized",
        TableName::Effects,
        &effects,
        Metric::Unstandardized,
        context,
    )));
    blocks.push(Block::Table(table(
        "effects-standardized",
        TableName::StandardizedEffects,
        &effects,
        Metric::Standardized,
        context,
    )));
    if effects.ways_left_out > 0 {
        blocks.push(context.paragraph(Sentence::WaysLeftOut));
    }
    blocks.extend(plot(&effects, context));
    let mut section = context.section("effects", SectionName::Effects, blocks);
    section.sections.extend(differences(&effects, context));
    Some(section)
}

/// Whether effects are in the metric of the variables or in standard deviations.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Metric {
    Unstandardized,
    Standardized,
}

impl Metric {
    fn of<'a>(self, effect: &Place<'a, Effect>) -> Place<'a, EffectEstimate> {
        match self {
            Metric::Unstandardized => at!(effect.unstandardized),
            Metric::Standardized => at!(effect.standardized),
        }
    }

    fn kind(self) -> NumberKind {
        match self {
            Metric::Unstandardized => Statistic,
            Metric::Standardized => Bounded,
        }
    }
}

/// Level of the bootstrap limits; without resamples there are none to be labelled.
fn level(effects: &Effects) -> f64 {
    effects.bootstrap.as_ref().map_or(0.95, |bootstrap| bootstrap.level)
}

fn bootstrap(effects: &Place<Effects>) -> Sentence {
    match at!(effects.bootstrap).some() {
        None => Sentence::NoBootstrap,
        Some(bootstrap) => Sentence::Bootstrap {
            resamples: number!(bootstrap.resamples, Count),
            used: number!(bootstrap.used, Count),
            failed: number!(bootstrap.failed, Count),
            inadmissible: number!(bootstrap.inadmissible, Count),
            seed: number!(bootstrap.seed, Exact),
            kind: bootstrap.interval,
            level: bootstrap.level,
        },
    }
}

fn mediated(mediation: &Place<Mediation>, effects: &Place<Effects>) -> Sentence {
    let all = at!(effects.effects);
    let indirect = all.element(mediation.indirect);
    let standardized = indirect.as_ref().map(|effect| Metric::Standardized.of(effect));
    let estimate = standardized.as_ref().map_or(absent(Bounded), |estimate| number!(estimate.estimate, Bounded));
    let interval = standardized.map(|estimate| limits(&estimate, Bounded));
    let [lower, upper, p] = interval.unwrap_or([absent(Bounded), absent(Bounded), absent(NumberKind::Probability)]);
    Sentence::Mediation {
        way: mediation.way.join(" → "),
        indirect: estimate,
        lower,
        upper,
        p,
        level: level(effects),
        kind: mediation.kind,
    }
}

/// Lower and upper limit and p: of the bootstrap where there is one, else no limits and the normal p.
fn limits(estimate: &Place<EffectEstimate>, kind: NumberKind) -> [Number; 3] {
    match at!(estimate.bootstrap).some() {
        Some(bootstrap) => [
            number!(bootstrap.lower, Statistic).of_kind(kind),
            number!(bootstrap.upper, Statistic).of_kind(kind),
            number!(bootstrap.p, Probability),
        ],
        None => [absent(kind), absent(kind), number!(estimate.p, Probability)],
    }
}

fn mediations(effects: &Place<Effects>, context: &Context) -> Table {
    let columns = vec![
        context.left(Term::Path),
        context.decimal(Term::Indirect),
        context.decimal(Term::Direct),
        context.decimal(Term::Total),
        context.decimal(Term::ProportionMediated),
        context.left(Term::MediationType),
    ];
    let all = at!(effects.effects);
    let estimate = |index: Option<usize>| {
        let effect = index.and_then(|index| all.element(index));
        effect.map_or(absent(Statistic), |effect| {
            let estimate = at!(effect.unstandardized);
            let p = estimate.bootstrap.as_ref().map_or(estimate.p, |b| b.p);
            number!(estimate.estimate, Statistic).with_stars(p)
        })
    };
    let rows = at!(effects.mediations).each().map(|mediation| {
        TableRow::Cells(vec![
            Cell::verbatim(mediation.way.join(" → ")),
            estimate(Some(mediation.indirect)).into(),
            estimate(mediation.direct).into(),
            estimate(mediation.total).into(),
            number!(mediation.proportion, Proportion).into(),
            Cell::words(context.words.mediation(mediation.kind)),
        ])
    });
    let words = context.words;
    context
        .table("mediation", TableName::Mediation, columns, rows.collect())
        .with_note(words.note(Note::MediationTypes))
        .with_note(words.note(Note::Proportion))
        .with_note(words.note(Note::StarsOfProbability))
}

fn table(id: &str, name: TableName, effects: &Place<Effects>, metric: Metric, context: &Context) -> Table {
    let [lower, upper] = context.limits(level(effects));
    let error = if effects.bootstrap.is_some() { Term::BootstrapError } else { Term::SobelError };
    let p = if effects.bootstrap.is_some() { Term::BootstrapP } else { Term::P };
    let columns = vec![
        context.left(Term::Effect),
        context.decimal(if metric == Metric::Standardized { Term::Standardized } else { Term::Estimate }),
        context.decimal(error),
        context.decimal(Term::BootstrapZ),
        lower,
        upper,
        context.decimal(p),
    ];
    let mut rows = Vec::new();
    let mut pair: Option<(usize, &str, &str)> = None;
    for effect in at!(effects.effects).each() {
        let this = (effect.value().group, effect.value().from.as_str(), effect.value().to.as_str());
        if pair != Some(this) {
            pair = Some(this);
            rows.push(TableRow::Heading(pair_heading(&effect, effects, context)));
        }
        rows.push(effect_row(&effect, metric, context));
    }
    let table = context.table(id, name, columns, rows);
    match at!(effects.bootstrap).some() {
        None => table,
        Some(bootstrap) => table.with_note(context.words.note(Note::EffectIntervals {
            kind: bootstrap.interval,
            resamples: number!(bootstrap.used, Count),
            level: bootstrap.level,
        })),
    }
}

fn pair_heading(effect: &Effect, effects: &Effects, context: &Context) -> crate::Text {
    let mut heading =
        vec![Span::Verbatim(format!("{} → {}", context.names.long(&effect.from), context.names.long(&effect.to)))];
    if effects.effects.iter().any(|other| other.group > 1) {
        heading.push(Span::Word(" · ".to_string()));
        heading.extend(context.words.head(Term::Group));
        heading.push(Span::Verbatim(format!(" {}", effect.group)));
    }
    heading
}

fn effect_row(effect: &Place<Effect>, metric: Metric, context: &Context) -> TableRow {
    let kind = metric.kind();
    let estimate = metric.of(effect);
    let mut name = context.words.effect_kind(effect.kind);
    if effect.kind == EffectKind::SpecificIndirect {
        name.push(Span::Verbatim(format!(": {}", effect.way.join(" → "))));
    }
    let [lower, upper, p] = limits(&estimate, kind);
    let (se, z) = match at!(estimate.bootstrap).some() {
        Some(bootstrap) => (number!(bootstrap.se, Statistic), number!(bootstrap.z, Statistic)),
        None => (number!(estimate.se, Statistic), number!(estimate.z, Statistic)),
    };
    let figures = [number!(estimate.estimate, Statistic).of_kind(kind), se.of_kind(kind), z, lower, upper, p];
    row(Cell::words(name), figures)
}

/// `None` without intervals.
fn plot(effects: &Effects, context: &Context) -> Option<Block> {
    effects.bootstrap.as_ref()?;
    let mut rows = Vec::new();
    for kind in [EffectKind::Direct, EffectKind::SpecificIndirect, EffectKind::Total] {
        let heading = words_of(&context.words.effect_kind(kind));
        rows.extend(effects.effects.iter().filter(|effect| effect.kind == kind && effect.group == 1).filter_map(
            |effect| {
                let bootstrap = effect.standardized.bootstrap.as_ref()?;
                Some(IntervalRow {
                    name: if effect.way.len() > 1 {
                        effect.way.join(" → ")
                    } else {
                        format!("{} → {}", effect.from, effect.to)
                    },
                    heading: heading.clone(),
                    estimate: effect.standardized.estimate?,
                    interval: bootstrap.lower.zip(bootstrap.upper),
                })
            },
        ));
    }
    let axis = words_of(&context.words.phrase(Phrase::StandardizedEffect));
    let note = context.words.note(Note::FilledInterval);
    (!rows.is_empty())
        .then(|| context.figure("effects-plot", FigureName::Effects, interval_plot(&rows, &axis), vec![note]))
}

/// `None` with fewer than two paths.
fn differences(effects: &Place<Effects>, context: &Context) -> Option<Section> {
    if effects.differences.is_empty() {
        return None;
    }
    let several = effects.differences.iter().any(|d| d.left_group > 1 || d.right_group > 1);
    let path = |(from, to): &(String, String), group: usize| {
        if several { format!("{from} → {to} [{group}]") } else { format!("{from} → {to}") }
    };
    let rows = at!(effects.differences).each().take(DIFFERENCES_SHOWN).map(|d| {
        let name = format!("({}) − ({})", path(&d.left, d.left_group), path(&d.right, d.right_group));
        let figures = [
            number!(d.difference, Statistic),
            number!(d.se, Statistic),
            number!(d.z, Statistic),
            number!(d.p, Probability),
        ];
        row(Cell::verbatim(name), figures)
    });
    let columns = vec![
        context.left(Term::Path),
        context.decimal(Term::Difference),
        context.decimal(Term::StandardError).without_definition(),
        context.decimal(Term::CriticalRatio),
        context.decimal(Term::P),
    ];
    let words = context.words;
    let mut table = context
        .table("path-differences", TableName::PathDifferences, columns, rows.collect())
        .with_note(words.note(Note::CriticalRatioForDifferences));
    if effects.differences.len() > DIFFERENCES_SHOWN {
        table = table.with_note(words.note(Note::ListCut));
    }
    Some(context.section("path-differences-section", SectionName::PathDifferences, vec![Block::Table(table)]))
}
