//! The page's one door to the engine: the same table of commands that `hongyanctl` and the browser use.

use hongyan_api::ErrorView;
use serde_json::Value;
use tauri::{AppHandle, Manager};

use crate::house::House;

/// Carries a command out.
#[tauri::command]
pub async fn rpc(app: AppHandle, command: String, request: Value) -> Result<Value, ErrorView> {
    let house = app.state::<House>();
    let engine = house.engine(&app).await?;
    house.router().dispatch(engine, &command, request).await
}
