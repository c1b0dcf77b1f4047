package certstore

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/fipsweep/fipsweep/scanner/pkix"
	"github.com/fipsweep/fipsweep/scanner/sshfile"
)

var (
	pemBegin  = []byte("-----BEGIN ")
	pemEnd    = []byte("-----END ")
	pemDashes = []byte("-----")
	ssh2Begin = []byte("---- BEGIN SSH2 PUBLIC KEY ----")
	ssh2End   = []byte("---- END SSH2 PUBLIC KEY ----")
)

// ssh2Label is the label of a public key as RFC 4716 writes it, with headers as
// PEM has them.
const ssh2Label = "SSH2 PUBLIC KEY"

// A block is one part of a text between BEGIN and END (RFC 7468, and RFC 1421
// for the headers). A block with a Problem has what could be had of it.
type block struct {
	label   string
	headers map[string]string
	data    []byte
	problem string
}

// A blockReader finds the blocks of a text, however long, without holding more
// of it than one block. Junk before, between and behind them is no matter, nor
// is indentation; a block may stand in one line with "\n" written out, as it
// does in JSON, or line by line in quotes, as it does in programs.
type blockReader struct {
	r     *bufio.Reader
	max   int64 // bytes of one block
	prose bool  // the text is binary: no BEGIN in it is sure
	inner bool  // the text was in base64 itself
	queue []block

	label  string // of the open block; "" outside
	sure   bool   // its BEGIN stood alone in its line, so that its loss is told
	quoted bool   // its lines are string literals
	lines  [][]byte
	held   int64
	run    []byte // PEM in base64, so far
}

// maxLine bounds one line. What is longer is read in pieces.
const maxLine = 64 << 10

func newBlockReader(r io.Reader, most int64) *blockReader {
	return &blockReader{r: bufio.NewReaderSize(r, maxLine), max: most}
}

// next returns the next block, or io.EOF.
func (b *blockReader) next() (block, error) {
	for len(b.queue) == 0 {
		line, err := b.r.ReadSlice('\n')
		if len(line) > 0 {
			b.line(line)
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			b.abandon("no END line")
			if b.run != nil {
				b.unwrap()
			}
			if len(b.queue) > 0 && errors.Is(err, io.EOF) {
				break
			}
			return block{}, err
		}
	}
	first := b.queue[0]
	b.queue = b.queue[1:]
	return first, nil
}

// line takes the next line of the text.
func (b *blockReader) line(line []byte) {
	trimmed := bytes.TrimSpace(line)
	if b.label == "" && !b.inner {
		b.encoded(trimmed)
	}
	if i := bytes.Index(trimmed, pemBegin); i >= 0 {
		b.abandon("another block begins inside it")
		b.begin(trimmed, i)
		return
	}
	if b.label == "" {
		if bytes.HasPrefix(trimmed, ssh2Begin) {
			b.label, b.sure = ssh2Label, !b.prose
		}
		return
	}
	if b.quoted {
		trimmed = unquoted(trimmed)
	}
	switch {
	case bytes.HasPrefix(trimmed, pemEnd):
		b.end(trimmed)
		return
	case bytes.HasPrefix(trimmed, ssh2End) && b.label == ssh2Label:
		b.close()
		return
	}
	if !b.sure && !plausible(trimmed) {
		b.forget()
		return
	}
	b.held += int64(len(trimmed)) + 1
	if b.held > b.max {
		b.abandon(fmt.Sprintf("longer than %d bytes", b.max))
		return
	}
	b.lines = append(b.lines, bytes.Clone(trimmed))
}

// begin opens a block at the BEGIN found at i. A block that ends in the same
// line is finished at once; a BEGIN with other text behind it is prose.
func (b *blockReader) begin(line []byte, i int) {
	rest := line[i+len(pemBegin):]
	j := bytes.Index(rest, pemDashes)
	if j < 0 || !labelLike(rest[:j]) {
		return
	}
	label, rest := string(rest[:j]), rest[j+len(pemDashes):]
	if len(rest) == 0 {
		b.label, b.sure = label, i == 0 && !b.prose
		return
	}
	k := bytes.Index(rest, append(bytes.Clone(pemEnd), label+"-----"...))
	if k < 0 {
		if endsLiteral(rest) {
			b.label, b.quoted = label, true
		}
		return
	}
	body := strings.NewReplacer(`\r`, "", `\n`, "\n").Replace(string(rest[:k]))
	b.guessed(decode(label, bytes.Split([]byte(strings.TrimSpace(body)), []byte("\n"))))
	if after := rest[k:]; bytes.Contains(after, pemBegin) {
		b.begin(after, bytes.Index(after, pemBegin))
	}
}

// guessed takes a block whose BEGIN did not stand alone. Programs and their
// manuals are full of such; only one that decodes to DER, or to a key of
// OpenSSH's, is more than words.
func (b *blockReader) guessed(found block) {
	if found.problem != "" || len(found.data) == 0 {
		return
	}
	if found.data[0] == 0x30 || pkix.KindOf(found.data) != "" || bytes.HasPrefix(found.data, []byte(sshfile.PrivateMagic)) {
		b.queue = append(b.queue, found)
	}
}

// labelLike tells whether the words behind BEGIN can be a label: printable,
// and not a placeholder of documentation such as "%s" or "<label>".
func labelLike(label []byte) bool {
	if len(label) == 0 || len(label) > 64 {
		return false
	}
	for _, c := range label {
		letter := c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		if !letter && c != ' ' && c != '.' && c != '#' && c != '/' && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// plausible tells whether a line can belong to a block whose BEGIN stood in
// the middle of a line: base64, a header, or nothing.
func plausible(line []byte) bool {
	if bytes.Contains(line, []byte(": ")) {
		return true
	}
	for _, c := range line {
		if !(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '=') {
			return false
		}
	}
	return true
}

// end closes the open block.
func (b *blockReader) end(line []byte) {
	label, _, ok := bytes.Cut(line[len(pemEnd):], pemDashes)
	if !ok || string(label) != b.label {
		b.abandon("its END line names another label")
		return
	}
	b.close()
}

func (b *blockReader) close() {
	if found := decode(b.label, b.lines); b.sure {
		b.queue = append(b.queue, found)
	} else {
		b.guessed(found)
	}
	b.forget()
}

// abandon drops the open block, and tells it if it surely was one.
func (b *blockReader) abandon(problem string) {
	if b.label != "" && b.sure {
		lost := decode(b.label, b.lines)
		lost.problem = problem
		b.queue = append(b.queue, lost)
	}
	b.forget()
}

func (b *blockReader) forget() { b.label, b.sure, b.quoted, b.lines, b.held = "", false, false, nil, 0 }

// endsLiteral tells whether what stands behind the dashes of a BEGIN ends one of
// several string literals that make up a block: an escaped line feed, a quote
// and what joins it to the next, or a backslash.
func endsLiteral(rest []byte) bool {
	rest = bytes.TrimPrefix(bytes.TrimPrefix(rest, []byte(`\r`)), []byte(`\n`))
	if len(rest) == 0 {
		return true
	}
	return bytes.IndexByte(quotes, rest[0]) >= 0 && len(bytes.Trim(rest[1:], ` +.,;&_\`)) == 0 || string(rest) == `\`
}

var quotes = []byte("\"'`")

// unquoted is what a line of a program has in quotes, or all of it but a
// backslash at its end, without the escaped line feed.
func unquoted(line []byte) []byte {
	if i := bytes.IndexAny(line, string(quotes)); i >= 0 {
		if j := bytes.LastIndexByte(line, line[i]); j > i {
			line = line[i+1 : j]
		}
	}
	line = bytes.TrimSuffix(line, []byte(`\`))
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte(`\n`)), []byte(`\r`))
}

// decode reads headers and base64. RFC 1421 folds long headers; nobody writes
// such, and the fold's continuation is passed over, as is that of RFC 4716, which
// has no blank line behind its headers.
func decode(label string, lines [][]byte) block {
	b := block{label: label, headers: map[string]string{}}
	i := 0
	for ; i < len(lines); i++ {
		name, value, ok := strings.Cut(string(lines[i]), ":")
		if !ok {
			break
		}
		b.headers[name] = strings.TrimSpace(value)
		for label == ssh2Label && bytes.HasSuffix(lines[i], []byte(`\`)) && i+1 < len(lines) {
			i++
		}
	}
	if len(b.headers) > 0 && label != ssh2Label {
		for i < len(lines) && len(lines[i]) > 0 {
			if _, err := base64.StdEncoding.DecodeString(string(lines[i])); err == nil {
				break // no blank line behind the headers
			}
			i++
		}
	}
	text := bytes.Join(lines[i:], nil)
	text = bytes.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\r' {
			return -1
		}
		return r
	}, text)
	data, err := base64.StdEncoding.DecodeString(string(text))
	b.data = data
	if err != nil {
		b.problem = "the text between BEGIN and END is no base64"
	}
	return b
}
