"""The calls to BambooHR: the one that hands in, and the questions which jobs are open and who applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .bamboohr_parts import form
from .base import APPLICATION
from .calls import Request, Submission, get
from .parts import job_number

ROOT = "/api/v1/applicant_tracking"
JSON = {"Accept": "application/json"}  # BambooHR answers in XML otherwise


def basic(credentials: Mapping[str, Any]) -> tuple[str, str]:
    """Return user name and password of every call; BambooHR looks at the first only."""
    return credentials["api_key"], "x"


def application(submission: Submission) -> Request:
    """Return the POST that hands the application in."""
    asking = basic(submission.credentials)
    return Request(method="POST", path=ROOT + "/application", auth=asking, headers=JSON, form=form(submission))


def ask_applications(submission: Submission) -> Request:
    """Return the question whether somebody with this email address applied for the job."""
    message = submission.message
    asked = {"jobId": str(job_number(message)), "searchString": message.candidate.email}
    return replace(get(ROOT + "/applications", headers=JSON, **asked), auth=basic(submission.credentials))


def ask_jobs(credentials: Mapping[str, Any]) -> Request:
    """Return the question which jobs are open."""
    return replace(get(ROOT + "/jobs", headers=JSON, statusGroups="Open"), auth=basic(credentials))


def look_at_jobs(submission: Submission) -> Request | None:
    """Return the same question for an application that is not there yet."""
    return None if APPLICATION in submission.kept else ask_jobs(submission.credentials)
