package catalogue

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
)

// of is every kind of field that is packed.
type of struct {
	Text  string
	Date  fips.Date
	N     int
	Is    bool
	List  []string
	Empty []string
	None  []string
	Some  *int
	Zero  *int
	Nil   *of
	Deep  []of
}

func TestPackedIsUnpacked(t *testing.T) {
	five := 5
	want := of{Text: "a", Date: "2026-01-01", N: -3, Is: true, List: []string{"a", "", "ä"}, Empty: []string{}, Some: &five, Zero: new(int), Deep: []of{{N: 1 << 30}, {Text: "b"}}}
	p := packer{at: map[string]int{}}
	if err := p.value(reflect.ValueOf(want)); err != nil {
		t.Fatal(err)
	}
	var got of
	if err := unpack(string(p.file()), reflect.ValueOf(&got).Elem()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-packed +unpacked):\n%s", diff)
	}
	if err := p.value(reflect.ValueOf(map[string]int{})); err == nil {
		t.Error("a map was packed")
	}
	more := string(p.file()) + "\x00"
	if err := unpack(more, reflect.ValueOf(&got).Elem()); err == nil {
		t.Error("what is too long was unpacked")
	}
}

// FuzzUnpack reads what nobody packed: it may be refused, and no more.
func FuzzUnpack(f *testing.F) {
	p := packer{at: map[string]int{}}
	if err := p.value(reflect.ValueOf(fips.Catalogue{Version: "1", Rules: []fips.Rule{{ID: "a", Bounds: &fips.Bounds{MinBits: 7}, Cite: []fips.Citation{{}}}}})); err != nil {
		f.Fatal(err)
	}
	f.Add(p.file())
	f.Add(p.file()[:len(p.file())/2])
	f.Add([]byte("\x01a\x00\x01\x00\x01\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\x7f"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var c fips.Catalogue
		_ = unpack(string(data), reflect.ValueOf(&c).Elem())
		var o of
		_ = unpack(string(data), reflect.ValueOf(&o).Elem())
	})
}
