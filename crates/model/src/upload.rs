//! Uploaded files and how far each got.

use serde::{Deserialize, Serialize};

use crate::{Millis, ProjectId, StorageId, UploadedFileId, UserId};

/// A file as received, or one made from it by conversion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadedFile {
    /// Id.
    pub id: UploadedFileId,
    /// Who uploaded it.
    pub user: UserId,
    /// Where it belongs.
    pub storage: StorageId,
    /// The file it was made from.
    pub parent: Option<UploadedFileId>,
    /// Key of the bytes in the blob store; also the API's `filename` and `path`.
    pub filename: String,
    /// Name given by the user.
    pub original_filename: String,
    /// Extension as clients sent it.
    pub ext: String,
    /// Identifier of the format (`SVS`, `PYRTIFF`...), not a MIME type; empty while unknown.
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// How far it got, see [`UploadStatus`]; clients may store other codes of Cytomine's.
    pub status: i32,
    /// Cause and remedy where it failed.
    pub error: Option<String>,
    /// SHA-256 of the bytes in lower-case hexadecimal, once known.
    pub sha256: Option<String>,
    /// Projects that the image shall be added to.
    pub projects: Vec<ProjectId>,
    /// When it was made.
    pub created: Millis,
    /// When it was last changed.
    pub updated: Option<Millis>,
}

/// Status codes of an uploaded file (rest-api 5.3). Even below 100 = running, odd = error, from 100 on = done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum UploadStatus {
    /// Received.
    Uploaded = 0,
    /// Format detection runs.
    DetectingFormat = 10,
    /// No format matches.
    ErrorFormat = 11,
    /// Being moved into place.
    ExtractingData = 20,
    /// Could not be moved into place.
    ErrorExtraction = 21,
    /// Conversion to a pyramid runs.
    Converting = 30,
    /// Conversion failed.
    ErrorConversion = 31,
    /// Image and slices are being made.
    Deploying = 40,
    /// That failed, or anything without a code of its own.
    ErrorDeployment = 41,
    /// Archive is being unpacked.
    Unpacking = 50,
    /// That failed.
    ErrorUnpacking = 51,
    /// Headers are being checked.
    CheckingIntegrity = 60,
    /// The file is damaged.
    ErrorIntegrity = 61,
    /// Image and slices exist.
    Deployed = 100,
    /// Data were extracted.
    Extracted = 102,
    /// The converted file is ready.
    Converted = 104,
    /// The archive is unpacked.
    Unpacked = 106,
}

impl UploadStatus {
    /// All codes.
    pub const ALL: [Self; 17] = [
        Self::Uploaded,
        Self::DetectingFormat,
        Self::ErrorFormat,
        Self::ExtractingData,
        Self::ErrorExtraction,
        Self::Converting,
        Self::ErrorConversion,
        Self::Deploying,
        Self::ErrorDeployment,
        Self::Unpacking,
        Self::ErrorUnpacking,
        Self::CheckingIntegrity,
        Self::ErrorIntegrity,
        Self::Deployed,
        Self::Extracted,
        Self::Converted,
        Self::Unpacked,
    ];

    /// The number on the wire.
    pub fn code(self) -> i32 {
        self as i32
    }

    /// The status with that number.
    pub fn from_code(code: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// Cytomine's name of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uploaded => "UPLOADED",
            Self::DetectingFormat => "DETECTING_FORMAT",
            Self::ErrorFormat => "ERROR_FORMAT",
            Self::ExtractingData => "EXTRACTING_DATA",
            Self::ErrorExtraction => "ERROR_EXTRACTION",
            Self::Converting => "CONVERTING",
            Self::ErrorConversion => "ERROR_CONVERSION",
            Self::Deploying => "DEPLOYING",
            Self::ErrorDeployment => "ERROR_DEPLOYMENT",
            Self::Unpacking => "UNPACKING",
            Self::ErrorUnpacking => "ERROR_UNPACKING",
            Self::CheckingIntegrity => "CHECKING_INTEGRITY",
            Self::ErrorIntegrity => "ERROR_INTEGRITY",
            Self::Deployed => "DEPLOYED",
            Self::Extracted => "EXTRACTED",
            Self::Converted => "CONVERTED",
            Self::Unpacked => "UNPACKED",
        }
    }
}

impl UploadedFile {
    /// Whether this server decides what the file is and how far it got: it holds the bytes, makes them, or has failed to.
    /// Clients then say no more than its names, storage and projects.
    pub fn is_ours(&self) -> bool {
        self.sha256.is_some() || self.error.is_some() || self.status == UploadStatus::Converting.code()
    }
}

#[cfg(test)]
mod tests {
    use super::UploadStatus;

    #[test]
    fn codes_lead_back_to_their_status() {
        for status in UploadStatus::ALL {
            assert_eq!(UploadStatus::from_code(status.code()), Some(status));
            assert_eq!(status.name().starts_with("ERROR_"), status.code() % 2 == 1);
        }
    }
}
