//! A disk that says that it failed. After a failed write or sync the system may call lost pages written, so
//! it is final for the process: nothing is answered, it ends and says why, and the next start reads the disk.

use giliran_tests::{Crowd, Daemon, Story, tools};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_write_or_sync_ends_the_process_and_the_next_one_goes_on() {
    if !tools::there_are("a failed write or sync", &["strace"]) {
        return;
    }
    for fault in [
        "fsync,fdatasync:error=EIO:when=1",
        "fsync,fdatasync:error=EIO:when=4",
        "fsync,fdatasync:error=EIO:when=7+",
        "pwrite64:error=EIO:when=1",
        "pwrite64:error=EIO:when=2",
        "pwrite64:error=EIO:when=3+",
        "pwrite64:error=EIO:when=14",
    ] {
        let mut daemon = Daemon::start().await;
        let (mut story, mut crowd) = (Story::default(), Crowd::default());
        story.go_on(&daemon, 20).await.unwrap_or_else(|no| panic!("{fault}: {no:?}"));
        crowd.press(&daemon, 4, 4).await;
        let before = crowd.told.answered.len();

        let tracer = tools::inject(&daemon, fault).await;
        let broken = crowd.press(&daemon, 8, usize::MAX).await;
        assert_eq!(broken.len(), 8, "{fault}: nobody is answered any more");
        for broken in &broken {
            let code = broken.code.as_deref();
            assert!(
                matches!(code, None | Some("store_unavailable" | "stopping" | "try_again")),
                "{fault}: {code:?}"
            );
        }
        let ended = daemon.ended();
        drop(tracer);
        assert_eq!(ended.status.code(), Some(1), "{fault}: {}", ended.complaint());
        assert!(ended.complaint().contains("can't be written any more"), "{fault}: {}", ended.complaint());
        eprintln!(
            "{fault}: {} answered before, {} until the fault was met; it said: {}",
            before,
            crowd.told.answered.len() - before,
            ended.stderr.last().map_or("nothing", |line| line)
        );

        daemon.start_again().await;
        let again = crowd.press(&daemon, 8, 2).await;
        assert!(again.is_empty(), "{fault}: {again:?}");
        let goes_on = story.go_on(&daemon, 10).await;
        assert!(goes_on.is_ok(), "{fault}: {goes_on:?}");
        story.told.ask_again(&daemon).await;
        crowd.told.ask_again(&daemon).await;
        daemon.end();
        crowd.told.answered.append(&mut story.told.answered);
        crowd.told.in_doubt.append(&mut story.told.in_doubt);
        crowd.told.check_log(&daemon.database()).await;
    }
}
