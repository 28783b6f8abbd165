//! A comparison with published numbers as the page shows it: the rows that lie beside ours, and why the others are not here.

use super::comparison::OfQuantity;
use crate::artifact::Table;
use crate::report::published::{Ended, NotHere, column, is_compared};
use crate::step::{ColumnRole, Header};
use serde_json::Value as Json;

/// The rows of a quantity that lie beside ours, and how all of them ended.
pub(super) struct Beside {
    pub table: Table,
    pub header: Header,
    pub caption: String,
    pub ended: Ended,
}

/// Takes a quantity's rows apart; `params` are those of the step that compared.
pub(super) fn beside(of: &OfQuantity, params: &Json) -> Beside {
    let OfQuantity { table, header, .. } = of;
    let ended = Ended::of(table, header);
    let status = column(table, header, ColumnRole::Status);
    let kept: Vec<usize> = (0..table.height()).filter(|&row| status.get(row).is_none_or(is_compared)).collect();
    let plain = ended.tally.no_spread == 0;
    let shown = |role| match role {
        ColumnRole::Remark => false,
        ColumnRole::Status => !plain,
        _ => true,
    };
    let header = Header(header.0.iter().filter(|column| shown(column.role)).cloned().collect());
    let names =
        if header.0.is_empty() { table.names() } else { header.names().into_iter().map(str::to_owned).collect() };
    let columns = names.iter().filter_map(|name| Some((name.clone(), table.column(name).ok()?))).collect();
    let table = Table::new(columns).map_or_else(|_| table.take(&kept), |table| table.take(&kept));
    let caption = caption(params, &ended);
    Beside { table, header, caption, ended }
}

/// Where the numbers are from, how they ended, what stands in brackets, and the reasons.
fn caption(params: &Json, Ended { tally, not_here, .. }: &Ended) -> String {
    let source = params.pointer("/published/source").and_then(Json::as_str).unwrap_or_default();
    let runs = params.pointer("/published/runs").and_then(Json::as_u64);
    let from = (!source.is_empty()).then(|| format!("Published: {source}."));
    let counts = Some(tally.words()).filter(|words| !words.is_empty()).map(|words| format!("{words}."));
    let brackets = runs.filter(|_| tally.compared > tally.no_spread).map(|runs| {
        let mean =
            if runs == 1 { "one run like ours".to_owned() } else { format!("the mean of {runs} runs like ours") };
        format!("In brackets: where {mean} lies in 95 % of cases (Student’s t), with the error of digitising.")
    });
    let reason = |NotHere { count, status, because }: &NotHere| {
        if because.is_empty() { format!("{count} {status}") } else { format!("{count} {status} ({because})") }
    };
    let reasons: Vec<String> = not_here.iter().map(reason).collect();
    let reasons = (!reasons.is_empty()).then(|| format!("Not here: {}.", reasons.join("; ")));
    [from, counts, brackets, reasons].into_iter().flatten().collect::<Vec<_>>().join(" ")
}
