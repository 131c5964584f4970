"""Run all benchmarks, or those that are named: python -m benchmarks [throughput kill ...]"""

from __future__ import annotations

import subprocess
import sys

ALL = ("throughput", "latency", "enqueue", "fairness", "growth", "resend", "scaling", "kill", "memory", "rate")


def main() -> None:
    """Run one after the other, each in a process of its own; end with the first failure."""
    for name in sys.argv[1:] or ALL:
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)


if __name__ == "__main__":
    main()
