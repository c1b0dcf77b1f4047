package fips

import (
	"fmt"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
)

// gssJudge judges by one rule, about a family of names that peers make up.
func gssJudge(t *testing.T) *Judge {
	t.Helper()
	c := &Catalogue{Version: "1", Since: "2024-01-01", Rules: []Rule{{ID: "r", Kind: "ssh-kex", Name: "gss-*", Use: "key exchange",
		Status: NotApproved, From: "2024-01-01", Cite: make([]Citation, 1, 8), Because: "Because.", Remedy: "Remedy."}}}
	j, err := NewJudge(c, "2026-11-22")
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// TestMemoIsBounded judges more names of one family than are kept.
func TestMemoIsBounded(t *testing.T) {
	j := gssJudge(t)
	for i := range maxHeld + 10 {
		name := fmt.Sprintf("gss-%d", i)
		if r := j.named("ssh-kex", name, ClassSSHKex); r.Status != NotApproved || r.Subject.Name != name {
			t.Fatalf("%s: %+v", name, r)
		}
	}
	if n := len(j.memo); n != maxHeld {
		t.Errorf("%d rulings are kept, want %d", n, maxHeld)
	}
	j.named("ssh-kex", "of no rule", ClassSSHKex)
	if _, ok := j.memo.ruling(Subject{"ssh-kex", "of no rule"}, ClassSSHKex); ok {
		t.Error("a name of which no rule speaks is kept")
	}
}

// TestMemoGivesCopies adds to the lists of what was ruled, as whoever tells more
// of it does.
func TestMemoGivesCopies(t *testing.T) {
	m := memo{}
	m.keep(Ruling{Subject: Subject{"cipher", "x"}, Cite: make([]Citation, 1, 8), Where: make([]string, 1, 8)})
	for _, name := range []string{"one", "two"} {
		r, ok := m.ruling(Subject{"cipher", "x"}, "")
		if !ok || len(r.Cite) != 1 || len(r.Where) != 1 {
			t.Fatalf("%s: %+v, %t", name, r, ok)
		}
		cite, where := append(r.Cite, Citation{Document: name}), append(r.Where, name)
		for range 2 {
			other, _ := m.ruling(Subject{"cipher", "x"}, "")
			_, _ = append(other.Cite, Citation{Document: "other"}), append(other.Where, "other")
		}
		if cite[1].Document != name || where[1] != name {
			t.Errorf("%s: what was added is another's: %v, %v", name, cite, where)
		}
	}
}

// TestDocketIsUsedAgain judges one observation after another: what the docket
// held of one is in nobody else's rulings.
func TestDocketIsUsedAgain(t *testing.T) {
	j := gssJudge(t)
	var kept []Assessment
	for i := range 50 {
		kept = append(kept, j.Assess(offering(i)))
	}
	for i, a := range kept {
		if len(a.Rulings) != len(kept[0].Rulings) || a.Rulings[0].Subject.Name != offering(i).SSH.Kexinit.KexAlgorithms[0] {
			t.Errorf("the rulings on %d are another's: %+v", i, a.Rulings)
		}
	}
}

func offering(i int) scanner.Observation {
	o := scanner.Observation{Endpoint: scanner.Endpoint{ID: fmt.Sprint(i)}}
	o.SSH = &scanner.SSH{Kexinit: &scanner.Kexinit{KexAlgorithms: []string{fmt.Sprintf("gss-%d", i)}}}
	return o
}
