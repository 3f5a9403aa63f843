//! The app ends without a good-bye: nobody is lost, nobody gets two by itself, and what was under way is in doubt.

mod copied_folder;
mod killed;
