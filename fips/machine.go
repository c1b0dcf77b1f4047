package fips

import (
	"fmt"

	"github.com/fipsweep/fipsweep/scanner"
)

// settingClasses is what kind of evidence a setting is, by what it names.
var settingClasses = map[string]Class{
	"ssh-cipher": ClassSSHCipherMAC, "ssh-mac": ClassSSHCipherMAC, "ssh-kex": ClassSSHKex, "ssh-hostkey": ClassSSHHostKey,
	"protocol-version": ClassTLSVersion, suiteKind: ClassTLSCipher, "cipher": ClassTLSCipher, "named-group": ClassTLSKex,
}

// machine rules on what a configuration allows. What it takes out of a default
// is not allowed, and what it leaves to the default is not seen.
func (j *Judge) machine(d *docket, h *scanner.Machine, in string) {
	for _, s := range h.Settings {
		class, ruled := settingClasses[s.Kind]
		if !ruled || s.Change == "-" {
			continue
		}
		where := fmt.Sprintf("%sline %d, %s", in, s.Line, s.Name)
		if s.Scope != "" {
			where += " (" + s.Scope + ")"
		}
		for _, name := range s.Values {
			switch s.Kind {
			case "ssh-kex":
				d.add(j.sshKex(name, nil), where)
			case suiteKind:
				d.add(j.suite(name), where)
			default:
				d.add(j.named(s.Kind, name, class), where)
			}
		}
	}
}
