package certstore

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
)

// isTar recognises a tar file by the checksum of its first header, which every
// sort of tar has, also those that came before the "ustar" mark.
func isTar(prefix []byte) bool {
	const size, at, end = 512, 148, 156
	if len(prefix) < size || prefix[0] == 0 {
		return false
	}
	want, err := strconv.ParseInt(strings.Trim(string(prefix[at:end]), " \x00"), 8, 32)
	if err != nil {
		return false
	}
	sum := int64((end - at) * ' ')
	for i, b := range prefix[:size] {
		if i < at || i >= end {
			sum += int64(b)
		}
	}
	return sum == want
}

// tar reads the members of a tar file. Links and devices hold nothing of their
// own. An image of containers is a tar file of tar files, the layers: what a
// later one hides still rests in the earlier one.
func (c *content) tar(ctx context.Context, r io.Reader, format string) (string, error) {
	if format == "tar" && c.file != nil { // skip what is not read
		if _, err := c.file.Seek(0, io.SeekStart); err != nil {
			return format, err
		}
		r = c.file
	}
	members := tar.NewReader(r)
	for {
		if err := ctx.Err(); err != nil {
			return format, err
		}
		h, err := members.Next()
		if errors.Is(err, io.EOF) {
			return format, nil
		}
		if err != nil {
			return format, err
		}
		if h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeGNUSparse {
			continue
		}
		switch name := path.Clean(h.Name); {
		case name == "oci-layout":
			format = "OCI image"
		case name == "manifest.json" && format != "OCI image":
			head := make([]byte, sniffLen)
			n, _ := io.ReadFull(members, head)
			if bytes.Contains(head[:n], []byte(`"Layers"`)) {
				format = "Docker image"
			}
			continue // names and digests
		}
		if err := c.inside(ctx, h.Name, members, h.Size); err != nil {
			return format, err
		}
	}
}
