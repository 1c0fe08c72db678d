"""The languages we answer in. A language is complete when its catalogues pass the lint; only those are offered."""

from dataclasses import dataclass

from nlu.understanding import Script


@dataclass(frozen=True)
class Language:
    code: str
    endonym: str
    latin_name: str
    scripts: tuple[Script, ...]


LANGUAGES = {
    language.code: language
    for language in (
        Language("en", "English", "English", ("native",)),
        Language("hi", "हिंदी", "Hindi", ("native", "latin")),
        Language("kn", "ಕನ್ನಡ", "Kannada", ("native", "latin")),
        Language("pa", "ਪੰਜਾਬੀ", "Punjabi", ("native", "latin")),
        Language("mr", "मराठी", "Marathi", ("native", "latin")),
        Language("te", "తెలుగు", "Telugu", ("native", "latin")),
        Language("ta", "தமிழ்", "Tamil", ("native", "latin")),
        Language("bn", "বাংলা", "Bengali", ("native", "latin")),
        Language("gu", "ગુજરાતી", "Gujarati", ("native", "latin")),
        Language("ml", "മലയാളം", "Malayalam", ("native", "latin")),
    )
}


def locale_of(language: str, script: Script) -> str:
    """The catalogue's folder in `locales/`."""
    return f"{language}_Latn" if script == "latin" and language != "en" else language
