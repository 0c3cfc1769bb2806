"""Everything that can go wrong, as one tree.

LecternError
├── InvalidRequest            the caller's input can't be served as it is
│   ├── MalformedJson
│   ├── BodyTooLarge
│   └── UnsupportedMediaType
├── Unauthenticated           no principal, or one without a tenant
├── Forbidden                 the principal has none of the roles that this takes
├── NotFound
│   ├── UnknownRelease        no such model, version or alias
│   │   └── RetiredRelease    there was such a version; its number is not used again
│   ├── UnknownObject         no such key, or no such version of it, in a store
│   ├── UnknownPack           the question has no pack
│   ├── UnknownScheme         the tenant has no such scheme of labels
│   ├── UnknownJob            the tenant has no such job
│   ├── UnknownSchedule       the tenant has no such schedule
│   └── UnknownCollection     the tenant has no such collection, or it has no such document
├── Conflict                  somebody else was first: a version exists, an alias has moved
│   ├── PackRejected          a question's pack is damaged, or was fitted on another base model
│   ├── CollectionDamaged     a part of a collection is gone or altered
│   └── SchemeRejected        a scheme is damaged, or was fitted on another base model
├── Unavailable               try again later; nothing is wrong with the request
│   ├── StoreUnavailable      no bucket, no permission, no answer in time
│   ├── ReleaseRejected       digest, signature, external data or golden self-test
│   ├── EndpointUnavailable   the heavy endpoint is not there, is resting, or did not answer in time
│   │   └── EndpointBusy      it refused at once, and may answer in a moment
│   └── EndpointRejected      what the heavy endpoint answered is not what its release promises
└── DeadlineExceeded          the caller's own time limit has passed

A `detail` is shown to callers and written to logs: it never holds a student's text.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """One fault of one field: where (`loc`, as a path of names and indices) and what."""

    loc: tuple[str | int, ...]
    msg: str


class LecternError(Exception):
    """Root of the tree: `detail` says what happened, in a sentence for the caller."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class InvalidRequest(LecternError):
    """The request is wrong; `errors` names the fields."""

    def __init__(self, detail: str, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(detail)
        self.errors = errors


class MalformedJson(InvalidRequest):
    """The body is not JSON."""


class BodyTooLarge(InvalidRequest):
    """The body is over the limit."""


class UnsupportedMediaType(InvalidRequest):
    """The body is not application/json."""


class Unauthenticated(LecternError):
    """Nobody is known to be asking."""


class Forbidden(LecternError):
    """Who is asking may not do this."""


class NotFound(LecternError):
    """What was asked for does not exist."""


class UnknownRelease(NotFound):
    """No such model, version or alias."""


class RetiredRelease(UnknownRelease):
    """The version was retired."""


class UnknownObject(NotFound):
    """A store holds no such key, or no such version of it."""


class UnknownPack(NotFound):
    """A question has no pack."""


class UnknownScheme(NotFound):
    """A tenant has no such scheme."""


class UnknownJob(NotFound):
    """A tenant has no such job."""


class UnknownSchedule(NotFound):
    """A tenant has no such schedule."""


class UnknownCollection(NotFound):
    """A tenant has no such collection, or the collection no such document."""


class Conflict(LecternError):
    """A conditional write came second."""


class PackRejected(Conflict):
    """A question's pack can't be used as it is; fitting it again or deleting it helps."""


class CollectionDamaged(Conflict):
    """A part of a collection is gone or altered; deleting the collection and making it anew helps."""


class SchemeRejected(Conflict):
    """A scheme can't be used as it is; creating it again or deleting it helps."""


class Unavailable(LecternError):
    """The request may be repeated later."""


class StoreUnavailable(Unavailable):
    """A store refuses or does not answer."""


class ReleaseRejected(Unavailable):
    """A release does not prove to be what its manifest says."""


class EndpointUnavailable(Unavailable):
    """The heavy endpoint can't be asked now, or did not answer in time."""


class EndpointBusy(EndpointUnavailable):
    """The heavy endpoint refused at once: too many requests, not ready yet, no connection, a fault of its own."""


class EndpointRejected(Unavailable):
    """The heavy endpoint's answer can't be used, or it can't use what it was asked."""


class DeadlineExceeded(LecternError):
    """The caller's deadline passed before the answer was ready."""
