"""Whether the process lives, and whether it can do its work."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from service.deps import Services, ServicesNeeded
from service.security import Role, allow

router = APIRouter(tags=["health"], dependencies=[allow(Role.PUBLIC)])


class Life(BaseModel):
    """The process answers."""

    status: Annotated[str, Field(examples=["alive"])] = "alive"


class Readiness(BaseModel):
    """What works, and a sentence for each part that does not."""

    ready: bool
    snapshot: str | None = Field(
        description="id of the index that is searched", examples=["20261122T170900-1f3a"]
    )
    solutions: int | None = Field(description="how many solutions it holds", examples=[312])
    waiting: int = Field(description="changed solutions that are not searchable yet", examples=[0])
    missing: list[str] = Field(examples=[[]])


@router.get("/livez", summary="Is the process alive?")
def livez() -> Life:
    """Answer as long as the process runs, whatever else is missing."""
    return Life()


@router.get("/readyz", summary="Can it do its work?", responses={503: {"model": Readiness}})
def readyz(services: ServicesNeeded, response: Response) -> Readiness:
    """Answer 503 while the index or the database is missing, and say what to do."""
    state = services.index.state()
    missing = [reason for reason in (_database(services), state.missing) if reason]
    if missing:
        response.status_code = 503
    return Readiness(
        ready=not missing,
        snapshot=state.snapshot,
        solutions=state.size,
        waiting=state.waiting,
        missing=missing,
    )


def _database(services: Services) -> str | None:
    try:
        with services.engine.connect() as connection:
            connection.execution_options(read_only=True).execute(text("SELECT 1"))
    except SQLAlchemyError:
        return "The database cannot be reached; see PRECEDENT_DATABASE_URL and PRECEDENT_DATA_DIR."
    return None
