package certstore

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/fipsweep/fipsweep/scanner"
)

// Bounds of what archives may come to.
const (
	maxDepth      = 5        // archives in archives: a jar in a war in a layer in an image, and one more
	maxMembers    = 1 << 20  // of all archives in a file together
	unpackedTimes = 64       // bytes read out of all archives in a file, as a multiple of what is read of one file
	maxWindow     = 32 << 20 // bytes that zstd unpacks in; its own tool asks for more only with --long and --ultra
)

// unpacked counts what came out of the archives in one file.
type unpacked struct{ bytes, members int64 }

var (
	errUnpacked = errors.New("more is packed in it than is unpacked")
	errMembers  = errors.New("more members than are looked at")
)

// metered counts what is read out of an archive, whatever the archive says of
// its size.
type metered struct {
	r io.Reader
	c *content
}

func (m metered) Read(p []byte) (int, error) {
	left := unpackedTimes*m.c.maxSize - m.c.unpacked.bytes
	if left <= 0 {
		return 0, errUnpacked
	}
	n, err := m.r.Read(p[:min(int64(len(p)), left)])
	m.c.unpacked.bytes += int64(n)
	return n, err
}

// archives are the formats that are opened, by how they begin; unopened are
// only named.
var archives = []struct{ mark, format string }{
	{"PK\x03\x04", "zip"},
	{"PK\x05\x06", "zip"}, // an empty one
	{"\x1f\x8b\x08", "gzip"},
	{"BZh", "bzip2"},
	{"\x28\xb5\x2f\xfd", "zstd"}, // RFC 8878
}

// Of these xz is the one to miss: each block of a stream may ask for four
// gigabytes to unpack it in, which no reader in Go lets one refuse.
var unopened = []struct{ mark, format string }{
	{"\xfd7zXZ\x00", "xz"},
	{"7z\xbc\xaf\x27\x1c", "7z"},
	{"Rar!\x1a\x07", "rar"},
}

// archiveOf names the archive that begins so; "" for what is none.
func archiveOf(prefix []byte) string {
	for _, a := range archives {
		if bytes.HasPrefix(prefix, []byte(a.mark)) && (a.format != "bzip2" || len(prefix) > 10 && string(prefix[4:10]) == "1AY&SY") {
			return a.format
		}
	}
	if isTar(prefix) {
		return "tar"
	}
	return ""
}

// archive reads what is packed, one member after the other. A broken archive
// is a fact; an error means that the file could not be read.
func (c *content) archive(ctx context.Context, format string, r io.Reader, size int64) error {
	if c.depth >= maxDepth {
		c.incomplete("archive in archives", scanner.ReasonTooLarge, fmt.Sprintf("no more than %d in one another are opened", maxDepth))
		return nil
	}
	before := c.found()
	var err error
	switch format {
	case "zip":
		format, err = c.zip(ctx, r, size)
	case "tar":
		format, err = c.tar(ctx, r, "tar")
	default:
		format, err = c.compressed(ctx, r, format)
	}
	if lost := readError(err); lost != nil || c.depth > 0 && beyond(err) {
		return err
	}
	switch {
	case tooWide(err):
		c.incomplete(format+" archive", scanner.ReasonTooLarge, fmt.Sprintf("it takes more than %d MiB of memory to unpack", maxWindow>>20))
	case beyond(err):
		c.incomplete("rest of the archive", scanner.ReasonTooLarge, err.Error())
	case err != nil:
		c.incomplete(format+" archive", scanner.ReasonGarbage, scanner.Escape(err.Error()))
	}
	if c.found() > before {
		c.format(format) // one that holds nothing of ours is no store
	}
	return nil
}

// found counts what there is to tell so far.
func (c *content) found() int {
	s := c.observation.Store
	return len(s.Items) + len(s.Machines) + len(c.observation.Incomplete)
}

// beyond tells whether a bound on the whole file ended the reading.
func beyond(err error) bool {
	return errors.Is(err, errUnpacked) || errors.Is(err, errMembers)
}

// tooWide tells whether unpacking would take more memory than it may.
func tooWide(err error) bool {
	return errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded)
}

// readError is the error if the file itself could not be read, or must not be
// any longer.
func readError(err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// compressed reads what is packed without an archive around it: a tar file,
// or one file of any other sort.
func (c *content) compressed(ctx context.Context, r io.Reader, format string) (string, error) {
	name := strings.TrimSuffix(base(c.path()), filepath.Ext(c.path()))
	var plain io.Reader
	switch format {
	case "gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			return format, err
		}
		if z.Name != "" {
			name = z.Name
		}
		plain = z
	case "zstd":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return format, err
		}
		defer z.Close()
		plain = z
	default:
		plain = bzip2.NewReader(r)
	}
	head := bufio.NewReaderSize(metered{plain, c}, sniffLen)
	prefix, err := head.Peek(sniffLen)
	if err != nil && !errors.Is(err, io.EOF) && len(prefix) == 0 {
		return format, err
	}
	if isTar(prefix) {
		return c.tar(ctx, head, "tar."+map[string]string{"gzip": "gz", "bzip2": "bz2", "zstd": "zst"}[format])
	}
	return format, c.inside(ctx, name, head, -1)
}

// inside reads one member as a file of its own is read. What it finds carries
// the member's name, which is data and never a path that is opened.
func (c *content) inside(ctx context.Context, name string, r io.Reader, size int64) error {
	if c.unpacked.members++; c.unpacked.members > maxMembers {
		return errMembers
	}
	in := *c
	in.member, in.file, in.recognised, in.depth = scanner.Escape(name), nil, false, c.depth+1
	if c.member != "" {
		in.member = c.member + "!/" + in.member // as Java writes a jar in a jar
	}
	err := in.read(metered{r, c}, size)
	switch {
	case err == nil:
		return nil
	case readError(err) != nil, beyond(err):
		return err
	}
	reason := scanner.ReasonGarbage
	if tooWide(err) {
		reason = scanner.ReasonTooLarge
	}
	in.incomplete("content", reason, scanner.Escape(err.Error()))
	return nil
}
