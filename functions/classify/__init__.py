"""Labels of texts by a scheme: question types, Bloom's levels, or a teacher's own."""
