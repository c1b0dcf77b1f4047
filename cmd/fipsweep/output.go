package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
)

// formats are the outputs that -o can name.
var formats = [...]string{"text", "html", "md", "csv", "json", "jsonl", "cbom"}

// An output is one -o: a format and where it goes.
type output struct {
	format string
	path   string // "-" is stdout
}

func (o output) stdout() bool { return o.path == "-" }

// parseOutputs reads every -o, FORMAT[=PATH]. Nothing given means the text
// summary on stdout, as does leaving stdout free, unless quiet.
func parseOutputs(specs []string, quiet bool) ([]output, error) {
	var outs []output
	var errs []error
	taken := map[string]string{}
	for _, spec := range specs {
		format, path, found := strings.Cut(spec, "=")
		if !found {
			path = "-"
		}
		switch {
		case !slices.Contains(formats[:], format):
			errs = append(errs, fmt.Errorf("-o %s: unknown format %q: want one of %s", spec, format, strings.Join(formats[:], ", ")))
		case path == "":
			errs = append(errs, fmt.Errorf("-o %s: no path after '=': write -o %s=FILE, or -o %s for stdout", spec, format, format))
		case taken[path] != "" && path == "-":
			errs = append(errs, fmt.Errorf("-o %s: stdout is already taken by -o %s: give one of them a file", spec, taken[path]))
		case taken[path] != "":
			errs = append(errs, fmt.Errorf("-o %s: -o %s writes to the same file", spec, taken[path]))
		}
		taken[path] = spec
		outs = append(outs, output{format, path})
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	if taken["-"] == "" && !quiet {
		outs = append(outs, output{"text", "-"})
	}
	return outs, nil
}

// writeWhole writes a finished output: stdout and whatever is no regular file
// as it is, a file beside its place and then renamed, so that nobody reads
// half of it.
func (o output) writeWhole(stdout io.Writer, render func(io.Writer) error) error {
	if o.stdout() {
		return flushed(stdout, render)
	}
	path, regular := placeOf(o.path)
	if !regular {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
		if err != nil {
			return fmt.Errorf("write %s output to %s: %w", o.format, o.path, cause(err))
		}
		return errors.Join(flushed(f, render), f.Close())
	}
	f, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o666), renameio.WithExistingPermissions())
	if err != nil {
		return fmt.Errorf("write %s output to %s: %w", o.format, o.path, cause(err))
	}
	defer f.Cleanup()
	if err := flushed(f, render); err != nil {
		return fmt.Errorf("write %s output to %s: %w", o.format, o.path, err)
	}
	if err := f.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("write %s output to %s: %w", o.format, o.path, cause(err))
	}
	return nil
}

// openStream opens an output that is written while the sweep runs.
func (o output) openStream(stdout io.Writer) (io.Writer, func() error, error) {
	if o.stdout() {
		return stdout, func() error { return nil }, nil
	}
	f, err := os.OpenFile(o.path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return nil, nil, fmt.Errorf("write %s output: %w", o.format, err)
	}
	return &lineFile{f: f}, f.Close, nil
}

// A lineFile is written whole lines at a time, and keeps none but whole ones:
// what a full disk took of a write is cut off again.
type lineFile struct {
	f    *os.File
	size int64
}

func (l *lineFile) Write(p []byte) (int, error) {
	n, err := l.f.Write(p)
	if err != nil && n > 0 {
		if cut := l.f.Truncate(l.size); cut == nil { // a pipe or a device cannot be cut
			n = 0
		}
	}
	l.size += int64(n)
	return n, err
}

// placeOf follows links to where the file really lies, and tells whether it is
// (or will be) a regular file that can be replaced. A link that leads nowhere
// yet is written through, and stays.
func placeOf(path string) (string, bool) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	info, err := os.Lstat(path)
	return path, err != nil || info.Mode().IsRegular()
}

func flushed(w io.Writer, render func(io.Writer) error) error {
	b := bufio.NewWriterSize(w, 64<<10)
	if err := render(b); err != nil {
		return err
	}
	return b.Flush()
}

// checkPlace finds out before the sweep whether the output can be written
// after it: a night's work must not end in a misspelt folder.
func (o output) checkPlace() error {
	if o.stdout() {
		return nil
	}
	info, err := os.Stat(o.path)
	if err == nil && info.IsDir() {
		return fmt.Errorf("-o %s=%s: is a directory: name a file in it", o.format, o.path)
	}
	dir := filepath.Dir(o.path)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("-o %s=%s: no folder %s: make it first", o.format, o.path, dir)
	}
	if err := o.tryPlace(); err != nil {
		return fmt.Errorf("-o %s=%s: cannot be written (%w): name another place", o.format, o.path, cause(err))
	}
	return nil
}

// tryPlace does what writing will need and leaves nothing behind: a stream
// opens its file, anything else is made beside its place. What is no regular
// file, such as a FIFO, is left alone until somebody may read it.
func (o output) tryPlace() error {
	path, regular := placeOf(o.path)
	if !regular {
		return nil
	}
	if o.format == "jsonl" {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err == nil {
			return f.Close()
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".fipsweep-")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// cause is an error without the name of the file that was made on the way: who
// reads it knows the place by the name that was given.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}
