"""Where a post went: which servers have it, which are waiting, which refused; and trying again."""
