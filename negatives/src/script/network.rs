//! What the network namespace holds, and whether anything answers from it.

use super::files::{contents, symbol};
use crate::attempt::{Bench, Report, Step};
use crate::wire::{CallRecord, FALLBACK_TUNNELS};

/// `sun_path` of `unix(7)`, with room for its NUL.
const MAX_UNIX_PATH: usize = 107;

pub(super) fn interfaces(bench: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    let text = contents(bench, "/proc/self/net/dev")?;
    let text = String::from_utf8_lossy(&text);
    Ok(listed(ways_out(&text)))
}

/// The interfaces of a `/proc/PID/net/dev` that a byte can leave by: all but the loopback,
/// and but the tunnel devices that some kernels put into every network namespace, as long
/// as nothing ever passed them.
fn ways_out(text: &str) -> Vec<&str> {
    let lines = text.lines().skip(2).filter_map(|line| line.split_once(':'));
    let usable = lines.filter_map(|(name, counters)| {
        let name = name.trim();
        let idle = counters.split_whitespace().all(|counter| counter == "0");
        let unasked = idle && FALLBACK_TUNNELS.contains(&name);
        (name != "lo" && !unasked).then_some(name)
    });
    usable.collect()
}

pub(super) fn routes(bench: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    let text = contents(bench, "/proc/self/net/route")?;
    let text = String::from_utf8_lossy(&text);
    Ok(listed(
        text.lines()
            .skip(1)
            .filter_map(|line| line.split_whitespace().next())
            .collect(),
    ))
}

/// A kernel without IPv6 has no such file, and then no such route.
pub(super) fn routes6(bench: &mut Bench<'_>, _: &[String]) -> Step<Report> {
    let text = contents(bench, "/proc/self/net/ipv6_route")?;
    let text = String::from_utf8_lossy(&text);
    let devices = text
        .lines()
        .filter_map(|line| line.split_whitespace().last());
    Ok(listed(devices.filter(|name| *name != "lo").collect()))
}

pub(super) fn tcp_connect(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let address = internet(&arguments[0], &arguments[1])?;
    let (socket, record) = connected(bench, "AF_INET", "SOCK_STREAM", &address)?;
    bench.close(socket);
    Ok(Report::of(record))
}

pub(super) fn udp_send(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let bytes = internet(&arguments[0], &arguments[1])?;
    let socket = bench.must("socket", &[symbol("AF_INET"), symbol("SOCK_DGRAM"), 0])?;
    let address = bench.bytes(&bytes)?;
    let text = bench.bytes(b"x")?;
    let record = bench.native("sendto", &[socket, text, 1, 0, address, bytes.len() as u64])?;
    bench.close(socket);
    Ok(Report::of(record))
}

pub(super) fn unix_connect(bench: &mut Bench<'_>, arguments: &[String]) -> Step<Report> {
    let address = unix(&arguments[0])?;
    let (socket, record) = connected(bench, "AF_UNIX", "SOCK_STREAM", &address)?;
    bench.close(socket);
    Ok(Report::of(record))
}

/// A connected socket and the record of the connect; a refused socket ends it.
fn connected(
    bench: &mut Bench<'_>,
    family: &str,
    kind: &str,
    address: &[u8],
) -> Step<(u64, CallRecord)> {
    let socket = bench.must("socket", &[symbol(family), symbol(kind), 0])?;
    let placed = bench.bytes(address)?;
    let record = bench.native("connect", &[socket, placed, address.len() as u64])?;
    Ok((socket, record))
}

/// `struct sockaddr_in` of `ip(7)`.
pub(crate) fn internet(host: &str, port: &str) -> Step<Vec<u8>> {
    let host: std::net::Ipv4Addr = host
        .parse()
        .map_err(|_| Report::unready(&format!("expected an IPv4 address, observed `{host}`")))?;
    let port: u16 = port
        .parse()
        .map_err(|_| Report::unready(&format!("expected a port, observed `{port}`")))?;
    let mut bytes = 2_u16.to_ne_bytes().to_vec();
    bytes.extend(port.to_be_bytes());
    bytes.extend(host.octets());
    bytes.extend([0; 8]);
    Ok(bytes)
}

/// `struct sockaddr_un` of `unix(7)`; a leading `@` stands for the abstract NUL.
pub(crate) fn unix(path: &str) -> Step<Vec<u8>> {
    if path.len() > MAX_UNIX_PATH {
        return Err(Report::unready("the socket's path is too long"));
    }
    let mut bytes = 1_u16.to_ne_bytes().to_vec();
    match path.strip_prefix('@') {
        Some(name) => {
            bytes.push(0);
            bytes.extend(name.as_bytes());
        }
        None => {
            bytes.extend(path.as_bytes());
            bytes.push(0);
        }
    }
    Ok(bytes)
}

fn listed(names: Vec<&str>) -> Report {
    if names.is_empty() {
        Report::absent()
    } else {
        Report::found(&names.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_laid_out_as_the_kernel_reads_them() {
        let address = internet("127.0.0.1", "5432").unwrap();
        assert_eq!(address[..8], [2, 0, 0x15, 0x38, 127, 0, 0, 1]);
        assert_eq!(address.len(), 16);
        assert_eq!(unix("@x").unwrap(), [1, 0, 0, b'x']);
        assert_eq!(unix("/x").unwrap(), [1, 0, b'/', b'x', 0]);
    }

    #[test]
    fn a_tunnel_that_nobody_asked_for_is_no_way_out_until_a_byte_passed_it() {
        let table = |lines: &[&str]| {
            ["two", "heads"]
                .iter()
                .chain(lines)
                .map(|it| format!("{it}\n"))
                .collect::<String>()
        };
        let idle = table(&["    lo: 9 9 0 9", " tunl0: 0 0 0 0", "  sit0: 0 0 0 0"]);
        assert_eq!(ways_out(&idle), Vec::<&str>::new());
        let used = table(&["    lo: 0 0 0 0", " tunl0: 0 0 60 1", "  eth0: 0 0 0 0"]);
        assert_eq!(ways_out(&used), ["tunl0", "eth0"]);
    }

    #[test]
    fn refuses_addresses_that_are_none() {
        assert!(internet("localhost", "1").is_err());
        assert!(internet("127.0.0.1", "65536").is_err());
        assert!(unix(&"x".repeat(108)).is_err());
    }
}
