#![doc = include_str!("language.md")]

pub mod values_and_patterns {
    #![doc = include_str!("values_and_patterns.md")]
}

pub mod operations {
    #![doc = include_str!("operations.md")]
}

pub mod anonymous_operations {
    #![doc = include_str!("anonymous_operations.md")]
}

pub mod branches {
    #![doc = include_str!("branches.md")]
}

pub mod blocks {
    #![doc = include_str!("blocks.md")]
}

pub mod anchors {
    #![doc = include_str!("anchors.md")]
}

pub mod loops {
    #![doc = include_str!("loops.md")]
}

pub mod state {
    #![doc = include_str!("state.md")]
}

pub mod paths {
    #![doc = include_str!("paths.md")]
}

pub mod data_paths {
    #![doc = include_str!("data_paths.md")]
}

pub mod partitioners {
    #![doc = include_str!("partitioners.md")]
}

pub mod context {
    #![doc = include_str!("context.md")]
}

pub mod asynchronous {
    #![doc = include_str!("asynchronous.md")]
}

pub mod failure {
    #![doc = include_str!("failure.md")]
}

pub mod library {
    #![doc = include_str!("library.md")]
}

pub mod stand_alone {
    #![doc = include_str!("stand_alone.md")]
}

pub mod modules {
    #![doc = include_str!("modules.md")]
}

pub mod microbatch {
    #![doc = include_str!("microbatch.md")]
}
