package bench

import (
	"net/netip"
	"strconv"
)

// A Tool is one that is measured.
type Tool struct {
	Name    string
	Package string // of Debian; empty for ours
	Program string // what is run
	Does    string // what it was asked for
	Kinds   []string
	// Args makes the arguments for an endpoint and the file to write to.
	Args  func(at netip.AddrPort, out string) []string
	Parse func(out []byte) (Found, error)
}

func port(at netip.AddrPort) string { return strconv.Itoa(int(at.Port())) }

// ForTLS are the tools that look at TLS, ours first. Each is asked for suites
// by version, and for groups where it can tell them.
func ForTLS(fipsweep string) []Tool {
	return []Tool{
		ours(fipsweep, "tls", Suites, Groups),
		{
			Name: "sslscan", Package: "sslscan", Program: "sslscan", Kinds: []string{Suites, Groups}, Does: "all it does by itself",
			Args: func(at netip.AddrPort, out string) []string {
				return []string{"--no-colour", "--xml=" + out, at.String()}
			},
			Parse: Sslscan,
		},
		{
			Name: "nmap", Package: "nmap", Program: "nmap", Kinds: []string{Suites}, Does: "ssl-enum-ciphers",
			Args: func(at netip.AddrPort, out string) []string {
				return []string{"-Pn", "-n", "-p", port(at), "--script", "+ssl-enum-ciphers", "-oX", out, at.Addr().String()}
			},
			Parse: NmapTLS,
		},
		{
			Name: "testssl.sh", Package: "testssl.sh", Program: "testssl", Kinds: []string{Suites, Groups}, Does: "-E -f",
			Args: func(at netip.AddrPort, out string) []string {
				return []string{"--quiet", "--warnings", "batch", "--color", "0", "-E", "-f", "--jsonfile", out, at.String()}
			},
			Parse: Testssl,
		},
	}
}

// ForSSH are the tools that look at SSH.
func ForSSH(fipsweep string) []Tool {
	return []Tool{
		ours(fipsweep, "ssh", Algorithms, HostKeys),
		{
			Name: "nmap", Package: "nmap", Program: "nmap", Kinds: []string{Algorithms, HostKeys}, Does: "ssh2-enum-algos, ssh-hostkey",
			Args: func(at netip.AddrPort, out string) []string {
				return []string{"-Pn", "-n", "-p", port(at), "--script", "+ssh2-enum-algos,+ssh-hostkey", "-oX", out, at.Addr().String()}
			},
			Parse: NmapSSH,
		},
		{
			// It prints what it finds, and writes to no file.
			Name: "ssh-audit", Package: "ssh-audit", Program: "sh", Kinds: []string{Algorithms, HostKeys}, Does: "all it does by itself",
			Args: func(at netip.AddrPort, out string) []string {
				return []string{"-c", `exec ssh-audit -j -p "$1" "$2" >"$3"`, "sh", port(at), at.Addr().String(), out}
			},
			Parse: SSHAudit,
		},
	}
}

// ours is the program under test: a whole scan, its judging and its journal
// included.
func ours(program, scheme string, kinds ...string) Tool {
	return Tool{
		Name: "fipsweep", Program: program, Kinds: kinds, Does: "scan, at full depth",
		Args: func(at netip.AddrPort, out string) []string {
			return []string{"scan", "--quiet", "--progress", "never", "--state", out + ".state", "-o", "jsonl=" + out, scheme + "://" + at.String()}
		},
		Parse: Fipsweep,
	}
}

// installed is the program that must be there.
func (t Tool) installed() string {
	if t.Program == "sh" {
		return t.Package
	}
	return t.Program
}
