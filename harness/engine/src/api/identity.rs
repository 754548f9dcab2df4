//! What an engine says of itself.

use bollard::Docker;
use bollard::models::SystemVersionComponents;
use evidence::Identity;

use super::super::EngineError;
use super::{Daemon, Ids};

/// Asks for version, configuration and settings.
///
/// # Errors
/// The engine does not answer.
pub(super) async fn ask(client: &Docker) -> Result<(Identity, Daemon), EngineError> {
    let version = client.version().await.map_err(EngineError::Version)?;
    let info = client.info().await.map_err(EngineError::Version)?;
    let daemon = Daemon::of(&info);
    let components = version.components.unwrap_or_default();
    let podman = components
        .iter()
        .any(|component| component.name.starts_with("Podman"));
    let identity = Identity {
        name: if podman { "podman" } else { "docker" }.to_owned(),
        version: version.version.unwrap_or_default(),
        api: version.api_version,
        runtime: runtime(&components, info.default_runtime.as_deref()),
        storage: info.driver.unwrap_or_default(),
        rootless: daemon.ids == Some(Ids::OfItsUser),
    };
    Ok((identity, daemon))
}

/// The default runtime with the version its component reports.
fn runtime(components: &[SystemVersionComponents], default: Option<&str>) -> String {
    let name = default.unwrap_or("runc");
    let version = components
        .iter()
        .find(|component| component.name == name)
        .map_or("", |component| component.version.as_str());
    format!("{name} {version}").trim_end().to_owned()
}
