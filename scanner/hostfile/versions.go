package hostfile

import (
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// tlsVersions are those that OpenSSL still speaks, oldest first. What of them
// a program leaves out by itself is its own to say.
var tlsVersions = []string{"TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"}

// rangeOf are the versions that a list of Postfix's lets in (TLS_README): the
// ends of a range, as >= and <= name them, or else those that the list names,
// or else all that it does not strike out. Of an open range the oldest is told;
// what is between and above is no worse.
func rangeOf(words []string) (left []string) {
	var named, gone []string
	var ends bool
	for _, w := range words {
		switch end, exclude := strings.TrimLeft(w, "<>="), strings.TrimPrefix(w, "!"); {
		case exclude != w:
			gone = append(gone, versions([]string{exclude})...)
		case end != w:
			ends = true
			named = append(named, versions([]string{end})...)
		default:
			named = append(named, versions([]string{w})...)
		}
	}
	if len(named) > 0 || ends {
		return slices.DeleteFunc(named, func(v string) bool { return slices.Contains(gone, v) })
	}
	if len(gone) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(tlsVersions), func(v string) bool { return slices.Contains(gone, v) })
}

// boundVersions tells the oldest and the newest version that the words of a
// line of HAProxy's name, or the last that they force (section 5.1 of its
// manual). Beside those it ignores what strikes a version out, such as
// no-tlsv10, and alone that leaves the rest to the default.
func boundVersions(m *scanner.Machine, line int, scope string, words []string) {
	var forced scanner.Setting
	for i, w := range words {
		s := scanner.Setting{Line: line, Name: w, Scope: scope, Kind: versionKind}
		switch {
		case forces[w] != "":
			s.Values = []string{forces[w]}
			forced = s
		case (w == "ssl-min-ver" || w == "ssl-max-ver") && i+1 < len(words):
			s.Values = versions(words[i+1 : i+2])
			set(m, s)
		}
	}
	set(m, forced)
}

// forces are HAProxy's words that leave one version.
var forces = map[string]string{"force-sslv3": "SSLv3", "force-tlsv10": "TLSv1.0", "force-tlsv11": "TLSv1.1", "force-tlsv12": "TLSv1.2", "force-tlsv13": "TLSv1.3"}
