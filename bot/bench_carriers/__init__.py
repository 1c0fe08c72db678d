"""`mandi bench-carriers`: many people write at once while something breaks; what is lost, doubled, out of order, wrong?

    arrivals.py   who writes what and when: a schedule made before the clock starts, with repeats, swaps and bursts
    delivery.py   brings it to our door and insists, as Twilio does with `#rc=2`
    carrier.py    a pretend Twilio at the wire: takes, remembers, lists, refuses, forgets to answer
    faults.py     what breaks, one thing a run
    records.py    what the house has written down about it all
    alone.py      the same dialogues, one message after the other, with nothing broken
    judge.py      pure: compares the three
    run.py        starts everything on a database of its own, and prints

Nobody waits for an answer before the next message, and all of it stays on 127.0.0.1.
"""
