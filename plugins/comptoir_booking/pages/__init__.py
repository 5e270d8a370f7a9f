"""Pages on which customers book, move and cancel by themselves, beside those of a channel that has this plugin on."""
