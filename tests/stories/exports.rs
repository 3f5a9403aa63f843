//! Files that are written for the user.

use hongyan_domain::CampaignId;
use hongyan_engine::{DeliveryFilter, Error, Purpose};

use crate::desk::Desk;

#[tokio::test]
async fn an_export_that_fails_leaves_the_file_that_was_there() {
    let desk = Desk::builder().without_sending().open().await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let report = folder.path().join("report.csv");
    std::fs::write(&report, "last week's").expect("the file can be written");
    let target = desk.engine.files().register(report.clone(), Purpose::Write);

    let gone = desk.engine.export_recipients(CampaignId(99), &DeliveryFilter::default(), &target).await;
    assert!(matches!(gone, Err(Error::Store(hongyan_store::Error::NotFound("campaign")))), "{gone:?}");
    assert_eq!(std::fs::read_to_string(&report).expect("it is there"), "last week's");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "something is left beside it");
}
