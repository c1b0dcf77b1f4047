package certstore

import (
	"bytes"
	"encoding/base64"
)

// pemEncoded is what "-----BEGIN " comes to in base64, less what the letter
// behind it decides: values of Helm, cloud-init and CI variables hold whole PEM
// files so.
var pemEncoded = []byte("LS0tLS1CRUdJTi")

// encoded takes a line that holds PEM in base64, or goes on with such; false for
// any other line. What fills its line may go on in the next.
func (b *blockReader) encoded(line []byte) bool {
	if b.run != nil {
		if rest := run(line); len(rest) == len(line) && len(line) > 0 && b.held+int64(len(line)) <= b.max {
			b.run, b.held = append(b.run, rest...), b.held+int64(len(line))
			return true
		}
		b.unwrap()
	}
	i := bytes.Index(line, pemEncoded)
	if i < 0 {
		return false
	}
	found := run(line[i:])
	b.run, b.held = bytes.Clone(found), int64(len(found))
	if i+len(found) < len(line) {
		b.unwrap()
	}
	return true
}

// run is how far the text goes on in letters of base64.
func run(text []byte) []byte {
	if i := bytes.IndexFunc(text, func(r rune) bool {
		return !(r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '+' || r == '/' || r == '=')
	}); i >= 0 {
		return text[:i]
	}
	return text
}

// unwrap reads the blocks in what was gathered. As nothing shows that it was
// meant to be PEM, what is broken is passed over.
func (b *blockReader) unwrap() {
	text := bytes.TrimRight(b.run, "=")
	b.run, b.held = nil, 0
	inner, err := base64.RawStdEncoding.DecodeString(string(text))
	if err != nil || bytes.Contains(inner, pemEncoded) {
		return
	}
	blocks := newBlockReader(bytes.NewReader(inner), b.max)
	for found, err := blocks.next(); err == nil; found, err = blocks.next() {
		if found.problem == "" {
			b.queue = append(b.queue, found)
		}
	}
}
