package reports_test

import (
	"bytes"
	"context"
	"iter"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/internal/lab/valid"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// kex is an SSH endpoint that takes these key exchanges; change may say what of
// it was not learned.
func kex(addr string, change func(*scanner.Observation), names ...string) scanner.Observation {
	o := scanner.Observe(host(addr, 22), "ssh")
	o.SSH = &scanner.SSH{Banner: "SSH-2.0-x", Kexinit: &scanner.Kexinit{KexAlgorithms: names}}
	if change != nil {
		change(&o)
	}
	return o
}

func failed(e scanner.Endpoint, stage scanner.Stage, reason scanner.Reason, outright bool) scanner.Observation {
	o := scanner.Failed(e, "ssh", scanner.Failure{Stage: stage, Reason: reason})
	o.Outright = outright
	return o
}

func stored(path string, bits int) scanner.Observation {
	o := scanner.Observe(scanner.File(path), "store")
	o.Store = &scanner.Store{Path: path}
	if bits > 0 {
		o.Store.Format = "PEM"
		o.Store.Items = []scanner.Item{{Kind: scanner.ItemPublicKey, SHA256: "k", Key: &scanner.Key{Algorithm: "RSA", Bits: bits, Exponent: "65537"}}}
	}
	return o
}

func ruledOnAll(t testing.TB, all ...scanner.Observation) []fips.Assessment {
	t.Helper()
	var list []fips.Assessment
	for _, o := range all {
		list = append(list, ruledOn(t, o, asOf)...)
	}
	return list
}

// What became of an endpoint decides whether a finding that is not there is
// mended, gone, or may still be there.
func TestDiff(t *testing.T) {
	const good, weak, other = "ecdh-sha2-nistp256", "diffie-hellman-group1-sha1", "diffie-hellman-group14-sha1"
	lost := func(what string, why scanner.Reason) func(*scanner.Observation) {
		return func(o *scanner.Observation) {
			o.Incomplete = []scanner.Incomplete{{What: what, Reason: why}}
		}
	}
	a, b := host("10.0.0.1", 22), host("10.0.0.2", 22)
	keys := func(o ...scanner.Observation) []scanner.Observation { return o }
	tests := []struct {
		name          string
		before, after []scanner.Observation
		unlike        bool // the newer sweep asked for something else
		want          []string
	}{
		{"nothing", keys(kex("10.0.0.1", nil, weak)), keys(kex("10.0.0.1", nil, weak)), false, nil},
		{"in another order", keys(kex("10.0.0.1", nil, weak), kex("10.0.0.2", nil, weak)), keys(kex("10.0.0.2", nil, weak), kex("10.0.0.1", nil, weak)), false, nil},
		{"mended", keys(kex("10.0.0.1", nil, good, weak)), keys(kex("10.0.0.1", nil, good)), false, []string{"mended group1"}},
		{"new", keys(kex("10.0.0.1", nil, good)), keys(kex("10.0.0.1", nil, good, weak)), false, []string{"new group1"}},
		{"mended, and another is new", keys(kex("10.0.0.1", nil, weak)), keys(kex("10.0.0.1", nil, other)), false, []string{"new group14", "mended group1"}},
		{"a new endpoint", keys(kex("10.0.0.1", nil, good)), keys(kex("10.0.0.1", nil, good), kex("10.0.0.2", nil, weak)), false,
			[]string{"endpoint new 10.0.0.2:22 endpoint-new", "new group1 endpoint-new"}},
		{"a port that was closed and opens", keys(failed(b, scanner.StageConnect, scanner.ReasonRefused, false)), keys(kex("10.0.0.2", nil, weak)), false,
			[]string{"endpoint new 10.0.0.2:22 endpoint-new", "new group1 endpoint-new"}},
		{"could not be judged before", keys(failed(a, scanner.StageGreeting, scanner.ReasonTimeout, true)), keys(kex("10.0.0.1", nil, weak)), false,
			[]string{"new group1 not-observed", "endpoint observed 10.0.0.1:22"}},
		{"timed out", keys(kex("10.0.0.1", nil, weak)), keys(failed(a, scanner.StageConnect, scanner.ReasonTimeout, true)), false,
			[]string{"endpoint unobserved 10.0.0.1:22 not-observed timeout", "unobserved group1 not-observed"}},
		{"timed out, of a range", keys(kex("10.0.0.1", nil, weak)), keys(failed(a, scanner.StageConnect, scanner.ReasonTimeout, false)), false,
			[]string{"endpoint unobserved 10.0.0.1:22 not-observed timeout", "unobserved group1 not-observed"}},
		{"refused", keys(kex("10.0.0.1", nil, weak)), keys(failed(a, scanner.StageConnect, scanner.ReasonRefused, false)), false,
			[]string{"endpoint gone 10.0.0.1:22 refused refused", "gone group1 refused"}},
		{"not asked again, of the network", keys(kex("10.0.0.1", nil, weak)), nil, false,
			[]string{"endpoint unobserved 10.0.0.1:22 not-asked", "unobserved group1 not-asked"}},
		{"broken off half-way", keys(kex("10.0.0.1", nil, other, weak)), keys(kex("10.0.0.1", lost("host keys", scanner.ReasonTimeout), other)), false,
			[]string{"unobserved group1 observed-in-part"}},
		{"broken off half-way before", keys(kex("10.0.0.1", lost("host keys", scanner.ReasonTimeout), other)), keys(kex("10.0.0.1", nil, other, weak)), false,
			[]string{"new group1 observed-in-part"}},
		{"locked now, and open before", keys(kex("10.0.0.1", nil, good, weak)), keys(kex("10.0.0.1", lost("x", scanner.ReasonLocked), good)), false,
			[]string{"unobserved group1 observed-in-part"}},
		{"locked, as before", keys(kex("10.0.0.1", lost("x", scanner.ReasonLocked), good, weak)), keys(kex("10.0.0.1", lost("x", scanner.ReasonLocked), good)), false,
			[]string{"mended group1"}},
		{"declined with an alert", keys(kex("10.0.0.1", nil, good, weak)), keys(kex("10.0.0.1", lost("x", scanner.ReasonAlert), good)), false, []string{"mended group1"}},
		{"a file is not met", keys(stored("/k/a", 1024), stored("/k/b", 2048)), keys(stored("/k/b", 2048)), false,
			[]string{"endpoint gone /k/a not-met", "gone RSA 1024 not-met"}},
		{"a file is not met, elsewhere", keys(stored("/k/a", 1024)), keys(stored("/j/b", 3072)), true,
			[]string{"endpoint new /j/b endpoint-new", "endpoint unobserved /k/a not-asked", "unobserved RSA 1024 not-asked"}},
		{"a folder above cannot be read", keys(stored("/k/l/a", 1024)), keys(failed(scanner.File("/k"), scanner.StageOpen, scanner.ReasonDenied, false)), false,
			[]string{"endpoint unobserved /k/l/a not-asked", "unobserved RSA 1024 not-asked"}},
		{"a file was emptied", keys(stored("/k/a", 1024)), keys(stored("/k/a", 0)), false,
			[]string{"endpoint gone /k/a holds-nothing", "gone RSA 1024 holds-nothing"}},
		{"a file cannot be read", keys(stored("/k/a", 1024)), keys(failed(scanner.File("/k/a"), scanner.StageOpen, scanner.ReasonDenied, false)), false,
			[]string{"endpoint unobserved /k/a not-observed denied", "unobserved RSA 1024 not-observed"}},
		{"one endpoint in two sweeps of a side", keys(kex("10.0.0.1", nil, good, weak), kex("10.0.0.1", nil, good, weak)), keys(kex("10.0.0.1", nil, good), kex("10.0.0.1", nil, good)), false,
			[]string{"mended group1"}},
		{"new, in two sweeps of a side", keys(kex("10.0.0.1", nil, good)), keys(kex("10.0.0.1", nil, good, weak), kex("10.0.0.1", nil, good, weak)), false, []string{"new group1"}},
		{"seen by one of two sweeps of a side", keys(kex("10.0.0.1", nil, good, weak)), keys(kex("10.0.0.1", nil, good), failed(a, scanner.StageConnect, scanner.ReasonTimeout, true)), false,
			[]string{"unobserved group1 observed-in-part"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before, after := side(t, ruledOnAll(t, tt.before...)), side(t, ruledOnAll(t, tt.after...))
			if tt.unlike {
				after.Report.Sweep.Scope.Targets = []string{"/j"}
			}
			got, d := told(t, before, after)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			n := 0
			for _, moved := range d.Moves {
				n += moved
			}
			if d.Alike == tt.unlike || n != count(got, false) {
				t.Errorf("alike %v; %d moves, want as many as told", d.Alike, n)
			}
			var doc bytes.Buffer
			if err := reports.WriteDiff(t.Context(), &doc, before, after); err != nil {
				t.Fatal(err)
			}
			valid.Document(t, "diff", doc.Bytes())
		})
	}
}

// told is each change in a line.
func told(t testing.TB, before, after reports.Side) ([]string, *reports.Diff) {
	t.Helper()
	var got []string
	line := func(words ...string) error {
		s := ""
		for _, w := range words {
			if w != "" && s != "" {
				s += " "
			}
			s += w
		}
		got = append(got, s)
		return nil
	}
	short := map[string]string{"diffie-hellman-group1-sha1": "group1", "diffie-hellman-group14-sha1": "group14"}
	d, err := reports.DiffOf(t.Context(), before, after, reports.Differ{
		Endpoint: func(x reports.EndpointChange) error {
			return line("endpoint", string(x.Move), x.Endpoint.String(), string(x.Why), string(x.Reason))
		},
		Finding: func(x reports.FindingChange) error {
			name := x.Finding.Subject.Name
			if s := short[name]; s != "" {
				name = s
			}
			return line(string(x.Move), name, string(x.Why))
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return got, d
}

func count(lines []string, endpoints bool) int {
	n := 0
	for _, s := range lines {
		if (len(s) > 9 && s[:9] == "endpoint ") == endpoints {
			n++
		}
	}
	return n
}

// Chains that are held to fewer anchors, and keys to fewer lists, show nothing.
func TestDiffOtherwiseAsked(t *testing.T) {
	a := overTLS(host("10.0.0.1", 443), certificate("a", 90), tls12)
	add := func(a fips.Assessment, class fips.Class) fips.Assessment {
		a.Findings = append(slices.Clone(a.Findings), fips.Finding{ID: "0123456789abcdef", Endpoint: a.Observation.Endpoint,
			Ruling: fips.Ruling{Rule: "x", Subject: fips.Subject{Kind: "certificate-property", Name: "x"}, Status: fips.NotApproved, Class: class}})
		return a
	}
	for _, tt := range []struct {
		name  string
		class fips.Class
		scope func(*scanner.Scope)
		want  []string
	}{
		{"with the same anchors", fips.ClassCertChain, func(*scanner.Scope) {}, []string{"mended x"}},
		{"without the anchors", fips.ClassCertChain, func(s *scanner.Scope) { s.Trust = []string{"system"} }, []string{"unobserved x not-asked"}},
		{"without the list", fips.ClassWeakKey, func(s *scanner.Scope) { s.WeakKeys = []string{"weak"} }, []string{"unobserved x not-asked"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before, after := side(t, []fips.Assessment{add(a, tt.class)}), side(t, []fips.Assessment{a})
			tt.scope(&before.Report.Sweep.Scope)
			if got, _ := told(t, before, after); !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// At depth verdict a probe ends when something fails: what else fails may still
// be there.
func TestDiffVerdict(t *testing.T) {
	a := overTLS(host("10.0.0.1", 443), certificate("a", 90), tls12, ssl3, tls10)
	b := overTLS(host("10.0.0.1", 443), certificate("a", 90), tls12, ssl3)
	b.Observation.TLS.Depth = fips.DepthVerdict
	c := overTLS(host("10.0.0.1", 443), certificate("a", 90), tls12)
	c.Observation.TLS.Depth = fips.DepthVerdict
	d := c
	d.Behind = true
	for _, tt := range []struct {
		name  string
		after fips.Assessment
		want  []string
	}{
		{"one still fails", b, []string{"unobserved TLSv1.0 observed-in-part"}},
		{"nothing fails", c, []string{"mended SSLv3", "mended TLSv1.0"}},
		{"asked by other statuses", d, []string{"unobserved SSLv3 observed-in-part", "unobserved TLSv1.0 observed-in-part"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, _ := told(t, side(t, []fips.Assessment{a}), side(t, []fips.Assessment{tt.after}))
			if slices.Sort(got); !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// A waived finding that is new counts, and does not reach a status.
func TestDiffReaches(t *testing.T) {
	a := overSSH(host("10.0.0.1", 22), sshCha)
	w := as(a, "", 0)
	w.Findings[0].Waiver = &fips.WaiverMark{ID: "W1", Expires: "2027-01-01"}
	w.Waived, w.Worst = w.Worst, fips.Unobserved
	milder := as(a, "", 0)
	milder.Findings[0].Status = fips.Deprecated
	for _, tt := range []struct {
		name          string
		before, after []fips.Assessment
		reaches       bool
	}{
		{"new", nil, []fips.Assessment{a}, true},
		{"new and waived", nil, []fips.Assessment{w}, false},
		{"as before", []fips.Assessment{a}, []fips.Assessment{a}, false},
		{"worse", []fips.Assessment{milder}, []fips.Assessment{a}, true},
		{"mended", []fips.Assessment{a}, nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, d := told(t, side(t, tt.before), side(t, tt.after))
			if d.Reaches(fips.NotApproved) != tt.reaches {
				t.Errorf("%v, want reaching %v", d.Reached, tt.reaches)
			}
		})
	}
}

func TestDiffSameIsNothing(t *testing.T) {
	s := side(t, sample())
	got, d := told(t, s, s)
	if len(got) != 0 || d.Same != s.Report.Findings+s.Report.Waived.Findings || d.Endpoints != 0 {
		t.Errorf("%q; %d the same, want %d", got, d.Same, s.Report.Findings)
	}
}

// A finding that both have costs its digest and no more.
func TestDiffMemory(t *testing.T) {
	const n = 50000
	again := func(context.Context) iter.Seq2[fips.Assessment, error] {
		return func(yield func(fips.Assessment, error) bool) {
			for i := range n {
				a := fips.Assessment{Worst: fips.Disallowed}
				a.Observation.Endpoint = at("", "10.0.0.1", uint16(i+1))
				a.Observation.SSH = &scanner.SSH{Banner: string(make([]byte, 4096))}
				r := fips.Ruling{Rule: "x", Subject: fips.Subject{Kind: "public-key", Name: "RSA 1024"}, Status: fips.Disallowed}
				a.Findings = []fips.Finding{{ID: a.Observation.Endpoint.ID, Endpoint: a.Observation.Endpoint, Ruling: r}}
				if !yield(a, nil) {
					return
				}
			}
		}
	}
	r := build(t, nil)
	var was, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&was)
	var most uint64
	d, err := reports.DiffOf(t.Context(), reports.Side{Report: r, Again: again}, reports.Side{Report: r, Again: func(ctx context.Context) iter.Seq2[fips.Assessment, error] {
		return func(yield func(fips.Assessment, error) bool) {
			for a, err := range again(ctx) {
				if !yield(a, err) {
					return
				}
			}
			runtime.GC()
			runtime.ReadMemStats(&now)
			most = now.HeapAlloc - was.HeapAlloc
		}
	}}, reports.Differ{})
	if err != nil || d.Same != n {
		t.Fatalf("%v, %v", err, d)
	}
	if most > n*400 {
		t.Errorf("%d bytes an endpoint with one finding, want at most 400", most/n)
	}
	t.Logf("%d bytes an endpoint with one finding", most/n)
}
