//! Model text: whatever it is, it is read and completed, or refused; what is read prints and reads back the same.

#![no_main]

use covary_sem::{
    Settings, parse,
    parameter_table::{Available, complete, model_report, raw_report, to_lavaan},
    settings::{Function, GroupEqual},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&choice, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let Ok(formulas) = parse(text) else { return };
    let _ = raw_report(&formulas);
    let again = parse(&to_lavaan(&formulas)).expect("a printed model can be read");
    let mut settings = Settings::default();
    settings.function = [Function::Sem, Function::Cfa, Function::Growth, Function::Lavaan][usize::from(choice % 4)];
    settings.std_lv = choice & 4 != 0;
    let available = Available { variables: Vec::new(), groups: Vec::new() };
    let groups = Available { variables: Vec::new(), groups: vec!["A".to_string(), "B".to_string()] };
    if choice & 8 != 0 {
        settings.group_equal = vec![GroupEqual::Loadings, GroupEqual::Intercepts];
    }
    for available in [available, groups] {
        let Ok(table) = complete(&formulas, &available, &settings) else { continue };
        let again = complete(&again, &available, &settings).expect("a printed model can be completed");
        assert_eq!(again.free, table.free);
        assert_eq!(again.rows.len(), table.rows.len());
        let _ = model_report(&table);
    }
});
