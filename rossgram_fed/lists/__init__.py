"""Lists: accounts that somebody follows and reads together. A list is nobody else's business."""
