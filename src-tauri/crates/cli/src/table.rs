//! Tables with aligned columns, in which a Chinese character is two columns wide.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::screen;

const GAP: &str = "  ";
/// Longest cell; a longer one is cut.
const WIDEST_CELL: usize = 60;

/// Lays rows out under their heads. Cells may be foreign text.
pub fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    let rows: Vec<Vec<String>> = std::iter::once(&heads)
        .chain(rows)
        .map(|row| row.iter().map(|cell| shortened(&screen::line(cell))).collect())
        .collect();
    let widths: Vec<usize> = (0..heads.len())
        .map(|column| {
            rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0)
        })
        .collect();
    rows.iter().map(|row| laid_out(row, &widths) + "\n").collect()
}

fn laid_out(row: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, width) in row.iter().zip(widths) {
        line.push_str(cell);
        line.push_str(&" ".repeat(width.saturating_sub(cell.width())));
        line.push_str(GAP);
    }
    line.trim_end().to_owned()
}

fn shortened(cell: &str) -> String {
    if cell.width() <= WIDEST_CELL {
        return cell.to_owned();
    }
    let mut room = WIDEST_CELL - 1;
    let kept: String = cell
        .chars()
        .take_while(|c| {
            let left = room.checked_sub(c.width().unwrap_or(0));
            room = left.unwrap_or(0);
            left.is_some()
        })
        .collect();
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_and_latin_stand_in_the_same_columns() {
        let rows = [vec!["王丽".to_owned(), "a".to_owned()], vec!["Li".to_owned(), "b".to_owned()]];
        assert_eq!(table(&["Name", "X"], &rows), "Name  X\n王丽  a\nLi    b\n");
    }

    #[test]
    fn long_cells_are_cut_and_never_break_the_line() {
        let text = table(&["X"], &[vec!["鸿\n".repeat(80)]]);
        assert_eq!(text.lines().count(), 2);
        assert!(text.lines().all(|line| line.width() <= WIDEST_CELL));
    }
}
