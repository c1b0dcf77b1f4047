package control

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

func load(t *testing.T) *Table {
	t.Helper()
	table, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestLoad(t *testing.T) {
	table := load(t)
	all, shown := 0, map[string][]string{}
	for _, f := range table.Frameworks {
		all += len(f.Controls)
	}
	for _, f := range table.Shown().Frameworks {
		for _, c := range f.Controls {
			shown[f.ID] = append(shown[f.ID], c.ID)
			if c.Cannot == "" {
				t.Errorf("%s does not say what it cannot show", c.ID)
			}
		}
	}
	if all != 91 {
		t.Errorf("%d controls, want 91", all)
	}
	want := map[string][]string{
		"soc2":     {"CC6.1", "CC6.6", "CC6.7", "C1.1"},
		"iso27001": {"A.8.24", "A.5.14", "A.8.20", "A.8.21"},
		"sp800-53": {"SC-8", "SC-8(1)", "SC-12", "SC-13", "SC-17", "IA-7"},
	}
	if d := cmp.Diff(want, shown); d != "" {
		t.Errorf("shown (-want +got):\n%s", d)
	}
	for _, f := range table.Frameworks {
		for _, c := range f.Controls {
			if f.ID == "iso27001" && c.Shown && len(c.Earlier["ISO/IEC 27001:2013"]) == 0 {
				t.Errorf("%s has no number of 2013", c.ID)
			}
		}
	}
	if got := table.Of(fips.ClassTLSEMS, scanner.Endpoint{}); !cmp.Equal(got, []string{"CC6.1", "CC6.7", "C1.1", "A.8.24", "A.5.14", "SC-8", "SC-8(1)", "SC-13"}) {
		t.Errorf("extended master secret bears on %q", got)
	}
	for _, tt := range []struct {
		where scanner.Endpoint
		want  bool
	}{{scanner.File("/etc/a.pem"), false}, {scanner.Host(netip.MustParseAddr("192.0.2.1"), 443, ""), true}} {
		if got := slices.Contains(table.Of(fips.ClassCertChain, tt.where), "CC6.7"); got != tt.want {
			t.Errorf("a chain at %s bears on CC6.7: %v", tt.where, got)
		}
	}
}

func TestParseComplains(t *testing.T) {
	tests := []struct{ name, data, want string }{
		{"not JSON", `[`, "read control frameworks"},
		{"unknown field", `[{"id":"x","controls":[{"id":"1","ask":"?"}]}]`, "unknown field"},
		{"unknown class", `[{"id":"x","controls":[{"id":"1","asks":"?","classes":["tls-versions"]}]}]`, `unknown class "tls-versions"`},
		{"no class", `[{"id":"x","controls":[{"id":"1","asks":"?"}]}]`, "want id, asks and classes"},
		{"over what", `[{"id":"x","controls":[{"id":"1","asks":"?","over":"files","classes":["dnssec"]}]}]`, `over "files"`},
		{"class twice", `[{"id":"x","controls":[{"id":"1","asks":"?","classes":["dnssec","dnssec"]}]}]`, "twice"},
		{"every complaint", `[{"id":"x","controls":[{"id":"1","asks":"?","classes":["a","b"]}]}]`, "unknown class \"b\""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := parse([]byte(tt.data)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q in it", err, tt.want)
			}
		})
	}
}

// seen is an endpoint of which something was seen: status and class in turn.
func seen(n int, rulings ...any) fips.Assessment {
	o := scanner.Observe(scanner.Host(netip.AddrFrom4([4]byte{10, 0, byte(n >> 8), byte(n)}), 443, ""), "tls")
	o.TLS = &scanner.TLS{}
	a := fips.Assessment{Observation: o}
	for i := 0; i < len(rulings); i += 2 {
		r := fips.Ruling{Status: rulings[i].(fips.Status), Class: rulings[i+1].(fips.Class)}
		a.Rulings = append(a.Rulings, r)
		a.Worst = max(a.Worst, r.Status)
		if r.Status.IsFinding() {
			a.Findings = append(a.Findings, fips.Finding{ID: fmt.Sprintf("f%d-%d", n, i), Endpoint: o.Endpoint, Ruling: r})
		}
	}
	return a
}

// short is the same endpoint asked at depth verdict.
func short(a fips.Assessment) fips.Assessment {
	a.Observation.TLS.Depth = fips.DepthVerdict
	return a
}

func missed(n int, probe string, stage scanner.Stage, outright bool) fips.Assessment {
	e := scanner.Host(netip.AddrFrom4([4]byte{10, 1, byte(n >> 8), byte(n)}), 443, "")
	e.Outright = outright
	return fips.Assessment{Observation: scanner.Failed(e, probe, scanner.Failure{Stage: stage, Reason: scanner.ReasonTimeout})}
}

func results(t *testing.T, all ...fips.Assessment) map[string]Result {
	t.Helper()
	y := NewTally(load(t))
	for _, a := range all {
		y.Add(a)
	}
	m := map[string]Result{}
	for _, r := range y.Results() {
		if r.Framework == "sp800-53" || r.Framework == "soc2" {
			m[r.ID] = r
		}
	}
	return m
}

func TestStates(t *testing.T) {
	anchor := seen(1, fips.Approved, fips.ClassCertKey, fips.LegacyUse, fips.ClassCertSignature)
	anchor.Findings, anchor.Worst = nil, fips.Approved // told and not counted
	unreadable := fips.Assessment{Observation: scanner.Failed(scanner.File("/k"), "store", scanner.Failure{Stage: scanner.StageOpen, Reason: scanner.ReasonDenied})}
	empty := scanner.Observe(scanner.File("/motd"), "store")
	empty.Store = &scanner.Store{Path: "/motd"}
	file := func(status fips.Status, class fips.Class) fips.Assessment {
		a := seen(200, status, class)
		a.Observation.Endpoint, a.Observation.TLS = scanner.File("/etc/a"), nil
		a.Observation.Store = &scanner.Store{Path: "/etc/a", Items: []scanner.Item{{}}}
		return a
	}
	open := fips.Assessment{Observation: scanner.Observe(scanner.File("/etc/nginx.conf"), "store")}
	open.Observation.Host = &scanner.Machine{}
	open.Observation.Incomplete = []scanner.Incomplete{{What: "line 1, ssl_ciphers", Reason: scanner.ReasonVersion}}
	tests := []struct {
		name    string
		all     []fips.Assessment
		control string
		state   State
		figures [4]int // observed, not seen, failing, watching
	}{
		{"nothing was asked", nil, "SC-8", NotAssessed, [4]int{}},
		{"an endpoint passes", []fips.Assessment{seen(1, fips.Approved, fips.ClassTLSVersion)}, "SC-8", Satisfied, [4]int{1, 0, 0, 0}},
		{"allowed passes too", []fips.Assessment{seen(1, fips.Allowed, fips.ClassTLSKex)}, "SC-12", Satisfied, [4]int{1, 0, 0, 0}},
		{"one of two fails", []fips.Assessment{seen(1, fips.Approved, fips.ClassTLSVersion), seen(2, fips.Disallowed, fips.ClassTLSVersion)}, "SC-8", NotSatisfied, [4]int{2, 0, 1, 0}},
		{"it counts once however much fails", []fips.Assessment{seen(2, fips.Disallowed, fips.ClassTLSVersion, fips.NotApproved, fips.ClassTLSKex, fips.Deprecated, fips.ClassTLSCipher)}, "SC-8", NotSatisfied, [4]int{1, 0, 1, 0}},
		{"a failure of another class is no evidence", []fips.Assessment{seen(1, fips.Disallowed, fips.ClassTLSVersion)}, "SC-17", NotAssessed, [4]int{}},
		{"deprecated is to watch and satisfies", []fips.Assessment{seen(1, fips.Deprecated, fips.ClassTLSCipher)}, "SC-8", Satisfied, [4]int{1, 0, 0, 1}},
		{"unclassified neither satisfies nor fails", []fips.Assessment{seen(1, fips.Approved, fips.ClassTLSCipher), seen(2, fips.Unclassified, fips.ClassTLSCipher)}, "SC-8", NotAssessed, [4]int{2, 0, 0, 1}},
		{"a trust anchor's own signature is not counted", []fips.Assessment{anchor}, "SC-17", Satisfied, [4]int{1, 0, 0, 0}},
		{"what was not seen satisfies nothing", []fips.Assessment{missed(1, "tls", scanner.StageHandshake, false)}, "SC-8", NotAssessed, [4]int{0, 1, 0, 0}},
		{"what was not seen lowers coverage only", []fips.Assessment{seen(1, fips.Approved, fips.ClassTLSVersion), missed(1, "detect", scanner.StageConnect, true)}, "SC-8", Satisfied, [4]int{1, 1, 0, 0}},
		{"a silent port of a range is no population", []fips.Assessment{seen(1, fips.Approved, fips.ClassTLSVersion), missed(1, "detect", scanner.StageConnect, false)}, "SC-8", Satisfied, [4]int{1, 0, 0, 0}},
		{"an SSH server lost is no population of certificates", []fips.Assessment{missed(1, "ssh", scanner.StageHandshake, false)}, "SC-17", NotAssessed, [4]int{}},
		{"a file lost is no population of transport", []fips.Assessment{unreadable}, "SC-8", NotAssessed, [4]int{}},
		{"nor where a certificate is part of it", []fips.Assessment{unreadable}, "CC6.7", NotAssessed, [4]int{0, 0, 0, 0}},
		{"a file's certificate is no evidence of transport", []fips.Assessment{file(fips.Deprecated, fips.ClassCertChain)}, "CC6.7", NotAssessed, [4]int{}},
		{"a file's certificate that fails is none either", []fips.Assessment{seen(1, fips.Approved, fips.ClassTLSVersion), file(fips.Disallowed, fips.ClassCertChain)}, "CC6.7", Satisfied, [4]int{1, 0, 0, 0}},
		{"it is of certificates", []fips.Assessment{file(fips.Deprecated, fips.ClassCertChain)}, "SC-17", Satisfied, [4]int{1, 0, 0, 1}},
		{"the configuration of a service is", []fips.Assessment{file(fips.Disallowed, fips.ClassSSHCipherMAC)}, "CC6.7", NotSatisfied, [4]int{1, 0, 1, 0}},
		{"but where it passes it satisfies nothing", []fips.Assessment{file(fips.Approved, fips.ClassTLSCipher)}, "SC-8", NotAssessed, [4]int{}},
		{"nor where it is to watch", []fips.Assessment{file(fips.Deprecated, fips.ClassTLSCipher)}, "SC-8", NotAssessed, [4]int{1, 0, 0, 1}},
		{"nor of SSH", []fips.Assessment{file(fips.Approved, fips.ClassSSHKex)}, "SC-12", NotAssessed, [4]int{}},
		{"beside a service the service does", []fips.Assessment{seen(1, fips.Approved, fips.ClassTLSCipher), file(fips.Deprecated, fips.ClassTLSCipher)}, "SC-8", Satisfied, [4]int{2, 0, 0, 1}},
		{"a configuration left open could have satisfied nothing", []fips.Assessment{open}, "SC-17", NotAssessed, [4]int{}},
		{"a file lost is one of certificates", []fips.Assessment{unreadable}, "SC-17", NotAssessed, [4]int{0, 1, 0, 0}},
		{"a file that holds nothing is none", []fips.Assessment{{Observation: empty}}, "SC-17", NotAssessed, [4]int{}},
		{"no boundary is tagged", []fips.Assessment{seen(1, fips.Approved, fips.ClassTLSVersion), seen(2, fips.Disallowed, fips.ClassTLSVersion)}, "CC6.6", NotAssessed, [4]int{}},
		{"at depth verdict one that passes satisfies", []fips.Assessment{short(seen(1, fips.Approved, fips.ClassTLSCipher))}, "SC-8", Satisfied, [4]int{1, 0, 0, 0}},
		{"at depth verdict one that fails elsewhere satisfies nothing", []fips.Assessment{short(seen(1, fips.Approved, fips.ClassTLSKex, fips.Disallowed, fips.ClassTLSVersion))}, "SC-12", NotAssessed, [4]int{0, 1, 0, 0}},
		{"at full depth it does", []fips.Assessment{seen(1, fips.Approved, fips.ClassTLSKex, fips.Disallowed, fips.ClassTLSVersion)}, "SC-12", Satisfied, [4]int{1, 0, 0, 0}},
		{"at depth verdict what fails is known", []fips.Assessment{short(seen(1, fips.Disallowed, fips.ClassTLSKex))}, "SC-12", NotSatisfied, [4]int{1, 0, 1, 0}},
		{"at depth verdict a chain may hide behind what fails", []fips.Assessment{short(seen(1, fips.Approved, fips.ClassCertSignature, fips.Disallowed, fips.ClassTLSVersion))}, "SC-17", NotAssessed, [4]int{0, 1, 0, 0}},
		{"the module is not observable", []fips.Assessment{seen(1, fips.Approved, fips.ClassTLSVersion)}, "IA-7", NotAssessed, [4]int{}},
		{"a control of inventory alone", []fips.Assessment{seen(1, fips.Approved, fips.ClassTLSVersion)}, "CM-8", NotAssessed, [4]int{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := results(t, tt.all...)[tt.control]
			if got := [4]int{r.Observed, r.NotSeen, r.Failing, r.Watching}; r.State != tt.state || got != tt.figures {
				t.Errorf("%s: %s %v (%s), want %s %v", tt.control, r.State, got, r.Reason, tt.state, tt.figures)
			}
			if r.Reason == "" {
				t.Error("no reason is given")
			}
		})
	}
}

// A control of which not all was seen says in words that it is satisfied where
// it was observed, and how many others may fail.
func TestPartly(t *testing.T) {
	good, lost := seen(1, fips.Approved, fips.ClassTLSVersion), missed(2, "tls", scanner.StageHandshake, true)
	waived := waive(seen(3, fips.Approved, fips.ClassTLSVersion, fips.Disallowed, fips.ClassTLSVersion), 1)
	for _, tt := range []struct {
		name         string
		all          []fips.Assessment
		word, reason string
	}{
		{"all was seen", []fips.Assessment{good}, "satisfied", "1 of 1 observed, none fails"},
		{"not all was", []fips.Assessment{good, lost}, "satisfied where observed", "1 of 2 observed, none of these fails; 1 not seen, which may"},
		{"nor does all pass by itself", []fips.Assessment{good, lost, waived}, "satisfied where observed", "2 of 3 observed, none of these fails, 1 by waiver; 1 not seen, which may"},
		{"one fails", []fips.Assessment{lost, seen(4, fips.Disallowed, fips.ClassTLSVersion)}, "not-satisfied", "1 of 1 observed fail"},
		{"nothing was", []fips.Assessment{lost}, "not-assessed", "nothing of its kind was observed"},
	} {
		if r := results(t, tt.all...)["SC-8"]; r.Word() != tt.word || r.Reason != tt.reason {
			t.Errorf("%s: %q, %q; want %q, %q", tt.name, r.Word(), r.Reason, tt.word, tt.reason)
		}
	}
}

// However the sweep goes, no control is satisfied without evidence.
func TestNeverSatisfiedUnseen(t *testing.T) {
	for id, r := range results(t, missed(1, "tls", scanner.StageHandshake, true), missed(2, "ssh", scanner.StageGreeting, true)) {
		if r.State != NotAssessed || r.Observed != 0 {
			t.Errorf("%s: %s with %d observed", id, r.State, r.Observed)
		}
	}
}

// Of a sweep that was broken off nothing is satisfied, since what was left may
// fail; what fails fails.
func TestNothingSatisfiedWhenBrokenOff(t *testing.T) {
	y := NewTally(load(t))
	y.Add(seen(1, fips.Approved, fips.ClassTLSVersion))
	y.Add(seen(2, fips.Disallowed, fips.ClassTLSKex))
	whole := map[string]State{}
	for _, r := range y.Results() {
		whole[r.Framework+r.ID] = r.State
	}
	y.BrokenOff()
	held := 0
	for _, r := range y.Results() {
		want := whole[r.Framework+r.ID]
		if want == Satisfied {
			want, held = NotAssessed, held+1
			if !strings.Contains(r.Reason, "broken off") {
				t.Errorf("%s gives the reason %q", r.ID, r.Reason)
			}
		}
		if r.State != want {
			t.Errorf("%s: %s, want %s", r.ID, r.State, want)
		}
	}
	if whole["sp800-53SC-12"] != NotSatisfied || held == 0 {
		t.Errorf("SC-12 is %s and %d were satisfied before: the test shows nothing", whole["sp800-53SC-12"], held)
	}
}

func TestExamplesAreBounded(t *testing.T) {
	var all []fips.Assessment
	for i := range 1000 {
		all = append(all, seen(i, fips.Deprecated, fips.ClassTLSCipher, fips.Disallowed, fips.ClassTLSVersion))
	}
	r := results(t, all...)["SC-8"]
	if r.Failing != 1000 || len(r.Examples) != maxExamples {
		t.Errorf("%d failing, %d examples; want 1000 and %d", r.Failing, len(r.Examples), maxExamples)
	}
	if want := (Example{ID: all[0].Observation.Endpoint.ID, Endpoint: "10.0.0.0:443", Finding: "f0-2"}); r.Examples[0] != want {
		t.Errorf("example %+v, want %+v", r.Examples[0], want)
	}
}

// waive marks findings of the assessment by the places of their rulings.
func waive(a fips.Assessment, which ...int) fips.Assessment {
	a.Worst, a.Findings = fips.Unobserved, slices.Clone(a.Findings)
	for i := range a.Findings {
		f := &a.Findings[i]
		for _, n := range which {
			if f.ID == fmt.Sprintf("f%d-%d", int(f.Endpoint.Address.As4()[3]), 2*n) {
				f.Waiver = &fips.WaiverMark{ID: "W"}
				a.Waived = max(a.Waived, f.Status)
			}
		}
		if f.Waiver == nil {
			a.Worst = max(a.Worst, f.Status)
		}
	}
	for _, r := range a.Rulings {
		if !r.Status.IsFinding() {
			a.Worst = max(a.Worst, r.Status)
		}
	}
	return a
}

func TestStatesWithWaivers(t *testing.T) {
	good := func(n int) fips.Assessment { return seen(n, fips.Approved, fips.ClassTLSVersion) }
	mixed := seen(2, fips.Approved, fips.ClassTLSVersion, fips.Disallowed, fips.ClassTLSVersion)
	bad := seen(3, fips.Disallowed, fips.ClassTLSVersion)
	watch := seen(4, fips.Disallowed, fips.ClassTLSVersion, fips.Deprecated, fips.ClassTLSVersion)
	odd := seen(5, fips.Unclassified, fips.ClassTLSVersion)
	tests := []struct {
		name    string
		all     []fips.Assessment
		state   State
		reason  string
		figures [5]int // observed, not seen, failing, watching, waived
	}{
		{"waived beside what passes", []fips.Assessment{good(1), waive(mixed, 1)}, Satisfied, "2 of 2 observed, none fails, 1 by waiver", [5]int{2, 0, 0, 0, 1}},
		{"not waived", []fips.Assessment{good(1), mixed}, NotSatisfied, "1 of 2 observed fail", [5]int{2, 0, 1, 0, 0}},
		{"all that one shows is waived", []fips.Assessment{good(1), waive(bad, 0)}, Satisfied, "2 of 2 observed, none fails, 1 by waiver", [5]int{2, 0, 0, 0, 1}},
		{"all that there is is waived", []fips.Assessment{waive(bad, 0)}, NotAssessed, "all that 1 observed show is waived", [5]int{1, 0, 0, 0, 1}},
		{"what is to watch stays", []fips.Assessment{waive(watch, 0)}, Satisfied, "1 of 1 observed, none fails", [5]int{1, 0, 0, 1, 0}},
		{"what fails stays", []fips.Assessment{waive(watch, 1)}, NotSatisfied, "1 of 1 observed fail", [5]int{1, 0, 1, 0, 0}},
		{"unclassified and waived", []fips.Assessment{good(1), waive(odd, 0)}, Satisfied, "2 of 2 observed, none fails, 1 by waiver", [5]int{2, 0, 0, 0, 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := results(t, tt.all...)["SC-8"]
			if got := [5]int{r.Observed, r.NotSeen, r.Failing, r.Watching, r.Waived}; r.State != tt.state || r.Reason != tt.reason || got != tt.figures {
				t.Errorf("%s, %q, %v; want %s, %q, %v", r.State, r.Reason, got, tt.state, tt.reason, tt.figures)
			}
		})
	}
}

// CC6.6 is about the endpoints that the inventory tags as facing outside.
func TestBoundary(t *testing.T) {
	outside := func(a fips.Assessment) fips.Assessment {
		a.Tags = &fips.Tags{Boundary: true}
		return a
	}
	inside := func(a fips.Assessment) fips.Assessment {
		a.Tags = &fips.Tags{Owner: "x"}
		return a
	}
	good, bad := seen(1, fips.Approved, fips.ClassTLSVersion), seen(2, fips.Disallowed, fips.ClassTLSVersion)
	gone := missed(3, "tls", scanner.StageHandshake, false)
	tests := []struct {
		name    string
		all     []fips.Assessment
		state   State
		reason  string
		figures [3]int // observed, not seen, failing
	}{
		{"nothing is tagged", []fips.Assessment{good, inside(bad)}, NotAssessed, "no boundary tagged", [3]int{}},
		{"inside is no matter", []fips.Assessment{outside(good), inside(bad), bad}, Satisfied, "1 of 1 observed, none fails", [3]int{1, 0, 0}},
		{"outside is", []fips.Assessment{outside(bad), inside(good)}, NotSatisfied, "1 of 1 observed fail", [3]int{1, 0, 1}},
		{"outside and not seen", []fips.Assessment{outside(good), outside(gone), gone}, Satisfied, "1 of 2 observed, none of these fails; 1 not seen, which may", [3]int{1, 1, 0}},
		{"outside and nothing seen", []fips.Assessment{outside(gone)}, NotAssessed, "nothing of its kind was observed", [3]int{0, 1, 0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := results(t, tt.all...)["CC6.6"]
			if got := [3]int{r.Observed, r.NotSeen, r.Failing}; r.State != tt.state || r.Reason != tt.reason || got != tt.figures {
				t.Errorf("%s, %q, %v; want %s, %q, %v", r.State, r.Reason, got, tt.state, tt.reason, tt.figures)
			}
		})
	}
}
