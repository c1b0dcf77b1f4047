//go:build unix

package certstore

import (
	"io/fs"
	"os"
	"strconv"
	"syscall"
)

// fileID names a file whatever its path.
type fileID struct{ dev, ino uint64 }

// idOf returns the identity of a file, and how many names it has.
func idOf(info fs.FileInfo) (id fileID, names uint64, ok bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fileID{}, 1, false
	}
	return fileID{uint64(st.Dev), uint64(st.Ino)}, uint64(st.Nlink), true
}

func owner(info fs.FileInfo) string {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return strconv.FormatUint(uint64(st.Uid), 10)
}

// statFile follows links. Nothing is opened, so a tape is not rewound and no
// writer of a FIFO wakes up.
func statFile(path string) (fs.FileInfo, error) { return os.Stat(path) }

// openFile opens a regular file. Between the look and the opening another file
// may take the name; that one does not block us either, and is not read.
func openFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist} // the regular file is gone
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// openDir opens a directory to read its names. What has taken its place since
// the look is neither followed nor waited for.
func openDir(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY|syscall.O_NOFOLLOW, 0)
}
