"""The report of a study as one HTML file: no network, no script, light and dark, on screen and on paper."""

from axiometer.report import view, words
from axiometer.report.frame import cited, render
from axiometer.report.study import Study


def page(study: Study) -> str:
    """The report; the same study gives the same text."""
    system = view.system_of(study)
    forms, subjects = view.forms_of(study, system), view.subjects_of(study)
    return render(
        "page.html.j2",
        {
            "study": study,
            "system": system,
            "forms": forms,
            "subjects": subjects,
            "examples": view.examples_of(study, forms),
            "citations": [cited(key) for key in study.citations],
            "names": words.listed([s.name for s in subjects]),
        },
    )
