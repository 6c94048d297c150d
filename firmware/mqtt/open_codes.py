"""The codes that MQTT and the event log tell, wherever they are."""

import io

from hardware.data_file import open_data
from screen.draw.language import Language


def open_codes():
    """Returns the Language of languages.codes: from the image's file, or from its source."""
    file = open_data("languages/codes.bin")
    if file is None:
        from languages import codes

        file = io.BytesIO(codes.DATA)
    return Language(file)
