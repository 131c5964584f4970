"""The whole story on one machine: real services from wheels, the site, a worker and an ATS stand-in."""
