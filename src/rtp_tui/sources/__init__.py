"""Where data comes from: each file knows one provider, asks it, and raises when it cannot answer."""
