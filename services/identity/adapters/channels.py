"""Which way each message goes."""

from collections.abc import Mapping

from services.identity.application.messages import Message, Messenger, RefusedForGood


class Channels:
    """Each channel with its own messenger."""

    def __init__(self, messengers: Mapping[str, Messenger]) -> None:
        self._messengers = messengers

    def deliver(self, message: Message) -> None:
        """Deliver by whoever carries this channel."""
        messenger = self._messengers.get(message.channel)
        if messenger is None:
            raise RefusedForGood(f"nobody carries {message.channel}")
        messenger.deliver(message)
