//! A subject for the airlock's tests: does one thing it is told, with raw system
//! calls, and prints what the kernel answered as `<what> <return> <errno>`.
//!
//! Built statically by the test with rustc alone; it knows no other crate.

use std::fs;
use std::io::Write;

unsafe extern "C" {
    fn syscall(number: i64, ...) -> i64;
}

fn call(what: &str, number: i64, args: [i64; 6]) -> i64 {
    let [a, b, c, d, e, f] = args;
    // SAFETY: every caller passes addresses of its own live values, or values
    // that are no address at all and that the kernel refuses to follow.
    let result = unsafe { syscall(number, a, b, c, d, e, f) };
    let errno = if result < 0 {
        std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
    } else {
        0
    };
    println!("{what} {result} {errno}");
    result
}

fn text(of: &str) -> Vec<u8> {
    let mut bytes = of.as_bytes().to_vec();
    bytes.push(0);
    bytes
}

#[cfg(target_arch = "x86_64")]
mod number {
    pub const MMAP: i64 = 9;
    pub const MPROTECT: i64 = 10;
    pub const SOCKET: i64 = 41;
    pub const CLONE: i64 = 56;
    pub const FORK: i64 = 57;
    pub const EXECVE: i64 = 59;
    pub const FCNTL: i64 = 72;
    pub const PTRACE: i64 = 101;
    pub const PRLIMIT64: i64 = 302;
    pub const EXECVEAT: i64 = 322;
    pub const CLONE3: i64 = 435;
}

const H: i64 = 1000;
const EMPTY_PATH: i64 = 0x1000;
const PINNED: i64 = 0x2_0000;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("look") => look(),
        Some("files") => files(&arguments[2], &arguments[3]),
        Some("large") => println!(
            "large {} 0",
            u8::from(fs::write(format!("{}/large", arguments[2]), vec![0; 100_000]).is_ok())
        ),
        Some("exec") => exec(&arguments[2]),
        Some("memory") => memory(),
        Some("table") => table(&arguments[2]),
        Some("second") => println!("second ran"),
        _ => println!("usage"),
    }
    std::process::exit(4)
}

fn look() {
    println!("environment {} 0", std::env::vars_os().count());
    println!("arguments {} 0", std::env::args().count());
    for descriptor in 0..2000 {
        // SAFETY: F_GETFL takes no address.
        let result = unsafe { syscall(number::FCNTL, descriptor, 3, 0) };
        if result >= 0 {
            println!("descriptor-{descriptor} 0 0");
        }
    }
    for (name, resource) in [("nofile", 7), ("core", 4), ("fsize", 1), ("space", 9)] {
        let mut limit = [0_u64; 2];
        // SAFETY: the kernel writes 16 bytes to `limit`, which is 16 bytes.
        unsafe { syscall(number::PRLIMIT64, 0, resource, 0, limit.as_mut_ptr()) };
        println!("limit-{name} {} {}", limit[0], limit[1]);
    }
    let joined = std::thread::spawn(|| 7).join().unwrap_or(0);
    println!("thread {joined} 0");
    call("socket", number::SOCKET, [2, 1, 0, 0, 0, 0]);
    call("ptrace", number::PTRACE, [-1, -1, 0, 0, 0, 0]);
    call("clone3", number::CLONE3, [0; 6]);
    call("fork-by-clone", number::CLONE, [17, 0, 0, 0, 0, 0]);
    call("fork", number::FORK, [0; 6]);
    let raised = [4096_u64; 2];
    call(
        "raise",
        number::PRLIMIT64,
        [0, 7, raised.as_ptr() as i64, 0, 0, 0],
    );
}

fn files(input: &str, output: &str) {
    let show = |what: &str, result: std::io::Result<usize>| match result {
        Ok(count) => println!("{what} {count} 0"),
        Err(error) => println!("{what} -1 {}", error.raw_os_error().unwrap_or(0)),
    };
    show("list-input", fs::read_dir(input).map(Iterator::count));
    show("read-here", fs::read("a").map(|bytes| bytes.len()));
    show(
        "read-input",
        fs::read(format!("{input}/a")).map(|bytes| bytes.len()),
    );
    show(
        "write-input",
        fs::write(format!("{input}/b"), b"x").map(|()| 1),
    );
    show(
        "read-outside",
        fs::read("/etc/passwd").map(|bytes| bytes.len()),
    );
    show("list-outside", fs::read_dir("/etc").map(Iterator::count));
    let (draft, report) = (format!("{output}/.draft"), format!("{output}/report"));
    let write = || -> std::io::Result<usize> {
        let mut file = fs::File::create(&draft)?;
        file.write_all(b"report")?;
        file.set_len(6)?;
        file.sync_all()?;
        fs::rename(&draft, &report)?;
        Ok(6)
    };
    show("write-output", write());
    show("read-output", fs::read(&report).map(|bytes| bytes.len()));
    show("list-output", fs::read_dir(output).map(Iterator::count));
    show(
        "read-self",
        fs::read("/proc/self/status").map(|bytes| usize::from(!bytes.is_empty())),
    );
}

fn exec(other: &str) {
    let (path, empty) = (text(other), text(""));
    let mode = text("second");
    let argv = [path.as_ptr(), mode.as_ptr(), std::ptr::null()];
    let none: [*const u8; 1] = [std::ptr::null()];
    let (argv, none) = (argv.as_ptr() as i64, none.as_ptr() as i64);
    call(
        "execve",
        number::EXECVE,
        [path.as_ptr() as i64, argv, none, 0, 0, 0],
    );
    call("execve-null", number::EXECVE, [0, 0, 0, 0, 0, 0]);
    call(
        "by-descriptor",
        number::EXECVEAT,
        [H, empty.as_ptr() as i64, argv, none, EMPTY_PATH, 0],
    );
    call(
        "by-pinned-path",
        number::EXECVEAT,
        [H, PINNED, argv, none, EMPTY_PATH, 0],
    );
    call(
        "by-absolute-path",
        number::EXECVEAT,
        [H, path.as_ptr() as i64, argv, none, EMPTY_PATH, 0],
    );
}

fn memory() {
    let (private, fixed, no_reserve) = (0x22, 0x10, 0x4000);
    call(
        "map-fixed",
        number::MMAP,
        [PINNED, 4096, 3, private | fixed, -1, 0],
    );
    call("map-hint", number::MMAP, [PINNED, 4096, 3, private, -1, 0]);
    call(
        "map-from-zero",
        number::MMAP,
        [0, 0x4_0000, 3, private | fixed, -1, 0],
    );
    call("map-executable", number::MMAP, [0, 4096, 5, private, -1, 0]);
    let page = call("map", number::MMAP, [0, 4096, 3, private, -1, 0]);
    call(
        "make-executable",
        number::MPROTECT,
        [page, 4096, 5, 0, 0, 0],
    );
    let mut lowest = i64::MAX;
    for size in [40, 36, 33, 30, 24, 20, 16, 12].map(|bits| 1_i64 << bits) {
        for _ in 0..256 {
            // SAFETY: a fresh, inaccessible mapping at a place the kernel chooses.
            let at = unsafe { syscall(number::MMAP, 0, size, 0, private | no_reserve, -1_i64, 0) };
            if at < 0 {
                break;
            }
            lowest = lowest.min(at);
        }
    }
    let mut answer = std::io::stdout();
    let _ = writeln!(answer, "lowest {lowest} 0");
}

fn table(numbers: &str) {
    for number in numbers.split(',').filter_map(|number| number.parse().ok()) {
        call(&format!("call-{number}"), number, [-1; 6]);
    }
}
