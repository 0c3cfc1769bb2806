"""The inputs that prove a grading model (question, reference, answer): short, long, right, wrong, without content."""

GOLDEN = (
    ("Why does ice float on water?", "Ice is less dense than water.", "Because it is lighter than the same volume."),
    ("Why does ice float on water?", "Ice is less dense than water.", "It doesn't float, ice is heavier than water."),
    ("What do plants take from the air?", "They take carbon dioxide.", "idk"),
    (
        "Explain why the second lamp goes out as well when one lamp of a series circuit is taken out of its holder.",
        "There is only one path for the current, and taking out a lamp leaves a gap in it, so that nothing flows.",
        "In a series circuit everything is on one loop. When you take one lamp out the loop is open and the current "
        "can't go round any more, so the other lamp has no current and is off, even if it is still in its holder.",
    ),
)
