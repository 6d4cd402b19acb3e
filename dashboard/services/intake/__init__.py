"""What happens when the app or the website sends something. Every verb returns an Answer and leaves the commit to
`act`.

Nothing here decides who may call (the API's gate does), and no refusal ever repeats a value that was sent.
"""
