//! Keeps a spreadsheet from running what is in a value (CSV injection, CWE-1236), and takes that back on reading.
//!
//! A spreadsheet takes a cell that starts with `=`, `+`, `-`, `@` (or their full-width forms, or a tab) for a formula,
//! leading blanks or not; a lenient one takes every line of a value for a cell. Such a line gets a `'` in front, which
//! spreadsheets know as "this is text". Numbers below zero stay numbers.
//!
//! Reading takes a `'` away only where writing would have put one; and a value that really is `'=x` is written `''=x`.
//! So what we write comes back exactly, without a mark in the file. Other programs' files are treated alike: there too
//! a `'` in front of a formula was put there by a guard, or by the spreadsheet itself.

use std::borrow::Cow;

const GUARD: char = '\'';

/// The value with every dangerous line made text.
pub(crate) fn guarded(value: &str) -> Cow<'_, str> {
    rewrite(value, needs_guard, |line, text| {
        text.push(GUARD);
        text.push_str(line);
    })
}

/// The value as it was before [`guarded`].
pub(crate) fn unguarded(value: &str) -> Cow<'_, str> {
    let is_guarded = |line: &str| line.strip_prefix(GUARD).is_some_and(needs_guard);
    rewrite(value, is_guarded, |line, text| text.push_str(line.strip_prefix(GUARD).unwrap_or(line)))
}

fn rewrite<'a>(
    value: &'a str,
    applies: impl Fn(&str) -> bool,
    change: impl Fn(&str, &mut String),
) -> Cow<'a, str> {
    let lines = || value.split_inclusive(['\n', '\r']);
    if !lines().any(&applies) {
        return Cow::Borrowed(value);
    }
    let mut text = String::with_capacity(value.len() + 4);
    for line in lines() {
        if applies(line) {
            change(line, &mut text);
        } else {
            text.push_str(line);
        }
    }
    Cow::Owned(text)
}

/// Whether a line would be taken for a formula, guards in front of it aside.
fn needs_guard(line: &str) -> bool {
    let bare = line.trim_start_matches(GUARD);
    let is_blank =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}');
    let first = bare.trim_start_matches(is_blank).chars().next();
    let starts_formula = first.is_some_and(|c| "=+-@＝＋－＠".contains(c));
    bare.starts_with('\t') || (starts_formula && !is_negative_number(bare))
}

fn is_negative_number(text: &str) -> bool {
    text.strip_prefix('-').is_some_and(|digits| {
        digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_guarded_and_come_back() {
        for (value, written) in [
            ("=1+1", "'=1+1"),
            ("+86 138 0000 0000", "'+86 138 0000 0000"),
            ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=x", "'\t=x"),
            ("\tx", "'\tx"),
            ("  =x", "'  =x"),
            ("\u{a0}\u{3000}\u{200b}=x", "'\u{a0}\u{3000}\u{200b}=x"),
            ("＝x", "'＝x"),
            ("＋x", "'＋x"),
            ("－x", "'－x"),
            ("＠x", "'＠x"),
            ("a\n=x\r\n@y\rz", "a\n'=x\r\n'@y\rz"),
            ("\r=x", "\r'=x"),
            ("'=x", "''=x"),
            ("''=x", "'''=x"),
        ] {
            assert_eq!(guarded(value), written);
            assert_eq!(unguarded(written), value);
        }
    }

    #[test]
    fn harmless_values_stay_as_they_are() {
        for value in ["", "-12.5", "-1,200", "12", "O'Neil", "'quoted'", "'", "a=b", "'-12.5", "王丽", "1\n2"]
        {
            assert_eq!(guarded(value), value);
            assert_eq!(unguarded(value), value);
        }
    }
}
