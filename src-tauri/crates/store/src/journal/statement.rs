//! How entries are written: the statements and their values.
//!
//! All of a commit is one statement, as a statement of its own is a transaction of its own: it holds wholly or not at
//! all, and nothing can be left open when somebody stops waiting for it.

use std::sync::LazyLock;

use hongyan_domain::{DeliveryState, Stage, Verdict};
use sqlx::Arguments;
use sqlx::sqlite::SqliteArguments;

use super::{Entry, Report};
use crate::deliveries::skip_word;
use crate::{Error, Result};

/// Values of an entry in the statement: id, state it starts from, state it takes, attempts it counts for, account, whether
/// it is an outcome, then day, verdict, stage, reply code, reply text, queue id, skip reason and due time.
const VALUES: usize = 14;

/// Entries of one write at most.
pub(super) const MOST_ENTRIES: usize = 1 << 10;

/// How entries are written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    /// All of them, or none where one does not apply. Nothing comes back but how many were written: each row that a
    /// statement gives wakes whoever waits for it, and a handful of those take as long as a flush.
    Whole,
    /// Those that apply; gives id and new state of each.
    EachAlone,
}

/// One statement for each power of two of entries, up to [`MOST_ENTRIES`]: a statement for every number would have to be
/// prepared again and again. The places that are left over stay null, and null is no delivery's id.
pub(super) type Statements = LazyLock<Vec<String>>;

pub(super) static WHOLE: Statements = LazyLock::new(|| statements(Way::Whole));
pub(super) static EACH_ALONE: Statements = LazyLock::new(|| statements(Way::EachAlone));

fn statements(way: Way) -> Vec<String> {
    (0..=MOST_ENTRIES.ilog2()).map(|power| write_statement(1 << power, way)).collect()
}

/// The statement for so many entries.
pub(super) fn statement_for(entries: usize, way: Way) -> &'static str {
    let statements: &'static Statements = match way {
        Way::Whole => &WHOLE,
        Way::EachAlone => &EACH_ALONE,
    };
    let power = entries.next_power_of_two().ilog2();
    statements.get(usize::try_from(power).unwrap_or_default()).map_or("", String::as_str)
}

/// First stand the [`VALUES`] of each entry, then the time, and for [`Way::Whole`] how many entries there are.
///
/// The entries are values and no JSON, as to take JSON apart costs more than to write.
fn write_statement(entries: usize, way: Way) -> String {
    // No numbers behind the question marks: SQLite would look for each of them among all the others.
    let entry = format!("({})", ["?"; VALUES].join(", "));
    let values = vec![entry; entries].join(", ");
    let (which, given) = match way {
        Way::Whole => ("(select count(*) from applicable where not is_suppressed) = ?", ""),
        Way::EachAlone => ("true", "returning delivery_id, state"),
    };
    format!(
        "with applicable as materialized (
             select deliveries.id as id, column3 as becomes, column4 as attempt, column5 as account,
                 column6 as is_outcome, column7 as day, column8 as verdict, column9 as stage, column10 as code,
                 column11 as reply, column12 as queue, column13 as skip, column14 as due,
                 column3 = 'armed' and exists (select 1 from suppressions
                                               where suppressions.address_key = deliveries.address_key)
                 as is_suppressed
             from (values {values})
                 cross join deliveries on deliveries.id = column1
                 left join journal on journal.delivery_id = deliveries.id
             where coalesce(journal.state, deliveries.state) = column2
               and (column3 <> 'armed'
                    or is_suppressed
                    or (column2 in ('queued', 'deferred')
                        and exists (select 1 from runs join campaigns on campaigns.id = runs.campaign_id
                                    where runs.id = deliveries.run_id and campaigns.state = 'running'))))
         insert into journal (delivery_id, state, attempts, account_id, updated_at_ms, has_outcome, day, verdict, stage,
                              reply_code, reply_text, queue_id, skip_reason, due_at_ms)
         select id, iif(is_suppressed, 'skipped', becomes), iif(is_suppressed, 0, attempt), account, ?, is_outcome, day,
             verdict, stage, code, reply, queue, iif(is_suppressed, 'suppressed', skip), due
         from applicable
         where {which}
         on conflict (delivery_id) do update
         set state = excluded.state, attempts = attempts + excluded.attempts, account_id = excluded.account_id,
             updated_at_ms = excluded.updated_at_ms, skip_reason = excluded.skip_reason,
             due_at_ms = excluded.due_at_ms, has_outcome = has_outcome or excluded.has_outcome,
             day = coalesce(excluded.day, day),
             verdict = iif(excluded.has_outcome, excluded.verdict, verdict),
             stage = iif(excluded.has_outcome, excluded.stage, stage),
             reply_code = iif(excluded.has_outcome, excluded.reply_code, reply_code),
             reply_text = iif(excluded.has_outcome, excluded.reply_text, reply_text),
             queue_id = iif(excluded.has_outcome, excluded.queue_id, queue_id)
         {given}"
    )
}

/// A value of a statement.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'a> {
    Null,
    Number(i64),
    Text(&'a str),
}

impl<'a> Value<'a> {
    fn word(word: Option<&'a str>) -> Self {
        word.map_or(Self::Null, Self::Text)
    }

    fn number(number: Option<i64>) -> Self {
        number.map_or(Self::Null, Self::Number)
    }
}

/// The values of a statement for so many entries, as [`write_statement`] says.
pub(super) fn values_of<'a>(entries: &[&'a Entry], now_ms: i64, way: Way) -> Vec<Value<'a>> {
    let places = entries.len().next_power_of_two();
    let mut values = Vec::with_capacity(places * VALUES + 2);
    values.extend(entries.iter().flat_map(|entry| entry.values()));
    values.resize(places * VALUES, Value::Null);
    values.push(Value::Number(now_ms));
    if let Way::Whole = way {
        values.push(Value::Number(i64::try_from(entries.len()).unwrap_or(i64::MAX)));
    }
    values
}

/// As sqlx takes them.
pub(super) fn arguments_of(values: &[Value]) -> Result<SqliteArguments> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        match value {
            Value::Null => arguments.add(None::<i64>),
            Value::Number(number) => arguments.add(number),
            Value::Text(text) => arguments.add(text),
        }
        .map_err(Error::Other)?;
    }
    Ok(arguments)
}

impl Report {
    /// Attempts to add. One that ended before arming counts here; an armed one was counted when it was armed, which is
    /// taken back where nothing of it left.
    const fn attempts(&self) -> i64 {
        match self.from {
            DeliveryState::Armed if self.never_left => -1,
            DeliveryState::Queued | DeliveryState::Deferred
                if matches!(self.to, DeliveryState::Failed | DeliveryState::Deferred) =>
            {
                1
            }
            _ => 0,
        }
    }
}

impl Entry {
    /// Its values in the statement.
    fn values(&self) -> [Value<'_>; VALUES] {
        use Value::{Null, Number, Text};
        match self {
            Self::Arm { id, account_id, from } => [
                Number(id.0),
                Text(from.as_str()),
                Text(DeliveryState::Armed.as_str()),
                Number(1),
                Number(account_id.0),
                Number(0),
                Null,
                Null,
                Null,
                Null,
                Text(""),
                Null,
                Null,
                Null,
            ],
            Self::Outcome(report) => [
                Number(report.id.0),
                Text(report.from.as_str()),
                Text(report.to.as_str()),
                Number(report.attempts()),
                Value::number(report.account_id.map(|account| account.0)),
                Number(1),
                Number(report.day),
                Value::word(report.verdict.map(Verdict::as_str)),
                Value::word(report.stage.map(Stage::as_str)),
                Value::number(report.reply_code.map(i64::from)),
                Text(&report.reply_text),
                Value::word(report.queue_id.as_deref()),
                Value::word(skip_word(report.skip_reason)),
                Value::number(report.due_at_ms),
            ],
        }
    }
}
