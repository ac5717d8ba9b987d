//! Floor 3: from changes in bills to votes; pure.

pub mod electorate;
pub mod likelihood;
pub mod outcome;
pub mod perception;
pub mod poll;
pub mod turnout;
pub mod willingness;

pub use electorate::{Electorate, VoterGroup, WardGroups};
pub use likelihood::{LearnedParameters, log_likelihood};
pub use outcome::{ExpectedVotes, VoteParameters, expected_votes};
pub use perception::Perception;
pub use poll::{PollReading, Polls};
