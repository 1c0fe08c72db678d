"""`mandi demo`: one lot from the photo to the money, told by the real processes and printed as it is told.

`story.txt` says what people do and what they must be answered; `play` does it on the phones of the simulator page.
"""
