//! The floor: as many containers, created, started, waited for and removed by the
//! least client there can be, as many side by side. The program in them ends at once.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bollard::Docker;
use bollard::models::{ContainerCreateBody, HostConfig, HostConfigLogConfig};
use bollard::query_parameters::{
    ImportImageOptions, RemoveContainerOptions, RemoveImageOptions, WaitContainerOptions,
};
use engine::image::{Image, PROBE};
use futures_util::StreamExt;
use programs::Programs;

/// Runs it; how long all of it took.
pub(crate) fn run(containers: usize, jobs: usize) -> Result<Duration, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(measure(containers, jobs))
}

async fn measure(containers: usize, jobs: usize) -> Result<Duration, Box<dyn Error>> {
    let client = Docker::connect_with_defaults()?.negotiate_version().await?;
    let tag = format!("proof-of-block-floor:{}", std::process::id());
    let archive = Image::build(Programs::builtin())?.archive(&tag)?;
    let body = bollard::body_full(archive.into());
    let started = Instant::now();
    let mut answers =
        std::pin::pin!(client.import_image(ImportImageOptions::default(), body, None));
    while let Some(answer) = answers.next().await {
        answer?;
    }
    let next = Arc::new(AtomicUsize::new(0));
    let workers: Vec<_> = (0..jobs)
        .map(|_| {
            let (client, tag, next) = (client.clone(), tag.clone(), Arc::clone(&next));
            tokio::spawn(async move {
                while next.fetch_add(1, Ordering::Relaxed) < containers {
                    one(&client, &tag).await?;
                }
                Ok::<(), bollard::errors::Error>(())
            })
        })
        .collect();
    for worker in workers {
        worker.await??;
    }
    let force = RemoveImageOptions {
        force: true,
        ..Default::default()
    };
    client.remove_image(&tag, Some(force), None).await?;
    Ok(started.elapsed())
}

async fn one(client: &Docker, image: &str) -> Result<(), bollard::errors::Error> {
    let body = ContainerCreateBody {
        image: Some(image.to_owned()),
        entrypoint: Some(vec![PROBE.to_owned()]),
        host_config: Some(HostConfig {
            network_mode: Some("none".to_owned()),
            log_config: Some(HostConfigLogConfig {
                typ: Some("none".to_owned()),
                config: None,
            }),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    };
    let created = client.create_container(None, body).await?;
    client.start_container(&created.id, None).await?;
    let mut ended =
        std::pin::pin!(client.wait_container(&created.id, None::<WaitContainerOptions>));
    // How it ended is of no interest: without a plan the probe only says so.
    drop(ended.next().await);
    let force = RemoveContainerOptions {
        force: true,
        ..Default::default()
    };
    client.remove_container(&created.id, Some(force)).await
}
