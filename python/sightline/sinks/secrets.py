"""Where a secret is: a configuration names an environment variable or a file, never the secret itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from sightline.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Secret(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a secret is; exactly one of the two is given. What it is, is asked for when it is used and kept nowhere.

    Attributes:
        env: Name of an environment variable.
        file: Path of a file, such as `/run/secrets/key`; line breaks at its end do not count. It is read anew for each use, so
            that a secret can be changed while Sightline runs.
    """

    env: Annotated[str, Meta(min_length=1)] | None = None
    file: Annotated[str, Meta(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if (self.env is None) == (self.file is None):
            raise ValueError('expected either { env = "NAME" } or { file = "PATH" }')

    def read(self, environment: Mapping[str, str] | None = None) -> str:
        """Return the secret.

        Args:
            environment: Environment variables; the process's when absent.

        Raises:
            ConfigError: When it is not where it should be, or has characters that no key or token has. The message names the
                place, never the secret.
        """
        if self.env is not None:
            place = f"environment variable {self.env}"
            value = (os.environ if environment is None else environment).get(self.env, "")
        else:
            place = f"file {self.file}"
            value = self._text()
        if not value:
            raise ConfigError(f"{place}: expected a secret, found nothing; set it, or name another place")
        if not is_plain(value):
            raise ConfigError(
                f"{place}: expected a secret of printable ASCII on one line; found other characters in it"
            )
        return value

    def _text(self) -> str:
        try:
            return Path(self.file or "").read_bytes().decode("latin-1").rstrip("\r\n")
        except OSError as error:
            raise ConfigError(f"file {self.file}: cannot be read: {error.strerror or error}") from error


def is_plain(secret: str) -> bool:
    """Say whether a secret can stand in a header; a client library would quote one that cannot in its error."""
    return secret.isascii() and secret.isprintable()
