"""What can go wrong between the knowledge and a version that is served; `code` is for the API.

BuilderError
├── CannotProve
├── NothingServed
├── StillUnanswered
└── SlotTaken
"""


class BuilderError(Exception):
    """The root: catch it to catch all of them."""

    code = "builder"


class CannotProve(BuilderError):
    """The checks could not be carried to their end: this says nothing about the version."""

    code = "cannot_prove"


class NothingServed(BuilderError):
    """There is no active version to ask."""

    code = "nothing_served"


class StillUnanswered(BuilderError):
    """What is served does not answer the question yet, so no version could pass a probe of it."""

    code = "gap_unanswered"


class SlotTaken(BuilderError):
    """The slot under check was given to another version; it must be placed again."""

    code = "slot_taken"
