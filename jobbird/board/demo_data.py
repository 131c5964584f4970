"""Who is in the demo: customers with their ATS, vacancies with their job ids there, and candidates.

Everything is made up and follows from its number, so that the stand-in of the ATSs knows the same
job ids and credentials without asking the database.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5

from django.utils.text import slugify

from .demo_pdf import pdf

PASSWORD = "demo"  # noqa: S105
ADMIN = "admin"
MOST_CUSTOMERS = 100

PROVIDERS = ("greenhouse", "recruitee", "lever")
COMPANIES = (
    ("acme", "Acme BV"),
    ("bakkerij-jansen", "Bakkerij Jansen"),
    ("noordzee-it", "Noordzee IT"),
    ("de-linde", "Zorggroep De Linde"),
    ("spaarne", "Hotel aan het Spaarne"),
    ("van-dijk", "Van Dijk Installaties"),
    ("waterland", "Waterland Logistiek"),
    ("atelier-zoe", "Atelier Zoë"),
)
JOBS = (
    ("Monteur elektrotechniek", "You install and mend electrical systems, with a van of your own."),
    ("Senior Python developer", "You build and run the services our customers lean on every day."),
    ("Teamleider logistiek", "You plan the day for twelve colleagues and keep the trucks moving."),
    ("Verpleegkundige", "You care for people at home, in a small team that plans its own week."),
    ("Bakker", "You start early, work with your hands and go home with fresh bread."),
    ("HR-adviseur", "You help managers and colleagues with everything that makes work pleasant."),
    ("Accountmanager", "You know your customers, keep your promises and bring in new ones."),
    ("Receptionist (m/v/x)", "You are the first smile our guests see, in Dutch and in English."),
)
PEOPLE = (
    ("Sanne", "de Vries"),
    ("José", "van den Berg"),
    ("Zoë", "in 't Veld"),
    ("Renée", "van der Meulen-Çelik"),
    ("Youssef", "el Amrani"),
    ("Maartje", "'s-Gravesande"),
    ("Jürgen", "ter Haar"),
    ("Anaïs", "d'Hondt"),
    ("Yağmur", "Öztürk"),
    ("Pelle", "van 't Hof"),
    ("Suharto", ""),
    ("Frédérique", "van Oldenbarnevelt"),
)


@dataclass(frozen=True, kw_only=True)
class DemoVacancy:
    """A job and its id in the customer's ATS."""

    title: str
    description: str
    external_id: str


@dataclass(frozen=True, kw_only=True)
class DemoCustomer:
    """A hiring company, the login of its recruiter, and its connection."""

    slug: str
    name: str
    provider: str
    settings: dict[str, str]
    credentials: dict[str, str] = field(repr=False)
    vacancies: tuple[DemoVacancy, ...]

    @property
    def email(self) -> str:
        """Who hears of failures, and the address of the recruiter."""
        return f"hr@{self.slug}.example"


@dataclass(frozen=True, kw_only=True)
class DemoCandidate:
    """Somebody who applies."""

    first_name: str
    last_name: str
    email: str
    phone: str
    cover_letter: str

    @property
    def cv(self) -> bytes:
        """The CV, a PDF of one page."""
        lines = (
            self.email,
            self.phone,
            "",
            "2019 - now: the job before this one",
            "2015 - 2019: school and a first job",
        )
        return pdf(f"{self.first_name} {self.last_name}".strip(), lines)

    @property
    def cv_filename(self) -> str:
        """The CV's file name as people write it: with their name in it."""
        return f"CV {self.first_name} {self.last_name}".strip() + ".pdf"


def customers(count: int = 3, vacancies: int = 5) -> tuple[DemoCustomer, ...]:
    """Return the first customers of the demo, each with that many vacancies."""
    return tuple(customer(index, vacancies) for index in range(count))


def customer(index: int, vacancies: int) -> DemoCustomer:
    """Return one customer; after the last company the names begin again with a number."""
    turn, place = divmod(index, len(COMPANIES))
    slug, name = COMPANIES[place]
    slug, name = (f"{slug}-{turn + 1}", f"{name} {turn + 1}") if turn else (slug, name)
    provider = PROVIDERS[index % len(PROVIDERS)]
    return DemoCustomer(
        slug=slug,
        name=name,
        provider=provider,
        settings=settings_of(provider, slug),
        credentials=credentials_of(provider, slug),
        vacancies=tuple(vacancy(provider, index, slug, number) for number in range(vacancies)),
    )


def settings_of(provider: str, slug: str) -> dict[str, str]:
    """Return the settings of a connection, as the provider's adapter names them."""
    if provider == "greenhouse":
        return {"board_token": slug}
    if provider == "lever":
        return {"site": slug, "region": "global"}
    return {"company": slug}


def credentials_of(provider: str, slug: str) -> dict[str, str]:
    """Return the credentials of a connection; they open nothing but the stand-in."""
    name = "careers_token" if provider == "recruitee" else "api_key"
    return {name: f"demo-{provider}-{slug}"}


def vacancy(provider: str, index: int, slug: str, number: int) -> DemoVacancy:
    """Return one vacancy; after the last job the titles begin again with a number."""
    turn, place = divmod(number, len(JOBS))
    title, description = JOBS[place]
    title = f"{title} {turn + 1}" if turn else title
    return DemoVacancy(title=title, description=description, external_id=job_id(provider, index, slug, number, title))


def job_id(provider: str, index: int, slug: str, number: int, title: str) -> str:
    """Return a job's id in the style of its ATS: a number, a UUID or a slug."""
    if provider == "greenhouse":
        return str(4_000_000 + index * 10_000 + number)
    if provider == "lever":
        return str(uuid5(NAMESPACE_URL, f"https://jobs.lever.co/{slug}/{number}"))
    return slugify(title)


def candidate(number: int) -> DemoCandidate:
    """Return one candidate; the address is different for every number."""
    first_name, last_name = PEOPLE[number % len(PEOPLE)]
    return DemoCandidate(
        first_name=first_name,
        last_name=last_name,
        email=f"{slugify(f'{first_name} {last_name}')}.{number}@example.org",
        phone=f"06 {10_000_000 + number:08d}",
        cover_letter=f"Dear recruiter,\n\nThis job is made for me.\n\nKind regards,\n{first_name}",
    )
