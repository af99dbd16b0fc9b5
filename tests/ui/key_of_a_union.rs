use rama::Key;

#[derive(Key)]
pub union Either {
    pub a: u8,
    pub b: i8,
}

fn main() {}
