"""A folder instead of the world: each message is one file, written whole and once. For demo and development."""

import os
import secrets
from pathlib import Path

from services.identity.application.messages import Message, Unreachable


class MailboxFolder:
    """Delivers mail and short messages as files that only their owner can read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def deliver(self, message: Message) -> None:
        """Write `<message id>.txt`; a file that is there already was delivered before."""
        target = self.folder / f"{message.message_id}.txt"
        arriving = self.folder / f".{secrets.token_hex(8)}"
        body = (
            f"To: {message.to}\nChannel: {message.channel}\nDate: {message.sent_at.isoformat()}\n"
            f"Message-Id: {message.message_id}\nSubject: {message.subject}\n\n{message.text}"
        )
        if not self.folder.is_dir():
            raise Unreachable(f"there is no folder {self.folder}")
        try:
            with os.fdopen(os.open(arriving, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(body.encode())
                file.flush()
                os.fsync(file.fileno())
            os.link(arriving, target)  # unlike a rename, a link never overwrites
        except FileExistsError:
            return
        finally:
            arriving.unlink(missing_ok=True)
