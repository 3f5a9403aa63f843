//! Who gets a campaign, and who is left out and why.

use hongyan_domain::ListId;

use crate::{Engine, Result};

/// Who gets a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    /// Different people in the lists.
    pub total: i64,
    /// Those who get it.
    pub sendable: i64,
    /// Those who do not, the most frequent reason first.
    pub left_out: Vec<LeftOut>,
}

/// People left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The word of a suppression's reason.
    pub reason: String,
    /// How many.
    pub count: i64,
}

impl Engine {
    /// Computes an audience as it is now.
    pub async fn compute_audience(&self, lists: &[ListId]) -> Result<Audience> {
        let counts = self.store().count_audience(lists).await?;
        let left_out: Vec<LeftOut> =
            counts.left_out.into_iter().map(|(reason, count)| LeftOut { reason, count }).collect();
        let sendable = counts.total - left_out.iter().map(|left_out| left_out.count).sum::<i64>();
        Ok(Audience { total: counts.total, sendable, left_out })
    }
}
