//! Starts the desktop program; everything it does is in the library beside it, where tests can reach it.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> Result<(), tauri::Error> {
    hongyan_shell::run()
}
