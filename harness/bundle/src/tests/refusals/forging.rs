//! The forger's further means: a statement changed with everything that is made of it,
//! a payload changed as text, and observations that are put into a sample.

use evidence::record::{Observations, Packed};
use judge::{Adapted, CaseResult, Expected, Reason};
use negatives::matrix::Case;
use seal::canonical;
use seal::dsse::{Envelope, IN_TOTO, TrustedKeys};
use seal::statement::Statement;

use super::*;
use crate::derived::{Gathered, Source};

/// The JSON of a file.
pub(super) fn value(specimen: &Specimen, file: &str) -> Value {
    serde_json::from_slice(&fs::read(specimen.at(file)).unwrap()).unwrap()
}

/// Changes the JSON of a file, without listing or signing it again.
pub(super) fn edit(specimen: &Specimen, file: &str, edit: impl FnOnce(&mut Value)) {
    let mut value = value(specimen, file);
    edit(&mut value);
    fs::write(specimen.at(file), canonical::to_bytes(&value).unwrap()).unwrap();
}

/// Has the first launch of a row name this filter, and no other.
pub(super) fn see(specimen: &Specimen, row: &str, filter: &str) {
    edit(specimen, &observations_file(row), |observed| {
        let filters = &mut observed["launches"][0]["barrier"]["filters"];
        *filters = serde_json::json!({ "seen": [filter] });
    });
}

/// Lists and signs the files as they lie there.
pub(super) fn sign(specimen: &Specimen) {
    specimen.forge(|_, _| {}).unwrap();
}

/// What the signed payload of an envelope is.
pub(super) fn payload(specimen: &Specimen, file: &str) -> Vec<u8> {
    let envelope = Envelope::parse(file, &fs::read(specimen.at(file)).unwrap()).unwrap();
    let keys = TrustedKeys::one(specimen.signer().public());
    envelope.verify(&keys, IN_TOTO).unwrap().bytes().to_vec()
}

/// Changes the statement's payload as text and signs just that.
pub(super) fn reword(specimen: &Specimen, edit: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let payload = edit(payload(specimen, STATEMENT_FILE));
    specimen.sign(STATEMENT_FILE, payload, IN_TOTO).unwrap();
}

/// The same, as JSON in canonical form.
pub(super) fn restate(specimen: &Specimen, edit: impl FnOnce(&mut Value)) {
    reword(specimen, |bytes| {
        let mut value = serde_json::from_slice(&bytes).unwrap();
        edit(&mut value);
        canonical::to_bytes(&value).unwrap()
    });
}

/// Changes the statement and makes everything again that is made of it: only what is
/// held against the statement itself can find that.
pub(in crate::tests) fn forge(
    specimen: &Specimen,
    edit: impl FnOnce(&mut Attestation, &mut Subjects),
) {
    specimen.forge(edit).unwrap();
    let bytes = payload(specimen, STATEMENT_FILE);
    let statement: Statement<Attestation> = serde_json::from_slice(&bytes).unwrap();
    let said = statement.predicate();
    let subjects = Subjects::from_list(statement.subject()).unwrap();
    let rules = crate::releases::builtin().unwrap().own().unwrap();
    let matrix = &rules.matrix;
    let engine: EngineAccount = serde_json::from_value(value(specimen, ENGINE_FILE)).unwrap();
    let expected = Expected::of(&subjects, matrix, &engine).unwrap();
    let about = audited(said, &subjects, &rules);
    let (mut gathered, mut results) = (Gathered::default(), Vec::new());
    for (case, row) in matrix.cases().iter().zip(&said.rows) {
        let (result, observed) = judged(specimen, case, &expected);
        gathered.add(&about, &expected, (row, &result), &observed);
        results.push(result);
    }
    let source = Source {
        said,
        subjects: &subjects,
        engine: &engine,
        results: &results,
        rules: &rules,
        expected: &expected,
    };
    let (files, inquiry) = gathered.files(&source).unwrap();
    for (file, bytes) in files {
        fs::write(specimen.at(file), bytes).unwrap();
    }
    let audit = canonical::to_bytes(&inquiry.end(&about)).unwrap();
    fs::write(specimen.at(self_audit::FILE), audit).unwrap();
    sign(specimen);
}

/// A row as its file is judged, or as one that the run never came to.
fn judged(specimen: &Specimen, case: &Case, expected: &Expected) -> (CaseResult, Observations) {
    let bytes = fs::read(specimen.at(&observations_file(case.id.as_str())));
    let observed = bytes.map(|bytes| serde_json::from_slice(&bytes).unwrap());
    let mut observed: Observations = observed.unwrap_or_default();
    let filters = serde_json::from_value(value(specimen, FILTERS_FILE)).unwrap();
    observed.read_back(&filters).unwrap();
    if observed == Observations::default() {
        return (
            CaseResult::not_run(&Adapted::of(case, &expected.abilities), Reason::Interrupted),
            observed,
        );
    }
    let packed = Packed::of(&observed);
    (CaseResult::of(case, &observed, packed, expected), observed)
}
