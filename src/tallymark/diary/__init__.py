"""The Python API over one vault: everything the pages and the command line can do."""

from tallymark.diary.diary import Diary
from tallymark.diary.handover import PackResult
from tallymark.diary.intake import ImportResult
from tallymark.diary.keys import Keys, NewWords

__all__ = ["Diary", "ImportResult", "Keys", "NewWords", "PackResult"]
