"""Run all benchmarks, or those that are named: python -m benchmarks [throughput kill ...]

Options belong to one of them: python -m benchmarks.kill --help
"""

from __future__ import annotations

import subprocess
import sys

ALL = ("throughput", "latency", "enqueue", "fairness", "growth", "resend", "scaling", "kill", "memory", "rate")


def main() -> None:
    """Run one after the other, each in a process of its own; end with the first failure.

    Exits where one is named that does not exist.
    """
    if unknown := [name for name in sys.argv[1:] if name not in ALL]:
        sys.exit(f"There is no benchmark {', '.join(unknown)}; there are: {', '.join(ALL)}.")
    for name in sys.argv[1:] or ALL:
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)


if __name__ == "__main__":
    main()
