"""The tables of service."""

from modules.service.models.desk import CannedReply, Mailbox, Queue, QueueMember, TakenMail
from modules.service.models.feedback import Ask, AskKind
from modules.service.models.knowledge import Article, ArticleState, ArticleVersion, Deflection
from modules.service.models.levels import (
    BusinessCalendar,
    EscalationAction,
    EscalationStep,
    Holiday,
    SlaPolicy,
)
from modules.service.models.ticket import (
    Attachment,
    Draft,
    Escalated,
    Merge,
    Message,
    StateChange,
    Ticket,
)

__all__ = [
    "Article",
    "ArticleState",
    "ArticleVersion",
    "Ask",
    "AskKind",
    "Attachment",
    "BusinessCalendar",
    "CannedReply",
    "Deflection",
    "Draft",
    "Escalated",
    "EscalationAction",
    "EscalationStep",
    "Holiday",
    "Mailbox",
    "Merge",
    "Message",
    "Queue",
    "QueueMember",
    "SlaPolicy",
    "StateChange",
    "TakenMail",
    "Ticket",
]
