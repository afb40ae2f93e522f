"""How a request says who sends it: an access key, a shared access signature, or a token of Microsoft Entra ID."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from azure.core.credentials import AzureKeyCredential, AzureSasCredential, TokenCredential
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, SansIOHTTPPolicy

from sightline.errors import ConfigError
from sightline.sinks.secrets import is_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from azure.core.pipeline import PipelineRequest

    from sightline.sinks.event_grid.config import EventGridConfig, Identity
    from sightline.sinks.secrets import Secret

SCOPE = "https://eventgrid.azure.net/.default"

Credential = AzureKeyCredential | AzureSasCredential | TokenCredential
"""azure-core's own types, as Azure's other clients take them."""


class SecretCredential:
    """A secret that is read anew for each request, so that a key can be changed while Sightline runs.

    Args:
        secret: Where it is.
        kind: What it is.
        environment: Environment variables.

    Raises:
        ConfigError: When it is not there.
    """

    def __init__(self, secret: Secret, kind: Literal["key", "sas"], environment: Mapping[str, str]) -> None:
        self.kind: Literal["key", "sas"] = kind
        self._secret = secret
        self._environment = environment
        self.read()

    def read(self) -> str:
        """Return the secret."""
        return self._secret.read(self._environment)


def credential_of(config: EventGridConfig, environment: Mapping[str, str]) -> SecretCredential | Credential:
    """Return the credential that a configuration names.

    Raises:
        ConfigError: When it is not there, or cannot be used.
    """
    if config.key is not None:
        return SecretCredential(config.key, "key", environment)
    if config.sas_token is not None:
        return SecretCredential(config.sas_token, "sas", environment)
    return _identity(config.identity or "default", config.client_id)


def policy_of(credential: SecretCredential | Credential, *, namespace: bool) -> Any:  # noqa: ANN401 - azure-core's policies have no common type
    """Return the policy of azure-core's pipeline that adds a credential to each request.

    Raises:
        ConfigError: When a namespace is given a shared access signature, which it does not take.
    """
    if isinstance(credential, TokenCredential):
        return BearerTokenCredentialPolicy[Any, Any](credential, SCOPE)
    if namespace and _is_signature(credential):
        raise ConfigError("a namespace topic takes no sas_token; use a key or an identity")
    if isinstance(credential, SecretCredential):
        return _HeaderPolicy(credential.kind, credential.read, namespace=namespace)
    if isinstance(credential, AzureSasCredential):
        return _HeaderPolicy("sas", lambda: credential.signature, namespace=namespace)
    return _HeaderPolicy("key", lambda: credential.key, namespace=namespace)


def _is_signature(credential: SecretCredential | Credential) -> bool:
    return isinstance(credential, AzureSasCredential) or (
        isinstance(credential, SecretCredential) and credential.kind == "sas"
    )


class _HeaderPolicy(SansIOHTTPPolicy[Any, Any]):
    """Puts a secret into the header where it belongs."""

    def __init__(self, kind: Literal["key", "sas"], read: Callable[[], str], *, namespace: bool) -> None:
        super().__init__()
        self._read = read
        self._prefix = "SharedAccessKey " if namespace else ""
        self._header = "Authorization" if namespace else "aeg-sas-key" if kind == "key" else "aeg-sas-token"

    def on_request(self, request: PipelineRequest[Any]) -> None:
        secret = self._read()
        if not is_plain(secret):
            raise ConfigError("the key or signature has characters that none has, such as a line break")
        request.http_request.headers[self._header] = self._prefix + secret


def _identity(identity: Identity, client_id: str | None) -> TokenCredential:
    try:
        from azure import identity as library  # noqa: PLC0415 - takes a second, and is only needed here
    except ModuleNotFoundError as error:
        raise ConfigError("identity: needs azure-identity: pip install 'sightline[azure]'") from error
    try:
        match identity:
            case "managed":
                return library.ManagedIdentityCredential(client_id=client_id)
            case "workload":
                return library.WorkloadIdentityCredential(client_id=client_id)
            case "default":
                if client_id is None:  # given as None, it would hide AZURE_CLIENT_ID
                    return library.DefaultAzureCredential()
                return library.DefaultAzureCredential(managed_identity_client_id=client_id)
    except ValueError as error:
        raise ConfigError(f"identity: {error}") from error
