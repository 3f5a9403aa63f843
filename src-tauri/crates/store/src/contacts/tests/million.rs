//! temporary measurement
use std::time::Instant;

use hongyan_domain::{ListId, SuppressionReason};

use super::*;
use crate::{ImportBatch, ImportRow, NewImport};

fn row(n: usize) -> ImportRow {
    let families = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"];
    let py = ["wang", "li", "zhang", "liu", "chen", "yang", "zhao", "huang", "zhou", "wu"];
    let given = ["伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇"];
    let first = [
        "James", "Mary", "John", "Linda", "Robert", "Susan", "Emma", "Oliver", "Ada", "Noah", "Grace",
        "Peter",
    ];
    let last = ["Smith", "Jones", "Brown", "Wilson", "Taylor", "Lovelace", "Clark", "Young", "King", "Scott"];
    let dom = ["qq.com", "163.com", "gmail.com", "outlook.com", "example.com", "126.com", "sina.com"];
    let city = ["北京", "上海", "广州", "深圳", "London", "Paris", "Berlin", "成都"];
    let h = n.wrapping_mul(2654435761) >> 7;
    let (name, local) = if n % 2 == 1 {
        let k = h % 10;
        (format!("{}{}{}", families[k], given[h / 10 % 11], given[h / 110 % 11]), format!("{}{n}", py[k]))
    } else {
        let (f, l) = (first[h % 12], last[h / 12 % 10]);
        (format!("{f} {l}"), format!("{}.{}{n}", f.to_lowercase(), l.to_lowercase()))
    };
    ImportRow {
        address: EmailAddress::parse(&format!("{local}@{}", dom[h / 7 % 7])).unwrap(),
        name,
        values: vec![
            city[h / 3 % 8].into(),
            format!("Company {}", h % 5000),
            (h % 9).to_string(),
            format!("2026-{:02}-{:02}", h % 12 + 1, h % 28 + 1),
        ],
        seen_before: false,
    }
}

async fn fill(store: &Store) {
    let batch_rows: usize = std::env::var("BATCH").ok().and_then(|b| b.parse().ok()).unwrap_or(10_000);
    let all = store.insert_list("All", "all", 1).await.unwrap();
    let small = store.insert_list("Small", "small", 1).await.unwrap();
    let late = store.insert_list("Late", "late", 1).await.unwrap();
    let fields: Vec<FieldName> =
        ["city", "company", "level", "last_order"].iter().map(|f| FieldName::parse(f).unwrap()).collect();
    let new = NewImport { file_name: "a.csv".into(), list_id: None, bytes_total: 1, fields: fields.clone() };
    let import = store.insert_import(&new, 1).await.unwrap();
    let start = Instant::now();
    let total: usize = std::env::var("ROWS").ok().and_then(|b| b.parse().ok()).unwrap_or(1_000_000);
    let mut making = std::time::Duration::ZERO;
    for first in (0..total).step_by(batch_rows) {
        let t = Instant::now();
        // Random order, as in a file.
        let rows = (first..first + batch_rows).map(|n| row(n * 7919 % total)).collect();
        making += t.elapsed();
        let batch = ImportBatch { fields: fields.clone(), rows, ..Default::default() };
        store.import_batch(import, Some(all), &batch, 1).await.unwrap();
    }
    println!("import {total} in {:?}, making rows {making:?}", start.elapsed());
    let ids = |from: i64, step: usize| {
        ContactSelection::Ids((from..=total as i64).step_by(step).map(ContactId).collect())
    };
    store.add_to_list(&ids(1, 100), small, 1).await.unwrap();
    store.add_to_list(&ids(900_000, 1), late, 1).await.unwrap();
    let suppressed: Vec<EmailAddress> = (0..total).step_by(50).map(|n| row(n).address).collect();
    store.insert_suppressions(&suppressed, SuppressionReason::Manual, 1).await.unwrap();
}

#[tokio::test]
#[ignore = "takes minutes"]
async fn measure() {
    let folder = std::path::PathBuf::from(std::env::var("FOLDER").unwrap_or("/tmp/exp/million".into()));
    let store = Store::open(&folder).await.unwrap();
    if store.count_contacts().await.unwrap() == 0 {
        fill(&store).await;
    }
    if std::env::var("ROWS").is_ok() {
        return;
    }
    let mut worst = (0.0, String::new());
    let searches = [
        None,
        Some("a"),
        Some("wa"),
        Some("wang"),
        Some("wang5"),
        Some("ada.lovelace99"),
        Some("example.com"),
        Some("company"),
        Some("company 499"),
        Some("linda"),
        Some("王"),
        Some("王丽"),
        Some("王丽丽"),
        Some("北京"),
        Some("london"),
        Some("zzzz"),
        Some("qq.com"),
        Some("zhou99"),
        Some("2026-03"),
        Some("wang123457@qq.com"),
    ];
    for list in [None, Some(1), Some(2), Some(3)] {
        for suppressed in [None, Some(true), Some(false)] {
            for search in searches {
                for order in [ContactOrder::Address, ContactOrder::Name, ContactOrder::Created] {
                    for descending in [false, true] {
                        let filter = ContactFilter {
                            list_id: list.map(ListId),
                            search: search.map(str::to_owned),
                            suppressed,
                        };
                        let mut request = ContactPageRequest {
                            filter: filter.clone(),
                            order,
                            descending,
                            after: None,
                            limit: 100,
                        };
                        let c = cpu();
                        for _ in 0..3 {
                            store.list_contacts(&request).await.unwrap();
                        }
                        let used = (cpu() - c) / 3.0;
                        let (mut first, mut second) = (f64::MAX, 0.0f64);
                        let mut page = store.list_contacts(&request).await.unwrap();
                        for _ in 0..2 {
                            let t = Instant::now();
                            page = store.list_contacts(&request).await.unwrap();
                            first = first.min(t.elapsed().as_secs_f64() * 1e3);
                        }
                        request.after = page.next.clone();
                        if request.after.is_some() {
                            second = f64::MAX;
                            for _ in 0..2 {
                                let t = Instant::now();
                                store.list_contacts(&request).await.unwrap();
                                second = second.min(t.elapsed().as_secs_f64() * 1e3);
                            }
                        }
                        let text = format!(
                            "{list:?} {suppressed:?} {search:?} {order:?} {descending} {:?} rows {}",
                            page.total,
                            page.rows.len()
                        );
                        if first > 60.0 || second > 60.0 {
                            println!("{first:7.1} {second:7.1} {text}");
                        }
                        if first > worst.0 {
                            worst = (first, text);
                        }
                    }
                }
            }
        }
    }
    println!("worst {worst:?}");
}

fn cpu() -> f64 {
    let s = std::fs::read_to_string("/proc/self/stat").unwrap();
    let f: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect();
    (f[11].parse::<f64>().unwrap() + f[12].parse::<f64>().unwrap()) * 10.0
}

#[tokio::test]
#[ignore = "takes minutes"]
async fn probe() {
    let store = Store::open(std::path::Path::new("/tmp/exp/million")).await.unwrap();
    let run = async |name: &str, sql: String, m: &str, like: &str| {
        let mut n = 0i64;
        let c = cpu();
        for _ in 0..5 {
            n = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.clone()))
                .bind(m)
                .bind(like)
                .fetch_one(store.reader())
                .await
                .unwrap();
        }
        println!("{:7.1} ms {n:8} {name}", (cpu() - c) / 5.0);
    };
    for text in [
        "example.com",
        "london",
        "wang",
        "北京市",
        "company",
        "company 499",
        "ada.lovelace99",
        "wang123457@qq.com",
        "2026-03",
        "oli.com",
        "qq.com",
    ] {
        let chars: Vec<char> = text.chars().collect();
        for stride in [1, 2, 3] {
            let all: Vec<String> =
                chars.windows(3).map(|w| format!("\"{}\"", w.iter().collect::<String>())).collect();
            let last = all.len() - 1;
            let m: Vec<String> = all
                .into_iter()
                .enumerate()
                .filter(|(i, _)| i % stride == 0 || *i == last)
                .map(|x| x.1)
                .collect();
            let m = m.join(" AND ");
            run(&format!("fts cap {text} {stride}"), "select count(*) from (select 1 from contact_search where contact_search match $1 limit 50001)".into(), &m, "").await;
            if stride == 3 {
                for (kind, test) in [
                    (
                        "like",
                        "(c.address like '%'||$2||'%' escape '\\' or c.display_name like '%'||$2||'%' escape '\\' or c.fields like '%'||$2||'%' escape '\\')",
                    ),
                    (
                        "instr",
                        "(instr(lower(c.address), $2) > 0 or instr(lower(c.display_name), $2) > 0 or instr(lower(c.fields), $2) > 0)",
                    ),
                    ("none", "c.updated_at_ms > 0"),
                ] {
                    run(&format!("   walk 20k {kind}"), format!("select count(*) from (select * from contacts c order by c.address_key limit 20000) c where {test}"), &m, text).await;
                    run(&format!("   driven 20k {kind}"), format!("select count(*) from (select rowid as id from contact_search where contact_search match $1 limit 20000) d cross join contacts c on c.id = d.id where {test}"), &m, text).await;
                }
            }
        }
    }
}
