#![no_main]

use std::sync::Once;

static HOOK: Once = Once::new();

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // libFuzzer's own hook ends the fuzzer at every panic; one that the program catches itself costs a fault and no crash.
    HOOK.call_once(|| drop(std::panic::take_hook()));
    lofi_fuzz::decode(bytes);
});
