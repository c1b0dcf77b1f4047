package reports_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/fips/catalogue"
	"github.com/fipsweep/fipsweep/internal/lab/valid"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// side is a judging of the assessments.
func side(t testing.TB, all []fips.Assessment) reports.Side {
	t.Helper()
	return reports.Side{Report: build(t, all), Again: func(context.Context) iter.Seq2[fips.Assessment, error] {
		return func(yield func(fips.Assessment, error) bool) {
			for _, a := range all {
				if !yield(a, nil) {
					return
				}
			}
		}
	}}
}

// as is the assessment with the subject's ruling at another status: what
// another date or policy makes of it.
func as(a fips.Assessment, name string, s fips.Status) fips.Assessment {
	a.Rulings = slices.Clone(a.Rulings)
	for i := range a.Rulings {
		if a.Rulings[i].Subject.Name == name {
			a.Rulings[i].Status = s
		}
	}
	slices.SortStableFunc(a.Rulings, func(x, y fips.Ruling) int { return int(y.Status) - int(x.Status) })
	a.Findings, a.Worst = nil, fips.Unobserved
	for _, r := range a.Rulings {
		a.Worst = max(a.Worst, r.Status)
		if r.Status.IsFinding() {
			id := a.Observation.Endpoint.ID[:8] + scanner.Digest([]byte(r.Subject.Name))[:8]
			a.Findings = append(a.Findings, fips.Finding{ID: id, Sweep: a.Observation.Sweep, Endpoint: a.Observation.Endpoint, Ruling: r})
		}
	}
	return a
}

func TestCompare(t *testing.T) {
	base := []fips.Assessment{
		overSSH(host("10.0.0.1", 22), sshP256, sshMAC, sshCha),
		overSSH(host("10.0.0.2", 22), sshP256, sshMAC, sshCha),
		overTLS(host("10.0.0.1", 443), certificate("a", 90), tls12, gcm, p256),
	}
	var before, after []fips.Assessment
	for i, a := range base {
		before = append(before, as(a, "", 0))
		x := as(a, "ecdh-sha2-nistp256", fips.Disallowed) // approved before: new
		x = as(x, sshMAC.name, fips.Disallowed)           // deprecated before: worse
		if i == 0 {
			x = as(x, sshCha.name, fips.Approved) // gone
		} else {
			x = as(x, sshCha.name, fips.Deprecated) // milder
		}
		after = append(after, x)
	}
	var told []string
	c, err := reports.Compare(t.Context(), side(t, before), side(t, after), func(x reports.FindingChange) error {
		told = append(told, string(x.Move)+" "+x.Finding.Endpoint.String()+" "+x.Finding.Subject.Name+": "+x.Before.String()+", "+x.After.String())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(told)
	want := []string{
		"gone 10.0.0.1:22 chacha20-poly1305@openssh.com: not-approved, approved",
		"milder 10.0.0.2:22 chacha20-poly1305@openssh.com: not-approved, deprecated",
		"new 10.0.0.1:22 ecdh-sha2-nistp256: approved, disallowed",
		"new 10.0.0.2:22 ecdh-sha2-nistp256: approved, disallowed",
		"worse 10.0.0.1:22 hmac-sha1: deprecated, disallowed",
		"worse 10.0.0.2:22 hmac-sha1: deprecated, disallowed",
	}
	if d := cmp.Diff(want, told); d != "" {
		t.Errorf("changes (-want +got):\n%s", d)
	}
	if c.Endpoints != 2 || c.Same != 0 {
		t.Errorf("%d endpoints change, %d findings stay; want 2, 0", c.Endpoints, c.Same)
	}
	if g := c.Groups[0]; g.Move != reports.MoveNew || g.Findings != 2 || !slices.Equal(g.Places.Runs(), []string{"10.0.0.1-2:22"}) {
		t.Errorf("first group %+v", g)
	}
	var states []string
	for _, x := range c.Controls {
		if x.Before == x.After {
			t.Errorf("%s stays %s", x.ID, x.After)
		}
		states = append(states, x.ID)
	}
	if !slices.Equal(states, []string{"SC-12"}) { // it asks for key exchange; the others failed by the cipher before
		t.Errorf("controls %q change, want SC-12", states)
	}
}

// ruledOn is the observation as the real catalogue judges it on the day.
func ruledOn(t testing.TB, o scanner.Observation, day fips.Date, on ...fips.Policy) []fips.Assessment {
	t.Helper()
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	if len(on) > 0 {
		c = c.Under(on...)
	}
	j, err := fips.NewJudge(c, day)
	if err != nil {
		t.Fatal(err)
	}
	return []fips.Assessment{j.Assess(o)}
}

// What another rule makes worse, milder or keeps as it is stays the same
// finding: the rule is not what it is about.
func TestComparePairsAcrossRules(t *testing.T) {
	yes := true
	tls := scanner.Observe(host("10.0.0.1", 443), "tls")
	tls.TLS = &scanner.TLS{Versions: []scanner.TLSVersion{{Version: "TLSv1.2", Accepted: &yes, ExtendedMasterSecret: &yes, Suites: []string{"TLS_PSK_WITH_AES_128_CBC_SHA"}}}}
	ssh := scanner.Observe(host("10.0.0.1", 22), "ssh")
	ssh.SSH = &scanner.SSH{Banner: "SSH-2.0-x", Kexinit: &scanner.Kexinit{KexAlgorithms: []string{"ecdh-sha2-nistp256", "new@acme.example"}}}
	key := scanner.Observe(scanner.File("/k"), "store")
	key.Store = &scanner.Store{Path: "/k", Format: "PEM", Items: []scanner.Item{{Kind: scanner.ItemPublicKey, SHA256: "k", Key: &scanner.Key{Algorithm: "RSA", Bits: 2048, Exponent: "3"}}}}
	added := fips.Policy{Name: "acme", Add: []fips.Rule{{ID: "acme/ssh-kex/new@acme.example", Kind: "ssh-kex", Name: "new@acme.example", Use: "SSH key exchange",
		Status: fips.Disallowed, Cite: []fips.Citation{{Document: "IG", Section: "x"}}, Because: "b", Remedy: "r"}}}
	tests := []struct {
		name  string
		o     scanner.Observation
		day   fips.Date
		on    []fips.Policy
		want  []string
		stays int
	}{
		{"a suite, by another part", tls, "2031-01-01", nil, []string{"worse TLS_PSK_WITH_AES_128_CBC_SHA: deprecated by key-exchange/PSK, disallowed by mac/HMAC-SHA1"}, 0},
		{"a name that a policy rules on, of another use", ssh, asOf, []fips.Policy{added}, []string{"worse new@acme.example: unclassified by , disallowed by acme/ssh-kex/new@acme.example"}, 0},
		{"two rules about one key: each with its own", key, "2031-01-01", nil, []string{"new RSA 2048: approved, deprecated by public-key/RSA-2048-3071"}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var told []string
			c, err := reports.Compare(t.Context(), side(t, ruledOn(t, tt.o, asOf)), side(t, ruledOn(t, tt.o, tt.day, tt.on...)), func(x reports.FindingChange) error {
				was := x.Before.String()
				if x.Was != nil {
					was += " by " + x.Was.Rule
				}
				told = append(told, string(x.Move)+" "+x.Finding.Subject.Name+": "+was+", "+x.After.String()+" by "+x.Finding.Rule)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, told); d != "" || c.Same != tt.stays {
				t.Errorf("%d stay, want %d; changes (-want +got):\n%s", c.Same, tt.stays, d)
			}
			var b bytes.Buffer
			if err := reports.WriteComparison(t.Context(), &b, side(t, ruledOn(t, tt.o, asOf)), side(t, ruledOn(t, tt.o, tt.day, tt.on...))); err != nil {
				t.Fatal(err)
			}
			valid.Document(t, "comparison", b.Bytes())
		})
	}
}

// A fact that a policy makes a finding is new, and told with what it was.
func TestCompareFacts(t *testing.T) {
	all := []fips.Assessment{shows(at("a", "10.0.0.1", 443), withKey("a", "k1")), shows(at("a", "10.0.0.2", 443), withKey("a", "k2"))}
	p := fips.Policy{Name: "acme", Tighten: []fips.Demand{{ID: "acme/no", Names: []string{"chain-differs-between-addresses"}, Status: fips.NotApproved,
		Cite: []fips.Citation{{Document: "IG", Section: "x"}}, Because: "b", Remedy: "r"}}}
	before, after := side(t, all), side(t, all)
	before.Report, after.Report = judged(t, nil, all), judged(t, nil, all, p)
	for _, tt := range []struct {
		name          string
		before, after reports.Side
		want          string
	}{{"new", before, after, "new allowed not-approved"}, {"gone", after, before, "gone not-approved allowed"}} {
		var told []string
		c, err := reports.Compare(t.Context(), tt.before, tt.after, func(x reports.FindingChange) error {
			told = append(told, string(x.Move)+" "+x.Before.String()+" "+x.After.String())
			return nil
		})
		if err != nil || !slices.Equal(told, []string{tt.want}) {
			t.Fatalf("%s: %q, %v; want %s", tt.name, told, err, tt.want)
		}
		if p := c.Groups[0].Places; p.Count != 2 || len(p.Runs()) != 2 {
			t.Errorf("%s: %d places %q, want both addresses", tt.name, p.Count, p.Runs())
		}
	}
}

func TestCompareControls(t *testing.T) {
	a := overTLS(host("10.0.0.1", 443), certificate("a", 90), tls12, gcm, p256)
	c, err := reports.Compare(t.Context(), side(t, []fips.Assessment{a}), side(t, []fips.Assessment{as(a, "secp256r1", fips.Disallowed)}), nil)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(c.Controls, func(x reports.ControlChange) bool { return x.ID == "SC-13" })
	if i < 0 || c.Controls[i].Before != "satisfied" || c.Controls[i].After != "not-satisfied" {
		t.Errorf("controls %+v, want SC-13 from satisfied to not-satisfied", c.Controls)
	}
}

// A waiver that expires between the two dates changes a finding's weight.
func TestCompareWaivers(t *testing.T) {
	a := as(overSSH(host("10.0.0.1", 22), sshCha), "", 0)
	b := as(a, "", 0)
	b.Findings[0].Waiver = &fips.WaiverMark{ID: "W1", Expires: "2027-01-01"}
	b.Waived, b.Worst = b.Worst, fips.Unobserved
	c, err := reports.Compare(t.Context(), side(t, []fips.Assessment{b}), side(t, []fips.Assessment{a}), nil)
	if err != nil || c.Moves[reports.MoveWaiver] != 1 {
		t.Errorf("%v, %v; want 1 with another waiver", c.Moves, err)
	}
}

func TestCompareSameIsNothing(t *testing.T) {
	s := side(t, sample())
	c, err := reports.Compare(t.Context(), s, s, func(x reports.FindingChange) error { t.Errorf("%+v", x); return nil })
	if err != nil || c.Endpoints != 0 || c.Same != s.Report.Findings || len(c.Controls) != 0 {
		t.Errorf("%v: %d endpoints, %d findings the same, want 0 and %d", err, c.Endpoints, c.Same, s.Report.Findings)
	}
}

func TestCompareUnlike(t *testing.T) {
	all := sample()
	swapped := slices.Clone(all)
	swapped[0], swapped[1] = swapped[1], swapped[0]
	tests := []struct {
		name          string
		before, after []fips.Assessment
	}{
		{"one more after", all[:3], all[:4]},
		{"one more before", all[:4], all[:3]},
		{"another order", all, swapped},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := reports.Compare(t.Context(), side(t, tt.before), side(t, tt.after), nil); !errors.Is(err, reports.ErrUnlike) {
				t.Errorf("%v, want %v", err, reports.ErrUnlike)
			}
		})
	}
}

func TestWriteComparison(t *testing.T) {
	before := sample()
	var after []fips.Assessment
	for _, a := range before {
		after = append(after, as(a, "RSA 2048", fips.Disallowed))
	}
	for name, s := range map[string]reports.Side{"changes": side(t, after), "nothing changes": side(t, before)} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := reports.WriteComparison(t.Context(), &b, side(t, before), s); err != nil {
				t.Fatal(err)
			}
			valid.Document(t, "comparison", b.Bytes())
		})
	}
}

// Both sides are read along each other: memory does not grow with endpoints.
func TestCompareMemory(t *testing.T) {
	const n = 100000
	stream := func(s fips.Status) reports.Assessments {
		return func(context.Context) iter.Seq2[fips.Assessment, error] {
			return func(yield func(fips.Assessment, error) bool) {
				for i := range n {
					a := fips.Assessment{Worst: s}
					a.Observation.Endpoint = at("", "10.0.0.1", uint16(i%60000+1))
					r := fips.Ruling{Rule: "x", Subject: fips.Subject{Kind: "public-key", Name: "RSA 2048"}, Status: s}
					a.Rulings = []fips.Ruling{r}
					a.Findings = []fips.Finding{{ID: a.Observation.Endpoint.ID, Endpoint: a.Observation.Endpoint, Ruling: r}}
					if !yield(a, nil) {
						return
					}
				}
			}
		}
	}
	r := build(t, nil)
	var was, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&was)
	c, err := reports.Compare(t.Context(), reports.Side{Report: r, Again: stream(fips.Deprecated)}, reports.Side{Report: r, Again: stream(fips.Disallowed)}, nil)
	if err != nil || c.Moves[reports.MoveWorse] != n || c.Groups[0].Places.Count != n {
		t.Fatalf("%v, %v", err, c)
	}
	runtime.GC()
	runtime.ReadMemStats(&now)
	if used := int64(now.HeapAlloc) - int64(was.HeapAlloc); used > 4<<20 {
		t.Errorf("%d kB in use, want at most 4096", used>>10)
	}
	runtime.KeepAlive(c)
}
