"""The widget: one script that a support site embeds."""
