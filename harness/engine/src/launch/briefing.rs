//! The probe's last word from the host, at the barrier: what is known only then is put
//! into its plan, which it reads after it was let go.

use std::collections::BTreeMap;
use std::io;
use std::net::Ipv4Addr;

use evidence::plan::every_mount;
use evidence::profile::{CANARY_VARIABLE, Network, Profile};
use evidence::view::View;

use super::folders::LaunchFolders;
use super::{Bench, LaunchError, Order, Task, plan};
use crate::kb::Writer;

/// A launch at the barrier.
#[derive(Debug, Clone, Copy)]
pub(super) struct Briefing<'a> {
    pub(super) bench: &'a Bench<'a>,
    pub(super) order: &'a Order,
    pub(super) profile: &'a Profile,
    pub(super) folders: &'a LaunchFolders,
    pub(super) nonce: &'a str,
}

impl Briefing<'_> {
    /// Puts what was missing into the plan, with an attempt at each mount in `barrier`
    /// where that is asked for; gives back the server that the attempts are about, where
    /// they are about one.
    ///
    /// # Errors
    /// The server could not be opened, or the plan not be replaced.
    pub(super) fn complete(&self, barrier: &View) -> Result<Option<Writer>, LaunchError> {
        let Task::Probe(attempts) = &self.order.task else {
            return Ok(None);
        };
        let needs_kb = self.order.task.needs_kb();
        let mut attempts = attempts.clone();
        if self.order.every_mount {
            attempts.extend(every_mount::attempts(barrier));
        } else if !needs_kb {
            return Ok(None);
        }
        let mut facts = self.bench.facts(self.order, self.profile)?;
        let writer = needs_kb.then(|| self.writer(&mut facts)).transpose()?;
        let plan = plan(self.order, &attempts, self.nonce, facts);
        self.folders.replace_plan(&plan)?;
        Ok(writer)
    }

    /// With the token that was planted for this launch, and written to by the host.
    fn writer(&self, facts: &mut BTreeMap<String, String>) -> Result<Writer, LaunchError> {
        let token = self.profile.environment.get(CANARY_VARIABLE);
        let token = token.ok_or_else(|| {
            LaunchError::Kb(io::Error::other("no token was planted for the launch"))
        })?;
        let host = self.bench.engine.host_address()?;
        let mut writer = self.open(host, token).map_err(LaunchError::Kb)?;
        writer.write_as_the_host().map_err(LaunchError::Kb)?;
        let address = writer.address();
        facts.insert("kb_host".to_owned(), address.ip().to_string());
        facts.insert("kb_port".to_owned(), address.port().to_string());
        facts.insert("kb_nonce".to_owned(), self.nonce.to_owned());
        Ok(writer)
    }

    /// Some engines make their bridge for the first sandbox on it. To a sandbox that is
    /// on none, no address of the host's is nearer than another.
    fn open(&self, host: Ipv4Addr, token: &str) -> io::Result<Writer> {
        match Writer::open(host, token) {
            Err(error)
                if error.kind() == io::ErrorKind::AddrNotAvailable
                    && self.profile.network == Network::None =>
            {
                Writer::open(Ipv4Addr::LOCALHOST, token)
            }
            opened => opened,
        }
    }
}
