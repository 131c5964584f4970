"""Who reaches which connection."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from ats_integration.models import ATSConfig
from jobbird.board.models import Customer

ON_A_CONNECTION = [
    ("update", "get"),
    ("update", "post"),
    ("update", "head"),
    ("delete", "get"),
    ("delete", "post"),
    ("delete", "head"),
    ("test", "post"),
    ("active", "post"),
]
EVERYWHERE = [
    *ON_A_CONNECTION,
    ("list", "get"),
    ("create", "get"),
    ("create_with", "get"),
    ("create_with", "post"),
]


def path_of(name: str, config: ATSConfig) -> str:
    args: dict[str, list[object]] = {"list": [], "create": [], "create_with": ["tiny"]}
    return reverse(f"ats_integration:{name}", args=args.get(name, [config.pk]))


@pytest.mark.parametrize(("name", "method"), ON_A_CONNECTION)
def test_hides_the_connection_of_another_customer(pages: Client, foreign: ATSConfig, name: str, method: str) -> None:
    before = ATSConfig.objects.values().get(pk=foreign.pk)
    response = getattr(pages, method)(path_of(name, foreign))
    assert 404 == response.status_code
    assert before == ATSConfig.objects.values().get(pk=foreign.pk)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
@pytest.mark.parametrize("name", ["update", "delete", "test", "active"])
def test_takes_no_other_methods(pages: Client, foreign: ATSConfig, name: str, method: str) -> None:
    assert 405 == getattr(pages, method)(path_of(name, foreign)).status_code


@pytest.mark.parametrize("name", ["test", "active"])
def test_changes_nothing_by_a_link(pages: Client, connection: ATSConfig, name: str) -> None:
    assert 405 == pages.get(path_of(name, connection)).status_code


@pytest.mark.parametrize(("name", "method"), EVERYWHERE)
def test_asks_a_stranger_to_log_in(client: Client, connection: ATSConfig, name: str, method: str) -> None:
    path = path_of(name, connection)
    response = getattr(client, method)(path)
    assert (302, f"{reverse('login')}?next={path}") == (response.status_code, response.headers["Location"])


def test_lists_own_connections_only(pages: Client, connection: ATSConfig, foreign: ATSConfig) -> None:
    body = pages.get(reverse("ats_integration:list")).content.decode()
    assert (True, False) == ("Acme&#x27;s Tiny" in body, "Rival" in body)


@pytest.mark.parametrize("customer_id", ["rival", "999999", "abc", "-1"])
def test_refuses_a_forged_customer_on_a_new_connection(
    pages: Client, tiny: None, filled: dict[str, str], rival: Customer, customer_id: str
) -> None:
    forged = {**filled, "customer": str(rival.pk) if customer_id == "rival" else customer_id}
    response = pages.post(reverse("ats_integration:create_with", args=["tiny"]), forged)
    assert (404, 0) == (response.status_code, ATSConfig.objects.count())


def test_refuses_a_forged_customer_on_a_change(
    pages: Client, connection: ATSConfig, filled: dict[str, str], rival: Customer
) -> None:
    response = pages.post(path_of("update", connection), {**filled, "customer": str(rival.pk)})
    connection.refresh_from_db()
    assert (404, "Acme BV") == (response.status_code, connection.customer.name)


def test_keeps_the_customer_of_a_connection(
    client: Client,
    make_member: Callable[..., User],
    connection: ATSConfig,
    customer: Customer,
    rival: Customer,
    filled: dict[str, str],
) -> None:
    client.force_login(make_member("both", customer, rival))
    client.post(path_of("update", connection), {**filled, "customer": str(rival.pk)})
    connection.refresh_from_db()
    assert ("Our Tiny", "Acme BV") == (connection.name, connection.customer.name)


def test_offers_somebody_with_several_customers_theirs_only(
    client: Client, make_member: Callable[..., User], customer: Customer, rival: Customer, tiny: None
) -> None:
    Customer.objects.create(name="Third SA")
    client.force_login(make_member("both", customer, rival))
    offered = client.get(reverse("ats_integration:create_with", args=["tiny"])).context["form"].fields["customer"]
    assert ["Acme BV", "Rival NV"] == [str(choice) for choice in offered.queryset]


def test_connects_the_chosen_one_of_several_customers(
    client: Client,
    make_member: Callable[..., User],
    customer: Customer,
    rival: Customer,
    tiny: None,
    filled: dict[str, str],
) -> None:
    client.force_login(make_member("both", customer, rival))
    client.post(reverse("ats_integration:create_with", args=["tiny"]), {**filled, "customer": str(rival.pk)})
    assert rival == ATSConfig.objects.get().customer


def test_asks_somebody_with_several_customers_for_which(
    client: Client,
    make_member: Callable[..., User],
    customer: Customer,
    rival: Customer,
    tiny: None,
    filled: dict[str, str],
) -> None:
    client.force_login(make_member("both", customer, rival))
    response = client.post(reverse("ats_integration:create_with", args=["tiny"]), filled)
    assert (["customer"], 0) == (list(response.context["form"].errors), ATSConfig.objects.count())


@pytest.mark.parametrize(("name", "args"), [("list", []), ("create", []), ("create_with", ["tiny"])])
def test_is_friendly_to_somebody_without_a_customer(
    client: Client, make_member: Callable[..., User], tiny: None, name: str, args: list[str]
) -> None:
    client.force_login(make_member("nobody"))
    response = client.get(reverse(f"ats_integration:{name}", args=args))
    assert (200, True) == (response.status_code, "does not belong to a company" in response.content.decode())


def test_makes_nothing_for_somebody_without_a_customer(
    client: Client, make_member: Callable[..., User], tiny: None, filled: dict[str, str]
) -> None:
    client.force_login(make_member("nobody"))
    client.post(reverse("ats_integration:create_with", args=["tiny"]), filled)
    assert 0 == ATSConfig.objects.count()


def test_does_not_stumble_over_an_endless_number(pages: Client) -> None:
    assert 404 == pages.get(f"/customer/ats/{'9' * 40}/").status_code
