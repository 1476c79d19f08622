"""All settings in one place; each is an environment variable that begins with PRECEDENT_."""

import difflib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, Self

import platformdirs
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from kb import locales
from kb.errors import BadSetting, Invalid

PREFIX = "PRECEDENT_"
DATABASES = ("sqlite:", "postgresql:", "postgresql+psycopg:", "postgres:")


class Settings(BaseSettings):
    """What an operator can set; nonsense stops the start."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid")

    data_dir: Path = Field(default=Path("var"), description="holds the database, the index and uploads")
    database_url: str | None = Field(
        default=None, description="SQLite in data_dir, unless a PostgreSQL address is given"
    )
    embedder: str = Field(
        default="default", description="a hub id or a folder of a sentence-transformers model"
    )
    cache_dir: Path = Field(
        default_factory=lambda: platformdirs.user_cache_path("precedent"),
        description="holds the prepared embedder; may be shared by installations",
    )
    max_wrong: float = Field(default=0.10, gt=0, lt=1, description="share of answers that may be wrong")
    audit_share: float = Field(
        default=0.02, ge=0, le=1, description="share of searches that are drawn for staff to judge"
    )
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, ge=0, le=65535, description="port to listen on")
    base_url: str | None = Field(default=None, description="public address, for links in pages and mails")
    default_country: str | None = Field(
        default=None, description="country of visitors who did not say theirs"
    )
    default_language: str = Field(
        default="en", description="language of pages for visitors who did not say theirs"
    )
    search_engines: bool = Field(default=True, description="whether search engines may list the public pages")
    threads: int = Field(default=0, ge=0, le=1024, description="threads that encode text; 0 takes all cores")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="least level logged"
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="addresses of proxies, separated by commas, whose forwarded addresses we believe",
    )

    @property
    def database(self) -> str:
        """Return the database address, SQLite in the data folder where none is set."""
        return self.database_url or f"sqlite:///{self.data_dir / 'precedent.db'}"

    @property
    def index_dir(self) -> Path:
        """Return the folder of the index snapshots."""
        return self.data_dir / "index"

    @property
    def address(self) -> str:
        """Return the public address without a slash at its end."""
        return self.base_url or f"http://{self.host}:{self.port}"

    @field_validator("default_country")
    @classmethod
    def _country(cls, value: str | None) -> str | None:
        return None if value is None else _plain(locales.country, value)

    @field_validator("default_language")
    @classmethod
    def _language(cls, value: str) -> str:
        return _plain(locales.language, value)

    @field_validator("log_level", mode="before")
    @classmethod
    def _level(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _proxies(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("an address begins with http:// or https://")
        return value.rstrip("/") if value else None

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(DATABASES):
            raise ValueError("an address begins with sqlite:/// or postgresql://")
        return value

    @classmethod
    def names(cls) -> list[str]:
        """Return the names of all environment variables that we know."""
        return [PREFIX + name.upper() for name in cls.model_fields]

    def environment(self) -> dict[str, str]:
        """Return the variables that give these settings to another process."""
        values = ((name, getattr(self, name)) for name in type(self).model_fields)
        texts = (
            (name, ",".join(v) if isinstance(v, tuple) else str(v)) for name, v in values if v is not None
        )
        return {PREFIX + name.upper(): text for name, text in texts}

    def changed(self, **values: object) -> Self:
        """Return a copy with other values, checked like the first."""
        return type(self)(**{**self.model_dump(), **values})


def load() -> Settings:
    """Read the settings from the environment, or raise BadSetting with a sentence that says what to do."""
    _refuse_unknown()
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        reason = first["msg"].removeprefix("Value error, ")
        raise BadSetting(f"{name} cannot be {_shown(name)}: {reason.rstrip('.')}.") from error


def _shown(name: str) -> str:
    """Quote the value of a setting, but never a database address: it may hold a password."""
    return "this address" if name.endswith("_DATABASE_URL") else f"“{os.environ.get(name, '')[:80]}”"


def _refuse_unknown() -> None:
    known = Settings.names()
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]
            raise BadSetting(f"There is no setting {name}; the nearest one is {near}.")


def _plain(check: Callable[[str], str], value: str) -> str:
    try:
        return check(value)
    except Invalid as error:
        raise ValueError(str(error)) from error
