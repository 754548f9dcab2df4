//! What a run says, and to whom: JUnit for machines, a table for people.

pub mod junit;
