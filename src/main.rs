//! The `lofi` binary.

fn main() -> std::process::ExitCode {
    lofi::cli::main()
}
