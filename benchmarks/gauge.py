"""What a process and its children use: CPU time and memory."""

from __future__ import annotations

import psutil


def family(pid: int) -> list[psutil.Process]:
    """Return a process and all below it; nothing where it has gone."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return []


def cpu(pid: int) -> float:
    """Return the CPU time that a process and its children used, in seconds."""
    total = 0.0
    for process in family(pid):
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def pss(pid: int) -> int:
    """Return the memory of a process and its children, in bytes."""
    total = 0
    for process in family(pid):
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return total
