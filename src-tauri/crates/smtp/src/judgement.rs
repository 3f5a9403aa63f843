//! What a failure means.

use hongyan_domain::Verdict;

use crate::Failure;

/// What a failure means for the recipient and for the account.
pub fn judge(failure: &Failure, _provider_hint: Option<&str>) -> Verdict {
    if failure.body_may_have_been_taken() { Verdict::InDoubt } else { Verdict::TryLater }
}
