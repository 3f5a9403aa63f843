//! Holds nothing: the stories are in `stories/`, and cargo wants a library where there is no program.
