//! The same work on many things, several at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Does `work` on every item, `jobs` of them at a time; what came of each, in the order
/// of the items. Work that crashes ends the whole, once the others have ended.
pub fn in_parallel<T: Sync, R: Send>(
    jobs: usize,
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, items.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else {
                        return;
                    };
                    let came = work(item);
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    done.push((at, came));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, came)| came).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::{Barrier, atomic::AtomicUsize};
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_order_is_that_of_the_items_whichever_is_done_first() {
        let slow_first = |item: &u64| {
            thread::sleep(Duration::from_millis(20_u64.saturating_sub(*item)));
            item * 2
        };
        let items: Vec<u64> = (0..20).collect();
        for jobs in [0, 1, 3, 50] {
            let came = in_parallel(jobs, &items, slow_first);
            assert_eq!(came, (0..20).map(|it| it * 2).collect::<Vec<_>>(), "{jobs}");
        }
        assert_eq!(in_parallel(4, &[], slow_first), Vec::<u64>::new());
    }

    #[test]
    fn so_many_are_at_work_at_once_and_no_more() {
        // Nobody gets past the barrier unless three are there.
        let (barrier, at_work, most) = (Barrier::new(3), AtomicUsize::new(0), AtomicUsize::new(0));
        in_parallel(3, &[(); 9], |()| {
            let now = at_work.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(now, Ordering::SeqCst);
            barrier.wait();
            at_work.fetch_sub(1, Ordering::SeqCst);
        });
        assert_eq!(most.load(Ordering::SeqCst), 3);
    }
}
