package tlsprobe

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// A row of the interop table is one server in one configuration, beside all
// that it must be seen to do. What is expected comes from the configuration
// and from the server's own tools, never from what was seen.
type row struct {
	server, config string
	start          func(*testing.T) (scanner.Endpoint, posture)
}

// A posture is what a configuration decides. Each list is compared as a whole:
// what is missing from it was missed, what is more was invented.
type posture struct {
	versions   map[string]offer
	leaves     []string // the keys of the leaf certificates
	incomplete []string
	anyOrder   bool // the server's order is not known, only that it has one
	most       int  // connections that do, of a server that reads a part of each hello; 0: it is held to the floor
}

// An offer is what a server does in one version. Suites are in the server's
// order where it has one, else sorted.
type offer struct {
	suites, groups, schemes, primes []string
	order                           *bool
}

// TestInterop is the table. Its rows are in the files that know the servers.
func TestInterop(t *testing.T) {
	rows := slices.Concat(opensslRows(t), opensslSuiteRows(t), strictRows(t), gnutlsRows(t), lighttpdRows(t), botanRows(t), erlangRows(t), castleRows(), nodeRows(t), javaRows(), goRows(t), ownRows(t))
	names := map[string]bool{}
	for _, r := range rows {
		name := r.server + ", " + r.config
		if names[name] {
			t.Errorf("two rows are named %s", name)
		}
		names[name] = true
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, want := r.start(t)
			hold(t, want, probe(t, e))
		})
	}
}

// hold compares all that was seen with what was to be seen, both ways.
func hold(t *testing.T, want posture, o scanner.Observation) {
	t.Helper()
	if o.TLS == nil {
		t.Fatalf("no TLS observed: failure %+v, plain %+v", o.Failure, o.Plain)
	}
	for i, v := range o.TLS.Versions {
		w, expected := want.versions[v.Version]
		switch {
		case v.Version != oldestFirst[i].name:
			t.Errorf("version %d is %s", i, v.Version)
		case v.Accepted == nil:
			t.Errorf("%s unobserved", v.Version)
		case *v.Accepted != expected:
			t.Errorf("%s accepted: %v, want %v", v.Version, *v.Accepted, expected)
		}
		if want.anyOrder {
			w.suites, v.Suites = sorted(w.suites), sorted(v.Suites)
		}
		holdVersion(t, w, v)
	}
	if len(o.TLS.Versions) != len(oldestFirst) {
		t.Errorf("%d versions", len(o.TLS.Versions))
	}
	same(t, "leaves", sorted(want.leaves), leafKeys(o))
	same(t, "incomplete", want.incomplete, incomplete(o))
	t.Logf("%d hellos: %v", o.TLS.Connections, o.TLS.Hellos)
	if want.most == 0 {
		atFloor(t, o)
	} else if o.TLS.Connections > want.most {
		t.Errorf("%d hellos, %d do: %v", o.TLS.Connections, want.most, o.TLS.Hellos)
	}
}

func holdVersion(t *testing.T, w offer, v scanner.TLSVersion) {
	t.Helper()
	suites := sorted(v.Suites)
	if w.order != nil && *w.order {
		suites = v.Suites
	}
	same(t, v.Version+" suites", w.suites, suites)
	same(t, v.Version+" schemes", sorted(w.schemes), sorted(v.SignatureSchemes))
	same(t, v.Version+" order", w.order, v.ServerOrder)
	var primes []string
	for _, p := range v.Primes {
		primes = append(primes, strings.TrimSpace(fmt.Sprintf("%d %s", p.Bits, p.Group)))
	}
	groups := v.Groups
	if v.Version == scanner.SSLv3 {
		// It has no extension to ask with: only what the suites' own answers
		// showed, and nothing may be invented.
		w.groups = slices.DeleteFunc(slices.Clone(w.groups), func(g string) bool { return !slices.Contains(groups, g) })
		w.primes = slices.DeleteFunc(slices.Clone(w.primes), func(p string) bool { return !slices.Contains(primes, p) })
	}
	same(t, v.Version+" groups", sorted(w.groups), sorted(groups))
	same(t, v.Version+" primes", sorted(w.primes), sorted(primes))
}

// leafKeys names the keys of the leaf certificates, sorted.
func leafKeys(o scanner.Observation) []string {
	var all []string
	for _, c := range o.TLS.Chains {
		k := c.Certificates[0].Key
		switch name := k.Algorithm; name {
		case "EC":
			all = append(all, name+" "+k.Curve)
		case "RSA", "RSASSA-PSS", "DSA":
			all = append(all, fmt.Sprintf("%s %d", name, k.Bits))
		default:
			all = append(all, name)
		}
	}
	return sorted(all)
}

// inOrder gives the newest version up to TLS 1.2 and TLS 1.3 the order that is
// asked for in them: there is none among fewer than two suites.
func (p posture) inOrder(servers bool) posture {
	asked := func(name string) bool {
		o, ok := p.versions[name]
		if ok && len(o.suites) > 1 && name != scanner.SSLv2 {
			o.order = yes(servers)
			p.versions[name] = o
		}
		return ok
	}
	for _, v := range []version{tls12, tls11, tls10, ssl3} {
		if asked(v.name) {
			break
		}
	}
	asked(scanner.TLSv13)
	for name, o := range p.versions {
		if o.order == nil || !*o.order {
			o.suites = sorted(o.suites)
			p.versions[name] = o
		}
	}
	return p
}

// key pairs that the rows' servers are given, by the name that leafKeys gives
// to them.
var keyKinds = map[string]string{
	"RSA 512": "-newkey rsa:512", "RSA 1024": "-newkey rsa:1024", "RSA 2048": "-newkey rsa:2048", "RSA 3072": "-newkey rsa:3072",
	"RSASSA-PSS 2048": "-newkey rsa-pss -pkeyopt rsa_keygen_bits:2048",
	"EC secp256r1":    "-newkey ec -pkeyopt ec_paramgen_curve:P-256", "EC secp384r1": "-newkey ec -pkeyopt ec_paramgen_curve:P-384",
	"EC secp521r1": "-newkey ec -pkeyopt ec_paramgen_curve:P-521", "EC secp256k1": "-newkey ec -pkeyopt ec_paramgen_curve:secp256k1",
	"EC brainpoolP256r1": "-newkey ec -pkeyopt ec_paramgen_curve:brainpoolP256r1",
	"EC explicit":        "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit",
	"Ed25519":            "-newkey ed25519", "Ed448": "-newkey ed448",
	"DSA 1024": "-newkey dsa:testdata/dsa1024.pem", "DSA 2048": "-newkey dsa:testdata/dsa2048.pem",
}

// pairs makes key pairs once and gives their paths.
type pairs map[string][]string

func newPairs(t *testing.T, kinds ...string) pairs {
	p := pairs{}
	for _, k := range kinds {
		cert, key := keyPair(t, strings.Fields(keyKinds[k])...)
		p[k] = []string{cert, key}
	}
	return p
}

// ofKind is those of the groups that are of a kind: "ec", "ff" or "hybrid".
func ofKind(groups []string, kind string) []string {
	var all []string
	for _, name := range groups {
		if g, _ := iana.GroupByName(name); g.Kind == kind {
			all = append(all, name)
		}
	}
	return all
}

// lines runs a program and gives the lines that it prints.
func lines(t *testing.T, program string, args ...string) []string {
	t.Helper()
	return strings.Split(strings.TrimSpace(lab.Run(t, lab.Program(t, program), args...)), "\n")
}
