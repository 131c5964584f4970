"""Write many rows with one statement. A value that all rows share stands in it once, and goes out once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db import connections, models, router, transaction
from django.utils.duration import duration_iso_string


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

    @property
    def is_postgresql(self) -> bool:
        """Tell whether the rows are in PostgreSQL."""
        return bool(self.database.vendor == "postgresql")

    def source(self) -> str:
        """Return the clause with the table of the values that differ; its columns are numbered."""
        if not self.own:
            return ""
        if self.is_postgresql:
            columns = (f"column{n} {column.field.db_type(self.database)}" for n, column in enumerate(self.own, 1))
            return f"FROM json_to_recordset(%s) AS given({', '.join(columns)})"
        row = f"({', '.join(['%s'] * len(self.own))})"
        return f"FROM (VALUES {', '.join([row] * len(self.own[0].values))}) AS given"

    def parameters(self) -> Iterator[Any]:
        """Yield the values as the database takes them, in the order of the statement."""
        yield from (self.prepared(column, 0) for column in self.fresh if column.is_shared)
        if self.own:
            yield from [self.in_json()] if self.is_postgresql else self.one_by_one()
        yield from (self.prepared(column, 0) for column in self.known if column.is_shared)

    def one_by_one(self) -> Iterator[Any]:
        """Yield the values that differ, row after row."""
        for row in range(len(self.own[0].values)):
            yield from (self.prepared(column, row) for column in self.own)

    def in_json(self) -> str:
        """Return the values that differ as one text: a thousand parameters would keep the client of PostgreSQL busy."""
        columns = [[column.field.get_prep_value(value) for value in column.values] for column in self.own]
        names = [f"column{n}" for n in range(1, len(columns) + 1)]
        rows = [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
        return json.dumps(rows, default=as_text)

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
    """New rows with the values of `fresh`, the first of which is the key of another row that must be among some."""

    def run(self, keys: Sequence[Any]) -> None:
        """Write the rows that belong to these."""
        if keys:
            field = self.fresh[0].field
            among = [field.get_db_prep_save(key, self.database) for key in keys]
            with self.database.cursor() as cursor:
                cursor.execute(self.statement(", ".join(["%s"] * len(among))), [*self.parameters(), *among])

    def statement(self, among: str) -> str:
        """Return the statement; `among` is the list of keys, or what selects them."""
        names, values = ", ".join(map(self.name, self.fresh)), ", ".join(map(self.value, self.fresh))
        condition = f"{self.value(self.fresh[0])} IN ({among})"
        return f"INSERT INTO {self.table} ({names}) SELECT {values} {self.source()} WHERE {condition}"

    def parameters(self) -> Iterator[Any]:
        """Yield the values; one that stands in the condition comes there once more."""
        yield from super().parameters()
        if self.fresh[0].is_shared:
            yield self.prepared(self.fresh[0], 0)


class Update(Write):
    """The values of `fresh` for those rows that still have the ones of `known`.

    Rows are locked in the order of the values. IS TRUE keeps PostgreSQL to the primary key: it would
    look through all rows of one status.
    """

    def run(self) -> set[Any]:
        """Write; return the keys of the rows that were as they are known."""
        return self.keys(self.statement(), self.parameters())

    def keys(self, statement: str, parameters: Iterable[Any]) -> set[Any]:
        """Run a statement that returns keys."""
        with self.database.cursor() as cursor:
            cursor.execute(statement, list(parameters))
            return {self.known[0].field.to_python(key) for (key,) in cursor.fetchall()}

    def statement(self) -> str:
        """Return the statement."""
        changes = ", ".join(f"{self.name(column)} = {self.value(column)}" for column in self.fresh)
        found, *others = self.conditions()
        conditions = " AND ".join([found, *(f"({other}) IS TRUE" for other in others)])
        key = f"{self.table}.{self.name(self.known[0])}"
        return f"UPDATE {self.table} SET {changes} {self.source()} WHERE {conditions} RETURNING {key} AS key"  # noqa: S608

    def conditions(self) -> list[str]:
        """Return what tells which rows are written, the primary key first."""
        return [f"{self.table}.{self.name(column)} = {self.value(column)}" for column in self.known]


def update_and_insert(update: Update, insert: Insert) -> set[Any]:
    """Update rows and insert what belongs to those that were updated, both or nothing; return their keys.

    PostgreSQL does it in one round trip: on a busy worker every answer is also a wait for the interpreter.
    """
    if not update.is_postgresql:
        with transaction.atomic(using=update.database.alias):
            keys = update.run()
            insert.run(list(keys))
        return keys
    moved = "SELECT key FROM moved"
    both = ("WITH moved AS (", update.statement(), "), added AS (", insert.statement(moved), ") ", moved)
    return update.keys("".join(both), [*update.parameters(), *insert.parameters()])


def as_text(value: Any) -> str:
    """Return a value that JSON does not know as PostgreSQL reads it."""
    return duration_iso_string(value) if isinstance(value, timedelta) else str(value)
