package keystore

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/fipsweep/fipsweep/scanner"
)

// A Password is one that is tried. However it is printed, logged or marshalled
// it says nothing of itself. (Package fmt calls no method of what lies in a
// field that is not exported, and follows no pointer there: so the text lies
// behind one.)
type Password struct {
	secret *string
	null   bool // PKCS#12's absence of a password, which is not the empty one
	origin string
}

const silence = "(password)"

func (Password) String() string               { return silence }
func (Password) GoString() string             { return silence }
func (Password) Format(f fmt.State, _ rune)   { io.WriteString(f, silence) }
func (Password) MarshalJSON() ([]byte, error) { return []byte(`"` + silence + `"`), nil }
func (Password) MarshalText() ([]byte, error) { return []byte(silence), nil }

// NewPassword is a password that somebody gave.
func NewPassword(text string) Password { return Password{secret: &text, origin: scanner.OpenedGiven} }

func (p Password) text() string {
	if p.secret == nil {
		return ""
	}
	return *p.secret
}

// defaultPassword is the one in Java's documentation.
const defaultPassword = "changeit"

// wellKnown are the passwords that protect nothing, tried before all others:
// none, the empty one, and the default.
func wellKnown() []Password {
	usual := defaultPassword
	return []Password{
		{null: true, origin: scanner.OpenedEmpty},
		{origin: scanner.OpenedEmpty},
		{secret: &usual, origin: scanner.OpenedDefault},
	}
}

// Bounds of a file of passwords.
const (
	maxPasswords    = 10_000
	maxPasswordLine = 4096 // bytes
)

// ReadPasswords reads passwords, one a line, in the order in which they are to
// be tried. Spaces count; an empty line and a password that came before are
// passed over. An error names the line and never what stands in it.
func ReadPasswords(r io.Reader) ([]Password, error) {
	var all []Password
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, maxPasswordLine), maxPasswordLine)
	n, seen := 0, map[string]bool{"": true}
	for lines.Scan() {
		n++
		line := strings.TrimSuffix(lines.Text(), "\r")
		if n == 1 {
			line = strings.TrimPrefix(line, "\ufeff")
		}
		switch {
		case !utf8.ValidString(line):
			return nil, fmt.Errorf("line %d is not UTF-8: save the passwords as UTF-8 text", n)
		case seen[line]:
			continue
		case len(all) == maxPasswords:
			return nil, fmt.Errorf("more than %d passwords: each is tried on each file; name fewer", maxPasswords)
		}
		seen[line] = true
		all = append(all, NewPassword(line))
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("line %d is longer than %d bytes: one password a line", n+1, maxPasswordLine)
	case err != nil:
		return nil, err
	}
	return all, nil
}

// utf16 is the password in big-endian UTF-16, as Java hashes it.
func (p Password) utf16() []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(p.text())) {
		b = binary.BigEndian.AppendUint16(b, unit)
	}
	return b
}

// bmp is the password as PKCS#12 wants it (RFC 7292 appendix B.1): with two
// zero octets at the end, and nothing at all where there is no password.
func (p Password) bmp() []byte {
	if p.null {
		return nil
	}
	return append(p.utf16(), 0, 0)
}

// seven is the password as Java's PBES1 takes it: the low seven bits of each
// character (com.sun.crypto.provider.PBES1Core).
func (p Password) seven() []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(p.text())) {
		b = append(b, byte(unit&0x7f))
	}
	return b
}

// bytes is the password as everybody else takes it.
func (p Password) bytes() []byte { return []byte(p.text()) }
