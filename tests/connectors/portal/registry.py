"""Django's own administration over a table of cases, in a process of its own: ``registry.py DATABASE COUNT``."""

from __future__ import annotations

import sys
from pathlib import Path

import django
from django.apps import AppConfig
from django.conf import settings

_FOLDER = Path(sys.argv[1])


class OfficeConfig(AppConfig):  # type: ignore[misc]
    """This file as an application."""

    name = __name__
    label = "office"
    path = str(Path(__file__).parent)


def _configure() -> None:
    apps = ("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles")
    stack = ("sessions.middleware.Session", "middleware.common.Common", "middleware.csrf.CsrfView")
    names = (*stack, "contrib.auth.middleware.Authentication", "contrib.messages.middleware.Message")
    settings.configure(
        DEBUG=True,
        SECRET_KEY="tests",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="__main__",
        LANGUAGE_CODE="zh-hans",
        TIME_ZONE="Asia/Shanghai",
        STATIC_URL="/static/",
        MIGRATION_MODULES=dict.fromkeys(apps),
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(_FOLDER / "cases.db")}},
        INSTALLED_APPS=[*(f"django.contrib.{app}" for app in apps), f"{__name__}.OfficeConfig"],
        MIDDLEWARE=[
            f"django.{'contrib.' if name.startswith('sessions') else ''}{name}Middleware".replace("..", ".")
            for name in names
        ],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
    )
    django.setup()


_configure()

from django.contrib import admin  # noqa: E402 - only after the settings
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.urls import path  # noqa: E402

from tests.connectors.portal.office import ACCOUNT, PASSWORD, cases  # noqa: E402


class Case(models.Model):  # type: ignore[misc]
    """A case."""

    id = models.IntegerField(primary_key=True)
    serial = models.CharField("受理编号", max_length=40)
    name = models.CharField("申请人", max_length=80)
    day = models.DateField("决定日期")
    code = models.CharField("统一社会信用代码", max_length=18)
    note = models.TextField("备注", blank=True)

    class Meta:
        """How it is called."""

        app_label = "office"
        verbose_name = verbose_name_plural = "办件"


class CaseAdmin(admin.ModelAdmin):  # type: ignore[misc]
    """What its pages show."""

    list_display = ("serial", "name", "day")
    list_per_page = 5
    ordering = ("id",)
    readonly_fields = ("code",)


admin.site.register(Case, CaseAdmin)
urlpatterns = [path("admin/", admin.site.urls)]


def main() -> None:
    """Fill the database and serve it on a free port, which is printed."""
    call_command("migrate", verbosity=0, run_syncdb=True)
    with connection.schema_editor() as editor:
        editor.create_model(Case)
    User.objects.create_superuser(ACCOUNT, password=PASSWORD)
    Case.objects.bulk_create(
        Case(
            id=each["id"],
            serial=each["serial"],
            name=each["name"],
            day=each["day"],
            code=f"91150100MA{each['id']}",
            note=each["note"],
        )
        for each in cases(int(sys.argv[2]))
    )
    from wsgiref.simple_server import WSGIServer, make_server

    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.wsgi import get_wsgi_application

    server: WSGIServer = make_server("127.0.0.1", 0, StaticFilesHandler(get_wsgi_application()))
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


main()
