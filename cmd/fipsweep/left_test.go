package main

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/internal/lab/valid"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/replay"
	"github.com/fipsweep/fipsweep/scanner/target"
)

// TestLeftOfAddresses stops sweeps after each of their targets: what is left is
// what was planned and is not among the finished ones, and a sweep that is gone
// on with, by another number of targets, has the same to tell.
func TestLeftOfAddresses(t *testing.T) {
	tests := []struct {
		name    string
		targets []string
		exclude []string
		shard   string
		singles int
	}{
		{"network", []string{"10.0.0.0/28:443,8443"}, nil, "", 0},
		{"overlap", []string{"10.0.0.0/28:443", "10.0.0.8/29:22", "10.0.0.1-20:443"}, nil, "", 0},
		{"exclusion", []string{"10.0.0.0/27:443"}, []string{"10.0.0.8/29"}, "", 0},
		{"shard", []string{"10.0.0.0/27:443", "10.1.0.1:22"}, nil, "2/3", 0},
		{"single", []string{"10.0.0.1:443", "10.0.0.7:22", "10.0.1.0/30:443"}, nil, "", 2},
		{"IPv6", []string{"2001:db8::/124:443", "[2001:db8:1::1]:443"}, nil, "", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			list := listOf(t, tt.targets, tt.exclude, tt.shard)
			planned := int(list.Count())
			for n := range planned {
				r := newRemainder(list, false, nil)
				asked, reached := 0, map[string]bool{}
				for x := range r.all() {
					for _, port := range x.Ports {
						if asked < n {
							asked++
							reached[x.Text] = true
							finish(t, r, x, port)
						}
					}
					if asked == n {
						break
					}
				}
				l := r.left(scanner.ByDeadline)
				r.end()
				if got := int(l.Endpoints); got != planned-n || l.AtLeast {
					t.Fatalf("after %d of %d: %d left, at least %t", n, planned, got, l.AtLeast)
				}
				if n == 0 && tt.shard == "" && len(l.Unreached) != tt.singles {
					t.Errorf("not reached: %q, want %d", l.Unreached, tt.singles)
				}
				for _, text := range l.Unreached {
					if reached[text] {
						t.Errorf("after %d: %s was reached", n, text)
					}
				}
			}
		})
	}
}

// TestLeftOfNames stops a sweep of hosts by name and address, one of which was
// begun and not finished, before and after it is resumed.
func TestLeftOfNames(t *testing.T) {
	list := listOf(t, []string{"a.example:443,444", "b.example", "c.example:22", "10.0.0.1:443", "10.0.0.2:443"}, nil, "")
	other := map[string]string{"10.0.0.1:443": "10.0.0.2:443", "10.0.0.2:443": "10.0.0.1:443"}
	unreached := []string{"b.example", "c.example:22"}
	r := newRemainder(list, false, nil)
	for x := range r.all() {
		if x.Text == "a.example:443,444" {
			finish(t, r, x, 443)
		}
		if x.Addr.IsValid() {
			finish(t, r, x, 443)
			unreached = append(unreached, other[x.Text])
			break
		}
	}
	l := r.left(scanner.BySignal)
	r.end()
	want := &scanner.Left{By: scanner.BySignal, Endpoints: uint64(len(target.DefaultPorts())) + 1 + 1, AtLeast: true, Unreached: unreached}
	if diff := cmp.Diff(want, l); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(r.before) > 0 {
		t.Errorf("of a sweep that began, these are kept as asked before: %v", r.before)
	}

	// Gone on with, the journal has a.example, b.example and one address.
	held := map[string]bool{}
	r = newRemainder(list, false, func(e scanner.Endpoint) bool { return held[e.ID] })
	for x := range list.All() {
		switch x.Text {
		case "a.example:443,444", "b.example", "10.0.0.1:443":
			finish(t, r, x, x.Ports[0])
			held[scanner.Host(x.Addr, x.Ports[0], "").ID] = true
		}
	}
	for range r.all() {
		break
	}
	l = r.left(scanner.BySignal)
	r.end()
	if diff := cmp.Diff([]string{"c.example:22", "10.0.0.2:443"}, l.Unreached); diff != "" || l.Endpoints != 2 {
		t.Errorf("resumed: %d left (-want +got):\n%s", l.Endpoints, diff)
	}
}

// TestLeftIsBounded leaves more addresses than are listed, and more networks
// than are looked through.
func TestLeftIsBounded(t *testing.T) {
	var many []string
	for i := range 2 * listedLeft {
		many = append(many, fmt.Sprintf("10.0.%d.1:443", i))
	}
	for _, targets := range [][]string{many, {"10.0.0.0/8:443"}} {
		list := listOf(t, targets, nil, "")
		r := newRemainder(list, false, nil)
		l := r.left(scanner.ByDeadline)
		r.end()
		if l.Endpoints != list.Count() || l.AtLeast || !l.More {
			t.Errorf("%s ...: %+v", targets[0], l)
		}
		if n := min(listedLeft, len(targets)/2*2); len(l.Unreached) != n {
			t.Errorf("%s ...: %d are listed, want %d", targets[0], len(l.Unreached), n)
		}
	}
	list := listOf(t, []string{"2001:db8::/32:443"}, nil, "")
	r := newRemainder(list, false, nil)
	defer r.end()
	if l := r.left(""); l.Endpoints != mostLeft || !l.AtLeast {
		t.Errorf("of a /32: %+v", l)
	}
}

func listOf(t *testing.T, targets, exclude []string, shard string) *target.List {
	t.Helper()
	o := target.Options{Wide: true, Stat: func(string) (fs.FileInfo, error) { return nil, fs.ErrNotExist }}
	var err error
	if o.Exclude, err = target.ParseExcludes(exclude, nil); err != nil {
		t.Fatal(err)
	}
	if shard != "" {
		if o.Shard, err = target.ParseShard(shard); err != nil {
			t.Fatal(err)
		}
	}
	list, err := target.Parse(targets, o)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// finish tells r that a port of a target was asked; a name is at an address.
func finish(t *testing.T, r *remainder, x scanner.Target, port uint16) {
	t.Helper()
	e := scanner.Host(x.Addr, port, x.Name)
	e.Target = x.Text
	a := fips.Assessment{Observation: scanner.Observe(e, "tls")}
	if err := r.Record(t.Context(), a); err != nil {
		t.Fatal(err)
	}
}

func TestLeftOfBoth(t *testing.T) {
	one := scanner.Sweep{Interrupted: true, Left: &scanner.Left{By: scanner.ByDeadline, Endpoints: 3, Unreached: []string{"a"}}}
	two := scanner.Sweep{Interrupted: true, Left: &scanner.Left{By: scanner.BySignal, Endpoints: 4, AtLeast: true}}
	want := &scanner.Left{Endpoints: 7, AtLeast: true, Unreached: []string{"a"}}
	if diff := cmp.Diff(want, leftOfBoth(one, two)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	whole, killed := scanner.Sweep{}, scanner.Sweep{Interrupted: true}
	for _, tt := range []struct {
		a, b scanner.Sweep
		want *scanner.Left
	}{{whole, one, one.Left}, {one, whole, one.Left}, {killed, one, nil}, {one, killed, nil}, {whole, whole, nil}} {
		if got := leftOfBoth(tt.a, tt.b); got != tt.want {
			t.Errorf("%+v and %+v: %+v", tt.a, tt.b, got)
		}
	}
}

// TestLeftIsTold stops a sweep by its deadline twice and then lets it end. What
// was asked and what is left come to the whole each time, on stderr, in the
// sweep's own line, and in what is reported later.
func TestLeftIsTold(t *testing.T) {
	state := t.TempDir()
	words := []string{"scan", "--rate", "100", "-o", "jsonl", "--fail-on", "never", "127.9.0.0/24:9", "127.9.9.9:9"}
	var id string
	for _, deadline := range []string{"500ms", "500ms", "1m"} {
		var out, errs strings.Builder
		status := run(append(words, "--state", state, "--deadline", deadline), streams{out: &out, err: &errs})
		s := lastSweep(t, out.String())
		if deadline == "1m" {
			if s.Left != nil || s.Asked != 257 || s.Interrupted {
				t.Errorf("at its end the sweep had asked %d, and left %+v", s.Asked, s.Left)
			}
			break
		}
		if status != exitIncomplete || s.Left == nil {
			t.Fatalf("exit status %d, left %+v; %s", status, s.Left, errs.String())
		}
		if n := uint64(s.Asked) + s.Left.Endpoints; n != 257 || s.Asked == 0 || s.Left.AtLeast {
			t.Errorf("%d asked, %+v left: want 257 together", s.Asked, s.Left)
		}
		if say := fmt.Sprintf("with %d endpoints left", s.Left.Endpoints); !strings.Contains(errs.String(), say) {
			t.Errorf("stderr has no %q:\n%s", say, errs.String())
		}
		id = s.ID
		valid.Lines(t, []byte(out.String()))
		journal, err := os.ReadFile(replay.Path(state, id))
		if err != nil {
			t.Fatal(err)
		}
		valid.Lines(t, journal)
		var later strings.Builder
		run([]string{"report", id, "--state", state}, streams{out: &later, err: io.Discard})
		if say := fmt.Sprintf("stopped by its deadline before everything was asked: %d endpoints were left", s.Left.Endpoints); !strings.Contains(strings.Join(strings.Fields(later.String()), " "), say) {
			t.Errorf("the report has no %q:\n%s", say, later.String())
		}
		words = []string{"scan", "--rate", "100", "-o", "jsonl", "--fail-on", "never", "--resume", id}
	}
}

// A leftLine is what the test reads of the last line.
type leftLine struct {
	ID          string        `json:"sweep"`
	Asked       int           `json:"asked"`
	Interrupted bool          `json:"interrupted"`
	Left        *scanner.Left `json:"left"`
}

func lastSweep(t *testing.T, lines string) (s leftLine) {
	t.Helper()
	all := strings.Split(strings.TrimSpace(lines), "\n")
	if err := json.Unmarshal([]byte(all[len(all)-1]), &s); err != nil {
		t.Fatal(err)
	}
	return s
}
