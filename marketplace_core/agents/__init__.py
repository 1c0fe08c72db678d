"""Agents by short messages: signed in for a day, asking for the yes of whom they act for, taking back what slipped."""
