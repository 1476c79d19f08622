"""Wire the application together; nothing is opened before it starts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.types import Lifespan
from threadpoolctl import threadpool_limits

from indexer.embed import Embedder
from kb import db
from kb.settings import Settings, load
from service import assets, browse, errors, health, logs, openapi, search, tickets
from service.body_limit import BodyLimit
from service.cross_origin import CrossOrigin
from service.deps import Services
from service.head import HeadAsGet
from service.known_problems import KnownProblems
from service.live_index import LiveIndex
from service.pages import Pages
from service.prefix import LanguagePrefix
from service.recorder import Recorder
from service.security import SecurityHeaders, declared_roles
from service.sites import Sites
from service.throttle import Misses, Votes
from service.widget import api as widget_api
from service.widget import embed
from service.widget import routes as widget


def create_app(settings: Settings | None = None, embedder: Embedder | None = None) -> FastAPI:
    """Return the application; it opens the database and the index when it is started.

    Who has opened the embedder of the settings already may hand it over.
    """
    settings = settings or load()
    logs.configure(settings.log_level)
    app = FastAPI(
        **openapi.DESCRIPTION,
        generate_unique_id_function=lambda route: route.name,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=_lifespan(settings, embedder),
        middleware=[
            Middleware(SecurityHeaders, https=settings.address.startswith("https://")),
            Middleware(logs.RequestLog),
            Middleware(LanguagePrefix),
            Middleware(CrossOrigin),
            Middleware(errors.LastResort),
            Middleware(BodyLimit),
            Middleware(HeadAsGet),
        ],
    )
    app.state.pages = _pages()
    errors.install(app)
    for each in (assets, health, openapi):
        app.include_router(each.router)
    for part in (widget, widget_api, embed):
        app.include_router(part.router)
    for feature in (search, tickets):
        app.include_router(feature.api)
        app.include_router(feature.pages)
    app.include_router(browse.pages)
    declared_roles(app)
    return app


def _pages() -> Pages:
    pages = Pages()
    # The results page shows the ticket form when nothing fits; the two features meet only here.
    pages.environment.globals["ticket_form"] = tickets.form_panel(pages)
    return pages


def _lifespan(settings: Settings, embedder: Embedder | None) -> Lifespan[FastAPI]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        services = await run_in_threadpool(open_services, settings, embedder)
        app.state.services = services
        services.index.start()
        services.recorder.start()
        try:
            yield
        finally:
            await run_in_threadpool(services.index.close)
            await run_in_threadpool(services.recorder.close)
            services.engine.dispose()

    return lifespan


def open_services(settings: Settings, embedder: Embedder | None = None) -> Services:
    """Open the database, bring it up to date, and open the index if there is one."""
    engine = db.open_engine(settings)
    db.migrate(engine)
    sessions = db.sessions(engine)
    index = LiveIndex(settings, sessions, embedder)
    index.open()
    # Products of one question with a matrix are too small for several threads, which wait for each other:
    # 8 clients had 53 searches a second with them, and 87 without.
    threadpool_limits(limits=1, user_api="blas")
    known = KnownProblems(sessions, index)
    return Services(
        settings=settings,
        engine=engine,
        sessions=sessions,
        index=index,
        misses=Misses(),
        votes=Votes(),
        recorder=Recorder(sessions),
        sites=Sites(sessions),
        known=known,
    )
