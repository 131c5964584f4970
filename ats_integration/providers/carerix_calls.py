"""The calls of Carerix's GraphQL API: one mutation, and the questions beside it."""

from __future__ import annotations

import json
from typing import Any

from .calls import Request, Submission
from .parts import NUMBER

#: What a client must be allowed to hand applications in.
SCOPE = "urn:cx/cx5Wrapper:data:manage"
APPLY = (
    "mutation($dedupe:Boolean,$pub:ID,$request:CREmployeeRequest!)"
    "{crEmployeeApply(dedupe:$dedupe,pub:$pub,request:$request){_id}}"
)


def graphql(submission: Submission, query: str, **more: Any) -> Request:
    """Return a query or mutation with the token."""
    return Request(
        method="POST",
        path="/graphql/v1/graphql",
        headers={"Accept": "application/json", "Authorization": f"Bearer {submission.session['token']}"},
        json={"query": query, **more},
    )


def publication_query(job: str) -> str:
    """Return the question whether a publication is there; a wrong id goes in as an escaped text."""
    return f"query{{crPublication(_id:{int(job) if NUMBER.fullmatch(job) else json.dumps(job)}){{_id publicationEnd}}}}"


def ask_people(submission: Submission) -> Request:
    """Return the question who has the candidate's email address."""
    qualifier = json.dumps(f"emailAddress = '{submission.message.candidate.email}'")
    return graphql(submission, f"query{{crEmployeePage(qualifier:{qualifier}){{items{{_id}}}}}}")
