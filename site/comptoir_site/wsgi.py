"""The door for production servers: `granian --interface wsgi comptoir_site.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comptoir_site.settings.demo")
application = get_wsgi_application()
