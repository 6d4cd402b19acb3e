"""People's requests about their own data: received, validated with the person, met, and gone."""
