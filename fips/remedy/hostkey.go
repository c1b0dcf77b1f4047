package remedy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// A hosted is a host key, with what passes of the algorithms by which it signs
// and the worst of key and algorithm.
type hosted struct {
	scanner.HostKey
	algorithms []string
	status     fips.Status // of the algorithms and the key
	signs      bool        // an algorithm of it passes or is tolerated
	digests    []string    // of what it rests on
}

// hostKeys leaves the algorithms of those host keys that pass. A key that does
// not pass is left unused where another does.
func (w *writer) hostKeys(r release) []Line {
	keys := w.hosted()
	best := fips.Disallowed
	for _, k := range keys {
		best = min(best, k.status)
	}
	var kept, dropped []hosted
	for _, k := range keys {
		switch {
		case best < fips.Unclassified && k.status <= max(best, fips.Allowed), best >= fips.Unclassified && k.signs:
			kept = append(kept, k)
		default:
			dropped = append(dropped, k)
		}
	}
	names := w.unseenAlgorithms(keys)
	for _, k := range kept {
		names = addNew(names, k.algorithms...)
	}
	names = ordered(names)
	if len(names) == 0 {
		return w.newHostKey()
	}
	if r.keyword("host") == "" {
		return w.hostKeyFiles(kept, dropped)
	}
	w.keep("ssh-hostkey", names)
	w.endKeys(kept, dropped)
	line := Line{Text: r.keyword("host") + " " + join(ordered(w.later(r, names, dropped)))}
	if len(dropped) > 0 {
		line.Because = "Leaves unused: " + titles(dropped) + "."
	}
	return []Line{line}
}

// later adds the algorithms of keys that may be made later and pass too.
func (w *writer) later(r release, names []string, dropped []hosted) []string {
	others, _ := w.pick("ssh-hostkey", r.knows(sshSignatures()))
	others = slices.DeleteFunc(others, func(n string) bool {
		return slices.ContainsFunc(dropped, func(d hosted) bool { return slices.Contains(signaturesOf(d.HostKey), n) })
	})
	return addNew(slices.Clone(names), others...)
}

// hosted is the host keys that were seen.
func (w *writer) hosted() []hosted {
	var keys []hosted
	for _, h := range w.seen.Observation.SSH.HostKeys {
		k := hosted{HostKey: h, digests: []string{h.SHA256}}
		list := signaturesOf(h)
		if c := h.Certificate; c != nil {
			k.digests = append(k.digests, c.SHA256, c.CA.SHA256)
		}
		k.algorithms, k.status = w.pick("ssh-hostkey", list)
		k.signs = len(k.algorithms) > 0
		for _, f := range w.seen.Findings {
			if f.Certificate != "" && slices.Contains(k.digests, f.Certificate) {
				k.status = max(k.status, f.Status)
			}
		}
		keys = append(keys, k)
	}
	return keys
}

// signaturesOf lists the algorithms by which a key may sign.
func signaturesOf(h scanner.HostKey) []string {
	names := []string{h.Type}
	if h.Type == "ssh-rsa" {
		names = []string{"rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"}
	}
	if h.Certificate != nil {
		for i := range names {
			names[i] = strings.TrimSuffix(names[i], "@openssh.com") + "-cert-v01@openssh.com"
		}
	}
	return names
}

// unseenAlgorithms are those offered that pass, of which no key was seen.
func (w *writer) unseenAlgorithms(keys []hosted) []string {
	var seen []string
	for _, k := range keys {
		seen = append(seen, signaturesOf(k.HostKey)...)
	}
	offered := slices.DeleteFunc(slices.Clone(w.seen.Observation.SSH.Kexinit.ServerHostKeyAlgorithms), func(n string) bool { return slices.Contains(seen, n) })
	kept, status := w.pick("ssh-hostkey", offered)
	if status.IsFinding() && len(keys) > 0 {
		return nil
	}
	return kept
}

// ordered puts names into the order of the tables; others go last.
func ordered(names []string) []string {
	var list []string
	for _, k := range append(sshCertificates(), sshSignatures()...) {
		if slices.Contains(names, k.name) {
			list = append(list, k.name)
		}
	}
	return addNew(list, names...)
}

// endKeys says that what is found of the dropped keys ends, unless a kept one
// rests on the same.
func (w *writer) endKeys(kept, dropped []hosted) {
	for _, d := range dropped {
		for _, digest := range d.digests {
			if !slices.ContainsFunc(kept, func(k hosted) bool { return slices.Contains(k.digests, digest) }) {
				w.endedKeys[digest] = true
			}
		}
	}
}

// hostKeyFiles is for releases that offer whatever they have keys for.
func (w *writer) hostKeyFiles(kept, dropped []hosted) []Line {
	var lines []Line
	for _, k := range kept {
		if k.Certificate == nil && !slices.Contains(k.algorithms, "ssh-rsa") {
			lines = append(lines, Line{Text: "HostKey /etc/ssh/ssh_host_" + fileOf(k.Type) + "_key"})
		}
	}
	if len(lines) == 0 {
		return w.newHostKey()
	}
	lines[0].Because = "Take every other HostKey line out, " + named(dropped) + "by it this version offers what it has keys for."
	var names []string
	for _, k := range kept {
		names = addNew(names, k.algorithms...)
	}
	w.keep("ssh-hostkey", names)
	w.endKeys(kept, dropped)
	return lines
}

func named(keys []hosted) string {
	if len(keys) == 0 {
		return ""
	}
	return "that is for " + titles(keys) + ": "
}

func titles(keys []hosted) string {
	var list []string
	for _, k := range keys {
		kind := k.Type
		if k.Certificate != nil {
			kind = k.Certificate.Type
		}
		if !plain(kind) || !plain(k.SHA256) {
			kind = "of an unknown type"
			k.SHA256 = "not known"
		}
		list = append(list, fmt.Sprintf("the host key %s, %d bits, SHA-256 %.16s", kind, k.Bits, k.SHA256))
	}
	return strings.Join(list, "; ")
}

// fileOf is what ssh-keygen -A calls the file of a key type.
func fileOf(keyType string) string {
	switch {
	case strings.HasPrefix(keyType, "ecdsa-"):
		return "ecdsa"
	case keyType == "ssh-dss":
		return "dsa"
	}
	return strings.TrimPrefix(keyType, "ssh-")
}

// newHostKey is where no key can sign by an algorithm that passes: the lines
// need a key that is not there yet.
func (w *writer) newHostKey() []Line {
	names, _ := w.pick("ssh-hostkey", []string{"ecdsa-sha2-nistp384"})
	if len(names) == 0 {
		w.nothing("ssh-hostkey", "host key algorithm", "only a newer version can end what is found of it.")
		return nil
	}
	for _, f := range w.seen.Findings {
		if f.Subject.Kind == "ssh-hostkey" {
			w.stays("ssh-hostkey", f.Subject.Name, "No host key of the server signs by an algorithm that passes. Make one: ssh-keygen -q -N '' -t ecdsa -b 384 -f /etc/ssh/ssh_host_ecdsa_key, name it in a HostKey line, and take the others out.")
		}
	}
	w.note("The server has no host key that passes; once there is one, ask again for the line that leaves the others unused.")
	return nil
}

// rsaStatus is how a host key of RSA stands, by its length.
func (w *writer) rsaStatus(bits int) fips.Status {
	a := w.judge.Assess(scanner.Observation{SSH: &scanner.SSH{HostKeys: []scanner.HostKey{{Type: "ssh-rsa", Bits: bits, Exponent: "65537"}}}})
	return a.Worst
}
