package catalogue

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is built in is what the data files say, which are without fault.
func TestPackedIsUpToDate(t *testing.T) {
	want, err := Read(os.DirFS("data"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, load(t)); diff != "" {
		t.Errorf("packed.bin differs from the data files: run go generate ./fips/catalogue (-data +packed):\n%s", diff)
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		load(b)
	}
}
