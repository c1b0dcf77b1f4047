package keystore

import (
	"encoding/binary"
	"unicode/utf16"
)

// dataInput reads what java.io.DataOutputStream writes. After the first field
// that is not there every other is zero, and bad is set.
type dataInput struct {
	rest []byte
	bad  bool
}

func (d *dataInput) bytes(n int) []byte {
	if d.bad || n < 0 || n > len(d.rest) {
		d.bad = true
		return nil
	}
	b := d.rest[:n:n]
	d.rest = d.rest[n:]
	return b
}

func (d *dataInput) u8() int {
	if b := d.bytes(1); b != nil {
		return int(b[0])
	}
	return 0
}

func (d *dataInput) u16() int {
	if b := d.bytes(2); b != nil {
		return int(binary.BigEndian.Uint16(b))
	}
	return 0
}

// i32 reads an int. A negative one is none of a length's or count's.
func (d *dataInput) i32() int {
	if b := d.bytes(4); b != nil {
		return int(int32(binary.BigEndian.Uint32(b)))
	}
	return 0
}

// long passes over a date.
func (d *dataInput) long() { d.bytes(8) }

// sized reads bytes behind their length.
func (d *dataInput) sized() []byte { return d.bytes(d.i32()) }

// utf reads what writeUTF wrote: UTF-16 units, each in UTF-8 by itself. What
// is none is read as Latin-1, since it is a name and no more.
func (d *dataInput) utf() string {
	b := d.bytes(d.u16())
	var units []uint16
	for i := 0; i < len(b); {
		c := b[i]
		switch {
		case c&0xe0 == 0xc0 && i+1 < len(b):
			units = append(units, uint16(c&0x1f)<<6|uint16(b[i+1]&0x3f))
			i += 2
		case c&0xf0 == 0xe0 && i+2 < len(b):
			units = append(units, uint16(c&0x0f)<<12|uint16(b[i+1]&0x3f)<<6|uint16(b[i+2]&0x3f))
			i += 3
		default:
			units = append(units, uint16(c))
			i++
		}
	}
	return string(utf16.Decode(units))
}
