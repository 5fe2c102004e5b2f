"""Groups some of whose commands have a file of their own, imported when it is called, so that --help stays quick."""

from importlib import import_module

import click


class OwnFiles(click.Group):
    """A group whose commands in `own` are `command` in `axiometer.cli.PREFIX_NAME`; they are listed first."""

    prefix = ""
    own: tuple[str, ...] = ()

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Those with files of their own, then the others."""
        return [*self.own, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported here and not before."""
        if cmd_name not in self.own:
            return super().get_command(ctx, cmd_name)
        found: click.Command = import_module(f"axiometer.cli.{self.prefix}_{cmd_name}").command
        return found
