"""The gradebook: classes, questions, grades, teachers' decisions, regrades."""
