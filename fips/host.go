package fips

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// A HostFact is what a machine's own configuration says of the mode that its
// libraries run in, and what that means. It is told and no ruling: no file
// shows that a validated module computes, and none that it does not. What a
// configuration names that a rule speaks of is ruled on beside it.
type HostFact struct {
	Line  int      `json:"line"`
	Sign  HostSign `json:"sign"`
	Says  string   `json:"says"`
	Means string   `json:"means"`
	See   string   `json:"see,omitempty"` // where that is written
}

// A HostSign is which way a host fact points.
type HostSign string

// The signs.
const (
	SignModeOn  HostSign = "approved-mode-set"     // libraries are asked for approved algorithms alone
	SignModeOff HostSign = "approved-mode-not-set" // here, at least, they are not
	SignWeakens HostSign = "weakens"               // more is let in than the program has by default
)

// HostFacts tells the facts of one file of configuration, in its order; none
// of a file that says nothing about the whole host.
func HostFacts(h *scanner.Machine) []HostFact {
	read := map[string]func(*scanner.Machine) []HostFact{
		"fips_enabled": kernelFacts, "crypto-policies": policyFacts, "openssl.cnf": opensslFacts, "java.security": javaFacts,
	}[h.Format]
	if read == nil {
		return nil
	}
	facts := read(h)
	slices.SortStableFunc(facts, func(a, b HostFact) int { return cmp.Compare(a.Line, b.Line) })
	return facts
}

// setting is the first one of a name.
func setting(h *scanner.Machine, name string) (scanner.Setting, bool) {
	i := slices.IndexFunc(h.Settings, func(s scanner.Setting) bool { return s.Name == name && len(s.Values) > 0 })
	if i < 0 {
		return scanner.Setting{}, false
	}
	return h.Settings[i], true
}

func kernelFacts(h *scanner.Machine) []HostFact {
	s, ok := setting(h, "fips_enabled")
	switch {
	case !ok:
		return nil
	case s.Values[0] == "1":
		return []HostFact{{s.Line, SignModeOn, "the kernel is in FIPS mode", "Libraries that follow it keep to approved algorithms; whether their modules are validated does not show.", "fips_enabled of the kernel"}}
	}
	return []HostFact{{s.Line, SignModeOff, "the kernel is not in FIPS mode", "Libraries that follow the kernel do not keep to approved algorithms by themselves.", "fips_enabled of the kernel"}}
}

func policyFacts(h *scanner.Machine) []HostFact {
	s, ok := setting(h, "policy")
	if !ok {
		return nil
	}
	f := HostFact{Line: s.Line, Sign: SignModeOff, Says: "the crypto-policy is " + strings.Join(s.Values, ":"), See: "crypto-policies(7)"}
	switch s.Values[0] {
	case "FIPS":
		f.Sign, f.Means = SignModeOn, "Libraries that follow it are asked for approved algorithms."
	case "LEGACY":
		f.Sign, f.Means = SignWeakens, "It lets in more than the default does, for old peers."
	case "EMPTY":
		f.Means = "It disables everything, to be built upon by its modules."
	default:
		f.Means = "It is not the policy FIPS, and lets in algorithms that are not approved."
	}
	if len(s.Values) > 1 {
		f.Means += " Its modules " + strings.Join(s.Values[1:], ", ") + " change that further."
	}
	return []HostFact{f}
}

// opensslFacts tells the providers as one fact, and each setting that opens
// more than OpenSSL does by default.
func opensslFacts(h *scanner.Machine) []HostFact {
	var facts []HostFact
	var providers []string
	first := 0
	for _, s := range h.Settings {
		if s.Scope == "provider" && s.Name == "activate" {
			if first == 0 || s.Line < first {
				first = s.Line
			}
			providers = append(providers, s.Values...)
			continue
		}
		if f, ok := opensslFact(s, strings.Join(s.Values, " ")); ok {
			facts = append(facts, f)
		}
	}
	if len(providers) == 0 {
		return facts
	}
	f := HostFact{first, SignModeOff, "OpenSSL activates the providers " + strings.Join(providers, ", "), "None of them is the FIPS provider.", "config(5)"}
	if slices.Contains(providers, "fips") {
		f.Sign, f.Means = SignModeOn, "The FIPS provider is among them; whether it is validated, and what programs fetch from it, does not show."
	}
	facts = append(facts, f)
	if slices.Contains(providers, "legacy") {
		facts = append(facts, HostFact{first, SignWeakens, "OpenSSL activates the legacy provider", "Programs may use MD4, RC4, DES, Blowfish and others that are out of the default one.", "OSSL_PROVIDER-legacy(7)"})
	}
	return facts
}

// unsafe are settings of OpenSSL by the value that weakens, in lower case.
var unsafe = map[string]struct{ value, means, see string }{
	"rh-allow-sha1-signatures": {"yes", "Signatures over SHA-1 are made and taken.", "crypto-policies of Red Hat's OpenSSL"},
	"security-checks":          {"0", "The FIPS provider does not check key sizes and algorithms.", "fips_config(5)"},
	"conditional-errors":       {"0", "The FIPS provider goes on after a failed self-test.", "fips_config(5)"},
	"tls1-prf-ems-check":       {"0", "The FIPS provider derives keys of TLS 1.2 without the extended master secret.", "fips_config(5)"},
	"minprotocol":              {"none", "There is no oldest version.", "SSL_CONF_cmd(3)"},
}

func opensslFact(s scanner.Setting, value string) (HostFact, bool) {
	name, lower := strings.ToLower(s.Name), strings.ToLower(value)
	f := HostFact{Line: s.Line, Sign: SignWeakens, Says: "OpenSSL has " + s.Name + " = " + value}
	if w, ok := unsafe[name]; ok && lower == w.value {
		f.Means, f.See = w.means, w.see
		return f, true
	}
	_, level, hasLevel := strings.Cut(lower, "@seclevel=")
	switch {
	case name == "cipherstring" && hasLevel && strings.HasPrefix(level, "0"):
		f.Means, f.See = "Security level 0 takes keys, groups and hashes of any strength.", "SSL_CTX_set_security_level(3)"
	case name == "cipherstring" && hasLevel && strings.HasPrefix(level, "1"):
		f.Means, f.See = "Security level 1 takes what gives 80 bits, such as RSA 1024; approved is 112 and more.", "SSL_CTX_set_security_level(3)"
	case name == "options" && (strings.Contains(lower, "unsafelegacyrenegotiation") || strings.Contains(lower, "unsafelegacyserverconnect")):
		f.Means, f.See = "Peers without RFC 5746 are taken, whose renegotiation can be hijacked.", "SSL_CONF_cmd(3)"
	case name == "default_properties" && strings.ReplaceAll(lower, " ", "") == "fips=yes":
		f.Sign, f.Means, f.See = SignModeOn, "Programs fetch only what a provider marks as FIPS.", "fips_module(7)"
	case name == "default_properties" && (strings.Contains(lower, "fips=no") || strings.Contains(lower, "-fips")):
		f.Sign, f.Means, f.See = SignModeOff, "Programs fetch from the FIPS provider only what they ask it for.", "fips_module(7)"
	default:
		return HostFact{}, false
	}
	return f, true
}

// javaFacts tells the providers as one fact, and what Java's own lists of
// disabled algorithms lack.
func javaFacts(h *scanner.Machine) []HostFact {
	var facts []HostFact
	var named []string
	count, first := 0, 0
	for _, s := range h.Settings {
		if strings.HasPrefix(s.Name, "security.provider.") {
			if count++; first == 0 {
				first = s.Line
			}
			if text := strings.Join(s.Values, ", "); strings.Contains(strings.ToLower(text), "fips") {
				named = append(named, text)
			}
		}
	}
	switch {
	case len(named) > 0:
		facts = append(facts, HostFact{first, SignModeOn, "Java has the provider " + strings.Join(named, "; "), "It has FIPS in its name; whether its module is validated, and in which mode it runs, does not show.", "java.security"})
	case count > 0:
		facts = append(facts, HostFact{first, SignModeOff, fmt.Sprintf("Java has %d providers", count), "None of them has FIPS in its name.", "java.security"})
	}
	for name, wants := range javaDisabled {
		s, ok := setting(h, name)
		var lacks []string
		for _, want := range wants {
			if !slices.ContainsFunc(s.Values, func(v string) bool { return covers(v, want) }) {
				lacks = append(lacks, want)
			}
		}
		if ok && len(lacks) > 0 {
			facts = append(facts, HostFact{s.Line, SignWeakens, name + " leaves out " + strings.Join(lacks, ", "), "Java takes them where a program asks for them.", "java.security"})
		}
	}
	if s, ok := setting(h, "keystore.type"); ok && slices.Contains([]string{"jks", "jceks"}, strings.ToLower(s.Values[0])) {
		facts = append(facts, HostFact{s.Line, SignWeakens, "Java makes its key stores as " + s.Values[0], "Nothing approved protects such a store.", "java.security"})
	}
	if s, ok := setting(h, "crypto.policy"); ok && strings.EqualFold(s.Values[0], "limited") {
		facts = append(facts, HostFact{s.Line, SignWeakens, "Java's crypto.policy is limited", "Keys of more than 128 bits are refused.", "java.security"})
	}
	slices.SortFunc(facts, func(a, b HostFact) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Says, b.Says)) })
	return facts
}

// javaDisabled is what OpenJDK 17 disables as it is shipped, of what is not
// approved whatever its use: by the property, the names of which one is enough.
var javaDisabled = map[string][]string{
	"jdk.tls.disabledAlgorithms":      {"SSLv3", "TLSv1", "TLSv1.1", "RC4", "DES", "MD5withRSA", "3DES_EDE_CBC", "anon", "NULL"},
	"jdk.certpath.disabledAlgorithms": {"MD2", "MD5", "RSA keySize < 1024"},
}

// covers tells whether an entry of a list disables what is wanted at least:
// whole algorithms, or keys below a size that is no smaller.
func covers(entry, want string) bool {
	size := func(s string) (name string, bits int) {
		if n, err := fmt.Sscanf(s, "%s keySize < %d", &name, &bits); err == nil && n == 2 {
			return name, bits
		}
		return s, 0
	}
	name, bits := size(entry)
	wanted, least := size(want)
	switch {
	case !strings.EqualFold(name, wanted) && !(wanted == "3DES_EDE_CBC" && strings.EqualFold(name, "DESede")) && !(wanted == "MD5withRSA" && strings.EqualFold(name, "MD5")):
		return false
	case least > 0:
		return bits == 0 || bits >= least
	}
	return bits == 0
}
