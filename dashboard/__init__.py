"""What staff, people and machines can do.

policy      who may                       services    what happens            checks      is it true
processors  who else holds data           views       what staff see          public      what the person sees
api         what machines send            database    what one engine has     demo        a stand-in app and website
app.py puts them together; front_door.py stands before every request.
"""
