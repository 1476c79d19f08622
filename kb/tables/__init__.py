"""All tables, by subject."""

from kb.tables.articles import VISIBILITIES, Article, ArticleTranslation, article_products
from kb.tables.audits import VERDICTS, Audit, Judgement
from kb.tables.contacts import CHANNELS, CONTACT_KINDS, Contact
from kb.tables.customers import IDENTITY_KINDS, Customer, Identity
from kb.tables.incidents import INCIDENT_STATES, Incident, IncidentFollower, incident_products
from kb.tables.products import NAME_KINDS, Product, ProductName
from kb.tables.record import Table, Utc, Words, insert_many, insert_numbered, now
from kb.tables.revisions import Revision
from kb.tables.searches import ACTIONS, OUTCOMES, Inquiry, Outcome, Search, SearchShown
from kb.tables.sites import Site
from kb.tables.solutions import Phrasing, Solution, SolutionText, Watermark, solution_products
from kb.tables.teams import ROLES, Account, RoutingRule, Team, TeamMember
from kb.tables.tickets import TICKET_KINDS, TICKET_STATES, Ticket, TicketEvent, TicketMessage, ticket_products
from kb.tables.votes import VOTES, Vote

__all__ = [
    "ACTIONS",
    "CHANNELS",
    "CONTACT_KINDS",
    "IDENTITY_KINDS",
    "INCIDENT_STATES",
    "NAME_KINDS",
    "OUTCOMES",
    "ROLES",
    "TICKET_KINDS",
    "TICKET_STATES",
    "VERDICTS",
    "VISIBILITIES",
    "VOTES",
    "Account",
    "Article",
    "ArticleTranslation",
    "Audit",
    "Contact",
    "Customer",
    "Identity",
    "Incident",
    "IncidentFollower",
    "Inquiry",
    "Judgement",
    "Outcome",
    "Phrasing",
    "Product",
    "ProductName",
    "Revision",
    "RoutingRule",
    "Search",
    "SearchShown",
    "Site",
    "Solution",
    "SolutionText",
    "Table",
    "Team",
    "TeamMember",
    "Ticket",
    "TicketEvent",
    "TicketMessage",
    "Utc",
    "Vote",
    "Watermark",
    "Words",
    "article_products",
    "incident_products",
    "insert_many",
    "insert_numbered",
    "now",
    "solution_products",
    "ticket_products",
]
