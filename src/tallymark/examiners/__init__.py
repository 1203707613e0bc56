"""What can be seen in a file besides its words: pictures redrawn, and the clocks inside them.

Every file is looked at in a confined child (``tallymark.jail``): the parent never decodes what
others sent. What comes back is plain pixels and short lines of text, checked again here.
"""

from tallymark.examiners.picture import ClocksBeside, Pixels, clocks, jpeg, pixels

__all__ = ["ClocksBeside", "Pixels", "clocks", "jpeg", "pixels"]
