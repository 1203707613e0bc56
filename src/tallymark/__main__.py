"""``python -m tallymark`` is the command line."""

from tallymark.cli.main import main

main()
