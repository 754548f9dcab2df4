//! A bundle of an arm64 host is judged on any other: by its own table of calls and the
//! filters that the policy compiles to there. It is made up; none was ever made on such a
//! host.

use std::sync::Arc;

use evidence::record::Observations;
use evidence::view::Seen;
use judge::{CaseResult, Expected};
use seccomp::{Arch, Program, compile_oci, compile_strict, oci_json};

use super::*;
use crate::sample::{PACKET_ROW, Sample};

fn expected(arch: Arch) -> Expected {
    Expected {
        arch,
        ..judge::samples::expected()
    }
}

/// What the kernel of such a host gives back: the engine's filter, and those of the airlock.
fn filters(arch: Arch) -> Vec<Arc<str>> {
    let policy = expected(arch).policy;
    let engine = compile_oci(&oci_json(&policy, arch, &[]), arch).unwrap();
    let own = compile_strict(&policy, arch).unwrap();
    let all = std::iter::once(&engine).chain(&own);
    all.map(|it| Program::to_hex(it).into()).collect()
}

/// A run on a host of one kind, whose sandboxes have the filters of another.
fn run(host: Arch, filters_of: Arch) -> Sample {
    let (matrix, expected) = (declared::matrix().unwrap(), expected(host));
    let sample = stand_in::sample_by(&matrix, stand_in::subjects(), &expected);
    sample.with(|_, results, matrix| {
        let at = results
            .iter()
            .position(|it| it.case.id.as_str() == PACKET_ROW);
        let result = &mut results[at.unwrap()];
        let mut observed: Observations = result.observed.open().unwrap();
        for record in &mut observed.launches {
            for view in [&mut record.barrier, &mut record.exec]
                .into_iter()
                .flatten()
            {
                view.filters = Seen::Seen(filters(filters_of));
            }
        }
        let case = matrix.case(PACKET_ROW).unwrap();
        *result = CaseResult::judged(case, observed.launches, Vec::new(), &expected);
    })
}

fn sealed(sample: &Sample) -> Specimen {
    Specimen::seal_with(sample, Signer::operator(SecretKey::from_seed(&[7; 32]))).unwrap()
}

#[test]
fn a_bundle_of_an_arm64_host_is_judged_here() {
    let specimen = sealed(&run(Arch::Aarch64, Arch::Aarch64));
    let believed = believe(specimen.path(), &specimen.anchor()).unwrap();
    assert_eq!(believed.bundle.attestation().host.arch, "aarch64");
    let page = fs::read_to_string(specimen.at(REPORT_FILE)).unwrap();
    // A call that only this table has, at its number, and the other way into its kernel.
    assert!(page.contains("32-bit ARM calls"));
    assert!(!page.contains("x32 calls of the native table"));
    assert!(page.contains("read back from the kernel"));
    let filter = fs::read_to_string(specimen.at("seccomp.json")).unwrap();
    assert!(filter.contains("SCMP_ARCH_AARCH64") && !filter.contains("SCMP_ARCH_X86_64"));
}

/// One kind of host cannot pass for the other.
#[test]
fn a_host_that_says_that_it_is_another_kind_is_refused() {
    for (host, said) in [(Arch::Aarch64, "x86_64"), (Arch::X86_64, "aarch64")] {
        let specimen = sealed(&run(host, host));
        specimen
            .forge(|it, _| it.host.arch = said.to_owned())
            .unwrap();
        let came = specimen.came();
        assert!(came.starts_with("refused: "), "{said}: {came}");
    }
    let specimen = sealed(&run(Arch::Aarch64, Arch::Aarch64));
    specimen
        .forge(|it, _| it.host.arch = "riscv64".to_owned())
        .unwrap();
    assert_eq!(
        specimen.came(),
        "refused: statement.dsse.json: not_borne_out"
    );
}
