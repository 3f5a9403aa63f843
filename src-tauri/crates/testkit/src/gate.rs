//! A gate that holds a server until the test opens it, so that no test needs to sleep.

use std::sync::Arc;

use tokio::sync::watch;

/// Closed at first. Clones are the same gate.
#[derive(Debug, Clone)]
pub struct Gate {
    is_open: Arc<watch::Sender<bool>>,
    arrivals: Arc<watch::Sender<usize>>,
}

impl Default for Gate {
    fn default() -> Self {
        Self { is_open: Arc::new(watch::Sender::new(false)), arrivals: Arc::new(watch::Sender::new(0)) }
    }
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets everybody through, now and later.
    pub fn open(&self) {
        self.is_open.send_replace(true);
    }

    /// Waits until somebody has arrived at the gate.
    pub async fn reached(&self) {
        let _ = self.arrivals.subscribe().wait_for(|&arrivals| arrivals > 0).await;
    }

    pub(crate) async fn pass(&self) {
        self.arrivals.send_modify(|arrivals| *arrivals += 1);
        let _ = self.is_open.subscribe().wait_for(|&is_open| is_open).await;
    }
}
