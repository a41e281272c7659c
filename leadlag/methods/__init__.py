"""One question each: a public function on a table, and the array function that answers it."""
