"""How well messages are understood, on tests that nobody who wrote training sentences has seen: `make eval-nlu`."""
