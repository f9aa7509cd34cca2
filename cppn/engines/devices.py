"""The devices that pictures can be drawn on besides the processor: which interfaces there are, and what is behind them.

Drivers are asked through their own libraries; nothing else is needed. A card that is only imitated by the processor can
be named, and is never chosen.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

from ..errors import failure
from ..files.kept import DEVICES

GPU = "gpu"  # the best there is
_WORTH = 1.5  # times as fast as the processor
_KEY = "best"
# The best first. Vulkan is last, and none of it that a processor imitates is drawn on: through Halide 21, Mesa 22's
# lavapipe drew 9 of 11 networks wrong, whether stages stood in shared memory or in each thread's own, and in the end
# spoilt the process's memory. OpenCL on the same processor drew all of them right.
APIS = ("cuda", "metal", "d3d12", "opencl", "vulkan")


class Device(NamedTuple):
    """`number`: among those of its interface. `about`: what it calls itself. `is_card`: or is it a processor?"""

    api: str
    number: int
    about: str
    is_card: bool

    @property
    def name(self) -> str:
        """As `--device` takes it."""
        return f"{self.api}:{self.number}" if self.number else self.api

    @property
    def is_trusted(self) -> bool:
        """Can anything be drawn on it?"""
        return self.is_card or self.api != "vulkan"

    @contextmanager
    def chosen(self) -> Iterator[None]:
        """Within, Halide's runtime takes this device: it reads the number when it opens the interface."""
        before = os.environ.get("HL_GPU_DEVICE")
        os.environ["HL_GPU_DEVICE"] = str(self.number)
        try:
            yield
        finally:
            if before is None:
                del os.environ["HL_GPU_DEVICE"]
            else:
                os.environ["HL_GPU_DEVICE"] = before


class Interface(NamedTuple):
    """An interface and its devices; where there is none, `missing` says why."""

    api: str
    devices: tuple[Device, ...] = ()
    missing: str = ""


def interfaces() -> list[Interface]:
    """All interfaces, the best first."""
    return [interface(api) for api in APIS]


@lru_cache
def interface(api: str) -> Interface:
    """An interface, with its devices."""
    try:
        found = tuple(Device(api, i, about, card) for i, (about, card) in enumerate(_FOUND[api]()))
    except (OSError, AttributeError, RuntimeError) as error:
        return Interface(api, missing=str(error))
    return Interface(api, found, "" if found else "it has no device")


def find(name: str) -> Device:
    """The device of a name: "gpu", an interface, or one with the device's number.

    Errors: CppnError if it is not there.
    """
    api, colon, number = name.partition(":")
    if api == GPU:
        cards = [device for one in interfaces() for device in one.devices if device.is_card]
        if not cards:
            raise failure("there is no graphics card", where="device gpu", legal="`cppn devices` says why")
        return cards[0]
    found = interface(api)
    index = int(number) if number.isdecimal() else -1 if colon else 0
    if not found.devices:
        raise failure(found.missing, where=f"device {api}", legal="`cppn devices` lists what is there")
    if not 0 <= index < len(found.devices):
        legal = ", ".join(device.name for device in found.devices)
        raise failure(f"there is no device {name!r}", where="device", legal=f"there are {legal}")
    device = found.devices[index]
    if not device.is_trusted:
        raise failure("a processor that imitates Vulkan draws wrong", where=f"device {name}", legal="use --device cpu")
    return device


class Measured(NamedTuple):
    """The best card beside the processor: seconds for the same picture."""

    device: str
    card: float
    processor: float

    @property
    def is_faster(self) -> bool:
        """By enough to be worth another engine's roundings?"""
        return self.card * _WORTH < self.processor


def measured() -> Measured | None:
    """What was measured on this machine, if anything was, and kept."""
    kept = DEVICES.read(_KEY)
    try:
        return None if kept is None else Measured(**json.loads(kept))
    except (ValueError, TypeError):
        return None


def keep_measured(found: Measured) -> None:
    """Keep what was measured: from then on it decides where pictures are drawn when nobody says."""
    DEVICES.write(_KEY, found.device, json.dumps(found._asdict()).encode())


Found = list[tuple[str, bool]]


def _library(*names: str) -> ctypes.CDLL:
    for name in names:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    raise OSError(f"no driver: {names[0]} is not there")


def _cuda() -> Found:
    """Source: CUDA driver API, cuInit, cuDeviceGetCount, cuDeviceGetName."""
    library = _library("nvcuda.dll") if sys.platform == "win32" else _library("libcuda.so.1", "libcuda.so")
    if code := library.cuInit(0):
        raise RuntimeError(f"the driver says no (cuInit: {code})")
    count, found = ctypes.c_int(), []
    library.cuDeviceGetCount(ctypes.byref(count))
    for i in range(count.value):
        name = ctypes.create_string_buffer(256)
        library.cuDeviceGetName(name, len(name), i)
        found.append((name.value.decode(errors="replace"), True))
    return found


def _metal() -> Found:
    if sys.platform != "darwin":
        raise RuntimeError("it is macOS's")
    return [("the Mac's graphics processor", True)]


def _d3d12() -> Found:
    if sys.platform != "win32":
        raise RuntimeError("it is Windows's")
    _library("d3d12.dll")
    return [("the first adapter", True)]


def _opencl() -> Found:
    """Source: OpenCL 3.0, clGetPlatformIDs, clGetDeviceIDs, clGetDeviceInfo. Halide takes the first platform."""
    names = {"win32": ("OpenCL.dll",), "darwin": ("/System/Library/Frameworks/OpenCL.framework/OpenCL",)}
    library = _library(*names.get(sys.platform, ("libOpenCL.so.1", "libOpenCL.so")))
    platform, platforms = ctypes.c_void_p(), ctypes.c_uint()
    if library.clGetPlatformIDs(1, ctypes.byref(platform), ctypes.byref(platforms)) or not platforms.value:
        raise RuntimeError("it has no platform: no driver is installed")
    devices, count = (ctypes.c_void_p * 16)(), ctypes.c_uint()
    everything = ctypes.c_uint64(0xFFFFFFFF)
    if library.clGetDeviceIDs(platform, everything, 16, devices, ctypes.byref(count)):
        return []
    found = []
    for device in devices[: min(count.value, 16)]:
        name, kind = ctypes.create_string_buffer(256), ctypes.c_uint64()
        handle = ctypes.c_void_p(device)
        library.clGetDeviceInfo(handle, 0x102B, ctypes.c_size_t(256), name, None)
        library.clGetDeviceInfo(handle, 0x1000, ctypes.c_size_t(8), ctypes.byref(kind), None)
        found.append((name.value.decode(errors="replace").strip(), not kind.value & 2))  # CL_DEVICE_TYPE_CPU
    return found


class _InstanceCreateInfo(ctypes.Structure):
    _fields_ = [
        ("sType", ctypes.c_int), ("pNext", ctypes.c_void_p), ("flags", ctypes.c_uint),
        ("pApplicationInfo", ctypes.c_void_p), ("layers", ctypes.c_uint), ("ppLayers", ctypes.c_void_p),
        ("extensions", ctypes.c_uint), ("ppExtensions", ctypes.c_void_p),
    ]  # fmt: skip


def _vulkan() -> Found:
    """Source: Vulkan 1.3, vkEnumeratePhysicalDevices, VkPhysicalDeviceProperties."""
    library = _library("vulkan-1.dll") if sys.platform == "win32" else _library("libvulkan.so.1", "libvulkan.dylib")
    instance, count = ctypes.c_void_p(), ctypes.c_uint()
    if code := library.vkCreateInstance(ctypes.byref(_InstanceCreateInfo(1)), None, ctypes.byref(instance)):
        raise RuntimeError(f"no driver is installed (vkCreateInstance: {code})")
    try:
        library.vkEnumeratePhysicalDevices(instance, ctypes.byref(count), None)
        devices = (ctypes.c_void_p * count.value)()
        library.vkEnumeratePhysicalDevices(instance, ctypes.byref(count), devices)
        found = []
        for device in devices:
            properties = ctypes.create_string_buffer(4096)  # VkPhysicalDeviceProperties takes 824
            library.vkGetPhysicalDeviceProperties(ctypes.c_void_p(device), properties)
            kind, name = (
                int.from_bytes(properties.raw[16:20], sys.byteorder),
                properties.raw[20:276].partition(b"\0")[0],
            )
            found.append((name.decode(errors="replace"), kind != 4))  # VK_PHYSICAL_DEVICE_TYPE_CPU
        return found
    finally:
        library.vkDestroyInstance(instance, None)


_FOUND = {"cuda": _cuda, "metal": _metal, "d3d12": _d3d12, "vulkan": _vulkan, "opencl": _opencl}
