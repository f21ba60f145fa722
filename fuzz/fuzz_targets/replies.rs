//! Replies of any bytes, as they come over a connection.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    for method in ["GET", "HEAD", "PUT"] {
        if let Ok(reply) = runtime.block_on(regspec::session::read_reply(data.to_vec(), method)) {
            assert!(reply.body.len() <= data.len());
            regspec::exchange::accepts(&reply);
            regspec::exchange::refuses(&reply);
        }
    }
});
