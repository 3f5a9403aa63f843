//! Starts the desktop program; everything it does is in the library beside it, where tests can reach it.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), tauri::Error> {
    hongyan_shell::run()
}
