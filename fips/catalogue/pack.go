package catalogue

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
)

// The packed form is the length of all texts, the texts, each once, and the
// fields of the value in their order: of a text its place and length, of a list
// one more than its length (zero for none), of a pointer whether it leads
// anywhere, and numbers. All are varints of encoding/binary.

// A packer writes it.
type packer struct {
	at     map[string]int // texts to their places
	texts  []byte
	fields []byte
}

func (p *packer) file() []byte {
	b := binary.AppendUvarint(nil, uint64(len(p.texts)))
	return append(append(b, p.texts...), p.fields...)
}

func (p *packer) number(n int) { p.fields = binary.AppendUvarint(p.fields, uint64(n)) }

func (p *packer) value(v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		at, ok := p.at[v.String()]
		if !ok {
			at = len(p.texts)
			p.at[v.String()] = at
			p.texts = append(p.texts, v.String()...)
		}
		p.number(at)
		p.number(v.Len())
	case reflect.Int:
		p.fields = binary.AppendVarint(p.fields, v.Int())
	case reflect.Bool:
		n := 0
		if v.Bool() {
			n = 1
		}
		p.number(n)
	case reflect.Slice:
		if v.IsNil() {
			p.number(0)
			return nil
		}
		p.number(v.Len() + 1)
		return p.each(v.Len(), v.Index)
	case reflect.Pointer:
		if v.IsNil() {
			p.number(0)
			return nil
		}
		p.number(1)
		return p.value(v.Elem())
	case reflect.Struct:
		return p.each(v.NumField(), v.Field)
	default:
		return fmt.Errorf("a %s cannot be packed", v.Type())
	}
	return nil
}

func (p *packer) each(n int, at func(int) reflect.Value) error {
	for i := range n {
		if err := p.value(at(i)); err != nil {
			return err
		}
	}
	return nil
}

// An unpacker reads it. What it cannot read leaves it broken.
type unpacker struct {
	texts, fields string
	broken        bool
}

// unpack fills v from a file.
func unpack(file string, v reflect.Value) error {
	u := unpacker{fields: file}
	n := u.number()
	if n > len(u.fields) {
		return errors.New("it is cut off")
	}
	u.texts, u.fields = u.fields[:n], u.fields[n:]
	u.value(v)
	if u.broken || u.fields != "" {
		return errors.New("it is of another version of its types: run go generate ./fips/catalogue")
	}
	return nil
}

// number is one that counts what the file holds.
func (u *unpacker) number() int { return int(min(u.varint(), math.MaxInt32/2)) }

func (u *unpacker) varint() uint64 {
	var n uint64
	for shift := 0; shift < 63 && len(u.fields) > 0; shift += 7 {
		b := u.fields[0]
		u.fields = u.fields[1:]
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return n
		}
	}
	u.broken = true
	return 0
}

func (u *unpacker) value(v reflect.Value) {
	if u.broken {
		return
	}
	switch v.Kind() {
	case reflect.String:
		at, n := u.number(), u.number()
		if u.broken = u.broken || at+n > len(u.texts); !u.broken {
			v.SetString(u.texts[at : at+n])
		}
	case reflect.Int:
		n := u.varint()
		v.SetInt(int64(n>>1) ^ -int64(n&1)) // as binary.Varint does
	case reflect.Bool:
		v.SetBool(u.number() == 1)
	case reflect.Slice:
		n := u.number() - 1
		if n < 0 {
			return
		}
		if u.broken = n > len(u.fields); u.broken {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			u.value(v.Index(i))
		}
	case reflect.Pointer:
		if u.number() == 1 {
			v.Set(reflect.New(v.Type().Elem()))
			u.value(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			u.value(v.Field(i))
		}
	}
}
