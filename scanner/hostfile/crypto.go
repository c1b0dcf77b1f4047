package hostfile

import (
	"bytes"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// isKernel knows /proc/sys/crypto/fips_enabled, which holds nothing but a
// digit.
func isKernel(text []byte, name string) bool {
	word := string(bytes.TrimSpace(text))
	return path.Base(name) == "fips_enabled" && (word == "0" || word == "1")
}

func readKernel(m *scanner.Machine, text []byte) {
	set(m, scanner.Setting{Line: 1, Name: "fips_enabled", Values: []string{string(bytes.TrimSpace(text))}})
}

var policyName = regexp.MustCompile(`(?m)^[A-Z][A-Z0-9_-]*(?::[A-Z0-9_.-]+)*[ \t\r]*$`)

// isPolicy knows the file that names the policy of crypto-policies(7), which
// is one word long.
func isPolicy(text []byte, name string) bool {
	below := strings.Contains(name, "crypto-policies/")
	return below && (path.Base(name) == "config" || path.Base(name) == "current") && policyName.Match(text)
}

func readPolicy(m *scanner.Machine, text []byte) {
	for n, line := range lines(text, "#", false) {
		set(m, scanner.Setting{Line: n, Name: "policy", Values: strings.Split(line, ":")})
	}
}

var javaMark = regexp.MustCompile(`(?m)^(?:security\.provider\.\d+|jdk\.(?:tls|certpath)\.disabledAlgorithms)[ \t]*=`)

func isJava(text []byte, name string) bool {
	return bytes.Contains(text, []byte("security")) && javaMark.Match(text) || path.Base(name) == "java.security"
}

// javaWords begin the properties that bear on cryptography.
var javaWords = []string{"security.provider.", "fips.provider.", "jdk.tls.disabledAlgorithms", "jdk.tls.legacyAlgorithms", "jdk.certpath.disabledAlgorithms",
	"jdk.jar.disabledAlgorithms", "jdk.security.legacyAlgorithms", "keystore.type", "fips.keystore.type", "securerandom.", "crypto.policy", "security.useSystemPropertiesFile"}

func readJava(m *scanner.Machine, text []byte) {
	for n, line := range lines(text, "#!", true) {
		name, value, found := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		for _, word := range javaWords {
			if !found || !strings.HasPrefix(name, word) {
				continue
			}
			var values []string
			for v := range strings.SplitSeq(value, ",") {
				values = append(values, strings.Join(strings.Fields(v), " "))
			}
			set(m, scanner.Setting{Line: n, Name: name, Values: values})
			if name == tlsDisabled {
				javaLeaves(m, n, values)
			}
			break
		}
	}
}

// tlsDisabled is the property that replaces Java's whole list of what TLS must
// not use: what is not in it is used.
const tlsDisabled = "jdk.tls.disabledAlgorithms"

// javaLeaves tells what Java offers by itself once the list does not disable
// it. (SSL 3.0, RC4, single DES and the like it offers only where a program
// asks for them.)
func javaLeaves(m *scanner.Machine, line int, disabled []string) {
	left := func(kind, name string, by ...string) {
		for _, d := range disabled {
			if slices.ContainsFunc(by, func(b string) bool { return strings.EqualFold(b, d) }) {
				return
			}
		}
		set(m, scanner.Setting{Line: line, Name: "left by " + tlsDisabled, Kind: kind, Values: []string{name}})
	}
	left(versionKind, "TLSv1.0", "TLSv1")
	left(versionKind, "TLSv1.1", "TLSv1.1")
	left(cipherKind, "3DES-EDE-CBC", "3DES_EDE_CBC", "DESede")
}

var opensslMark = regexp.MustCompile(`(?m)^[ \t]*(?:openssl_conf[ \t]*=|\[[ \t]*(?:CA_default|provider_sect|openssl_init|req_distinguished_name|system_default_sect|fips_sect)[ \t]*\])`)

func isOpenSSL(text []byte, name string) bool {
	return bytes.IndexByte(text, '[') >= 0 && opensslMark.Match(text) || strings.HasPrefix(path.Base(name), "openssl.c")
}

// opensslWords are settings of OpenSSL's configuration (config(5), SSL_CONF_cmd)
// that say what it allows: true where the value is the least version.
var opensslWords = map[string]bool{"minprotocol": true, "maxprotocol": false, "cipherstring": false, "ciphersuites": false, "groups": false, "curves": false,
	"signaturealgorithms": false, "options": false, "default_properties": false, "fips_mode": false, "rh-allow-sha1-signatures": false,
	"module-mac": false, "conditional-errors": false, "security-checks": false, "tls1-prf-ems-check": false}

// readOpenSSL follows the sections from openssl_conf to the providers, to tell
// which of them are activated, and tells what restricts TLS wherever it stands.
func readOpenSSL(m *scanner.Machine, text []byte) {
	section, sections := "", map[string]map[string]string{"": {}}
	at := map[string]int{}
	for n, line := range lines(text, "#", true) {
		line, _, _ = strings.Cut(line, "#")
		if inner, ok := strings.CutPrefix(line, "["); ok {
			section, _, _ = strings.Cut(inner, "]")
			if section = strings.TrimSpace(section); sections[section] == nil && len(sections) < maxFacts {
				sections[section], at[section] = map[string]string{}, n
			}
			continue
		}
		name, value, found := strings.Cut(line, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !found || sections[section] == nil {
			continue
		}
		sections[section][name] = value
		word := name[strings.LastIndexByte(name, '.')+1:]
		least, known := opensslWords[strings.ToLower(word)]
		switch {
		case least && strings.EqualFold(value, "none"): // no oldest version
			set(m, scanner.Setting{Line: n, Name: word, Scope: section, Values: []string{value}})
		case least:
			set(m, scanner.Setting{Line: n, Name: word, Scope: section, Kind: versionKind, Values: versions([]string{value})})
		case known:
			set(m, scanner.Setting{Line: n, Name: word, Scope: section, Values: []string{value}})
		}
	}
	providers := sections[sections[sections[""]["openssl_conf"]]["providers"]]
	for _, name := range slices.Sorted(maps.Keys(providers)) {
		if on := sections[providers[name]]["activate"]; on != "" && on != "0" && on != "no" {
			set(m, scanner.Setting{Line: max(1, at[providers[name]]), Name: "activate", Scope: "provider", Values: []string{name}})
		}
	}
}
