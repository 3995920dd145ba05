"""Line-API widgets that repaint only what changed."""
