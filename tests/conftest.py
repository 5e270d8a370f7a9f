"""Nothing of ours is mocked: the fixtures come from ``comptoir.testing``, the same kit that plugin authors use."""
