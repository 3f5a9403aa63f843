//! Guesses where the columns of a file go, from their heads and from what is in them.
//!
//! Contents outweigh heads for the address: a column `contact` full of addresses is the address, a column `email`
//! without a single one is not.

use hongyan_domain::{FieldName, FieldNameFault};

use crate::Target;
use crate::dialect::is_address;
use crate::synonyms::{Meaning, meaning};

/// One target a head; at most one is the address, and none but `Skip` comes twice.
///
/// All heads are empty where the file has no header.
pub(crate) fn suggest(heads: &[String], rows: &[Vec<String>]) -> Vec<Target> {
    let contents: Vec<Contents> = (0..heads.len()).map(|column| Contents::of(rows, column)).collect();
    let email = email_column(heads, &contents);
    let mut targets: Vec<Target> = Vec::with_capacity(heads.len());
    for (column, (head, contents)) in heads.iter().zip(&contents).enumerate() {
        let target = if Some(column) == email {
            Target::Email
        } else if head.is_empty() && contents.filled == 0 {
            Target::Skip
        } else {
            other_target(column, head, contents, &targets)
        };
        targets.push(target);
    }
    targets
}

/// What the sample rows have in one column.
struct Contents {
    filled: usize,
    addresses: usize,
    names: usize,
}

impl Contents {
    fn of(rows: &[Vec<String>], column: usize) -> Self {
        let values = || rows.iter().filter_map(|row| row.get(column)).filter(|value| !value.is_empty());
        let count = |is_it: fn(&str) -> bool| values().filter(|value| is_it(value)).count();
        Self { filled: values().count(), addresses: count(is_address), names: count(is_like_a_name) }
    }
}

fn is_like_a_name(value: &str) -> bool {
    value.chars().count() <= 40 && value.chars().all(|c| c.is_alphabetic() || " .-'·".contains(c))
}

fn email_column(heads: &[String], contents: &[Contents]) -> Option<usize> {
    let mut best = None;
    for (column, (head, contents)) in heads.iter().zip(contents).enumerate() {
        let is_named = meaning(head) == Some(Meaning::Email);
        let mostly = contents.addresses > 0 && contents.addresses * 2 >= contents.filled;
        if !(mostly || is_named && (contents.addresses > 0 || contents.filled == 0)) {
            continue;
        }
        let percent = contents.addresses * 100 / contents.filled.max(1);
        let score = (contents.addresses > 0, is_named, percent);
        if best.is_none_or(|(_, best_score)| score > best_score) {
            best = Some((column, score));
        }
    }
    best.map(|(column, _)| column)
}

fn other_target(column: usize, head: &str, contents: &Contents, taken: &[Target]) -> Target {
    let meaning = meaning(head);
    let looks_like_names = head.is_empty() && contents.names * 10 >= contents.filled * 9;
    if (meaning == Some(Meaning::Name) || looks_like_names) && !taken.contains(&Target::Name) {
        return Target::Name;
    }
    let base = match (meaning, FieldName::from_column(head)) {
        (Some(Meaning::Field(field)), _) => field.to_owned(),
        (_, Ok(field)) => field.as_str().to_owned(),
        (_, Err(FieldNameFault::Reserved)) => head.trim().to_lowercase(),
        (_, Err(_)) => format!("column_{}", column + 1),
    };
    free_field(&base, taken).map_or(Target::Skip, Target::Field)
}

/// The field of this name, or with a number behind it where the name is taken.
fn free_field(base: &str, taken: &[Target]) -> Option<FieldName> {
    let names = std::iter::once(base.to_owned()).chain((2..=taken.len() + 2).map(|n| format!("{base}_{n}")));
    names
        .filter_map(|name| FieldName::parse(&name).ok())
        .find(|field| !taken.contains(&Target::Field(field.clone())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggested(heads: &[&str], rows: &[&[&str]]) -> Vec<String> {
        let owned = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let rows: Vec<Vec<String>> = rows.iter().map(|row| owned(row)).collect();
        suggest(&owned(heads), &rows).iter().map(Target::to_string).collect()
    }

    #[test]
    fn heads_in_chinese_and_english_are_understood() {
        let rows: &[&[&str]] = &[&["a@b.cn", "王丽", "丽", "王", "鸿雁", "138", "北京", "金"]];
        let expected = ["email", "name", "first_name", "last_name", "company", "phone", "city"];
        let chinese = suggested(&["邮箱", "姓名", "名", "姓", "公司", "手机", "城市", "会员 等级"], rows);
        assert_eq!(chinese[..7], expected);
        assert_eq!(chinese[7], "会员_等级");
        let english =
            ["E-mail Address", "Name", "First Name", "Last Name", "Company", "Phone", "City", "Level"];
        assert_eq!(suggested(&english, rows)[..7], expected);
    }

    #[test]
    fn contents_outweigh_heads_for_the_address() {
        assert_eq!(
            suggested(&["Email", "Contact"], &[&["", "a@b.cn"], &["yes", "b@b.cn"]]),
            ["email_2", "email"]
        );
        assert_eq!(suggested(&["推荐人", "邮箱"], &[&["x@b.cn", "a@b.cn"]]), ["推荐人", "email"]);
        assert_eq!(suggested(&["邮箱"], &[]), ["email"]);
        assert_eq!(suggested(&["邮箱", "x"], &[&["none", "-"]]), ["邮箱", "x"]);
    }

    #[test]
    fn no_target_is_suggested_twice() {
        let heads = ["email", "Email", "name", "Name", "City", "城市", "***", ""];
        let rows: &[&[&str]] = &[&["a@b.cn", "c@d.cn", "A", "B", "C", "D", "E", ""]];
        assert_eq!(
            suggested(&heads, rows),
            ["email", "email_2", "name", "name_2", "city", "city_2", "column_7", "skip"]
        );
    }

    #[test]
    fn without_heads_the_contents_decide() {
        assert_eq!(
            suggested(&["", "", ""], &[&["王丽", "a@b.cn", "12"], &["Ann O'Neil", "b@b.cn", "7"]]),
            ["name", "email", "column_3"]
        );
    }
}
