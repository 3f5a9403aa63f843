//! A test of an account: everything up to the login, and no mail.
//!
//! It takes the same path as sending does, so that what the test says is what a campaign will meet.

use crate::{Capabilities, Failure, Server, Session};

/// What a server told about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeReport {
    /// What it announces.
    pub capabilities: Capabilities,
    /// `TLSv1.3` or `TLSv1.2`; `None` without TLS.
    pub tls_version: Option<&'static str>,
    /// Its first line, cleaned; mostly its name and software.
    pub greeting: String,
}

/// Connects, puts TLS on, says hello, logs in and leaves.
pub async fn probe(server: &Server) -> Result<ProbeReport, Failure> {
    let session = Session::connect(server).await?;
    let report = ProbeReport {
        capabilities: session.capabilities().clone(),
        tls_version: session.tls_version(),
        greeting: session.greeting().to_owned(),
    };
    session.quit().await;
    Ok(report)
}
