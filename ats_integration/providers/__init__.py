"""One module per ATS product; `base` says what an adapter tells, `exchange` and `transport` do the talking."""
