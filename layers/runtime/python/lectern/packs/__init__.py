"""Question packs: from a few of a teacher's own grades, a small head that grades one question as the teacher does."""
