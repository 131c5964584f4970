"""Make customers with a vacancy and a connection each. Usage: python connect.py ATS_URL COUNT KIND"""

from __future__ import annotations

import sys

import board

if __name__ == "__main__":
    board.connect(sys.argv[1], int(sys.argv[2]), kind=sys.argv[3])
