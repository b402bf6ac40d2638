"""Third parties both ways: created over SOAP under our reference, everything else over REST."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.dolibarr.client import Rest, Soap
from connectors.dolibarr.mapping import party as mapping
from connectors.dolibarr.mapping.company import Company
from connectors.dolibarr.mapping.order import is_searchable
from connectors.dolibarr.rows import Feed, Listing, present_in_bulk
from connectors.dolibarr.verdicts import Row
from core.sync.documents import DocumentState, Party
from core.sync.errors import Conflict, InDoubt, NotFound, Rejected
from core.sync.sessions import each
from core.sync.values import Done, Found, Outcome, Outgoing, Ref, Seen, Stream

PARTIES = "thirdparties"


@dataclass(frozen=True, slots=True)
class Parties:
    """``ref_ext`` is no key: the same one twice is two third parties, so we look before and after.

    The lists hold suppliers too: who is a customer changes, and a customer that left a list would
    look deleted.
    """

    soap: Soap
    rest: Rest
    company: Company
    document = Party

    @property
    def streams(self) -> Sequence[Stream[Party]]:
        feed = Feed(rest=self.rest, company=self.company, path=PARTIES, properties=("ref_ext",))
        return [Stream(name=PARTIES, changed=feed.changed)]

    def read(self, ids: Sequence[str]) -> list[Seen[Party]]:
        return [
            Seen(
                ref=mapping.ref(row, self.company),
                stamp=self.company.moment(row["date_modification"]),
                reference=row["ref_ext"],
                body=mapping.party(row, self.company),
            )
            for row in present_in_bulk(self.rest, PARTIES, ids)
        ]

    def ids(self, after: str, limit: int) -> list[Ref]:
        rows = Listing(self.rest, PARTIES).beyond(after, limit)
        return [mapping.ref(row, self.company) for row in rows]

    def find(self, references: Sequence[str]) -> list[Found]:
        """SOAP answers DUPLICATE_FOUND for two, and REST both."""
        return [
            mapping.found(row, self.company)
            for reference in references
            if is_searchable(reference)
            for row in self._carrying(reference)
        ]

    def create(self, items: Sequence[Outgoing[Party]]) -> list[Outcome]:
        return each(items, self._create)

    def update(self, items: Sequence[Outgoing[Party]]) -> list[Outcome]:
        return each(items, self._update)

    def _create(self, item: Outgoing[Party]) -> Done:
        answer = self.soap.write("thirdparty", "createThirdParty", thirdparty=mapping.struct(item))
        if not answer.get("id"):
            raise InDoubt("Dolibarr said OK and named no third party")
        return Done(ref=Ref(id=str(answer["id"])), state=DocumentState.CONFIRMED)

    def _update(self, item: Outgoing[Party]) -> Done:
        """``PUT`` of the REST API leaves alone what is not named. What it kept is read back."""
        before = self._row(item)
        seen = mapping.ref(before, self.company)
        if item.ref and item.ref.version not in {None, seen.version}:
            raise Conflict(f"third party {seen.id} was changed in Dolibarr")
        if values := mapping.amended(item.document, before):
            self.rest.put(f"{PARTIES}/{seen.id}", values)
            before = self._row(item)
            if left := mapping.amended(item.document, before):
                name = next(iter(left))
                raise Rejected(f"Dolibarr keeps {name} as {before.get(name)!r}", field=name)
        done = mapping.ref(before, self.company)
        return Done(ref=done, state=DocumentState.CONFIRMED, number=before.get("code_client"))

    def _row(self, item: Outgoing[Party]) -> Row:
        if item.ref is None:
            raise NotFound(f"third party {item.reference}")
        return self.rest.get(f"{PARTIES}/{item.ref.id}")

    def _carrying(self, reference: str) -> list[Row]:
        rows = self.rest.rows(PARTIES, {"sqlfilters": f"(t.ref_ext:=:'{reference}')"})
        return [row for row in rows if row["ref_ext"] == reference]
