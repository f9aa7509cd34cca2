"""Pictures in motion: timelines, what they show at any time, and the films drawn from them."""
