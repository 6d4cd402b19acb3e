"""What a person meets in the browser: journeys in Chromium, accessibility, screenshots."""
