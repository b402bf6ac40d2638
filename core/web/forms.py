"""Forms made from a marshmallow schema: shown, read back, and never losing what was typed.

    form = Form(PartyFields(), stored=values_of(party), version=party.version)      # GET
    return form_page(form, title=_("Edit %(name)s", name=party.name), back=address)

    form = Form.sent(PartyFields(), request.form)                                   # POST
    def save(data: dict[str, Any]) -> str:
        with writing() as work:
            change_party(work, key, data, version=form.version)
        return url_for("contacts_pages.party", key=key)
    return submit(form, save, title=..., back=..., fresh=lambda: Stored(values, version))

A field's ``metadata`` takes ``title`` and ``help`` (both marked with ``lazy``), ``secret`` (written
only, never shown; left empty it stays as it is), ``multiline`` and ``choices`` (value to label).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue
from marshmallow import Schema, ValidationError
from werkzeug.datastructures import MultiDict

from core.errors import Invalid, Stale
from core.web.fields import FormField, fields_of
from core.web.i18n import gettext as _
from core.web.i18n import lazy

#: What the hidden inputs of every form are called.
VERSION, TAKE = "version", "take:"


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as it is now: values as the schema dumps them, and its version."""

    values: Mapping[str, Any]
    version: int


@dataclass
class Form:
    """One form on its way: what it shows, what is wrong with it, and what both sides say."""

    schema: Schema
    stored: Mapping[str, Any] = field(default_factory=dict)
    version: int | None = None
    #: What was typed, as text; None while nobody has sent the form.
    typed: Mapping[str, str] | None = None
    #: Field name to what is wrong; '' is the form as a whole.
    wrong: dict[str, str] = field(default_factory=dict)
    #: The record as somebody else has saved it in the meantime.
    theirs: Stored | None = None
    #: Crumbs that lead to the form: ``[(_("Orders"), address)]``; its title comes behind them.
    path: Sequence[tuple[str, str]] = ()
    #: Show secrets again as they were typed, never as they are stored: for a form that is only
    #: tried out and sent once more.
    keeps_secrets: bool = False

    @classmethod
    def sent(
        cls, schema: Schema, posted: MultiDict[str, str], *, stored: Mapping[str, Any] | None = None
    ) -> Form:
        """``stored`` is only for secrets, of which a form shows whether there is one."""
        names = {one.name for one in fields_of(schema)}
        typed = {name: posted[name] for name in posted if name in names}
        # Of a stale form: fields where the other side's version was chosen.
        typed |= {name: posted[TAKE + name] for name in names if TAKE + name in posted}
        version = posted.get(VERSION, "")
        number = int(version) if version.isascii() and version.isdigit() else None
        return cls(schema, stored or {}, number, typed)

    @property
    def fields(self) -> list[FormField]:
        return fields_of(self.schema)

    def shown(self, one: FormField) -> str:
        """The text in the field: what was typed, else what is stored."""
        if one.secret:
            return (self.typed or {}).get(one.name, "") if self.keeps_secrets else ""
        if self.typed is not None:
            return self.typed.get(one.name, "")
        return one.text(self.stored.get(one.name, one.default))

    def other(self, one: FormField) -> str | None:
        """What somebody else has saved in this field, where it differs from what stands in it."""
        if self.theirs is None or one.secret:
            return None
        text = one.text(self.theirs.values.get(one.name))
        return text if text != self.shown(one) else None

    def data(self) -> Any:
        """What the schema loads from the form; None when it does not, and ``wrong`` says why."""
        given = self.given()
        if self.wrong:
            return None
        try:
            return self.schema.load(given)
        except ValidationError as error:
            self.wrong |= self._reasons(error)
            return None

    def _reasons(self, error: ValidationError) -> dict[str, str]:
        empty = {one.name for one in self.fields if one.required and not self.shown(one)}
        return {
            name: _("Fill this in.") if name in empty else _first(found)
            for name, found in _messages(error).items()
        }

    def given(self) -> dict[str, Any]:
        """The form as the schema takes it, not yet loaded; problems of form go to ``wrong``."""
        given: dict[str, Any] = {}
        for one in self.fields:
            try:
                one.read(self.typed or {}, given)
            except ValueError as error:
                self.wrong[one.name] = str(error)
        return given

    def refuse(self, error: Invalid) -> None:
        """Place a service's objections beside the fields they name, the others on top."""
        names = {one.name for one in self.fields}
        beside = {name: reason for name, reason in error.fields.items() if name in names}
        self.wrong |= beside or {"": " ".join([str(error), *error.fields.values()])}

    def collide(self, fresh: Stored) -> None:
        """Somebody else was faster: both versions are shown, and saving again is saving on top."""
        self.theirs, self.version = fresh, fresh.version


def submit(
    form: Form,
    save: Callable[[Any], str],
    *,
    title: str,
    back: str,
    done: str = lazy("Saved."),
    fresh: Callable[[], Stored] | None = None,
) -> ResponseReturnValue:
    """Load the form, ``save`` it and go where ``save`` says; or show it again with what is wrong.

    ``save`` opens the unit of work. ``fresh`` answers the record as it is now, for a stale form.
    """
    data = form.data()
    if data is not None:
        try:
            target = save(data)
        except Invalid as error:
            form.refuse(error)
        except Stale:
            if fresh is None:
                raise
            form.collide(fresh())
        else:
            flash(_(done), "done")
            return redirect(target, 303)
    status = 409 if form.theirs else 422
    return form_page(form, title=title, back=back), status


def form_page(
    form: Form, *, title: str, back: str, lede: str = "", save: str = lazy("Save")
) -> str:
    """``back`` is where the form was opened from. For more than fields, use form_parts.html."""
    crumbs = [*form.path, (title, "")]
    return render_template(
        "form.html", form=form, title=title, back=back, lede=lede, save=_(save), crumbs=crumbs
    )


def _messages(error: ValidationError) -> dict[str, Any]:
    found: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]  # theirs
    return found


def _first(found: Any) -> str:
    """Of marshmallow's messages for one field: a list, or a tree for a list's or dict's members."""
    while not isinstance(found, str):
        found = next(iter(found.values() if isinstance(found, Mapping) else found), "")
    return found
