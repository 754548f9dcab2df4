//! The minimum acceptable sandbox in words: the thirteen rows of KB-4BEF, Track 4,
//! that a row of the matrix can be bound to.

const REQUIREMENTS: [&str; 13] = [
    "no network",
    "no PostgreSQL driver reachable",
    "no live KB or PostgreSQL",
    "no KB writer",
    "no secret in the environment",
    "no arbitrary local read",
    "the input packet is read-only",
    "the report's output is the only place to write",
    "no subprocess and no shell",
    "dynamic import and plugins are controlled",
    "no escape from the output path",
    "each boundary has a negative test",
    "fail closed where the sandbox is absent",
];

/// The requirements with these numbers, each as `number, words`.
#[must_use]
pub fn words(numbers: &[u8]) -> String {
    let words: Vec<String> = numbers
        .iter()
        .map(|number| {
            let at = usize::from(*number).checked_sub(1);
            let words = at.and_then(|at| REQUIREMENTS.get(at));
            format!("{number}, {}", words.copied().unwrap_or("unknown"))
        })
        .collect();
    words.join("; ")
}

#[cfg(test)]
mod tests {
    use negatives::matrix::Matrix;

    use super::*;

    #[test]
    fn every_requirement_of_the_matrix_has_words() {
        let matrix = Matrix::builtin().unwrap();
        for case in matrix.cases() {
            assert!(!words(&case.requirement).contains("unknown"), "{}", case.id);
        }
        assert_eq!(words(&[9]), "9, no subprocess and no shell");
    }
}
