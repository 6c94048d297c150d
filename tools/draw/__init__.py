"""The pictures: the screen's, of wiring and circuits, and of the plan of the house."""
