package tlsprobe

import (
	"github.com/fipsweep/fipsweep/scanner/iana"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// A gnutlsRow is a priority string, given to gnutls-serv and, to learn what it
// means, to gnutls-cli.
type gnutlsRow struct {
	config, priority string
	keys             string // "RSA 2048,EC secp256r1" if empty
	dh               string // a file of testdata
	psk, srp         bool
	said             []string // by gnutls-cli, of the priority string
}

func (r gnutlsRow) kinds() []string {
	if r.keys == "" {
		return []string{"RSA 2048", "EC secp256r1"}
	}
	return strings.Split(r.keys, ",")
}

// gnutlsParts is what a row takes of each category but its own: some of
// everything.
var gnutlsParts = []struct{ category, some string }{
	{"Protocols", "VERS-TLS1.3:+VERS-TLS1.2"},
	{"Ciphers", "AES-128-GCM:+AES-128-CBC:+CHACHA20-POLY1305"},
	{"MACs", "MAC-ALL"},
	{"Key exchange algorithms", "RSA:+DHE-RSA:+ECDHE-RSA:+ECDHE-ECDSA"},
	{"Groups", "GROUP-X25519:+GROUP-SECP256R1:+GROUP-FFDHE2048"},
	{"PK-signatures", "SIGN-ALL"},
}

// gnutlsEverything is what GnuTLS has for certificates of RSA and ECDSA.
const gnutlsEverything = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:+CIPHER-ALL:+3DES-CBC:+ARCFOUR-128:+MAC-ALL:+MD5:" +
	"+RSA:+DHE-RSA:+ECDHE-RSA:+ECDHE-ECDSA:+ANON-DH:+ANON-ECDH:+GROUP-ALL:-GROUP-FFDHE8192:-GROUP-FFDHE6144"

// gnutlsForced is suites in CBC mode that a client gets only by RFC 7366.
const gnutlsForced = "NONE:+VERS-TLS1.0:+VERS-TLS1.1:+VERS-TLS1.2:+AES-128-GCM:+AES-128-CBC:+AEAD:+SHA1:+SHA256:+ECDHE-RSA:+GROUP-SECP256R1:+SIGN-RSA-SHA256:%FORCE_ETM"

// gnutlsKeys are the items that want a key of their own.
var gnutlsKeys = map[string]string{"SIGN-EdDSA-Ed25519": "Ed25519"}

func gnutlsPriority(category, own string) string {
	if own == "GROUP-FFDHE6144" || own == "GROUP-FFDHE8192" { // a second for each exponentiation
		return "NONE:+VERS-TLS1.3:+AES-128-GCM:+AEAD:+ECDHE-RSA:+COMP-NULL:+CTYPE-X509:+SIGN-RSA-PSS-RSAE-SHA256:+" + own
	}
	s := "NONE:+COMP-NULL:+CTYPE-X509"
	for _, p := range gnutlsParts {
		if p.category == category {
			s += ":+" + own
		} else {
			s += ":+" + p.some
		}
	}
	return s
}

// gnutlsRows is the keywords, some strings, and each item of each category
// alone.
func gnutlsRows(t *testing.T) []row {
	if _, err := exec.LookPath("gnutls-cli"); err != nil {
		return []row{{"gnutls-serv", "all rows", func(t *testing.T) (scanner.Endpoint, posture) { lab.Program(t, "gnutls-cli"); panic("unreachable") }}}
	}
	table := []gnutlsRow{
		{config: "everything", priority: gnutlsEverything},
		{config: "Ed25519, of no use before TLS 1.2", keys: "Ed25519", priority: "NONE:+COMP-NULL:+CTYPE-X509:+VERS-TLS1.2:+VERS-TLS1.1:+AES-128-GCM:+AES-128-CBC:+AEAD:+SHA1:+ANON-ECDH:+ECDHE-ECDSA:+SIGN-EDDSA-ED25519:+GROUP-SECP256R1"},
		{config: "in its own order", priority: "NORMAL:-GROUP-ALL:+GROUP-SECP384R1:+GROUP-X25519:+GROUP-FFDHE2048:%SERVER_PRECEDENCE"},
		{config: "NULL ciphers, anonymous alone", priority: "NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.1:+NULL:-KX-ALL:+ANON-DH:+ANON-ECDH"},
		{config: "DH parameters, 512 bits of its own", priority: "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-RSA:-GROUP-ALL:+GROUP-X25519", dh: "dh512-own.pem"},
		{config: "DH parameters, 1024 bits of its own", priority: "NORMAL:-VERS-ALL:+VERS-TLS1.1:+VERS-TLS1.0:-KX-ALL:+DHE-RSA:-GROUP-ALL:+GROUP-X25519", dh: "dh1024-own.pem"},
		{config: "CBC under encrypt-then-MAC alone, beside GCM", priority: gnutlsForced, keys: "RSA 2048"},
		{config: "CBC under encrypt-then-MAC alone", priority: strings.Replace(gnutlsForced, ":+AES-128-GCM", "", 1), keys: "RSA 2048"},
		{config: "CBC under encrypt-then-MAC alone, with RSA key exchange", priority: gnutlsForced + ":+RSA", keys: "RSA 2048"},
		{config: "finite fields alone", priority: "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-RSA:-GROUP-ALL:+GROUP-FFDHE2048:+GROUP-FFDHE4096"},
	}
	for k := range strings.FieldsSeq("NORMAL PERFORMANCE SECURE128 SECURE192 SECURE256 SUITEB128 SUITEB192 LEGACY PFS") {
		// Exponents of 8192 bits take the server a second each.
		table = append(table, gnutlsRow{config: "priority " + k + " but for the longest groups", priority: k + ":-GROUP-FFDHE8192:-GROUP-FFDHE6144:-GROUP-FFDHE4096"})
	}
	for _, line := range lines(t, "gnutls-cli", "--list") {
		category, list, _ := strings.Cut(line, ": ")
		if !slices.ContainsFunc(gnutlsParts, func(p struct{ category, some string }) bool { return p.category == category }) {
			continue
		}
		items := strings.Split(list, ", ")
		slices.Sort(items)
		for _, item := range slices.Compact(items) {
			r := gnutlsRow{config: item + " alone", priority: gnutlsPriority(category, item), psk: strings.Contains(item, "PSK"), srp: strings.HasPrefix(item, "SRP"), keys: gnutlsKeys[item]}
			r.said = r.tells(t)
			// A DSA key it loads, and finds no suite for; so does s_client.
			if len(r.listed(t)) > 0 && !strings.Contains(item, "DTLS") && item != "DHE-DSS" { // the others are of DTLS, or of no protocol
				table = append(table, r)
			}
		}
	}
	made := newPairs(t, "RSA 2048", "EC secp256r1", "Ed25519", "DSA 2048")
	var rows []row
	for _, r := range table {
		rows = append(rows, row{"gnutls-serv", r.config, func(t *testing.T) (scanner.Endpoint, posture) { return r.start(t, made), r.posture(t) }})
	}
	return rows
}

func (r gnutlsRow) start(t *testing.T, made pairs) scanner.Endpoint {
	port := lab.Port(t).Port()
	args := []string{"--port", portArg(port), "--priority", r.priority, "-a", "--nodb"}
	for _, k := range r.kinds() {
		args = append(args, "--x509certfile", made[k][0], "--x509keyfile", made[k][1])
	}
	if r.dh != "" {
		args = append(args, "--dhparams", filepath.Join("testdata", r.dh))
	}
	if r.psk {
		args = append(args, "--pskpasswd", lab.Written(t, "psk", "lab:1a2b3c4d1a2b3c4d\n"))
	}
	if r.srp {
		dir := t.TempDir()
		groups, users := filepath.Join(dir, "groups"), filepath.Join(dir, "users")
		lab.Run(t, lab.Program(t, "srptool"), "--create-conf", groups)
		// It knows our user: its flight for one that it does not know is broken (3.7.9).
		lab.Run(t, "sh", "-c", "echo laboratory | srptool --passwd-conf "+groups+" --passwd "+users+" -u fipsweep -i 3")
		args = append(args, "--srppasswd", users, "--srppasswdconf", groups)
	}
	lab.Start(t, lab.Program(t, "gnutls-serv"), args...)
	return listening(t, port)
}

// A gnutlsSuite is a line of "gnutls-cli -l".
type gnutlsSuite struct{ gnutls, name, since string }

// listed is the suites that GnuTLS lists for the priority string.
func (r gnutlsRow) listed(t *testing.T) []gnutlsSuite {
	var all []gnutlsSuite
	line := regexp.MustCompile(`^(TLS_\S+)\s+0x(..), 0x(..)\s+(\S+)$`)
	for _, l := range r.tells(t) {
		if m := line.FindStringSubmatch(strings.TrimSpace(l)); m != nil {
			code, _ := strconv.ParseUint(m[2]+m[3], 16, 16)
			all = append(all, gnutlsSuite{m[1], suiteName(uint16(code)), m[4]})
		}
	}
	return all
}

// tells is what gnutls-cli says of the priority string; nothing where it is
// none.
func (r gnutlsRow) tells(t *testing.T) []string {
	if r.said != nil {
		return r.said
	}
	out, _ := exec.CommandContext(t.Context(), lab.Program(t, "gnutls-cli"), "-l", "--priority", r.priority).Output()
	return strings.Split(string(out), "\n")
}

// category is the priority string's items of a kind.
func (r gnutlsRow) category(t *testing.T, name string) []string {
	for _, l := range r.tells(t) {
		if list, ok := strings.CutPrefix(l, name+": "); ok && list != "none" {
			return strings.Split(list, ", ")
		}
	}
	return nil
}

// posture is what the priority string means with the four keys at hand.
func (r gnutlsRow) posture(t *testing.T) posture {
	r.said = r.tells(t)
	p := posture{versions: map[string]offer{}}
	var groups []string
	for _, g := range r.category(t, "Groups") {
		if !strings.HasPrefix(g, "GROUP-GC") { // of the GOST exchange alone
			groups = append(groups, gnutlsGroup(t, g))
		}
	}
	shown := map[string]bool{}
	for _, v := range r.category(t, "Protocols") {
		name, ok := map[string]string{"VERS-TLS1.0": scanner.TLSv10, "VERS-TLS1.1": scanner.TLSv11, "VERS-TLS1.2": scanner.TLSv12, "VERS-TLS1.3": scanner.TLSv13}[v]
		if !ok {
			continue
		}
		o := r.offer(t, name, groups, shown)
		if len(o.suites) > 0 {
			p.versions[name] = o
		}
	}
	for k := range shown {
		p.leaves = append(p.leaves, k)
	}
	if o, ok := p.versions[scanner.TLSv13]; ok && len(o.schemes) == 0 {
		p.incomplete = []string{"TLSv1.3 signature schemes: uncomputable", "TLSv1.3 chain: uncomputable"}
	}
	return p.inOrder(strings.Contains(r.priority, "%SERVER_PRECEDENCE"))
}

func (r gnutlsRow) offer(t *testing.T, version string, groups []string, shown map[string]bool) (o offer) {
	signs := r.category(t, "PK-signatures")
	for _, s := range r.listed(t) {
		if (s.since == "TLS1.3") != (version == scanner.TLSv13) || s.since == "TLS1.2" && version != scanner.TLSv12 {
			continue
		}
		if version == scanner.TLSv13 {
			o.suites = append(o.suites, s.name)
			continue
		}
		r.suite(s, version, groups, signs, shown, &o)
	}
	if version != scanner.TLSv13 {
		return o
	}
	if o.groups = groups; len(o.suites) == 0 || len(groups) == 0 {
		return offer{}
	}
	for _, k := range r.kinds() {
		if s := gnutlsSchemes(k, version, signs); len(s) > 0 {
			o.schemes = append(o.schemes, s...)
			shown[k] = true
		}
	}
	if len(o.schemes) == 0 {
		return offer{}
	}
	if p := groups[0]; len(groups) == 1 && (p == "secp192r1" || p == "secp224r1") {
		o.schemes = nil // TLS 1.3 has no such group: its answers are not read
	}
	return o
}

// suite adds a suite up to TLS 1.2 and what comes of it, if it can be had.
func (r gnutlsRow) suite(s gnutlsSuite, version string, groups, signs []string, shown map[string]bool, o *offer) {
	with := func(list *[]string, more []string) {
		for _, m := range more {
			*list = add(*list, m)
		}
	}
	var keys []string
	exchange := func(prefixes ...string) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s.gnutls, "TLS_"+p+"_") })
	}
	switch {
	case exchange("SRP") && !r.srp, exchange("SRP_SHA_DSS"), exchange("GOSTR341112"), !r.psk && strings.Contains(s.gnutls, "PSK_"):
		return
	case exchange("RSA", "RSA_PSK", "DHE_RSA", "ECDHE_RSA", "SRP_SHA_RSA"):
		keys = []string{"RSA 2048"}
	case exchange("DHE_DSS"):
		keys = []string{"DSA 2048"}
	case exchange("ECDHE_ECDSA"):
		keys = []string{"EC secp256r1"}
		if version == scanner.TLSv12 {
			keys = append(keys, "Ed25519")
		}
	}
	keys = slices.DeleteFunc(keys, func(k string) bool { return !slices.Contains(r.kinds(), k) })
	signed := exchange("DHE_RSA", "ECDHE_RSA", "DHE_DSS", "ECDHE_ECDSA")
	if signed && version == scanner.TLSv12 {
		keys = slices.DeleteFunc(keys, func(k string) bool { return len(gnutlsSchemes(k, version, signs)) == 0 })
	}
	curves := ofKind(groups, "ec")
	certified := signed || exchange("RSA", "RSA_PSK")
	primes := r.primes(groups)
	finite := exchange("DHE_RSA", "DHE_DSS", "DH_ANON", "DHE_PSK")
	if certified && len(keys) == 0 || strings.Contains(s.gnutls, "TLS_ECDH") && len(curves) == 0 || finite && len(primes) == 0 {
		return
	}
	o.suites = append(o.suites, s.name)
	for _, k := range keys {
		if shown[k] = true; signed && version == scanner.TLSv12 {
			with(&o.schemes, gnutlsSchemes(k, version, signs))
		}
	}
	switch {
	case strings.Contains(s.gnutls, "TLS_ECDH"):
		with(&o.groups, curves)
	case finite:
		with(&o.primes, primes)
	}
}

// primes is those of RFC 7919 in the priority string, and else the file's.
func (r gnutlsRow) primes(groups []string) (all []string) {
	for _, g := range ofKind(groups, "ff") {
		all = append(all, strings.TrimPrefix(g, "ffdhe")+" "+g)
	}
	if bits, ok := strings.CutPrefix(r.dh, "dh"); ok {
		return append(all, strings.TrimSuffix(bits, "-own.pem"))
	}
	return all
}

// gnutlsSchemes is how a key signs by the priority string's signatures. What
// names a curve is of TLS 1.3 alone, what names none of TLS 1.2.
func gnutlsSchemes(key, version string, signs []string) (all []string) {
	twelve := map[string][]string{
		"RSA 2048": {"SIGN-RSA-SHA1 rsa_pkcs1_sha1", "SIGN-RSA-SHA224 rsa_pkcs1_sha224", "SIGN-RSA-SHA256 rsa_pkcs1_sha256", "SIGN-RSA-SHA384 rsa_pkcs1_sha384", "SIGN-RSA-SHA512 rsa_pkcs1_sha512",
			"SIGN-RSA-PSS-RSAE-SHA256 rsa_pss_rsae_sha256", "SIGN-RSA-PSS-RSAE-SHA384 rsa_pss_rsae_sha384", "SIGN-RSA-PSS-RSAE-SHA512 rsa_pss_rsae_sha512"},
		"EC secp256r1": {"SIGN-ECDSA-SHA1 ecdsa_sha1", "SIGN-ECDSA-SHA224 ecdsa_sha224", "SIGN-ECDSA-SHA256 ecdsa_secp256r1_sha256", "SIGN-ECDSA-SHA384 ecdsa_secp384r1_sha384", "SIGN-ECDSA-SHA512 ecdsa_secp521r1_sha512"},
		"DSA 2048":     {"SIGN-DSA-SHA1 dsa_sha1", "SIGN-DSA-SHA224 dsa_sha224", "SIGN-DSA-SHA256 dsa_sha256", "SIGN-DSA-SHA384 dsa_sha384", "SIGN-DSA-SHA512 dsa_sha512"},
		"Ed25519":      {"SIGN-EdDSA-Ed25519 ed25519"},
	}
	thirteen := map[string][]string{
		"RSA 2048":     twelve["RSA 2048"][5:],
		"EC secp256r1": {"SIGN-ECDSA-SECP256R1-SHA256 ecdsa_secp256r1_sha256"},
		"Ed25519":      twelve["Ed25519"],
	}
	table := twelve
	if version == scanner.TLSv13 {
		table = thirteen
	}
	for _, line := range table[key] {
		if own, scheme, _ := strings.Cut(line, " "); slices.Contains(signs, own) {
			all = append(all, scheme)
		}
	}
	return all
}

// gnutlsGroup is the registry's name of GROUP-X.
func gnutlsGroup(t *testing.T, name string) string {
	t.Helper()
	for _, g := range iana.Groups() {
		if strings.EqualFold("GROUP-"+g.Name, name) {
			return g.Name
		}
	}
	t.Fatalf("no group is named like %s", name)
	return ""
}

// gnutlsList is what GnuTLS lists for a priority string: suites by the version
// from which on they may be used, and groups.
func gnutlsList(t *testing.T, priority string) (suites map[string][]string, groups []string) {
	t.Helper()
	since := map[string]string{"SSL3.0": scanner.SSLv3, "TLS1.0": scanner.TLSv10, "TLS1.2": scanner.TLSv12, "TLS1.3": scanner.TLSv13}
	r := gnutlsRow{priority: priority}
	r.said = r.tells(t)
	suites = map[string][]string{}
	for _, s := range r.listed(t) {
		suites[since[s.since]] = append(suites[since[s.since]], s.name)
	}
	for _, g := range r.category(t, "Groups") {
		groups = append(groups, gnutlsGroup(t, g))
	}
	return suites, sorted(groups)
}
