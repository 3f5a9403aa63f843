//! Makes the permissions of the commands that the window may call, and hands `tauri.conf.json` to the compiler.
//!
//! Naming the commands here closes the door on all others: a command that is missing in `capabilities/` is refused.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The interface is compiled into the program. Changed files are seen without this, new ones are not.
    println!("cargo::rerun-if-changed=../ui/dist");
    let commands = tauri_build::AppManifest::new().commands(&["rpc", "pick_open", "pick_save", "notify"]);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))?;
    Ok(())
}
