"""MP4 (H.264) and WebM (VP9) through PyAV, which holds FFmpeg: tagged BT.709, as players expect of video."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from ..provenance import marked
from .film_base import Film, FilmSink, Frame
from .film_formats import FilmFormat

QUALITY = 66  # visually lossless: a CRF of 18 for H.264
_BT709 = 1  # primaries, transfer and matrix in FFmpeg's numbers
_STUDIO = 1  # 16 to 235
# rounding as it should be: otherwise colours come out one step too dark
_CAREFUL = (
    Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT | Interpolation.FULL_CHR_H_INP
)


class VideoSink(FilmSink):
    """A video file."""

    def __init__(self, path: Path, film: Film, form: FilmFormat) -> None:
        super().__init__(path)
        self._film, self._form = film, form
        self._local = threading.local()
        self._frame = 0
        self._container: Any = None
        self._stream: Any = None

    def open(self) -> None:
        """Begin the file."""
        film = self._film
        kind = self.path.suffix.lower().removeprefix(".")
        # `file:` because FFmpeg takes what is before a colon for a protocol
        container: Any = av.open(
            f"file:{self.part}", "w", format=kind, options={"movflags": "+faststart"} if kind == "mp4" else {}
        )
        self._container = container
        if film.provenance is not None:
            container.metadata["comment"] = marked(film.provenance.to_json())
            if film.provenance.recipe.name:
                container.metadata["title"] = film.provenance.recipe.name
        stream: Any = container.add_stream(self._form.encoder, rate=film.fps)
        self._stream = stream
        stream.width, stream.height, stream.pix_fmt = film.width, film.height, "yuv420p"
        stream.options = _options(self._form, film)
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = _STUDIO

    def encode(self, frame: Frame) -> VideoFrame:
        """The frame as Y'CbCr."""
        if not hasattr(self._local, "reformatter"):
            self._local.reformatter = VideoReformatter()
        rgb = np.ascontiguousarray(np.repeat(frame, 3, axis=2) if frame.shape[2] == 1 else frame)
        converted: VideoFrame = self._local.reformatter.reformat(
            VideoFrame.from_ndarray(rgb, format="rgb24"), format="yuv420p", interpolation=_CAREFUL,
            src_colorspace=Colorspace.ITU709, dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG, dst_color_range=ColorRange.MPEG,
        )  # fmt: skip
        return converted

    def append(self, encoded: VideoFrame) -> None:
        """Add the next frame."""
        encoded.pts = self._frame
        self._frame += 1
        self._put(encoded)

    def close(self) -> None:
        """Let the encoder finish."""
        self._put(None)
        try:
            self._container.close()
        except av.FFmpegError as error:
            raise self.failed(error.strerror or str(error)) from None

    def abandon(self) -> None:
        """End early."""
        if self._container is not None:
            with suppress(av.FFmpegError, OSError):  # a full disk, again
                self._container.close()

    def _put(self, frame: VideoFrame | None) -> None:
        try:
            for packet in self._stream.encode(frame):
                self._container.mux(packet)
        except av.FFmpegError as error:
            raise self.failed(error.strerror or str(error)) from None


def _options(form: FilmFormat, film: Film) -> dict[str, str]:
    """The encoder's settings: constant quality, and a pace that leaves the machine to the drawing."""
    quality = film.quality or QUALITY
    if form.encoder == "libx264":
        return {"crf": f"{(100 - quality) * 0.53:.1f}", "preset": "veryfast", "x264-params": "log-level=error"}
    return {
        "crf": str(round((100 - quality) * 0.6)), "b": "0", "cpu-used": "5", "deadline": "good", "row-mt": "1",
        "tile-columns": "2",
    }  # fmt: skip
