"""Secret content is kept encrypted, and only the secrecy officer's question opens it."""

import json
import os
from dataclasses import replace

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.core.errors import StoreError
from bot.core.message import Message

#: The environment variable that holds the key, or several with commas: the first one encrypts.
KEY = "QINGQUN_KEY"


class Seal:
    """Encrypts what must not lie about. Without a key from outside it opens only what it sealed itself."""

    def __init__(self, keys: str = "") -> None:
        self.lasting = bool(keys)
        try:
            parts = [
                Fernet(key.strip()) for key in (keys or Fernet.generate_key().decode()).split(",")
            ]
        except ValueError as error:
            raise StoreError(f"{KEY}：不是合法的密钥；用 qingqun init --key 生成一个") from error
        self._fernet = MultiFernet(parts)

    @classmethod
    def from_environment(cls) -> "Seal":
        """The seal whose key the environment gives; StoreError for a key that is none."""
        return cls(os.environ.get(KEY, ""))

    @staticmethod
    def new_key() -> str:
        """A fresh key, to be put into the environment."""
        return Fernet.generate_key().decode()

    def close(self, message: Message) -> bytes:
        """The content of a message, encrypted."""
        content = [message.text, message.title, list(message.items)]
        return self._fernet.encrypt(json.dumps(content, ensure_ascii=False).encode())

    def open(self, message: Message, sealed: bytes) -> Message | None:
        """The message with its content; None if it was sealed with another key."""
        try:
            text, title, items = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            return None
        return replace(message, text=text, title=title, items=tuple(items))
