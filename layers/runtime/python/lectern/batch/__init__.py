"""The batch contract: a class's answers as CSV in; grades.csv, summary.json and report.html out."""
