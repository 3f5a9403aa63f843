//! Which fields must be there when a condition holds.
//!
//! `{% if company %}{{ company }}{% endif %}` never misses the company, so it must not be reported as missing.

use std::collections::BTreeSet;

use minijinja::machinery::ast::{BinOpKind, CompareOpKind, Expr, UnaryOpKind};

use crate::filters;

/// The fields that are known to be there at some point of a template.
pub(crate) type Known<'a> = BTreeSet<&'a str>;

/// Both sets together.
pub(crate) fn with<'a>(known: &Known<'a>, more: Known<'a>) -> Known<'a> {
    known.iter().copied().chain(more).collect()
}

/// The fields that must be there if an expression is true.
pub(crate) fn present_if<'a>(expr: &Expr<'a>) -> Known<'a> {
    match expr {
        Expr::Var(var) => Known::from([var.id]),
        Expr::Filter(filter) if !filters::is_default(filter.name) => {
            filter.expr.as_ref().map(present_if).unwrap_or_default()
        }
        Expr::Test(test) if test.name == "defined" => present_if(&test.expr),
        Expr::UnaryOp(op) if matches!(op.op, UnaryOpKind::Not) => present_unless(&op.expr),
        Expr::BinOp(op) => match op.op {
            BinOpKind::ScAnd => with(&present_if(&op.left), present_if(&op.right)),
            BinOpKind::ScOr => &present_if(&op.left) & &present_if(&op.right),
            BinOpKind::Eq => equal_to_text(&op.left, &op.right),
            _ => Known::new(),
        },
        Expr::Compare(compare) => match compare.ops.as_slice() {
            [only] if matches!(only.op, CompareOpKind::Eq) => equal_to_text(&compare.expr, &only.expr),
            _ => Known::new(),
        },
        _ => Known::new(),
    }
}

/// The fields that must be there if an expression is false.
pub(crate) fn present_unless<'a>(expr: &Expr<'a>) -> Known<'a> {
    match expr {
        Expr::Test(test) if test.name == "undefined" => present_if(&test.expr),
        Expr::UnaryOp(op) if matches!(op.op, UnaryOpKind::Not) => present_if(&op.expr),
        Expr::BinOp(op) => match op.op {
            BinOpKind::ScOr => with(&present_unless(&op.left), present_unless(&op.right)),
            BinOpKind::ScAnd => &present_unless(&op.left) & &present_unless(&op.right),
            BinOpKind::Ne => equal_to_text(&op.left, &op.right),
            _ => Known::new(),
        },
        Expr::Compare(compare) => match compare.ops.as_slice() {
            [only] if matches!(only.op, CompareOpKind::Ne) => equal_to_text(&compare.expr, &only.expr),
            _ => Known::new(),
        },
        _ => Known::new(),
    }
}

fn equal_to_text<'a>(left: &Expr<'a>, right: &Expr<'a>) -> Known<'a> {
    match (left, right) {
        (field, Expr::Const(_)) | (Expr::Const(_), field) => present_if(field),
        _ => Known::new(),
    }
}
