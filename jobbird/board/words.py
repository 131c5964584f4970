"""What a customer reads about a delivery, in plain words."""

from __future__ import annotations

from ats_integration.states import Outcome, Status

STATUS = {
    Status.PENDING: "Waiting to be sent",
    Status.QUEUED: "On its way",
    Status.RETRYING: "Not through yet, trying again",
    Status.DELIVERED: "Delivered",
    Status.DEAD: "Not delivered",
    Status.HELD: "On hold, the connection is paused",
    Status.ERASED: "Erased",
}

OUTCOME = {
    Outcome.DELIVERED: "Delivered",
    Outcome.REJECTED: "The ATS refused the data",
    Outcome.JOB_CLOSED: "The job is closed or unknown there",
    Outcome.UNAUTHORIZED: "The ATS refused the credentials",
    Outcome.RATE_LIMITED: "The ATS asked for fewer calls",
    Outcome.UNAVAILABLE: "The ATS could not be reached",
    Outcome.UNCERTAIN: "Sent, but no readable answer came",
    Outcome.BUG: "A fault on our side",
}
