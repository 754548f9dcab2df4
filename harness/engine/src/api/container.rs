//! One container's life: attach, start, read, release, wait, remove.

use std::future::Future;
use std::time::Duration;

use bollard::Docker;
use bollard::container::{AttachContainerResults, LogOutput};
use bollard::query_parameters::{AttachContainerOptions, WaitContainerOptions};
use evidence::Exit;
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::connection::{Connection, remove};
use crate::stream::Lines;
use crate::{Ender, EngineError, Finished, Launch, Running};

/// A container that was created. Dropping it removes it.
pub(super) struct Container {
    client: Docker,
    runtime: Handle,
    name: String,
    deadline: Instant,
    limit: Duration,
    lines: Lines,
    streams: Option<AttachContainerResults>,
    /// Kills the container at its deadline even while this thread is in a
    /// system call that no future can interrupt (`waitpid(2)` of the witness).
    guard: Option<JoinHandle<()>>,
    removed: bool,
}

impl Container {
    pub(super) fn new(connection: &Connection, launch: &Launch<'_>) -> Self {
        Self {
            client: connection.client().clone(),
            runtime: connection.handle(),
            name: launch.name.clone(),
            deadline: Instant::now() + launch.limit,
            limit: launch.limit,
            lines: Lines::default(),
            streams: None,
            guard: None,
            removed: false,
        }
    }

    /// Attaches before it starts, so that no byte is missed.
    pub(super) fn start(&mut self) -> Result<(), EngineError> {
        let options = AttachContainerOptions {
            stdin: true,
            stdout: true,
            stderr: true,
            stream: true,
            ..AttachContainerOptions::default()
        };
        let streams = self.bounded(async {
            let attached = self
                .client
                .attach_container(&self.name, Some(options))
                .await;
            let streams = attached.map_err(|source| EngineError::Attach {
                name: self.name.clone(),
                source,
            })?;
            self.client
                .start_container(&self.name, None)
                .await
                .map_err(|source| EngineError::Start {
                    name: self.name.clone(),
                    source,
                })?;
            Ok(streams)
        })?;
        self.streams = Some(streams);
        let (client, name, deadline) = (self.client.clone(), self.name.clone(), self.deadline);
        self.guard = Some(self.runtime.spawn(async move {
            tokio::time::sleep_until(deadline).await;
            drop(client.kill_container(&name, None).await);
        }));
        Ok(())
    }

    /// Runs a request until it answers or the deadline passes.
    fn bounded<T>(
        &self,
        work: impl Future<Output = Result<T, EngineError>>,
    ) -> Result<T, EngineError> {
        let deadline = self.deadline;
        self.runtime.block_on(async {
            tokio::time::timeout_at(deadline, work)
                .await
                .unwrap_or_else(|_| {
                    Err(EngineError::Deadline {
                        name: self.name.clone(),
                        limit: self.limit,
                    })
                })
        })
    }

    /// Takes one chunk from the streams; false at their end.
    fn take_chunk(&mut self) -> Result<bool, EngineError> {
        let Some(mut streams) = self.streams.take() else {
            return Ok(false);
        };
        let name = self.name.clone();
        let chunk = self.bounded(async {
            let chunk = streams.output.next().await.transpose();
            chunk.map_err(|source| EngineError::Read { name, source })
        });
        self.streams = Some(streams);
        match chunk? {
            Some(LogOutput::StdErr { message }) => self.lines.push_error(&message),
            Some(LogOutput::StdOut { message } | LogOutput::Console { message }) => {
                self.lines.push(&self.name, &message)?;
            }
            Some(LogOutput::StdIn { .. }) => {}
            None => return Ok(false),
        }
        Ok(true)
    }

    fn wait(&self) -> Result<Exit, EngineError> {
        let options = WaitContainerOptions {
            condition: "not-running".to_owned(),
        };
        let failed = |source| EngineError::Wait {
            name: self.name.clone(),
            source,
        };
        self.bounded(async {
            let mut answers = std::pin::pin!(self.client.wait_container(&self.name, Some(options)));
            match answers.next().await {
                Some(Ok(answer)) => Ok(Exit::Code(answer.status_code)),
                // A code that is not 0 arrives as an error value: it is an outcome.
                Some(Err(bollard::errors::Error::DockerContainerWaitError { error, code })) => {
                    Ok(if error.is_empty() {
                        Exit::Code(code)
                    } else {
                        Exit::Unknown(error)
                    })
                }
                Some(Err(error)) => Err(failed(Some(error))),
                None => Err(failed(None)),
            }
        })
    }

    fn remove(&mut self) -> Result<(), EngineError> {
        if let Some(guard) = self.guard.take() {
            guard.abort();
        }
        self.removed = true;
        self.runtime.block_on(remove(&self.client, &self.name))
    }
}

impl Running for Container {
    fn pid(&self) -> Result<u32, EngineError> {
        let inspected = self.bounded(async {
            self.client
                .inspect_container(&self.name, None)
                .await
                .map_err(|source| EngineError::Inspect {
                    name: self.name.clone(),
                    source,
                })
        })?;
        let pid = inspected
            .state
            .and_then(|state| state.pid)
            .unwrap_or_default();
        Ok(u32::try_from(pid).unwrap_or_default())
    }

    fn line(&mut self) -> Result<Option<String>, EngineError> {
        loop {
            if let Some(line) = self.lines.next() {
                return Ok(Some(line));
            }
            if !self.take_chunk()? {
                return Ok(self.lines.rest());
            }
        }
    }

    fn release(&mut self) -> Result<(), EngineError> {
        let Some(mut streams) = self.streams.take() else {
            return Ok(());
        };
        let name = self.name.clone();
        let sent = self.bounded(async {
            let written = async {
                streams.input.write_all(b"\n").await?;
                streams.input.shutdown().await
            };
            written
                .await
                .map_err(|source| EngineError::Write { name, source })
        });
        self.streams = Some(streams);
        sent
    }

    fn finish(mut self: Box<Self>) -> Result<Finished, EngineError> {
        while self.take_chunk()? {}
        let exit = self.wait()?;
        self.remove()?;
        Ok(Finished {
            exit,
            errors: self.lines.errors(),
        })
    }

    fn ender(&self) -> Ender {
        let (client, name) = (self.client.clone(), self.name.clone());
        let runtime = self.runtime.clone();
        Box::new(move || {
            // It has ended by itself, or the engine is gone, which its reader is told.
            let _ended = runtime.block_on(client.kill_container(&name, None));
        })
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        if !self.removed {
            // A net for the paths that failed already and say why; what cannot be
            // removed here is reported when the engine is closed.
            drop(self.remove());
        }
    }
}
