package sshwire

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Bounds before the version exchange ends. RFC 4253 section 4.2 allows 255
// bytes for the identification and any number of other lines before it.
const (
	maxPreamble      = 32 << 10
	maxPreambleLines = 256
	maxLine          = 8 << 10
)

// An Identification is what a server says before its first packet.
type Identification struct {
	Line     []byte // "SSH-2.0-...", without line end: the V_S of the exchange hash
	Preamble []byte // whatever came before it, or instead of it
}

// Protocol is the version between the first two dashes: "2.0", "1.99", "1.5".
func (id Identification) Protocol() string {
	rest, ok := bytes.CutPrefix(id.Line, []byte("SSH-"))
	if !ok {
		return ""
	}
	version, _, _ := strings.Cut(string(rest), "-")
	return version
}

// ReadIdentification reads up to the end of the identification line. On an
// error Preamble holds what did come: a server that turns us away says so in
// place of an identification.
func ReadIdentification(r *bufio.Reader) (Identification, error) {
	var id Identification
	for range maxPreambleLines {
		line, err := readLine(r)
		if err != nil {
			id.Preamble = append(id.Preamble, line...)
			if errors.Is(err, io.EOF) && len(id.Preamble) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return id, fmt.Errorf("identification: %w", err)
		}
		if bytes.HasPrefix(line, []byte("SSH-")) {
			id.Line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
			return id, nil
		}
		id.Preamble = append(id.Preamble, line...)
		if len(id.Preamble) > maxPreamble {
			break
		}
	}
	return id, fmt.Errorf("text before the identification: %w", ErrTooLarge)
}

// readLine reads through the next line feed. What came is returned on an
// error as well.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for len(line) < maxLine {
		b, err := r.ReadByte()
		if err != nil {
			return line, err
		}
		line = append(line, b)
		if b == '\n' {
			return line, nil
		}
	}
	return line, ErrTooLarge
}
