"""Say in plain words what went wrong and what the reader can do about it. Used by mails and pages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Explanation:
    """What a reason code means: a verb phrase after the ATS's name, and the next step."""

    happened: str
    advice: str
    #: A later success shows that the cause is gone.
    recovers: bool = True


EXPLANATIONS: dict[str, Explanation] = {
    "unauthorized": Explanation(
        "refused the API key",
        "Make a new key in the ATS, enter it in the connection and test it. Then the applications can be sent again.",
    ),
    "login_failed": Explanation(
        "did not let us log in",
        "Test the connection. Once that works, send the applications again.",
    ),
    "record_not_ready": Explanation(
        "did not know the applicant yet whom it had just made",
        "The application is there. Send it again: only what is missing is added.",
    ),
    "rate_limited": Explanation(
        "asked us to call less often",
        "Nothing is wrong with the connection. Send the applications again when it is quieter.",
    ),
    "job_closed": Explanation(
        "did not take applications for a job",
        "Open the job in the ATS, or correct the job id at the vacancy, and send the applications again.",
        recovers=False,
    ),
    "job_id_missing": Explanation(
        "could not be told which job it is about",
        "Enter the ATS's job id at the vacancy and send the applications again.",
        recovers=False,
    ),
    "job_id_invalid": Explanation(
        "could not be told which job it is about, because the id is not one of its own",
        "Correct the ATS's job id at the vacancy and send the applications again.",
        recovers=False,
    ),
    "answers_missing": Explanation(
        "was not told what its job requires",
        "The missing questions stand with each application. Ask them on the vacancy, or make them optional in the ATS.",
        recovers=False,
    ),
    "resume_empty": Explanation(
        "was not sent a CV that is an empty file", "Ask the candidate for the CV again.", recovers=False
    ),
    "resume_too_large": Explanation(
        "does not take CVs as large as the one handed in", "Ask the candidate for a smaller file.", recovers=False
    ),
    "resume_type": Explanation(
        "does not take CVs of that kind of file", "Ask the candidate for a PDF.", recovers=False
    ),
    "blocked": Explanation(
        "stopped the application by a limit of the customer's own",
        "Look at the application limits in the ATS. Send the application again where it should get through.",
        recovers=False,
    ),
    "blocked_repeat": Explanation(
        "stopped the second call for an application by a limit of the customer's own",
        "The first one may have arrived: look in the ATS before you send it again.",
        recovers=False,
    ),
    "email_refused": Explanation(
        "does not take an email address like the candidate's",
        "Ask the candidate for another address, or enter the application in the ATS by hand.",
        recovers=False,
    ),
    "rejected": Explanation(
        "refused the data of applications",
        "The reason it gives stands with each application. Correct it and send the application again.",
        recovers=False,
    ),
    "read_timeout": Explanation(
        "took the applications but did not answer in time",
        "They may have arrived: look in the ATS before you send them again.",
    ),
    "connection_lost": Explanation(
        "broke the connection before it answered",
        "They may have arrived: look in the ATS before you send them again.",
    ),
    "uncertain": Explanation(
        "gave an answer that could not be read",
        "They may have arrived: look in the ATS before you send them again.",
    ),
    "connection_refused": Explanation(
        "could not be reached",
        "Wait until the ATS is back, test the connection, and send the applications again.",
    ),
    "connect_timeout": Explanation(
        "could not be reached",
        "Wait until the ATS is back, test the connection, and send the applications again.",
    ),
    "send_timeout": Explanation(
        "did not react in time",
        "Nothing was handed in. Wait until the ATS is back, test the connection, and send the applications again.",
    ),
    "send_failed": Explanation(
        "broke the connection while we called",
        "Nothing was handed in. Wait until the ATS is back, test the connection, and send the applications again.",
    ),
    "try_timeout": Explanation(
        "answered so slowly that a try had to end between two of its calls",
        "What it took so far is not repeated. Wait until the ATS is faster, and send the applications again.",
    ),
    "dns_error": Explanation(
        "could not be found under its address", "Check the base address and the account name of the connection."
    ),
    "tls_error": Explanation(
        "showed no valid certificate", "Check the base address, or tell the ATS's support about its certificate."
    ),
    "invalid_address": Explanation("could not be called at its address", "Correct the base address of the connection."),
    "address_refused": Explanation(
        "was not called because its address is not public",
        "Only public https addresses are called. Correct the base address of the connection.",
    ),
    "careers_not_hosted": Explanation(
        "does not host the careers site",
        "Check the account name of the connection: the site may have moved, or have an address of its own.",
    ),
    "config_incomplete": Explanation(
        "could not be called because the connection is incomplete", "Fill in what is missing in the connection."
    ),
    "credentials_unreadable": Explanation(
        "could not be called because its stored credentials cannot be opened",
        "Enter the credentials again. "
        "Support: check ATS_INTEGRATION['ENCRYPTION_KEYS'] (in the job board: ATS_ENCRYPTION_KEYS).",
    ),
    "unknown_provider": Explanation(
        "was not called because we do not know that system",
        "Support: check ATS_INTEGRATION['PROVIDERS'] and the connection's provider.",
    ),
    "resume_missing": Explanation(
        "was not called because the CV is not in our storage",
        "Support: look for the file in the CV storage, put it back and send the application again.",
        recovers=False,
    ),
    "resume_changed": Explanation(
        "was not called because the stored CV is not the one that was handed in",
        "Support: restore the file in the CV storage and send the application again.",
        recovers=False,
    ),
    "resume_not_fetched": Explanation(
        "could not fetch the CV from our site",
        "Support: the ATS fetches it from outside. See that ATS_INTEGRATION['PUBLIC_URL'] "
        "(in the job board: ATS_PUBLIC_URL) is right and that /cv/ answers there.",
    ),
    "no_public_url": Explanation(
        "was not called because it fetches CVs itself and our site has no public page for them",
        "Support: mount ats_integration.public_urls, as docs/operations.md says.",
    ),
    "message_not_built": Explanation(
        "was not called because the application could not be read",
        "Support: the log names the fault. Mend it and send the application again.",
        recovers=False,
    ),
    "invalid_request": Explanation(
        "was not called because the call could not be put together",
        "Support: look at the values of the connection and of the application; one of them fits into no request.",
    ),
    "bug": Explanation(
        "was not called because of a fault on our side", "Support: the log names the fault (delivery.bug)."
    ),
}

OUT_OF_REACH = Explanation(
    "answered with a fault of its own",
    "Wait until the ATS is back, test the connection, and send the applications again.",
)


def explain(code: str) -> Explanation:
    """Return the explanation of a reason code; one that is not listed means the ATS is out of reach."""
    return EXPLANATIONS.get(code, OUT_OF_REACH)
