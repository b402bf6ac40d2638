"""Sabotages of the engine, and the tests that must catch each of them.

``was`` stands exactly once in the module's file: where somebody rewrites that place, the mutant
says so and wants to be written anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
EVIDENCE = "tests/core/sync/test_push_evidence.py::"
SENT = "tests/core/sync/test_push.py::"
ADOPTED = "tests/core/sync/test_push_adopt.py::"
CREATES = "tests/core/sync/test_push_creates.py::"
REQUESTS = "tests/core/sync/test_push_requests.py::"
OVERTAKEN = (
    "tests/core/sync/test_push_crashes.py"
    "::test_a_frozen_run_that_is_overtaken_and_goes_on_doubles_nothing"
)
BROUGHT = "tests/core/sync/pull/test_pull_evidence.py::"
PULLED = "tests/core/sync/pull/test_pull.py::"
PLACE = "tests/core/sync/pull/test_place.py::"
QUEUE = "tests/core/jobs/test_queue.py::"
LEASE = (
    "tests/core/jobs/test_lease_evidence.py"
    "::test_a_wrong_clock_here_takes_over_neither_too_early_nor_too_late"
)
DELETIONS = "tests/faults/test_fault_20_deletions.py::"
REFUSED = (
    "tests/faults/test_fault_01_refused.py"
    "::test_fault_01_refused_connections_open_the_breaker_and_a_probe_closes_it"
)
LOST_ANSWERS = "tests/core/sync/merge/test_lost_answers.py::"
SIGNS = "tests/core/test_signs.py::"
HANGS = "tests/faults/test_fault_04_hang.py::"


class AnchorGone(Exception):
    """The code a mutant spoils was rewritten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    name: str
    module: str
    was: str
    becomes: str
    #: Node ids; any of them failing is enough.
    tests: tuple[str, ...]

    def spoilt_source(self) -> str:
        """The module's source with the sabotage in it. Raise AnchorGone."""
        source = (ROOT / f"{self.module.replace('.', '/')}.py").read_text("utf-8")
        if source.count(self.was) != 1:
            count = source.count(self.was)
            raise AnchorGone(f"{self.name}: {self.module} has {count} times: {self.was}")
        return source.replace(self.was, self.becomes)


_ALL = (
    Mutant(
        name="no attempt row before the request",
        module="core.sync.push.round",
        was="""            attempt_id = open_attempt(
                work, self.route, verb, run_id=self.context.job_id, parcels=parcels
            )
        outcomes = traced(verb, attempt_id, call, parcels)
""",
        becomes="""        outcomes = traced(verb, self.context.job_id, call, parcels)
        with self.context.write() as work:
            attempt_id = open_attempt(
                work, self.route, verb, run_id=self.context.job_id, parcels=parcels
            )
""",
        tests=(EVIDENCE + "test_every_writing_call_finds_its_attempt_committed",),
    ),
    Mutant(
        name="in doubt treated as unsent",
        module="core.sync.push.attempts",
        was="return AttemptOutcome.IN_DOUBT",
        becomes="return AttemptOutcome.UNSENT",
        tests=(EVIDENCE + "test_a_write_without_an_answer_stays_in_doubt_in_its_attempt",),
    ),
    Mutant(
        name="adopt without comparing",
        module="core.sync.push.adopt",
        was="    if not isinstance(document, SalesOrder):\n        return True",
        becomes="    if True:\n        return True",
        tests=(ADOPTED + "test_what_is_not_what_we_sent_is_not_adopted",),
    ),
    Mutant(
        name="two past draft and the first one wins",
        module="core.sync.push.adopt",
        was="if len(past_draft) > 1:",
        becomes="if len(past_draft) > 9:",
        tests=(ADOPTED + "test_two_past_draft_stop_the_record",),
    ),
    Mutant(
        name="no compare-and-set of the binding",
        module="core.sync.push.settle",
        was="    if binding.external_id is None:\n        binding.external_id, parcel",
        becomes="    if True:\n        binding.external_id, parcel",
        tests=(OVERTAKEN,),
    ),
    Mutant(
        name="confirm an id that is not the bound one",
        module="core.sync.push.drafts",
        was="            strays.append(done.ref)",
        becomes="            parcel.external_id = done.ref.id",
        tests=(OVERTAKEN,),
    ),
    Mutant(
        name="discard of the bound draft",
        module="core.sync.push.strays",
        was="        and suspects[hit.reference].bound != hit.ref.id\n",
        becomes="",
        tests=(EVIDENCE + "test_the_sweep_leaves_a_draft_alone_that_is_on_its_way",),
    ),
    Mutant(
        name="settle without the fence",
        module="core.sync.push.settle",
        was="row.state is OutboxState.CLAIMED and row.fence == fences[row.id]",
        becomes="row.state is not None and fences",
        tests=(EVIDENCE + "test_the_verdict_of_a_run_that_was_overtaken_is_not_written",),
    ),
    Mutant(
        name="two rows of one record claimed at once",
        module="core.sync.push.claim",
        was="OutboxRow.due_at <= utcnow(), ~held)",
        becomes="OutboxRow.due_at <= utcnow())",
        tests=(REQUESTS + "test_a_later_change_never_overtakes_one_that_is_in_doubt",),
    ),
    Mutant(
        name="no quarantine for creates in one step",
        module="core.sync.push.singles",
        was="        if until <= now:",
        becomes="        if True:",
        tests=(CREATES + "test_a_lost_answer_is_quarantined_and_then_looked_for",),
    ),
    Mutant(
        name="429 counted as a try",
        module="core.sync.push.verdicts",
        was="error.until, code=error.code)",
        becomes="error.until, code=error.code, counts=True)",
        tests=(SENT + "test_an_erp_that_asks_to_wait_is_given_the_time_and_no_try_is_counted",),
    ),
    Mutant(
        name="a stale version tried for ever",
        module="core.sync.push.verdicts",
        was="case Conflict() | NotShown() if _tries(parcel, error) < _MOST[error.code]:",
        becomes="case Conflict() | NotShown():",
        tests=(SENT + "test_a_stale_version_is_tried_three_times",),
    ),
    Mutant(
        name="echo off",
        module="core.sync.merge.rules",
        was="    if (awaited or not base.knows(name)) and alike(sides.theirs, sent, before):",
        becomes="    if False:",
        # Alone: end to end what a write carried tells its echo, too.
        tests=(
            "tests/faults/test_fault_19_rules.py::test_an_echo_is_told_from_a_change_by_its_content_alone",
        ),
    ),
    Mutant(
        name="cursor without the overlap",
        module="core.sync.pull.place",
        was="back = cursor.back_stamp or cursor.stamp - OVERLAP",
        becomes="back = cursor.stamp",
        tests=(PLACE + "test_the_next_reading_starts_one_overlap_earlier",),
    ),
    Mutant(
        name="cursor moved outside the page's transaction",
        module="core.sync.pull.stream",
        was="""        with self.telling() as work:
            cursor = self.cursors.of(work, stream.name)
            took = self._apply_guarded(work, page.bodies, guard)
            advance(cursor, reading, page.after)
""",
        becomes="""        with self.telling() as work:
            advance(self.cursors.of(work, stream.name), reading, page.after)
        with self.telling() as work:
            cursor = self.cursors.of(work, stream.name)
            took = self._apply_guarded(work, page.bodies, guard)
""",
        tests=(BROUGHT + "test_a_kill_while_a_page_is_stored_leaves_the_cursor_before_it",),
    ),
    Mutant(
        name="the first hash instead of the last applied",
        module="core.sync.pull.inbox",
        was="row.applied_hash, row.applied_version = row.hash, row.version",
        becomes="row.applied_hash, row.applied_version = row.applied_hash or row.hash, row.version",
        tests=(BROUGHT + "test_back_to_exactly_what_it_was_is_a_change_too",),
    ),
    Mutant(
        name="an older version applied over a newer one",
        module="core.sync.pull.inbox",
        was="if item.stamp and row.applied_stamp and item.stamp < row.applied_stamp:",
        becomes="if False:",
        tests=(PULLED + "test_an_older_version_than_the_applied_one_is_dropped",),
    ),
    Mutant(
        name="a missing dependency is not pulled",
        module="core.sync.pull.inbox",
        was="        took.missing |= error.needs\n",
        becomes="",
        tests=(PULLED + "test_what_a_document_refers_to_is_pulled_first",),
    ),
    Mutant(
        name="a job commits after it was taken over",
        module="core.jobs.context",
        was="            hold(work.session, self._claim)\n",
        becomes="",
        tests=(QUEUE + "test_what_was_taken_over_can_not_be_committed_and_is_not_settled",),
    ),
    Mutant(
        name="leases by the clock of this machine",
        module="core.jobs.claims",
        was="WorkerProcess.expires_at > database_now()",
        becomes="WorkerProcess.expires_at > utcnow()",
        tests=(LEASE,),
    ),
    Mutant(
        name="a mass deletion asks nobody",
        module="core.sync.pull.parting",
        was="    return gone > MOST or",
        becomes="    return False and",
        tests=(DELETIONS + "test_fault_20_five_per_cent_gone_at_once_stops_the_sweep",),
    ),
    Mutant(
        name="the circuit never opens",
        module="core.sync.gate",
        was="if failures >= FAILURES and opened_at is None:",
        becomes="if False:",
        tests=(REFUSED,),
    ),
    Mutant(
        name="a late double is not looked for",
        module="core.sync.push.strays",
        was="if len(ids) > known[reference]",
        becomes="if len(ids) > 9",
        tests=(CREATES + "test_an_adopted_order_is_watched_for_doubles_too",),
    ),
    Mutant(
        name="what the deadline cut off is an answer",
        module="core.sync.channel",
        was="            if self._wire.expired:  # an",
        becomes="            if False:  # an",
        tests=(HANGS + "test_fault_04_answer_whose_end_does_not_come_is_in_doubt_and_adopted",),
    ),
    Mutant(
        name="what a write carries is not kept before it leaves",
        module="core.sync.merge.written",
        was="            base = base.carries(name, value, at=left_at)\n",
        becomes="            pass\n",
        tests=(LOST_ANSWERS + "test_a_change_after_a_lost_answer_goes_there",),
    ),
    Mutant(
        name="a worker that hangs is taken for dead",
        module="core.signs",
        was="    except OSError:\n        return True\n    finally",
        becomes="    except OSError:\n        return False\n    finally",
        tests=(SIGNS + "test_a_life_that_was_killed_is_gone_until_it_is_forgotten",),
    ),
)

MUTANTS = {mutant.name: mutant for mutant in _ALL}
