//! Named steps of intake at which a test may stop the process, as a power cut would. A build with debug assertions looks
//! at `FIELDPROOF_STOP_AT`; any other has nothing of it.

/// A step on a photo's way from its declaration to its receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The promise is in the transaction, which is not committed.
    DeclarationWritten,
    /// The promise is durable, and nobody was told.
    Declared,
    /// An upload has begun, and nobody was told.
    UploadBegun,
    /// A piece of an upload is durable, and no row names it.
    PieceDurable,
    /// A row names it, and nobody was told.
    PieceWritten,
    /// The whole bytes are durable at their place, and no row says so.
    ObjectDurable,
    /// A row says so in a transaction that is not committed.
    RowWritten,
    /// It is committed, and the phone was not told.
    Committed,
    /// The worker read the bytes again, and wrote nothing.
    ReadAgain,
    /// The receipt is signed, and nowhere.
    Signed,
    /// The receipt is in a transaction that is not committed.
    ReceiptWritten,
    /// The receipt is durable, and the photo was not examined.
    Vouched,
    /// The photo was examined, and its task is still there.
    Examined,
}

impl Step {
    /// Every step, in the order in which a photo takes them.
    pub const ALL: [Self; 13] = [
        Self::DeclarationWritten,
        Self::Declared,
        Self::UploadBegun,
        Self::PieceDurable,
        Self::PieceWritten,
        Self::ObjectDurable,
        Self::RowWritten,
        Self::Committed,
        Self::ReadAgain,
        Self::Signed,
        Self::ReceiptWritten,
        Self::Vouched,
        Self::Examined,
    ];

    /// As `FIELDPROOF_STOP_AT` names it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DeclarationWritten => "declaration-written",
            Self::Declared => "declared",
            Self::UploadBegun => "upload-begun",
            Self::PieceDurable => "piece-durable",
            Self::PieceWritten => "piece-written",
            Self::ObjectDurable => "object-durable",
            Self::RowWritten => "row-written",
            Self::Committed => "committed",
            Self::ReadAgain => "read-again",
            Self::Signed => "signed",
            Self::ReceiptWritten => "receipt-written",
            Self::Vouched => "vouched",
            Self::Examined => "examined",
        }
    }
}

/// Passes a step; where a test asked for it, the process ends here at once, without a word to anybody.
pub fn pass(step: Step) {
    #[cfg(debug_assertions)]
    armed::stop_at(step);
    #[cfg(not(debug_assertions))]
    let _ = step;
}

#[cfg(debug_assertions)]
mod armed {
    use super::Step;
    use std::sync::LazyLock;

    #[allow(clippy::disallowed_methods, reason = "no setting: what is installed does not know it")]
    static WANTED: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("FIELDPROOF_STOP_AT").ok());

    pub(super) fn stop_at(step: Step) {
        if WANTED.as_deref() == Some(step.as_str()) {
            std::process::abort();
        }
    }
}
