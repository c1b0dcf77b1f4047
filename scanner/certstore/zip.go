package certstore

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// maxDirectory bounds the directory of a zip file, which is held in memory: a
// member takes 46 bytes and its name there, and some 300 bytes once read.
const maxDirectory = 16 << 20

var (
	errDirectory = errors.New("its directory is longer than is read")
	errOffset    = errors.New("it names a place before its beginning")
)

// directory lets a zip reader read no more than its directory may be long,
// whatever the file says of it. Members are read after that.
type directory struct {
	at   io.ReaderAt
	left int64 // below 0 once the directory was read
	open bool
}

func (d *directory) ReadAt(p []byte, off int64) (int, error) {
	if !d.open {
		if d.left -= int64(len(p)); d.left < 0 {
			return 0, errDirectory
		}
	}
	if off < 0 { // the archive's doing, and no failure of the disk
		return 0, errOffset
	}
	return d.at.ReadAt(p, off)
}

// zip reads the members of a zip file: of a jar, a war or an apk as well. In
// an archive it has to be read whole first, since its directory is at the end.
func (c *content) zip(ctx context.Context, r io.Reader, size int64) (string, error) {
	d := &directory{at: c.file, left: maxDirectory}
	if c.file == nil {
		data, err := io.ReadAll(io.LimitReader(r, c.maxSize+1))
		if err != nil {
			return "zip", err
		}
		if size = int64(len(data)); size > c.maxSize {
			c.incomplete("zip archive", scanner.ReasonTooLarge, fmt.Sprintf("within another archive no more than %d bytes are read", c.maxSize))
			return "zip", nil
		}
		d.at = bytes.NewReader(data)
	}
	z, err := zip.NewReader(d, size)
	if errors.Is(err, errDirectory) {
		c.incomplete("zip archive", scanner.ReasonTooLarge, err.Error())
		return "zip", nil
	}
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // a name is only told
		return "zip", err
	}
	d.open = true
	format := "zip"
	for _, f := range z.File {
		switch {
		case f.Name == "META-INF/MANIFEST.MF" && format == "zip":
			format = "jar"
		case strings.HasPrefix(f.Name, "WEB-INF/"):
			format = "war"
		}
		if err := c.zipMember(ctx, f); err != nil {
			return format, err
		}
	}
	return format, nil
}

// zipMember reads one member. What is wrong with it is told, and the next is
// read.
func (c *content) zipMember(ctx context.Context, f *zip.File) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !f.Mode().IsRegular() || strings.HasSuffix(f.Name, "/") {
		return nil
	}
	const encrypted = 1 // APPNOTE.TXT section 4.4.4
	if f.Flags&encrypted != 0 {
		c.incomplete("encrypted members", scanner.ReasonLocked, "a password hides what they hold")
		return nil
	}
	r, err := f.Open()
	switch {
	case errors.Is(err, zip.ErrAlgorithm):
		c.incomplete(scanner.Escape(f.Name), scanner.ReasonUncomputable, fmt.Sprintf("packed by method %d, which is not read here", f.Method))
		return nil
	case readError(err) != nil:
		return err
	case err != nil:
		c.incomplete(scanner.Escape(f.Name), scanner.ReasonGarbage, scanner.Escape(err.Error()))
		return nil
	}
	defer r.Close()
	return c.inside(ctx, f.Name, r, int64(min(f.UncompressedSize64, 1<<62)))
}
