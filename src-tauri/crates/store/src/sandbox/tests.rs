//! What the sandbox caught is kept, listed and thrown away as asked.

use super::*;

fn mail(to: &str, subject: &str, bytes: usize) -> NewCaughtMail {
    NewCaughtMail {
        from: "news@example.cn".into(),
        to: to.into(),
        subject: subject.into(),
        source: vec![b'x'; bytes],
        received_at_ms: 5,
    }
}

async fn store(limits: Limits) -> (tempfile::TempDir, SandboxStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SandboxStore::open_with(folder.path(), limits).await.unwrap();
    (folder, store)
}

const WIDE: Limits = Limits { mails: 1_000, bytes: 1_000_000 };

#[tokio::test]
async fn a_caught_mail_is_listed_found_and_read_back() {
    let (_folder, store) = store(WIDE).await;
    store.insert_mail(mail("li@example.cn", "鸿雁 News", 3)).await.unwrap();
    store.insert_mail(mail("wang@example.cn", "Other", 4)).await.unwrap();
    let all = store.list_mails("", None, 10).await.unwrap();
    assert_eq!(all.iter().map(|mail| mail.subject.as_str()).collect::<Vec<_>>(), ["Other", "鸿雁 News"]);
    for search in ["LI@", "鸿雁", "news"] {
        let found = store.list_mails(search, None, 10).await.unwrap();
        assert_eq!(found.len(), 1, "{search}");
        assert_eq!(store.count_mails(search).await.unwrap(), 1);
        let read = store.load_mail(found[0].id).await.unwrap();
        assert_eq!((read.line.size_bytes, read.source), (3, b"xxx".to_vec()));
    }
    assert!(matches!(store.load_mail(99).await, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn mails_that_come_at_once_are_all_kept() {
    let (_folder, store) = store(WIDE).await;
    let inserts: Vec<_> = (0..300)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move { store.insert_mail(mail("a@b.cn", &n.to_string(), 10)).await })
        })
        .collect();
    for insert in inserts {
        insert.await.unwrap().unwrap();
    }
    let mut subjects: Vec<u32> = Vec::new();
    let mut before = None;
    loop {
        let page = store.list_mails("", before, 70).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        subjects.extend(page.iter().map(|mail| mail.subject.parse::<u32>().unwrap()));
    }
    subjects.sort_unstable();
    assert_eq!(subjects, (0..300).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_oldest_mails_go_when_there_are_too_many_or_they_are_too_large() {
    let (_folder, few) = store(Limits { mails: 3, bytes: 1_000 }).await;
    for n in 0..5 {
        few.insert_mail(mail("a@b.cn", &n.to_string(), 10)).await.unwrap();
    }
    let left = few.list_mails("", None, 10).await.unwrap();
    assert_eq!(left.iter().map(|mail| mail.subject.as_str()).collect::<Vec<_>>(), ["4", "3", "2"]);
    few.insert_mail(mail("a@b.cn", "large", 985)).await.unwrap();
    let left = few.list_mails("", None, 10).await.unwrap();
    assert_eq!(left.iter().map(|mail| mail.subject.as_str()).collect::<Vec<_>>(), ["large", "4"]);
    let first: i64 = left[1].id;
    assert!(few.load_mail(first - 1).await.is_err(), "the contents go with the mail");
}

#[tokio::test]
async fn clearing_forgets_all() {
    let (_folder, store) = store(WIDE).await;
    store.insert_mail(mail("a@b.cn", "1", 10)).await.unwrap();
    assert_eq!(store.clear().await.unwrap(), 1);
    assert_eq!(store.count_mails("").await.unwrap(), 0);
    store.insert_mail(mail("a@b.cn", "2", 10)).await.unwrap();
    assert_eq!(store.count_mails("").await.unwrap(), 1);
}
