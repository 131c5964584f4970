"""Queue applications for one Lever site, in their order. Usage: python line.py LEVER_URL N"""

from __future__ import annotations

import sys

import board
from send import enqueue

from ats_integration.models import ATSConfig
from jobbird.board.models import Customer, Vacancy

POSTING = "c7f1b2de-5a4b-4c1e-9d3a-1b2c3d4e5f60"


def connect(url: str) -> tuple[Vacancy, ATSConfig]:
    """Make a customer with a vacancy and a connection to Lever."""
    customer = Customer.objects.create(name="lever")
    vacancy = Vacancy.objects.create(customer=customer, title="Monteur", external_id=POSTING)
    config = ATSConfig.objects.create(
        customer=customer,
        provider="lever",
        settings={"site": "acme"},
        credentials={"api_key": "only-for-benchmarks"},
        base_url=url,
    )
    return vacancy, config


def main() -> None:
    """Write the applications, then put their deliveries on the happy queue."""
    url, count = sys.argv[1], int(sys.argv[2])
    deliveries = board.apply([connect(url)], 0, count)
    for start in range(0, count, board.BATCH):
        enqueue(deliveries[start : start + board.BATCH])


if __name__ == "__main__":
    main()
