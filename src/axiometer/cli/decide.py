"""`axiometer decide`."""

from pathlib import Path

import click

from axiometer.cli import options
from axiometer.cli.own_files import OwnFiles


class _Deciding(OwnFiles):
    """What begins with no command is a scene: `decide --preferences FILE SCENE` is `decide scene --preferences FILE SCENE`."""

    prefix = "decide"
    own = ("train", "learn")

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        known = [*self.list_commands(ctx), *ctx.help_option_names]
        if not args or args[0] not in known:
            args = ["scene", *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return ["scene", *self.own]


@click.group(cls=_Deciding)
def command() -> None:
    """Choose between actions by values: `decide --preferences FILE SCENE`, or as below."""


@command.command("scene")
@click.argument("scene", type=click.Path(path_type=Path))
@click.option(
    "--preferences",
    "-p",
    type=click.Path(path_type=Path),
    required=True,
    help="Value = number from 0 to 1; TOML or JSON.",
)
@click.option(
    "--decider",
    type=click.Path(path_type=Path),
    default=None,
    help="A folder that `decide train` wrote; default: the shipped one.",
)
@click.option("--rule", default="promethee", show_default=True, help="promethee, sum, topsis or utility.")
@click.option(
    "--variant", default="paper", show_default=True, help="paper, or repo for the released code's ratings."
)
@options.as_json
def scene_command(
    scene: Path, preferences: Path, decider: Path | None, rule: str, variant: str, as_json: bool
) -> None:
    """Rank the actions of SCENE for somebody, and say why; the word `scene` may be left out.

    SCENE is a TOML or JSON file with `text` and `actions`.
    """
    import json

    from axiometer.canon import plain
    from axiometer.decide import open_decider
    from axiometer.studies.deciding import decision_lines, read_given, read_scene

    (text, actions), given = read_scene(scene), read_given(preferences)
    who = open_decider(decider)
    who.preferences(given)
    assessed = who.assess(text, actions)
    decision = who.choose(assessed, actions, given, rule=rule, variant=variant)  # type: ignore[arg-type]
    if as_json:
        click.echo(json.dumps(plain(decision), ensure_ascii=False))
        return
    flips = who.flips(assessed, given) if (rule, variant) == ("promethee", "paper") else (None, None)
    for line in decision_lines(who, decision, flips):
        click.echo(line)
