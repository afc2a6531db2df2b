"""Every way a request can fail, on one screen.

A class is one stable `code`; its text is written for the person who reads it. Raise these
anywhere; only `web/problems.py` knows which HTTP status each code has.
"""

from typing import ClassVar


class ChatboxError(Exception):
    """A failure that can be told to the caller: a public sentence and public extra fields."""

    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong on the server"

    def __init__(self, detail: str = "", **extra: object) -> None:
        self.detail = detail or f"{self.title}."
        self.extra = extra
        super().__init__(self.detail)


class InvalidRequest(ChatboxError):
    code = "invalid_request"
    title = "The request is not valid"


class NotFound(ChatboxError):
    code = "not_found"
    title = "There is nothing here"


class MethodNotAllowed(ChatboxError):
    code = "method_not_allowed"
    title = "This address does not support that method"


class WrongHost(ChatboxError):
    code = "wrong_host"
    title = "This server does not answer under that host name"


class ForeignOrigin(ChatboxError):
    code = "foreign_origin"
    title = "Requests from other sites are refused"


class LoginRequired(ChatboxError):
    code = "login_required"
    title = "Sign in first"


class LoginFailed(ChatboxError):
    code = "login_failed"
    title = "The name or the password is not right"


class CodeRequired(ChatboxError):
    code = "totp_required"
    title = "Enter the code of your authenticator app"


class TooManyTries(ChatboxError):
    code = "too_many_tries"
    title = "There were too many tries"


class Busy(ChatboxError):
    code = "busy"
    title = "Too many people sign in at once"


class Forbidden(ChatboxError):
    code = "forbidden"
    title = "Your role does not allow this"


class StepUpRequired(ChatboxError):
    code = "step_up_required"
    title = "Confirm first that it is you"


class EnrolmentRequired(ChatboxError):
    code = "enrolment_required"
    title = "Set up a second factor first"


class LinkInvalid(ChatboxError):
    code = "link_invalid"
    title = "This link does not work any more"


class RegistrationClosed(ChatboxError):
    code = "registration_closed"
    title = "New accounts need an invitation"


class PasswordRefused(ChatboxError):
    code = "password_refused"
    title = "Choose another password"


class UnsupportedMediaType(ChatboxError):
    code = "unsupported_media_type"
    title = "Send the body as application/json"


class BodyTooLarge(ChatboxError):
    code = "body_too_large"
    title = "The request body is too large"


class BodyTimeout(ChatboxError):
    code = "body_timeout"
    title = "The request body did not arrive in time"


class NameTaken(ChatboxError):
    code = "name_taken"
    title = "That name is already in use"


class AlreadyExists(ChatboxError):
    code = "already_exists"
    title = "That id is already in use"


class VersionConflict(ChatboxError):
    code = "version_conflict"
    title = "Somebody else changed this in the meantime"


class IdempotencyMismatch(ChatboxError):
    code = "idempotency_mismatch"
    title = "This Idempotency-Key was used for another request"


class SessionBusy(ChatboxError):
    code = "session_busy"
    title = "A reply is still being written in this session"


class CannotContinue(ChatboxError):
    code = "cannot_continue"
    title = "This message cannot be continued"


class NoModel(ChatboxError):
    code = "no_model"
    title = "No model is available"


class ModelNotFound(ChatboxError):
    code = "model_not_found"
    title = "That model is not available"


class SecretRequired(ChatboxError):
    code = "secret_required"
    title = "The provider's secret must be entered again"


class AddressRefused(ChatboxError):
    code = "address_refused"
    title = "That address cannot be used for a provider"


class MessageTooLong(ChatboxError):
    code = "message_too_long_for_context"
    title = "The message does not fit into the model's context window"


class TooManyTurns(ChatboxError):
    code = "too_many_turns"
    title = "Too many replies are being written at once"


class RateLimited(ChatboxError):
    code = "rate_limited"
    title = "There were too many requests"


class LimitReached(ChatboxError):
    code = "limit_reached"
    title = "A limit of this server is reached"


class ProviderFailed(ChatboxError):
    code = "provider_failed"
    title = "The provider could not answer"


class IdentityProviderFailed(ChatboxError):
    code = "identity_provider_failed"
    title = "The identity provider cannot be reached"


class ShuttingDown(ChatboxError):
    code = "shutting_down"
    title = "The server is shutting down"


class StorageFailed(ChatboxError):
    code = "storage_failed"
    title = "The database could not be written or read"


class StorageFull(ChatboxError):
    code = "storage_full"
    title = "There is no room on the disk"


class NotReady(ChatboxError):
    code = "not_ready"
    title = "The server is not ready"


class StartRefused(Exception):
    """The server must not start; the message says which file or value and what to do."""


class BackupFailed(Exception):
    """A backup could not be made or put back; the message says why and what to do."""


class BackupUnderWay(BackupFailed):
    """Another backup is being made already."""
