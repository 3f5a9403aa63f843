//! Lays out a TypeScript declaration for reading: one field a line, each behind its comment.
//!
//! ts-rs writes a type in one line with comments in between. People read this file to learn the contract.

use std::mem;

/// Lays out one declaration, `type Name = …;`.
pub(crate) fn tidy(declaration: &str) -> String {
    let mut layout = Layout::default();
    let (head, mut rest) = declaration.split_once(" = ").unwrap_or(("", declaration));
    while let Some(c) = rest.chars().next() {
        rest = layout.take(c, rest);
    }
    layout.finish(head)
}

#[derive(Default)]
struct Layout {
    /// Alternatives of a union that are complete.
    done: Vec<String>,
    current: String,
    braces: usize,
    angles: usize,
}

impl Layout {
    /// Lays out what comes next; gives the rest.
    fn take<'a>(&mut self, c: char, rest: &'a str) -> &'a str {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        if let Some((comment, after)) = rest.strip_prefix("/**").and_then(|rest| rest.split_once("*/")) {
            self.comment(comment);
            return after.trim_start();
        }
        match c {
            '"' => {
                let (text, after) = after.split_once('"').unwrap_or((after, ""));
                self.current.push_str(&format!("\"{text}\""));
                return after;
            }
            '{' => match inline_object(rest) {
                Some((object, after)) => {
                    self.current.push_str(object);
                    return after;
                }
                None => {
                    self.current.push('{');
                    self.braces += 1;
                    self.new_line();
                    return after.trim_start();
                }
            },
            '}' => {
                self.braces = self.braces.saturating_sub(1);
                self.new_line();
                self.current.push('}');
            }
            ',' if self.braces > 0 && self.angles == 0 => {
                self.current.push(';');
                let after = after.trim_start();
                if !after.starts_with('}') {
                    self.new_line();
                }
                return after;
            }
            '|' if self.braces == 0 && self.angles == 0 => {
                self.done.push(mem::take(&mut self.current).trim_end().to_owned());
                return after.trim_start();
            }
            '<' | '>' => {
                self.angles = if c == '<' { self.angles + 1 } else { self.angles.saturating_sub(1) };
                self.current.push(c);
            }
            _ => self.current.push(c),
        }
        after
    }

    fn comment(&mut self, comment: &str) {
        let lines = comment.lines().map(|line| line.trim().trim_start_matches('*').trim());
        let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        if let [line] = lines.as_slice() {
            self.current.push_str(&format!("/** {line} */"));
        } else {
            self.current.push_str("/**");
            for line in lines {
                self.new_line();
                self.current.push_str(&format!(" * {line}"));
            }
            self.new_line();
            self.current.push_str(" */");
        }
        self.new_line();
    }

    fn new_line(&mut self) {
        self.current.truncate(self.current.trim_end().len());
        self.current.push('\n');
        self.current.push_str(&"  ".repeat(self.braces));
    }

    fn finish(mut self, head: &str) -> String {
        if self.done.is_empty() {
            return format!("{head} = {}", self.current);
        }
        self.done.push(self.current);
        let alternatives = self.done.iter().map(|one| format!("\n  | {}", one.replace('\n', "\n    ")));
        format!("{head} ={}", alternatives.collect::<String>())
    }
}

/// An object without comments inside, which fits one line.
fn inline_object(rest: &str) -> Option<(&str, &str)> {
    let end = rest.find('}')? + 1;
    let (object, after) = (rest.get(..end)?, rest.get(end..)?);
    (!object.contains('\n')).then_some((object, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_one_a_line_behind_their_comments() {
        let given = "type A = { \n/**\n * Values, {{ one }} | two.\n */\nparams: { [key in string]: string }, \
                     \n/**\n * First.\n * Second.\n */\nb: Array<string> | null, };";
        let laid_out = "type A = {\n  /** Values, {{ one }} | two. */\n  params: { [key in string]: string };\n  \
                        /**\n   * First.\n   * Second.\n   */\n  b: Array<string> | null;\n};";
        assert_eq!(tidy(given), laid_out);
    }

    #[test]
    fn alternatives_stand_one_a_line() {
        assert_eq!(tidy("type A = \"a\" | \"b, c\";"), "type A =\n  | \"a\"\n  | \"b, c\";");
        let given = "type A = { \"kind\": \"x\" } | { \"kind\": \"y\", \n/**\n * Id.\n */\nid: number, };";
        let laid_out = "type A =\n  | { \"kind\": \"x\" }\n  | {\n      \"kind\": \"y\";\n      /** Id. */\n      \
                        id: number;\n    };";
        assert_eq!(tidy(given), laid_out);
    }
}
