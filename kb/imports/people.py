"""The customer that a row speaks of."""

from pydantic import model_validator

from kb.customers import Person
from kb.imports.fields import Line, MaybeCountry, MaybeKey, MaybeTitle


class CustomerLine(Line):
    """What a row says of a customer; `id` is their id in the system of the support site."""

    id: MaybeKey = None
    name: MaybeTitle = None
    email: MaybeKey = None
    phone: MaybeKey = None
    country: MaybeCountry = None

    def person(self) -> Person:
        """Return the person, or raise Invalid where an address or a number is none."""
        person = Person(self.name, self.email, self.phone, self.country, host_id=self.id)
        person.identities()  # says now, with the line, what is wrong with an address or a number
        return person


class KnownCustomerLine(CustomerLine):
    """A customer who can be found again: with a name alone, every import would make another one."""

    @model_validator(mode="after")
    def _recognisable(self) -> "KnownCustomerLine":
        if not (self.id or self.email or self.phone):
            raise ValueError("needs an id, an e-mail address or a telephone number")
        return self
