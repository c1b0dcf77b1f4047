package tlsprobe

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// What is kept is what is worked out anew, whoever asks, and never more than
// there is room for.
func TestLibrary(t *testing.T) {
	root := signed(t, nil, "root CA", edKey(t))
	anchors := anchorsOf(t, root)
	l := newLibrary(anchors, nil)
	now := time.Now()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range shelf + 10 {
				leaf := signed(t, root, fmt.Sprintf("host%d.test", i%(shelf+5)), edKey(t))
				raw := shows(leaf, root)
				c := chains{library: l}
				for range 2 {
					c.see(tls12, "", "a", raw)
				}
				got := c.settle(now)
				fresh := chains{library: newLibrary(anchors, nil)}
				fresh.see(tls12, "", "a", raw)
				if diff := cmp.Diff(fresh.settle(now), got); diff != "" || got[0].Trust[0].Trusted == nil || !*got[0].Trust[0].Trusted {
					t.Errorf("%s", diff)
				}
				if len(c.evidence) != 2 {
					t.Errorf("%d pieces of evidence", len(c.evidence))
				}
			}
		})
	}
	all.Wait()
	if len(l.facts) != shelf || len(l.judged) != shelf {
		t.Errorf("%d certificates and %d chains are kept, want %d", len(l.facts), len(l.judged), shelf)
	}
	l.certificate("long", bytes.Repeat([]byte{0x30}, longest+1))
	if _, kept := l.facts["long"]; kept {
		t.Error("a certificate of any length is kept")
	}
}

func TestJudgementHolds(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	soon, late := at.Add(10*time.Second), at.Add(time.Hour)
	for _, row := range []struct {
		name          string
		before, after time.Time // of a certificate
		until         time.Time // of the path
		asked         time.Time
		want          bool
	}{
		{"a moment later", time.Time{}, late, late, at.Add(20 * time.Second), true},
		{"a moment before", time.Time{}, late, late, at.Add(-20 * time.Second), true},
		{"a minute later", time.Time{}, late, late, at.Add(time.Minute), false},
		{"a minute before", time.Time{}, late, late, at.Add(-time.Minute), false},
		{"a certificate expires", time.Time{}, soon, late, at.Add(11 * time.Second), false},
		{"in its last second", time.Time{}, soon, late, soon, false},
		{"a certificate begins", soon, late, late, at.Add(11 * time.Second), false},
		{"the path expires", time.Time{}, late, soon, at.Add(11 * time.Second), false},
		{"all expired long before", time.Time{}, at.Add(-time.Hour), at.Add(-time.Hour), at.Add(11 * time.Second), true},
	} {
		j := judgement{at: at, trust: []scanner.Trust{{From: &time.Time{}, Until: &row.until}}}
		if got := j.holds([]scanner.Certificate{{NotBefore: row.before, NotAfter: row.after}}, row.asked); got != row.want {
			t.Errorf("%s: %v, want %v", row.name, got, row.want)
		}
	}
}

func anchorsOf(t *testing.T, roots ...*authority) []*pkix.Anchors {
	t.Helper()
	var all []byte
	for _, der := range shows(roots...) {
		all = append(all, der...)
	}
	a, err := pkix.ParseAnchors("roots", all)
	if err != nil {
		t.Fatal(err)
	}
	return []*pkix.Anchors{a}
}
