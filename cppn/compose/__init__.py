"""What a picture is made of, beyond one network and one ramp: a Field as a Program that every engine runs."""
