//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package replay

import (
	"errors"
	"os"
	"syscall"
)

func tryLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return f, nil
	}
	if err == syscall.EWOULDBLOCK {
		err = ErrHeld
	}
	return nil, errors.Join(err, f.Close())
}
