"""The platforms. A channel brings events and carries out orders; it never decides."""
