"""What can be seen in a file besides its words: pictures redrawn, and the clocks inside every kind.

Every file is looked at in a confined child (``tallymark.jail``): the parent never decodes what
others sent. What comes back is plain pixels and short lines of text, checked again here.
"""

from tallymark.examiners.confined import Examiner, Look
from tallymark.examiners.metadata import LookBeside, look, says_something
from tallymark.examiners.picture import Pixels, jpeg, pixels

__all__ = ["Examiner", "Look", "LookBeside", "Pixels", "jpeg", "look", "pixels", "says_something"]
