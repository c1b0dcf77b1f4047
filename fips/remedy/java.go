package remedy

import (
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// javaSuites are the suites of OpenJDK's provider that no shorter word of
// jdk.tls.disabledAlgorithms, as it is written here, covers.
func javaSuites() []string {
	return []string{
		"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256",
		"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
		"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
		"TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
		"TLS_DHE_DSS_WITH_AES_256_GCM_SHA384", "TLS_DHE_DSS_WITH_AES_128_GCM_SHA256",
		"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256", "TLS_DHE_DSS_WITH_AES_256_CBC_SHA256",
		"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256", "TLS_DHE_DSS_WITH_AES_128_CBC_SHA256",
		"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "TLS_DHE_RSA_WITH_AES_256_CBC_SHA", "TLS_DHE_DSS_WITH_AES_256_CBC_SHA",
		"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "TLS_DHE_DSS_WITH_AES_128_CBC_SHA",
		"TLS_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_256_CBC_SHA256",
		"TLS_RSA_WITH_AES_128_CBC_SHA256", "TLS_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA",
	}
}

// java writes java.security, whose list of what is disabled binds a program
// whatever it asks for, and the properties that narrow what it has by default.
func (w *writer) java() {
	p := w.plan()
	if len(p.versions) == 0 {
		return
	}
	disabled := []string{"SSLv2Hello", "SSLv3", "TLSv1", "TLSv1.1"}
	for _, v := range [...]string{scanner.TLSv12, scanner.TLSv13} {
		if !p.has(v) {
			disabled = append(disabled, v)
		}
	}
	disabled = append(disabled, "RC4", "DES", "3DES_EDE_CBC", "DES40_CBC", "RC4_40", "anon", "NULL", "ECDH", "MD5withRSA", "DH keySize < 2048", "EC keySize < 224")
	suites := w.kept[suiteKind]
	for _, s := range javaSuites() {
		if !slices.Contains(suites, s) {
			disabled = append(disabled, s)
		}
	}
	w.block("java.security", "#", Line{"jdk.tls.disabledAlgorithms=" + strings.Join(disabled, ", "),
		"In conf/security of the JDK, or in a file that -Djava.security.properties names. It binds a program whatever it asks for."})
	var options []Line
	if len(p.groups) > 0 {
		options = append(options, Line{"-Djdk.tls.namedGroups=" + join(javaGroups(p.groups)), "On the command line of java, or in JDK_JAVA_OPTIONS."})
	}
	if p.named || w.signsBelow112() {
		w.keep(schemeKind, p.schemes)
		options = append(options, Line{"-Djdk.tls.server.SignatureSchemes=" + join(p.schemes), namedScheme})
	}
	w.block("command line", "#", options...)
}

// javaGroups leaves out the groups that OpenJDK does not have.
func javaGroups(groups []string) []string {
	return slices.DeleteFunc(slices.Clone(groups), func(name string) bool {
		g, _ := iana.GroupByName(name)
		return strings.HasPrefix(name, "brainpool") || g.Private
	})
}

// signsBelow112 tells whether a scheme with SHA-1 or MD5 was seen.
func (w *writer) signsBelow112() bool {
	return slices.ContainsFunc(w.seen.Observation.TLS.Versions, func(v scanner.TLSVersion) bool {
		return slices.ContainsFunc(v.SignatureSchemes, below112)
	})
}
