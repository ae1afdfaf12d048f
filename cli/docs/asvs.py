"""The requirements of OWASP ASVS 5.0.0 that the registry has set itself, each in the words of what it means here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

State = Literal["proved", "not yet", "not here"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement: its number and level there, what it asks of this registry, whether it is about identity."""

    id: str
    level: int
    words: str
    identity: bool = False

    @property
    def chapter(self) -> int:
        return int(self.id.partition(".")[0])

    @property
    def state(self) -> State:
        return "not here" if self.id in NOT_HERE else "not yet" if self.id in NOT_YET else "proved"

    @property
    def reason(self) -> str:
        """Why it is not proved; empty where it is."""
        return NOT_HERE.get(self.id) or NOT_YET.get(self.id, "")


CHAPTERS: Final[Mapping[int, str]] = {
    1: "Encoding and what is read",
    2: "Rules of the work itself",
    3: "Browsers",
    4: "HTTP",
    5: "Files",
    6: "Showing who one is",
    7: "Sessions",
    8: "Who may do what",
    9: "Signed statements",
    10: "Other offices' identity providers",
    11: "Cryptography",
    12: "Connections",
    13: "Configuration",
    14: "Personal data",
    15: "Building it",
    16: "Logs and errors",
}


def _here(identifier: str, level: int, words: str) -> Requirement:
    return Requirement(identifier, level, words)


def _identity(identifier: str, level: int, words: str) -> Requirement:
    return Requirement(identifier, level, words, identity=True)


REQUIREMENTS: Final = (
    # 1 encoding
    _here("1.2.1", 1, "What a record or a stranger holds stands in a page as text, never as markup."),
    _here("1.2.4", 1, "SQL is made of our own table and column names; a value is always a parameter."),
    _identity("1.3.11", 2, "No contact, subject or text can put a line of its own into a mail's head."),
    _here("1.5.2", 2, "On the wire is JSON and nothing that builds objects: no pickle, no YAML loader, no eval."),
    # 2 the work
    _here("2.1.3", 2, "The limits are written down: codes a day, tries a code, rows a file, months of a report."),
    _here("2.2.2", 1, "Every service checks each request against its contract itself; the gateway is not believed."),
    _here("2.3.1", 1, "No step of admission, registration, transfer or ending can be skipped."),
    _here("2.3.2", 2, "The limits that are written down are those that the code keeps."),
    _here("2.3.3", 2, "Facts, claims, decision rows and the command's answer are one transaction."),
    _here(
        "2.3.4", 2, "A document, a full-time period, a certificate or a number is never given twice, races included."
    ),
    _here("2.3.5", 3, "What cannot be taken back takes two people: submitter and approver are never one."),
    _here("2.4.1", 2, "Verifying, asking for codes, signing in and guessing are bounded for each client."),
    # 3 browsers
    _identity("3.3.1", 1, "The session's cookie is Secure."),
    _identity("3.3.2", 2, "The session's cookie is SameSite."),
    _identity("3.3.3", 2, "The session's cookie begins with __Host-, so that no neighbour sets it."),
    _identity("3.3.4", 2, "The session's cookie is HttpOnly."),
    _here("3.4.1", 1, "Over TLS every answer says HSTS for a year, subdomains included."),
    _here("3.4.2", 1, "No answer opens itself to other origins."),
    _here("3.4.3", 2, "Every answer has a policy that begins with default-src 'none' and allows nothing unsafe."),
    _here("3.4.4", 2, "Every answer says nosniff."),
    _here("3.4.5", 2, "Every answer says no-referrer."),
    _here("3.4.6", 2, "Nobody frames us: frame-ancestors 'none'."),
    _identity("3.5.1", 1, "A request from another origin acts for nobody, whatever its browser sends along."),
    _here("3.5.3", 1, "Nothing is changed by GET or HEAD."),
    # 4 HTTP
    _here("4.1.1", 1, "Every answer says its media type, and is of it."),
    _here("4.1.3", 2, "Where a request comes from is believed of our own proxies only."),
    # 5 files
    _here("5.2.1", 1, "Every kind of file has a largest size, and what is larger is refused unread."),
    _here("5.2.2", 1, "A file is what its first bytes say; name and content have to agree."),
    _here("5.2.3", 2, "A workbook is measured by its directory and while it unpacks: no bomb goes off."),
    _here("5.2.6", 3, "A picture's pixels are counted in its head, before it is decoded."),
    _here("5.3.2", 1, "Files lie under their digest; no name of a sender becomes a path."),
    _here("5.4.1", 2, "A file leaves under a name of ours, as an attachment."),
    _here("5.4.2", 2, "No name can break the Content-Disposition header."),
    _here("5.4.3", 2, "Files are scanned for malware."),
    # 6 authentication
    _identity("6.1.1", 1, "What stops guessing, and why it locks nobody out, is written down with its figures."),
    _identity("6.2.1", 1, "A password has at least ten characters."),
    _identity("6.2.4", 1, "The most common passwords are refused."),
    _identity("6.2.5", 1, "Any characters will do: there are no rules of composition."),
    _identity("6.2.7", 1, "Passwords may be pasted and kept by a browser's or another keeper."),
    _identity("6.2.8", 1, "A password is checked as it was typed, but for how its accents are composed."),
    _identity("6.2.9", 2, "A password of 64 characters and more is taken whole."),
    _identity("6.2.11", 2, "A password holds nothing of its owner or of the registry."),
    _identity("6.3.1", 1, "Guessing and stuffing are slowed as it is written, and lock nobody else out."),
    _identity("6.3.2", 1, "No account exists by default; the demo's operators open nothing outside the demo profile."),
    _identity(
        "6.3.3", 2, "Staff show a passkey, or a one-time password beside the password, whichever door they take."
    ),
    _identity("6.3.4", 2, "Every way in asks for the same: no code, reset or recovery goes around a second factor."),
    _identity("6.3.5", 3, "An owner hears, once a day at most, that somebody keeps guessing."),
    _identity("6.3.7", 3, "Whoever's ways to sign in change is told so."),
    _identity("6.3.8", 3, "A known and an unknown name get the same answer after the same work."),
    _identity("6.4.1", 1, "An invitation is random, soon over, spent by its first use, and never becomes a password."),
    _identity("6.4.2", 1, "No secret question opens an account."),
    _identity("6.4.3", 2, "Resetting a password leaves every other factor asked for."),
    _identity("6.5.1", 2, "A code, a one-time password and a passkey's challenge serve once."),
    _identity("6.5.2", 2, "What has little entropy is kept as a salted, keyed hash only."),
    _identity("6.5.3", 2, "Codes and seeds come from the system's random source."),
    _identity("6.5.4", 2, "A code has at least twenty bits: six digits, evenly spread."),
    _identity("6.5.5", 2, "A code lives ten minutes, a one-time password thirty seconds and its neighbours."),
    _identity("6.6.1", 2, "Codes go to proven contacts only, and something stronger is on offer."),
    _identity("6.6.2", 2, "A code serves the purpose it was asked for and no other."),
    _identity("6.6.3", 2, "A code is burnt after five tries, however many come at once."),
    # 7 sessions
    _identity("7.2.1", 1, "Whether a session lives is asked of identity, never of the client."),
    _identity("7.2.2", 1, "A session's token is made anew for each sign-in; no key serves as one."),
    _identity("7.2.3", 1, "A token has 256 random bits and is kept as a hash."),
    _identity("7.2.4", 1, "Signing in and stepping up give a new token and end the one before."),
    _identity("7.3.1", 2, "A session that rests is over: students after 30 minutes, staff after 15."),
    _identity("7.3.2", 2, "A session is over in any case: students after 12 hours, staff after 8."),
    _identity("7.4.1", 1, "After signing out the token opens nothing."),
    _identity("7.4.2", 1, "When an account is closed or an operator dismissed, their sessions are over at once."),
    _identity("7.4.3", 2, "A new password ends every other session."),
    _identity("7.4.5", 2, "An office ends the sessions of its operators."),
    _identity("7.5.1", 2, "Changing a contact, a password or a factor needs a strong factor shown just now."),
    _identity("7.5.2", 2, "One sees the own sessions and ends any of them."),
    _identity("7.5.3", 3, "Unmasking, deciding claims and dismissing need a strong factor shown just now."),
    # 8 authorisation
    _identity("8.1.1", 1, "Who may do what to which records is a table, generated from the code."),
    _identity("8.1.2", 2, "The same table says which fields leave masked."),
    _identity("8.2.1", 1, "What the table does not allow a role is refused, in each service."),
    _identity("8.2.2", 1, "Nobody reaches a record of another person, school, province or office by its id."),
    _identity("8.2.3", 2, "Fields that a role may not see leave masked, or not at all."),
    _identity("8.3.1", 1, "Each service decides for itself; a request past the gateway gains nothing."),
    _identity("8.3.2", 3, "A dismissed operator or a suspended office is out with the next assertion."),
    _identity("8.3.3", 3, "Services decide by the signed statement of the person who acts, not by who calls."),
    _identity("8.4.1", 2, "No act of a school, a province or an office has an effect in another."),
    # 9 tokens
    _identity("9.1.1", 1, "A statement counts only with identity's signature."),
    _identity("9.1.2", 1, "One algorithm is taken: Ed25519."),
    _identity("9.1.3", 1, "The key is ours from the start; what a token says about keys is ignored."),
    _identity("9.2.1", 1, "A statement ends when it says."),
    _identity("9.2.2", 2, "A token of another type is not taken for a statement of who acts."),
    _identity("9.2.3", 2, "A statement made for somebody else is not taken."),
    # 10 OIDC
    _identity("10.2.1", 2, "The code flow is bound to its beginning by state and PKCE."),
    _identity("10.5.1", 2, "An identity token answers our nonce, once."),
    _identity("10.5.4", 2, "An identity token names us as its audience."),
    # 11 cryptography
    _here("11.1.1", 2, "What becomes of each key from making to destroying is written down."),
    _here("11.1.2", 2, "Every cipher, hash and signature in use stands in one inventory, and no other is imported."),
    _here("11.3.2", 1, "AES-256-GCM, and nothing weaker."),
    _here("11.3.3", 2, "What was changed, or moved to another field or subject, does not open."),
    _here("11.3.4", 3, "No nonce is used twice."),
    _identity(
        "11.4.2", 2, "Passwords are kept as argon2id with the figures of today's advice, and rehashed when these rise."
    ),
    _here("11.5.1", 2, "Secrets come from the system's random source, never from `random`."),
    # 12 connections
    _here("12.3.1", 2, "PostgreSQL and RabbitMQ are reached over TLS where they are not on the same machine."),
    _here("12.3.2", 2, "Their certificates are verified."),
    # 13 configuration
    _here("13.2.1", 2, "Each service has accounts of its own at the database and the broker."),
    _here("13.2.2", 2, "The service's database account may add events and never change them."),
    _here("13.2.3", 2, "No default account of database or broker is used."),
    _here("13.3.1", 2, "Secrets come from files and never stand in code, images or manifests."),
    _here("13.3.2", 2, "Each process is given the keys that it has use for, and no other."),
    _here("13.4.2", 2, "Nothing runs in a debug mode, whatever the environment says."),
    _here("13.4.5", 2, "Metrics and probes of the services stand on a private port."),
    # 14 data
    _here("14.2.1", 1, "No address holds a code, a number, a name or a token."),
    _here("14.2.6", 3, "Identity data leave masked unless their purpose needs them whole."),
    _identity(
        "14.2.7", 3, "What is no longer needed goes by itself: unproven accounts, keys of closed ones, waiting files."
    ),
    _here("14.2.8", 3, "A photo that says where it was taken is not kept."),
    _here("14.3.2", 2, "No answer that is somebody's is kept by a cache."),
    # 15 building
    _here("15.1.2", 2, "Every package is named with its version and hashes, and can be listed as an SBOM."),
    _here("15.3.1", 1, "An answer holds what its contract names and nothing else."),
    _here("15.3.3", 2, "A field that nobody agreed on is refused."),
    # 16 logs
    _here("16.2.1", 2, "Every fact says who, for which office, when, why and under which request."),
    _here("16.2.5", 2, "No log holds a name, a number, a contact, a code or a token."),
    _identity("16.3.1", 2, "Signing in is a fact, with its method; failed tries are counted."),
    _identity("16.3.2", 2, "Looks at other people's records and refusals of access are recorded."),
    _here("16.4.1", 2, "No text that was sent in makes a line of its own in a log."),
    _here("16.4.2", 2, "History is added to and never changed; a changed row is found."),
    _here("16.5.1", 2, "An error tells its caller a rule and a request's id, and nothing of the inside."),
    _here("16.5.2", 2, "When a service, the broker or the database is away, the answer says what to do."),
    _here("16.5.3", 2, "What cannot be recorded is not answered."),
    _here("16.5.4", 3, "What nobody expected is caught, told with its place and without its words."),
)

# What is not held, and why; a reason that is gone takes its line with it
NOT_HERE: Final[Mapping[str, str]] = {
    "5.4.3": "accepted risk: nothing that is uploaded is executed or shown by us, pictures are checked for their exact "
    "form, office formats other than XLSX are refused; an office that wants a scanner puts one before the front door",
}

# What is wanted and not proved so far, and what is missing
NOT_YET: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("12.3.1", "12.3.2"),
        "the addresses may ask for it (`sslmode=verify-full`, `amqps://`); nothing refuses to start without it so far",
    ),
    "13.2.1": "each service has accounts of its own at its database; at the broker they share one",
}
