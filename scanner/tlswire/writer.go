package tlswire

import (
	"encoding/binary"
	"math"
	"slices"
)

// A writer appends to a message. It does what cryptobyte.Builder does, without
// an allocation for each length: a sweep writes thousands of hellos a second,
// and with a Builder the writing took a tenth of what one question costs.
type writer struct {
	b       []byte
	tooLong bool // a part was longer than its length can say
}

func (w *writer) uint8(v uint8)   { w.b = append(w.b, v) }
func (w *writer) uint16(v uint16) { w.b = binary.BigEndian.AppendUint16(w.b, v) }
func (w *writer) bytes(p []byte)  { w.b = append(w.b, p...) }

// prefixed puts the length of what body writes, in so many bytes, before it.
func (w *writer) prefixed(size int, body func()) {
	at := len(w.b)
	for range size {
		w.b = append(w.b, 0)
	}
	body()
	n := len(w.b) - at - size
	w.tooLong = w.tooLong || n>>(8*size) != 0
	for i := range size {
		w.b[at+i] = byte(n >> (8 * (size - 1 - i)))
	}
}

// uint16s writes a list of code points behind its length in bytes.
func (w *writer) uint16s(values []uint16) {
	n := 2 * len(values)
	w.tooLong = w.tooLong || n > math.MaxUint16
	w.uint16(uint16(n))
	at := len(w.b)
	w.b = slices.Grow(w.b, n)[:at+n]
	for i, v := range values {
		binary.BigEndian.PutUint16(w.b[at+2*i:], v)
	}
}

// extension writes one extension whose body the function writes.
func (w *writer) extension(kind ExtensionType, body func()) {
	w.uint16(uint16(kind))
	w.prefixed(2, body)
}
