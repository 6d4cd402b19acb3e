"""Extensions, created empty here and bound to an application in app.py."""

from flask_babel import Babel
from flask_security import Security
from flask_wtf import CSRFProtect

babel = Babel()
csrf = CSRFProtect()
security = Security()
