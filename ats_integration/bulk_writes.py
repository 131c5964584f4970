"""Write many rows with one statement. A value that all rows share stands in it once, and goes out once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connections, models, router


@dataclass(frozen=True)
class Column:
    """A field and its value for each row."""

    field: models.Field[Any, Any]
    values: Sequence[Any]

    @cached_property
    def is_shared(self) -> bool:
        """Tell whether all rows have the same value."""
        return all(value == self.values[0] for value in self.values)


@dataclass(frozen=True)
class Write:
    """A statement about rows of a model, with the values that differ as a table `given` beside it."""

    model: type[models.Model]
    #: What the rows are to hold.
    fresh: Sequence[Column]
    #: What they hold now, the primary key first; none for rows that are new.
    known: Sequence[Column] = ()

    def run(self) -> int:
        """Write; return how many rows were written."""
        with self.database.cursor() as cursor:
            cursor.execute(self.statement(), list(self.parameters()))
            return int(cursor.rowcount)

    def statement(self) -> str:
        """Return the statement."""
        raise NotImplementedError

    @cached_property
    def database(self) -> Any:
        """Where the rows are."""
        return connections[router.db_for_write(self.model)]

    @cached_property
    def own(self) -> list[Column]:
        """The columns that differ from row to row; none where there is but one row."""
        return [column for column in (*self.fresh, *self.known) if not column.is_shared]

    @property
    def table(self) -> str:
        """The quoted name of the model's table."""
        return str(self.database.ops.quote_name(self.model._meta.db_table))

    def source(self) -> str:
        """Return the clause with the table of the values that differ, whose columns both databases number."""
        row = f"({', '.join(['%s'] * len(self.own))})"
        rows = [row] * len(self.own[0].values) if self.own else []
        return f"FROM (VALUES {', '.join(rows)}) AS given" if rows else ""

    def parameters(self) -> Iterator[Any]:
        """Yield the values as the database takes them, in the order of the statement."""
        yield from (self.prepared(column, 0) for column in self.fresh if column.is_shared)
        for row in range(len(self.own[0].values) if self.own else 0):
            yield from (self.prepared(column, row) for column in self.own)
        yield from (self.prepared(column, 0) for column in self.known if column.is_shared)

    def prepared(self, column: Column, row: int) -> Any:
        """Return a value as the database takes it."""
        return column.field.get_db_prep_save(column.values[row], self.database)

    def name(self, column: Column) -> str:
        """Return the quoted name of a column."""
        return str(self.database.ops.quote_name(column.field.column))

    def value(self, column: Column) -> str:
        """Return where the value of a column comes from."""
        return "%s" if column.is_shared else f"given.column{self.own.index(column) + 1}"


class Insert(Write):
    """New rows with the values of `fresh`."""

    def statement(self) -> str:
        names, values = ", ".join(map(self.name, self.fresh)), ", ".join(map(self.value, self.fresh))
        return f"INSERT INTO {self.table} ({names}) SELECT {values} {self.source()}"


class Update(Write):
    """The values of `fresh` for those rows that still have the ones of `known`.

    Rows are locked in the order of the values. IS TRUE keeps PostgreSQL to the primary key: it would
    look through all rows of one status.
    """

    def statement(self) -> str:
        changes = ", ".join(f"{self.name(column)} = {self.value(column)}" for column in self.fresh)
        found, *others = self.conditions()
        conditions = " AND ".join([found, *(f"({other}) IS TRUE" for other in others)])
        return f"UPDATE {self.table} SET {changes} {self.source()} WHERE {conditions}"  # noqa: S608

    def conditions(self) -> list[str]:
        """Return what tells which rows are written, the primary key first."""
        return [f"{self.table}.{self.name(column)} = {self.value(column)}" for column in self.known]
