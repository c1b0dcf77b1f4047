package remedy

import (
	"strings"
)

// A built is a name that Dropbear has when it is built with a macro of
// default_options.h.
type built struct{ kind, name, macro string }

func dropbearMacros() []built {
	return []built{
		{"ssh-kex", "curve25519-sha256", "DROPBEAR_CURVE25519"},
		{"ssh-kex", "curve25519-sha256@libssh.org", "DROPBEAR_CURVE25519"},
		{"ssh-kex", "sntrup761x25519-sha512", "DROPBEAR_SNTRUP761"},
		{"ssh-kex", "sntrup761x25519-sha512@openssh.com", "DROPBEAR_SNTRUP761"},
		{"ssh-kex", "diffie-hellman-group1-sha1", "DROPBEAR_DH_GROUP1"},
		{"ssh-kex", "diffie-hellman-group14-sha1", "DROPBEAR_DH_GROUP14_SHA1"},
		{"ssh-kex", "diffie-hellman-group14-sha256", "DROPBEAR_DH_GROUP14_SHA256"},
		{"ssh-cipher", "chacha20-poly1305@openssh.com", "DROPBEAR_CHACHA20POLY1305"},
		{"ssh-cipher", "3des-cbc", "DROPBEAR_3DES"},
		{"ssh-cipher", "3des-ctr", "DROPBEAR_3DES"},
		{"ssh-mac", "hmac-sha1", "DROPBEAR_SHA1_HMAC"},
		{"ssh-mac", "hmac-sha1-96", "DROPBEAR_SHA1_96_HMAC"},
		{"ssh-hostkey", "ssh-rsa", "DROPBEAR_RSA_SHA1"},
		{"ssh-hostkey", "ssh-dss", "DROPBEAR_DSS"},
	}
}

// dropbear writes localoptions.h: Dropbear chooses its algorithms when it is
// built, and has no configuration that does.
func (w *writer) dropbear() {
	_, w.Software, _ = w.seen.Observation.SSH.Identification()
	var lines []Line
	var macros []string
	for _, f := range w.seen.Findings {
		for _, b := range dropbearMacros() {
			if b.kind != f.Subject.Kind || b.name != f.Subject.Name {
				continue
			}
			w.ends(b.kind, b.name)
			if n := len(macros); len(addNew(macros, b.macro)) > n {
				macros = append(macros, b.macro)
				lines = append(lines, Line{Text: "#define " + b.macro + " 0"})
			}
		}
	}
	if len(lines) > 0 {
		lines[0].Because = "Dropbear has no configuration file: it must be built anew with these lines."
	}
	if strings.Contains(join(macros), "RSA_SHA1") {
		w.note("A client that knows no rsa-sha2-256 must find an ECDSA host key.")
	}
	w.block("localoptions.h", "//", lines...)
}
