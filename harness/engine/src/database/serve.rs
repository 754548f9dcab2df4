//! The second process that holds the database server: it starts PostgreSQL in a
//! container of its own through testcontainers, says where it is, and removes it
//! when its input ends, which is also what a killed harness looks like.
//!
//! A process of its own because testcontainers takes its engine from the
//! environment alone: the harness passes the socket it has found. It asks the
//! server nothing; that is the harness's own business.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::thread;
use std::time::Duration;

use bollard::models::{HostConfig, HostConfigLogConfig, Mount, MountType, ResourcesUlimits};
use bollard::query_parameters::{ImportImageOptions, RemoveContainerOptions, RemoveImageOptions};
use evidence::error::chain;
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use testcontainers::core::WaitFor;
use testcontainers::core::client::docker_client_instance;
use testcontainers::runners::AsyncRunner;
use testcontainers::{
    ContainerAsync, ContainerRequest, GenericImage, ImageExt, TestcontainersError,
};
use tokio::sync::oneshot;

use super::package::{self, PackageError};
use super::{PORT, REPOSITORY, SOCKET_FOLDER, process};
use crate::Hosting;
use crate::api::RUN_LABEL;
use crate::database::ServeDatabase;

/// From the first request to a server that takes connections.
pub(super) const LIMIT: Duration = Duration::from_secs(60);
/// Said by the server, never by `initdb`'s own runs of it.
pub(super) const READY: &str = "database system is ready to accept connections";
/// The one line it says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Word {
    /// The server takes connections.
    Ready {
        /// Its address: on the engine's bridge, or the loopback interface.
        host: Ipv4Addr,
        /// Its port, which its unix socket's name ends with.
        port: u16,
        /// Where it comes from: the host's package, or an image by reference.
        source: String,
    },
    /// There is none.
    Failed {
        /// Why.
        why: String,
    },
}

/// The server could not be started.
#[derive(Debug, thiserror::Error)]
enum ServeError {
    /// Its image could not be made.
    #[error("failed to make the database server's image")]
    Package(#[from] PackageError),
    /// Its image could not be loaded.
    #[error("failed to load image `{tag}`")]
    Load {
        /// The image's tag.
        tag: String,
        /// What the engine said.
        #[source]
        source: bollard::errors::Error,
    },
    /// There is no client for the engine.
    #[error("failed to reach the engine")]
    Engine(#[source] TestcontainersError),
    /// There is no port for it.
    #[error("failed to find a port for the database server")]
    Port(#[source] io::Error),
    /// Its container could not be started, or never took connections.
    #[error("failed to start the database server from `{image}`")]
    Start {
        /// The image.
        image: String,
        /// What testcontainers said.
        #[source]
        source: TestcontainersError,
    },
    /// It has no address on a bridge.
    #[error("failed to find the database server's address on the engine's bridge")]
    Address,
    /// The engine does not say what became of its container.
    #[error("failed to inspect the database server's container")]
    Inspect(#[source] bollard::errors::Error),
    /// Its address is not one that the attempts are written for.
    #[error("expected an IPv4 address of the database server, observed `{address}`")]
    Ipv6 {
        /// The address.
        address: IpAddr,
    },
    /// It took too long.
    #[error("database server still starting after {LIMIT:?}")]
    Deadline,
    /// The harness is gone.
    #[error("the harness ended first")]
    Dismissed,
}

/// Serves until standard input ends.
///
/// # Errors
/// Standard output is closed, or there is no runtime.
pub fn serve(task: &ServeDatabase) -> io::Result<()> {
    match &task.hosting {
        Hosting::Container { .. } => in_a_container(task),
        Hosting::Process { launcher } => process::serve(task, launcher),
    }
}

/// `DOCKER_HOST` says on which engine.
fn in_a_container(task: &ServeDatabase) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let mut ended = end_of_input();
    runtime.block_on(async {
        let started = tokio::select! {
            started = tokio::time::timeout(LIMIT, start(task)) => {
                started.unwrap_or(Err(ServeError::Deadline))
            }
            _ = &mut ended => Err(ServeError::Dismissed),
        };
        let said = match started {
            Ok((word, container)) => {
                say(&word)?;
                drop(ended.await);
                // What could not be removed here is removed by its label: by the
                // harness when it ends, or by its reaper.
                drop(container.rm().await);
                Ok(())
            }
            Err(error) => say(&Word::Failed { why: chain(&error) }),
        };
        remove(&task.run).await;
        said
    })
}

/// Removes what a start that was broken off left, and the image.
async fn remove(run: &str) {
    let Ok(client) = docker_client_instance().await else {
        return;
    };
    let container = format!("{REPOSITORY}-{run}");
    let options = RemoveContainerOptions {
        force: true,
        v: true,
        link: false,
    };
    drop(client.remove_container(&container, Some(options)).await);
    let options = RemoveImageOptions {
        force: true,
        ..RemoveImageOptions::default()
    };
    let tag = format!("{REPOSITORY}:{run}");
    drop(client.remove_image(&tag, Some(options), None).await);
}

async fn start(task: &ServeDatabase) -> Result<(Word, ContainerAsync<GenericImage>), ServeError> {
    let (name, tag, source) = match &task.image {
        Some(reference) => {
            let (name, tag) = split_reference(reference);
            (name, tag, reference.clone())
        }
        None => {
            load(&task.run).await?;
            let source = "this host's Debian package".to_owned();
            (REPOSITORY.to_owned(), task.run.clone(), source)
        }
    };
    let image = format!("{name}:{tag}");
    let bridge = matches!(task.hosting, Hosting::Container { bridge: true, .. });
    let port = if bridge {
        PORT
    } else {
        process::free_port(Ipv4Addr::LOCALHOST).map_err(ServeError::Port)?
    };
    let container = request(GenericImage::new(name, tag), task, bridge, port)
        .start()
        .await
        .map_err(|source| ServeError::Start { image, source })?;
    let host = if bridge {
        bridge_address(container.id()).await?
    } else {
        Ipv4Addr::LOCALHOST
    };
    Ok((Word::Ready { host, port, source }, container))
}

/// On the one network it is on: Docker's is named `bridge`, Podman's is not.
async fn bridge_address(id: &str) -> Result<Ipv4Addr, ServeError> {
    let client = client().await?;
    let inspected = client.inspect_container(id, None).await;
    let settings = inspected.map_err(ServeError::Inspect)?.network_settings;
    let networks = settings.and_then(|settings| settings.networks);
    let mut addresses = networks
        .into_iter()
        .flatten()
        .filter_map(|(_, network)| network.ip_address?.parse::<IpAddr>().ok());
    match addresses.next() {
        Some(IpAddr::V4(host)) => Ok(host),
        Some(address @ IpAddr::V6(_)) => Err(ServeError::Ipv6 { address }),
        None => Err(ServeError::Address),
    }
}

async fn client() -> Result<bollard::Docker, ServeError> {
    let client = docker_client_instance().await;
    client.map_err(|error| ServeError::Engine(error.into()))
}

/// The server's container, as testcontainers is asked for it.
fn request(
    image: GenericImage,
    task: &ServeDatabase,
    bridge: bool,
    port: u16,
) -> ContainerRequest<GenericImage> {
    let addresses = if bridge { "*" } else { "127.0.0.1" };
    image
        .with_entrypoint("/bin/sh")
        .with_wait_for(WaitFor::message_on_stderr(READY))
        .with_cmd(["-ec", &entry("/data", SOCKET_FOLDER, addresses, port)])
        .with_container_name(format!("{REPOSITORY}-{}", task.run))
        .with_label(RUN_LABEL, &task.run)
        .with_user("postgres")
        .with_startup_timeout(LIMIT)
        .with_host_config_modifier({
            let folder = task.folder.display().to_string();
            move |host| {
                share(host, &folder);
                lock_down(host, bridge);
            }
        })
}

/// What a shell runs to make a server. TCP asks for a password that nobody has; the
/// unix socket, which only this run's folder leads to, lets one in, so that the server
/// says its version.
pub(super) fn entry(data: &str, sockets: &str, addresses: &str, port: u16) -> String {
    format!(
        "\
initdb --pgdata='{data}/pg' --username=postgres --no-sync --no-locale --encoding=UTF8 \
--auth-local=trust --auth-host=scram-sha-256 >/dev/null
echo 'host all all samenet scram-sha-256' >>'{data}/pg/pg_hba.conf'
exec postgres -D '{data}/pg' -p {port} -c listen_addresses='{addresses}' \
-c unix_socket_directories='{sockets},@postgresql' \
-c fsync=off -c shared_buffers=16MB -c max_connections=20 -c autovacuum=off -c max_wal_senders=0 \
-c wal_level=minimal"
    )
}

/// Mounts the folder of its sockets. Of the two words that the engines have for it, one ends
/// the path at a colon, and Podman reads the other as comma-separated values.
fn share(host: &mut HostConfig, folder: &str) {
    if folder.contains(':') {
        host.mounts = Some(vec![Mount {
            typ: Some(MountType::BIND),
            source: Some(folder.to_owned()),
            target: Some(SOCKET_FOLDER.to_owned()),
            ..Mount::default()
        }]);
    } else {
        host.binds = Some(vec![format!("{folder}:{SOCKET_FOLDER}")]);
    }
}

/// A server of one run's own: reachable over the network and the run's folder, and
/// able to do nothing else.
fn lock_down(host: &mut HostConfig, bridge: bool) {
    host.network_mode = Some(if bridge { "bridge" } else { "host" }.to_owned());
    host.publish_all_ports = Some(false);
    host.readonly_rootfs = Some(true);
    host.cap_drop = Some(vec!["ALL".to_owned()]);
    host.security_opt = Some(vec!["no-new-privileges:true".to_owned()]);
    // What it says when it is ready is read back, which no other driver has to allow.
    host.log_config = Some(HostConfigLogConfig {
        typ: Some("json-file".to_owned()),
        config: None,
    });
    host.shm_size = Some(64 << 20);
    host.memory = Some(512 << 20);
    host.memory_swap = Some(512 << 20);
    host.pids_limit = Some(64);
    // Podman's own are higher than a service without CAP_SYS_RESOURCE may set, and a
    // daemon's default may be lower than any server needs.
    let limits = [("nofile", 1024), ("nproc", 1024), ("fsize", 512 << 20)];
    let ulimits = limits.map(|(name, most)| ResourcesUlimits {
        name: Some(name.to_owned()),
        soft: Some(most),
        hard: Some(most),
    });
    host.ulimits = Some(ulimits.to_vec());
    let scratch = "rw,nosuid,nodev,noexec,mode=1777,size=256m".to_owned();
    host.tmpfs = Some([("/data".to_owned(), scratch)].into());
}

/// Builds the image and gives it to the engine under this run's tag.
async fn load(run: &str) -> Result<(), ServeError> {
    let tag = format!("{REPOSITORY}:{run}");
    let archive = package::image()?
        .tagged(&tag)
        .map_err(PackageError::Archive)?;
    let client = client().await?;
    let options = ImportImageOptions {
        quiet: true,
        ..ImportImageOptions::default()
    };
    let body = bollard::body_full(archive.into());
    let mut answers = std::pin::pin!(client.import_image(options, body, None));
    while let Some(answer) = answers.next().await {
        answer.map_err(|source| ServeError::Load {
            tag: tag.clone(),
            source,
        })?;
    }
    Ok(())
}

/// `name:tag`; a colon before a slash belongs to a registry's port.
fn split_reference(reference: &str) -> (String, String) {
    match reference.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name.to_owned(), tag.to_owned()),
        Some(_) | None => (reference.to_owned(), "latest".to_owned()),
    }
}

/// The harness writes nothing: its end of the pipe closing is the word.
fn end_of_input() -> oneshot::Receiver<io::Result<u64>> {
    let (sender, ended) = oneshot::channel();
    thread::spawn(move || {
        let ended = io::copy(&mut io::stdin().lock(), &mut io::sink());
        // Who does not wait any more need not hear it.
        drop(sender.send(ended));
    });
    ended
}

pub(super) fn say(word: &Word) -> io::Result<()> {
    let text = serde_json::to_string(word).map_err(io::Error::from)?;
    let mut output = io::stdout().lock();
    output.write_all(format!("{text}\n").as_bytes())?;
    output.flush()
}
