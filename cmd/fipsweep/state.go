package main

import (
	"errors"
	"os"
	"path/filepath"
)

// stateDir is where sweeps are kept: what --state says, else what systemd gives
// the unit, else the user's state folder by the XDG base directory rules.
func stateDir(flag string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	if dir := os.Getenv("STATE_DIRECTORY"); dir != "" {
		return dir, nil
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "fipsweep"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", errors.New("no home folder to keep the sweep's journal in: name one with --state DIR")
	}
	return filepath.Join(home, ".local", "state", "fipsweep"), nil
}
