"""Programs that run inside the measured project, with its settings.

They are started by path, so that `--project` can name another checkout, and import each other by their
plain names.
"""
