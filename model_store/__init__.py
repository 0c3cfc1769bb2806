"""Everything about models before they serve."""
