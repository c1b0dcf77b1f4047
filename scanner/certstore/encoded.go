package certstore

import (
	"bytes"
	"encoding/base64"
)

// pemEncoded is what "-----BEGIN " comes to in base64, less what the letter
// behind it decides: values of Helm, cloud-init and CI variables hold whole PEM
// files so.
var pemEncoded = []byte("LS0tLS1CRUdJTi")

// encoded gathers what a line holds of PEM in base64. What fills its line may go on
// in the next, and so may what is cut where the reader cuts a long line.
func (b *blockReader) encoded(line []byte) {
	if b.run != nil {
		more := run(line)
		if !bytes.HasPrefix(line, pemEncoded) && b.held+int64(len(more)) <= b.max {
			b.run, b.held = append(b.run, more...), b.held+int64(len(more))
			if len(more) == len(line) && len(line) > 0 {
				return
			}
			line = line[len(more):]
		}
		b.unwrap()
	}
	for i := bytes.Index(line, pemEncoded); i >= 0; i = bytes.Index(line, pemEncoded) {
		found := run(line[i:])
		b.run, b.held = bytes.Clone(found), int64(len(found))
		if line = line[i+len(found):]; len(line) > 0 {
			b.unwrap()
		}
	}
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

// unwrap reads the blocks in what was gathered, as far as it is base64: words may
// stand behind it. As nothing shows that it was meant to be PEM, what is broken is
// passed over, and what is in base64 twice is not looked for.
func (b *blockReader) unwrap() {
	text, _, _ := bytes.Cut(b.run, []byte("="))
	b.run, b.held = nil, 0
	inner, _ := base64.RawStdEncoding.DecodeString(string(text))
	blocks := blockReader{max: b.max, prose: b.prose, inner: true}
	for line := range bytes.Lines(inner) {
		blocks.line(line)
	}
	for _, found := range blocks.queue {
		if found.problem == "" {
			b.queue = append(b.queue, found)
		}
	}
}

// holdsPEM tells whether PEM may be in the text, in base64 or as it is.
func holdsPEM(text []byte) bool {
	return bytes.Contains(text, pemBegin) || bytes.Contains(text, pemEncoded)
}
