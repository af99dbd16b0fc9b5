use rama::Record;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Record)]
pub struct Names {
    pub first: String,
}

#[derive(Clone, Serialize, Deserialize, Record)]
pub struct Person {
    pub id: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

#[derive(Clone, Serialize, Deserialize, Record)]
pub struct Member {
    #[serde(flatten)]
    pub names: Names,
}

#[derive(Clone, Serialize, Deserialize, Record)]
#[serde(untagged)]
pub enum Id {
    Number(i64),
    Text(String),
}

fn main() {}
