//! The merge language: what a tag may say, and which fields it asks for.
//!
//! minijinja reads and renders, but of its language only what a mail needs is allowed: print a field, give a
//! default, decide with `if`. Loops, assignments, arithmetic, functions and attributes are refused before anything
//! runs, so a template cannot blow up memory and every field it can ever print is known beforehand. The builtins
//! are not even compiled in.

use std::collections::BTreeMap;

use minijinja::ErrorKind;
use minijinja::machinery::ast::{
    BinOpKind, CallArg, Compare, CompareOpKind, Expr, IfExpr, Stmt, UnaryOpKind,
};
use minijinja::machinery::parse;
use minijinja::syntax::SyntaxConfig;

use crate::filters;
use crate::presence::{Known, present_if, present_unless, with};
use crate::{Part, TemplateFault, TemplateFaultKind};

/// The delimiters of a compiled template. Control characters are taken out of every source and value, so nothing
/// but our own code can write a tag.
pub(crate) const VALUE_OPEN: &str = "\u{1}{";
pub(crate) const VALUE_CLOSE: &str = "}\u{1}";
pub(crate) const BLOCK_OPEN: &str = "\u{1}%";
pub(crate) const BLOCK_CLOSE: &str = "%\u{1}";
const COMMENT: (&str, &str) = ("\u{1}#", "#\u{1}");

/// The syntax of compiled templates.
pub(crate) fn compiled_syntax() -> SyntaxConfig {
    SyntaxConfig::builder()
        .variable_delimiters(VALUE_OPEN, VALUE_CLOSE)
        .block_delimiters(BLOCK_OPEN, BLOCK_CLOSE)
        .comment_delimiters(COMMENT.0, COMMENT.1)
        .keep_trailing_newline(true)
        .build()
        .unwrap_or_default()
}

/// The syntax as users write it. Comments are taken out before, as `{#` is common in style sheets.
fn written_syntax() -> SyntaxConfig {
    SyntaxConfig::builder().comment_delimiters(COMMENT.0, COMMENT.1).build().unwrap_or_default()
}

/// The fields that a template asks for; the value says whether every use can do without.
pub(crate) type Uses = BTreeMap<String, bool>;

/// Checks a part as written and adds the fields that it uses.
pub(crate) fn check(part: Part, written: &str, uses: &mut Uses) -> Result<(), TemplateFault> {
    let root = parse(written, part.as_str(), written_syntax()).map_err(|error| TemplateFault {
        part,
        line: error.line(),
        kind: TemplateFaultKind::Syntax,
        detail: match error.kind() {
            ErrorKind::SyntaxError => error.detail().unwrap_or_default().to_owned(),
            _ => String::new(),
        },
    })?;
    let mut checker = Checker { part, uses };
    match &root {
        Stmt::Template(template) => checker.statements(&template.children, &Known::new()),
        other => checker.statement(other, &Known::new()),
    }
}

struct Checker<'u> {
    part: Part,
    uses: &'u mut Uses,
}

impl Checker<'_> {
    fn statements<'a>(&mut self, body: &[Stmt<'a>], known: &Known<'a>) -> Result<(), TemplateFault> {
        body.iter().try_for_each(|statement| self.statement(statement, known))
    }

    fn statement<'a>(&mut self, statement: &Stmt<'a>, known: &Known<'a>) -> Result<(), TemplateFault> {
        match statement {
            Stmt::EmitRaw(_) => Ok(()),
            Stmt::EmitExpr(emit) => self.printed(&emit.expr, known),
            Stmt::IfCond(branch) => {
                self.asked(&branch.expr, known)?;
                self.statements(&branch.true_body, &with(known, present_if(&branch.expr)))?;
                self.statements(&branch.false_body, &with(known, present_unless(&branch.expr)))
            }
            other => {
                let (word, line) = described(other);
                Err(self.fault(TemplateFaultKind::NotAllowed, line, word))
            }
        }
    }

    /// An expression whose value is needed: an absent field in it is a missing one.
    fn printed<'a>(&mut self, expr: &Expr<'a>, known: &Known<'a>) -> Result<(), TemplateFault> {
        match expr {
            Expr::Const(_) => Ok(()),
            Expr::Var(var) => {
                self.record(var.id, known.contains(var.id));
                Ok(())
            }
            Expr::Filter(filter) => {
                let line = usize::from(filter.span().start_line);
                if !filters::ALLOWED.contains(&filter.name) {
                    return Err(self.fault(TemplateFaultKind::UnknownFilter, line, filter.name));
                }
                let Some(inner) = &filter.expr else {
                    return Err(self.fault(TemplateFaultKind::NotAllowed, line, filter.name));
                };
                if filters::is_default(filter.name) {
                    self.asked(inner, known)?;
                } else {
                    self.printed(inner, known)?;
                }
                self.arguments(&filter.args, known, line)
            }
            Expr::IfExpr(choice) => self.choice(choice, known),
            Expr::BinOp(op) => match op.op {
                BinOpKind::ScOr => {
                    self.asked(&op.left, known)?;
                    self.printed(&op.right, &with(known, present_unless(&op.left)))
                }
                BinOpKind::ScAnd => {
                    self.printed(&op.left, known)?;
                    self.printed(&op.right, &with(known, present_if(&op.left)))
                }
                _ => self.asked(expr, known),
            },
            _ => self.asked(expr, known),
        }
    }

    fn choice<'a>(&mut self, choice: &IfExpr<'a>, known: &Known<'a>) -> Result<(), TemplateFault> {
        self.asked(&choice.test_expr, known)?;
        self.printed(&choice.true_expr, &with(known, present_if(&choice.test_expr)))?;
        match &choice.false_expr {
            Some(other) => self.printed(other, &with(known, present_unless(&choice.test_expr))),
            // It would print an absent value.
            None => {
                let line = usize::from(choice.test_expr.span().start_line);
                Err(self.fault(TemplateFaultKind::NotAllowed, line, "if without else"))
            }
        }
    }

    /// An expression that an absent field does not break.
    fn asked<'a>(&mut self, expr: &Expr<'a>, known: &Known<'a>) -> Result<(), TemplateFault> {
        let line = usize::from(expr.span().start_line);
        match expr {
            Expr::Const(_) => Ok(()),
            Expr::Var(var) => {
                self.record(var.id, true);
                Ok(())
            }
            Expr::UnaryOp(op) if matches!(op.op, UnaryOpKind::Not) => self.asked(&op.expr, known),
            Expr::Test(test) if ["defined", "undefined"].contains(&test.name) => {
                self.asked(&test.expr, known)
            }
            Expr::Test(test) => Err(self.fault(TemplateFaultKind::UnknownTest, line, test.name)),
            Expr::Filter(filter) if filters::ALLOWED.contains(&filter.name) && filter.expr.is_some() => {
                if let Some(inner) = &filter.expr {
                    self.asked(inner, known)?;
                }
                self.arguments(&filter.args, known, line)
            }
            Expr::Filter(_) | Expr::IfExpr(_) => self.printed(expr, known),
            Expr::BinOp(op) => match op.op {
                BinOpKind::ScAnd => {
                    self.asked(&op.left, known)?;
                    self.asked(&op.right, &with(known, present_if(&op.left)))
                }
                BinOpKind::ScOr => {
                    self.asked(&op.left, known)?;
                    self.asked(&op.right, &with(known, present_unless(&op.left)))
                }
                BinOpKind::Eq | BinOpKind::Ne => self.compared([&op.left, &op.right], known, line),
                _ => Err(self.fault(TemplateFaultKind::NotAllowed, line, "operator")),
            },
            Expr::Compare(compare) => self.comparison(compare, known, line),
            Expr::Call(call) => {
                let name = if let Expr::Var(var) = &call.expr { var.id } else { "" };
                Err(self.fault(TemplateFaultKind::UnknownFunction, line, name))
            }
            other => Err(self.fault(TemplateFaultKind::NotAllowed, line, other.description())),
        }
    }

    fn comparison<'a>(
        &mut self,
        compare: &Compare<'a>,
        known: &Known<'a>,
        line: usize,
    ) -> Result<(), TemplateFault> {
        match compare.ops.as_slice() {
            [only] if matches!(only.op, CompareOpKind::Eq | CompareOpKind::Ne) => {
                self.compared([&compare.expr, &only.expr], known, line)
            }
            _ => Err(self.fault(TemplateFaultKind::NotAllowed, line, "operator")),
        }
    }

    /// Both sides of `==` or `!=`. `""` would never equal an empty field, which counts as absent, nor `5` a text.
    fn compared<'a>(
        &mut self,
        sides: [&Expr<'a>; 2],
        known: &Known<'a>,
        line: usize,
    ) -> Result<(), TemplateFault> {
        for side in sides {
            let is_text =
                |value: &minijinja::Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
            if side.as_const().is_some_and(|value| !is_text(&value)) {
                return Err(self.fault(TemplateFaultKind::Comparison, line, ""));
            }
            self.asked(side, known)?;
        }
        Ok(())
    }

    fn arguments<'a>(
        &mut self,
        arguments: &[CallArg<'a>],
        known: &Known<'a>,
        line: usize,
    ) -> Result<(), TemplateFault> {
        for argument in arguments {
            match argument {
                CallArg::Pos(expr) => self.printed(expr, known)?,
                _ => return Err(self.fault(TemplateFaultKind::NotAllowed, line, "named argument")),
            }
        }
        Ok(())
    }

    fn record(&mut self, name: &str, has_default: bool) {
        self.uses
            .entry(name.to_owned())
            .and_modify(|all_have| *all_have &= has_default)
            .or_insert(has_default);
    }

    fn fault(&self, kind: TemplateFaultKind, line: usize, detail: &str) -> TemplateFault {
        TemplateFault { part: self.part, line: Some(line), kind, detail: detail.to_owned() }
    }
}

/// The word for a statement that is not allowed, and its line.
fn described(statement: &Stmt<'_>) -> (&'static str, usize) {
    let (word, span) = match statement {
        Stmt::ForLoop(it) => ("for", it.span()),
        Stmt::WithBlock(it) => ("with", it.span()),
        Stmt::Set(it) => ("set", it.span()),
        Stmt::SetBlock(it) => ("set", it.span()),
        Stmt::AutoEscape(it) => ("autoescape", it.span()),
        Stmt::FilterBlock(it) => ("filter", it.span()),
        Stmt::Do(it) => ("do", it.span()),
        Stmt::Template(it) => ("template", it.span()),
        Stmt::EmitExpr(it) => ("value", it.span()),
        Stmt::EmitRaw(it) => ("text", it.span()),
        Stmt::IfCond(it) => ("if", it.span()),
        #[expect(unreachable_patterns, reason = "other crates may turn more statements of minijinja on")]
        _ => return ("statement", 0),
    };
    (word, usize::from(span.start_line))
}
