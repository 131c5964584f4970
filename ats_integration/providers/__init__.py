"""One module per ATS product; `base` says what an adapter must tell, `http` does the talking."""
