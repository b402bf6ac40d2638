"""Every module of ours says what it uses and keeps to its own tables."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import Column, Float, ForeignKey, Integer, MetaData, Table, inspect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from core.compose import schema
from core.db.base import Base
from core.registry.registry import Registry
from core.testing.imports import modules_imported
from core.testing.tables import homeless, inexact, misnamed

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(
    folder.name for folder in (ROOT / "modules").iterdir() if (folder / "__init__.py").exists()
)


def test_every_module_and_connector_here_is_installed_and_whole(installed: Registry) -> None:
    assert installed.found.broken == {}
    assert installed.connectors.broken == {}
    assert set(MODULES) <= installed.modules.keys()


@pytest.mark.parametrize("name", MODULES)
def test_a_module_requires_exactly_what_it_imports(name: str, installed: Registry) -> None:
    packages = {key: found.package for key, found in installed.modules.items()}
    own = packages.pop(name)
    imported = modules_imported(Path(str(files(own))), packages)
    assert imported == set(installed.modules[name].item.requires)


def test_no_column_holds_a_binary_float(installed: Registry) -> None:
    assert set(MODULES) <= installed.modules.keys()
    assert schema.TABLES
    assert inexact(Base.metadata.tables.values()) == []


def test_every_table_bears_its_owners_name(installed: Registry) -> None:
    owners = {found.package: name for name, found in installed.modules.items()}
    # The shipped trial module stands in core.testing and is a module of its own.
    mappers = [
        mapper
        for mapper in Base.registry.mappers
        if not mapper.class_.__module__.startswith("core.testing.")
    ]
    assert misnamed(mappers, owners | {"core": "core"}) == []


def test_every_business_record_belongs_to_a_company(installed: Registry) -> None:
    prefixes = tuple(f"{name}_" for name in installed.modules)
    tables = Base.metadata.tables.values()
    assert homeless([table for table in tables if table.name.startswith(prefixes)]) == []


def test_imports_are_found_in_every_form(tmp_path: Path) -> None:
    forms = {
        "sales": "import modules.sales.models",
        "stock": "def late():\n    from modules import stock",
        "catalog": "from modules.catalog import models",
    }
    for name, text in forms.items():
        (tmp_path / f"{name}.py").write_text(text)
    (tmp_path / "other.py").write_text("from modules.salesforce import x\nfrom core import ids")
    packages = {name: f"modules.{name}" for name in [*forms, "billing"]}
    assert modules_imported(tmp_path, packages) == set(forms)


def test_wrong_tables_are_named() -> None:
    metadata = MetaData()
    order = Table(
        "order", metadata, Column("id", Integer, primary_key=True), Column("company_id", Integer)
    )
    order.columns["company_id"].nullable = False
    line = Table("line", metadata, Column("o", ForeignKey("order.id"), nullable=False))
    stray = Table("stray", metadata, Column("o", ForeignKey("order.id")), Column("f", Float))
    assert homeless([order, line, stray]) == ["stray"]
    assert inexact([order, line, stray]) == ["stray.f"]


def test_a_table_without_its_prefix_is_named() -> None:
    class Scratch(DeclarativeBase):
        pass

    class Stray(Scratch):
        __tablename__ = "stray"
        id: Mapped[int] = mapped_column(primary_key=True)

    assert misnamed([inspect(Stray)], {__name__: "guards"}) == [f"{__name__}: stray"]
    assert misnamed([inspect(Stray)], {"somebody.else": "guards"}) == []
