//! AMOS's "Model Fit Summary", block by block, three rows each.

use covary_sem::FitReport;

use super::compose::Context;
use crate::{
    Align, Block, Cell, ColumnHead,
    NumberKind::{self, Bounded, Count, Probability, Statistic},
    Span, Table, TableRow,
    place::{Place, at},
    words::{Phrase, TableName, Term},
};

/// A block: its name, and its measures with the heads under which AMOS prints them.
pub(crate) struct AmosBlock {
    pub(crate) name: &'static str,
    pub(crate) measures: &'static [(&'static str, &'static str, NumberKind)],
}

/// AMOS's blocks in AMOS's order.
pub(crate) const BLOCKS: &[AmosBlock] = &[
    AmosBlock {
        name: "CMIN",
        measures: &[
            ("NPAR", "NPAR", Count),
            ("CMIN", "CMIN", Statistic),
            ("DF", "DF", Count),
            ("P", "P", Probability),
            ("CMIN/DF", "CMIN/DF", Statistic),
        ],
    },
    AmosBlock {
        name: "RMR, GFI",
        measures: &[
            ("RMR", "RMR", Statistic),
            ("GFI", "GFI", Bounded),
            ("AGFI", "AGFI", Bounded),
            ("PGFI", "PGFI", Bounded),
        ],
    },
    AmosBlock {
        name: "Baseline Comparisons",
        measures: &[
            ("NFI", "NFI Delta1", Bounded),
            ("RFI", "RFI rho1", Bounded),
            ("IFI", "IFI Delta2", Bounded),
            ("TLI", "TLI rho2", Bounded),
            ("CFI", "CFI", Bounded),
        ],
    },
    AmosBlock {
        name: "Parsimony-Adjusted Measures",
        measures: &[("PRATIO", "PRATIO", Bounded), ("PNFI", "PNFI", Bounded), ("PCFI", "PCFI", Bounded)],
    },
    AmosBlock {
        name: "NCP",
        measures: &[("NCP", "NCP", Statistic), ("NCP_LO90", "LO 90", Statistic), ("NCP_HI90", "HI 90", Statistic)],
    },
    AmosBlock {
        name: "FMIN",
        measures: &[
            ("FMIN", "FMIN", Statistic),
            ("F0", "F0", Statistic),
            ("F0_LO90", "LO 90", Statistic),
            ("F0_HI90", "HI 90", Statistic),
        ],
    },
    AmosBlock {
        name: "RMSEA",
        measures: &[
            ("RMSEA", "RMSEA", Bounded),
            ("RMSEA_LO90", "LO 90", Bounded),
            ("RMSEA_HI90", "HI 90", Bounded),
            ("PCLOSE", "PCLOSE", Probability),
        ],
    },
    AmosBlock {
        name: "AIC",
        measures: &[
            ("AIC", "AIC", Statistic),
            ("BCC", "BCC", Statistic),
            ("BIC", "BIC", Statistic),
            ("CAIC", "CAIC", Statistic),
        ],
    },
    AmosBlock {
        name: "ECVI",
        measures: &[
            ("ECVI", "ECVI", Statistic),
            ("ECVI_LO90", "LO 90", Statistic),
            ("ECVI_HI90", "HI 90", Statistic),
            ("MECVI", "MECVI", Statistic),
        ],
    },
    AmosBlock {
        name: "HOELTER",
        measures: &[("HOELTER_05", "HOELTER .05", Count), ("HOELTER_01", "HOELTER .01", Count)],
    },
];

/// One table per block.
pub(super) fn blocks(fit: &Place<FitReport>, context: &Context) -> Vec<Block> {
    BLOCKS.iter().enumerate().map(|(index, block)| Block::Table(table(index, block, fit, context))).collect()
}

fn table(index: usize, block: &AmosBlock, fit: &Place<FitReport>, context: &Context) -> Table {
    let mut columns = vec![context.left(Term::Model)];
    columns.extend(block.measures.iter().map(|(name, head, _)| ColumnHead {
        text: vec![Span::Word((*head).to_string())],
        spanner: None,
        align: Align::Decimal,
        definition: context.words.amos_definition(name).map(str::to_string),
    }));
    let amos = at!(fit.fit_amos);
    let models = [
        (Phrase::DefaultModel, at!(amos.default)),
        (Phrase::SaturatedModel, at!(amos.saturated)),
        (Phrase::IndependenceModel, at!(amos.independence)),
    ];
    let rows = models.map(|(phrase, measures)| {
        // AMOS leaves blank what a model does not have.
        let cells = block.measures.iter().map(|(name, _, kind)| {
            let number = measures.entry(name, *kind);
            if number.value.is_some() { number.into() } else { Cell::blank() }
        });
        TableRow::Cells(std::iter::once(Cell::words(context.words.phrase(phrase))).chain(cells).collect())
    });
    context.table(&format!("amos-{}", index + 1), TableName::AmosBlock(block.name), columns, rows.into())
}

#[cfg(test)]
mod tests {
    use super::BLOCKS;
    use crate::words::LANGUAGES;

    #[test]
    fn every_measure_of_the_engine_stands_in_a_block_and_is_defined() {
        let shown: Vec<&str> = BLOCKS.iter().flat_map(|block| block.measures.iter().map(|m| m.0)).collect();
        let computed: Vec<&str> = covary_sem::fit_indices::amos::ALL.iter().map(|index| index.name).collect();
        assert_eq!(shown, computed);
        for words in LANGUAGES {
            for name in &shown {
                assert!(words.amos_definition(name).is_some(), "{} lacks {name}", words.language());
            }
        }
    }
}
