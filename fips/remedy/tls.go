package remedy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// A plan is what is to be left of a TLS endpoint, by the registry's names.
// What is empty has nothing that passes, and gets no line.
type plan struct {
	versions []string // TLSv1.2 and TLSv1.3, or one of them
	suites   []string // of TLS 1.2
	suites13 []string
	groups   []string
	schemes  []string
	named    bool // the schemes must be named to OpenSSL: its own choice does not pass
	weak     bool // a certificate that OpenSSL takes at its level 0 alone
}

const (
	notEnforced = "STARTTLS-not-enforced"
	versionKind = "protocol-version"
	suiteKind   = "tls-cipher-suite"
	groupKind   = "named-group"
	schemeKind  = "signature-scheme"
)

// plan settles what is left: approved suites that every library has had since
// TLS 1.2, for each kind of certificate that was seen, and those besides that
// the endpoint accepts already.
func (w *writer) plan() plan {
	t := w.seen.Observation.TLS
	kinds := certificateKinds(t)
	p := plan{weak: weakChain(t)}
	var bad13, bad12 fips.Status
	p.suites13, bad13 = w.pick(suiteKind, addNew([]string{"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"}, accepted13(t)...))
	p.suites, bad12 = w.pick(suiteKind, w.suites12(t, kinds))
	var badGroups fips.Status
	p.groups, badGroups = w.pick(groupKind, groupsOf(t))
	if bad12.IsFinding() && !bad13.IsFinding() && !badGroups.IsFinding() {
		p.suites = nil // TLS 1.3 has what passes
	}
	if len(p.suites) > 0 {
		p.versions = append(p.versions, scanner.TLSv12)
	}
	if len(p.suites13) > 0 && len(p.groups) > 0 {
		p.versions = append(p.versions, scanner.TLSv13)
	}
	p.versions, _ = w.pick(versionKind, p.versions)
	p.schemes, p.named = w.schemes(t, !p.weak)
	w.settle(p)
	return p
}

// settle tells what becomes of the findings by the plan, and who is shut out.
func (w *writer) settle(p plan) {
	if len(p.groups) == 0 {
		w.nothing(groupKind, "group", "it takes a library with the hybrid groups of ML-KEM, such as OpenSSL 3.5.")
	}
	if len(p.versions) == 0 {
		w.nothing(suiteKind, "cipher suite", "no line is given.")
		return
	}
	w.keep(versionKind, p.versions)
	w.kept[versionKind] = append(slices.Clone(p.versions), notEnforced) // no matter of versions
	w.keep(suiteKind, slices.Concat(p.suites, p.suites13))
	if len(p.groups) > 0 {
		w.keep(groupKind, p.groups)
		w.kept["key-exchange"] = nil // primes that do not pass go with their suites
	}
	w.shutOut(p)
	w.shortPrime(p)
	if w.seen.Observation.TLS.Depth == fips.DepthVerdict {
		w.note("The endpoint was asked at depth verdict, so that approved suites and groups that it accepts besides may be lost: scan it at full depth to keep them.")
	}
	if p.named {
		w.keep(schemeKind, p.schemes)
	} else {
		w.kept[schemeKind] = passing(w, w.seen.Observation.TLS)
	}
	w.ends("tls-extension", "fallback_scsv-unsupported")
	if !slices.Contains(p.versions, scanner.TLSv12) {
		w.ends("tls-extension", "extended_master_secret-absent")
		w.ends("tls-extension", "renegotiation_info-absent")
	}
	const library = "It is the library's: update it. Where that cannot be, leave TLS 1.2 out, which shuts out clients without TLS 1.3."
	for _, name := range [...]string{"extended_master_secret-absent", "renegotiation_info-absent", "heartbeat", "truncated_hmac"} {
		w.stays("tls-extension", name, library)
	}
}

// shutOut says which clients of today would not connect any more.
func (w *writer) shutOut(p plan) {
	t := w.seen.Observation.TLS
	for _, v := range t.Versions {
		if v.Accepted != nil && *v.Accepted && !slices.Contains(p.versions, v.Version) {
			w.note("Clients that speak nothing newer than " + v.Version + " are shut out.")
		}
		if v.Version != scanner.TLSv12 || len(v.Suites) == 0 || len(p.suites) == 0 {
			continue
		}
		lost := slices.DeleteFunc(slices.Clone(v.Suites), func(s string) bool { return slices.Contains(p.suites, s) })
		switch {
		case len(lost) == len(v.Suites):
			w.note("No suite of TLS 1.2 that it accepts today is left: its clients of TLS 1.2 must know one of " + strings.Join(p.suites, ", ") + ".")
		case len(lost) > 0:
			w.note("Clients of TLS 1.2 that know no other suites than those it loses are shut out: " + some(lost) + ".")
		}
	}
	if len(p.versions) == 1 && p.versions[0] == scanner.TLSv13 {
		w.note("Clients without TLS 1.3 are shut out.")
	}
}

// some names the first of a list and counts the rest.
func some(names []string) string {
	const most = 12
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
}

// shortPrime warns where the server would not start with the lines: OpenSSL's
// level 2 refuses the prime that it is given.
func (w *writer) shortPrime(p plan) {
	setting := map[string]string{
		"nginx": "ssl_dhparam", "apache": "SSLOpenSSLConfCmd DHParameters, and parameters in the file of the certificate,",
		"haproxy": "ssl-dh-param-file, tune.ssl.default-dh-param and parameters in the file of the certificate", "postfix": "smtpd_tls_dh1024_param_file",
	}[w.Product]
	if setting == "" || p.weak {
		return
	}
	for _, v := range w.seen.Observation.TLS.Versions {
		for _, x := range v.Primes {
			if x.Bits < 2048 {
				w.note("Take " + setting + " out: level 2 refuses a prime so short, and the server would not start or would not have it.")
				return
			}
		}
	}
}

// suites12 are the suites of TLS 1.2 that may be left.
func (w *writer) suites12(t *scanner.TLS, kinds []string) []string {
	var names []string
	for _, v := range t.Versions {
		if v.Version == scanner.TLSv12 {
			names = append(names, v.Suites...)
		}
	}
	var list []string
	dhe := w.primesPass()
	for _, s := range openSSLSuites() {
		x, _ := iana.SuiteByName(s.name)
		common := x.KeyExchange == "ECDHE" && x.Mode == "GCM" && slices.Contains(kinds, x.Authentication)
		if (common || slices.Contains(names, s.name)) && (dhe || x.KeyExchange != "DHE") {
			list = append(list, s.name)
		}
	}
	return list
}

// primesPass tells whether a prime was seen, and all that were pass.
func (w *writer) primesPass() bool {
	seen := false
	for _, v := range w.seen.Observation.TLS.Versions {
		for _, p := range v.Primes {
			seen = true
			if p.Group == "" || w.judge.StatusOf(groupKind, p.Group).IsFinding() {
				return false
			}
		}
	}
	return seen
}

// accepted13 are the other suites of TLS 1.3 that the endpoint accepts.
func accepted13(t *scanner.TLS) []string {
	var names []string
	for _, v := range t.Versions {
		for _, s := range v.Suites {
			if x, ok := iana.SuiteByName(s); ok && x.TLS13 && v.Version == scanner.TLSv13 {
				names = append(names, s)
			}
		}
	}
	return names
}

// groupsOf are the groups that may be left: those that every library has, and
// those that the endpoint accepts already, the hybrid ones first.
func groupsOf(t *scanner.TLS) []string {
	names := []string{"secp256r1", "secp384r1", "secp521r1"}
	for _, v := range t.Versions {
		for _, g := range v.Groups {
			switch x, ok := iana.GroupByName(g); {
			case !ok || slices.Contains(names, g):
			case x.Kind == "hybrid" || x.Kind == "kem":
				names = slices.Insert(names, 0, g)
			default:
				names = append(names, g)
			}
		}
	}
	return names
}

// certificateKinds is how certificates that were seen sign, as suites name it:
// "RSA", "ECDSA". Where none was seen it may be either.
func certificateKinds(t *scanner.TLS) []string {
	var kinds []string
	for _, c := range t.Chains {
		if len(c.Certificates) == 0 {
			continue
		}
		switch c.Certificates[0].Key.Algorithm {
		case "RSA", "RSASSA-PSS":
			kinds = addNew(kinds, "RSA")
		case "EC", "Ed25519", "Ed448": // RFC 8422 section 5.10
			kinds = addNew(kinds, "ECDSA")
		}
	}
	if len(kinds) == 0 {
		kinds = []string{"ECDSA", "RSA"}
	}
	return kinds
}

// weakChain tells whether a certificate is too weak for OpenSSL's levels above
// 0: it would not be loaded, and the server would not start.
func weakChain(t *scanner.TLS) bool {
	for _, c := range t.Chains {
		for _, x := range c.Certificates {
			signed := strings.ToLower(cmp.Or(x.SignatureAlgorithm, x.SignatureOID))
			old := !x.SelfSigned && (strings.Contains(signed, "sha1") || strings.Contains(signed, "md5"))
			k := x.Key
			if old || k.Algorithm == "EC" && k.Bits > 0 && k.Bits < 224 || k.Algorithm != "EC" && !strings.HasPrefix(k.Algorithm, "Ed") && k.Bits > 0 && k.Bits < 2048 {
				return true
			}
		}
	}
	return false
}
