package certstore

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/hostfile"
)

// maxTextFile bounds a text that is read whole to be understood by its lines.
const maxTextFile = 16 << 20

// A textFormat is a kind of text that is more than a place for PEM blocks.
type textFormat struct {
	is   func(prefix []byte, path string) bool // by content; the path only helps to tell two kinds apart
	read func(c *content, data []byte)
	pem  bool // PEM may stand in it, too
}

// textFormatOf is the first format that the beginning of a text agrees with.
func textFormatOf(prefix []byte, path string) (textFormat, bool) {
	for _, f := range [...]textFormat{
		{isModuli, (*content).moduli, false},
		{isSSHList, (*content).sshList, false},
		{isSSHConfig, (*content).sshConfig, false},
		{isKubernetes, (*content).kubernetes, true},
		{isJWK, (*content).jwk, true},
		{isBare, (*content).bare, true},
		{isSignedXML, (*content).signedXML, true},
		{isMail, (*content).mail, true},
		{isWireGuard, (*content).wireGuard, false},
		{isAge, (*content).age, false},
		{hostfile.Is, (*content).hostFile, true},
		{holdsSSHKey, (*content).sshKeys, true},
	} {
		if f.is(prefix, path) {
			return f, true
		}
	}
	return textFormat{}, false
}

// knownFormats are read whole as well, and known by their mark.
var knownFormats = map[string]textFormat{
	"PuTTY": {read: (*content).putty},
	"NSS":   {read: (*content).nss},
}

// structured reads a file of a format of its own.
func (c *content) structured(f textFormat, r io.Reader, size int64) error {
	bound := min(c.maxSize, maxTextFile)
	data, err := io.ReadAll(io.LimitReader(r, bound+1))
	if err != nil {
		return err
	}
	if int64(len(data)) > bound {
		data = data[:bound]
		c.incomplete("content behind the first bytes", scanner.ReasonTooLarge,
			fmt.Sprintf("%d bytes long, and no more than %d are read", max(size, bound+1), bound))
	}
	f.read(c, data)
	if !f.pem || !holdsPEM(data) {
		return nil
	}
	c.again = true
	defer func() { c.again = false }()
	return c.text(bytes.NewReader(data), int64(len(data)), false)
}

// path is where the content lies, as it calls itself: in an archive the name
// of the member.
func (c *content) path() string {
	if c.member != "" {
		return c.member
	}
	return c.observation.Endpoint.Path
}

// wholeLines is the lines of a beginning, without the one that it cuts.
func wholeLines(prefix []byte) []byte {
	if len(prefix) < sniffLen {
		return prefix
	}
	return prefix[:bytes.LastIndexByte(prefix, '\n')+1]
}

// said are the lines that say something: neither empty nor a comment.
func said(text []byte) (lines [][]byte) {
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	return lines
}

// base and folder are the last two names of a path.
func base(path string) string   { return filepath.Base(path) }
func folder(path string) string { return filepath.Base(filepath.Dir(path)) }

// hostFile tells what a program's configuration says. A file that has PEM in
// it is a store first.
func (c *content) hostFile(data []byte) {
	if bytes.Contains(data, pemBegin) {
		return
	}
	if m, open, ok := hostfile.Parse(data, c.path()); ok {
		h := c.host(m.Format)
		h.Settings, h.Uses = m.Settings, m.Uses
		c.place(h.Uses)
		c.keep(h)
		for _, o := range open {
			c.incomplete(o.What, o.Reason, o.Detail)
		}
	}
}
