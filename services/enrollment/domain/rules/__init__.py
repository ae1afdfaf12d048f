"""The pure rules of enrollment: a small state in, a refusal or nothing out."""
