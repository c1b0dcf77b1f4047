package certstore

import (
	"bytes"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/sshfile"
)

// sshTypes begin a public key of OpenSSH's in text. AAAA is what the length
// of any key type, below 2^24, comes to in base64.
var sshTypes = []string{
	"ssh-rsa AAAA", "ssh-dss AAAA", "ssh-ed25519 AAAA", "ssh-ed448 AAAA", "ecdsa-sha2-nistp256 AAAA",
	"ecdsa-sha2-nistp384 AAAA", "ecdsa-sha2-nistp521 AAAA",
	"sk-ssh-ed25519@openssh.com AAAA", "sk-ecdsa-sha2-nistp256@openssh.com AAAA",
}

// maxSSHLine bounds one key in text: RSA of 16384 bits needs 2800 bytes.
const maxSSHLine = 16 << 10

// sshPublicKey reads a file of OpenSSH's public key form, which is one line:
// type, key, comment. It tells whether the file is one.
func (c *content) sshPublicKey(prefix []byte) bool {
	line, rest, _ := bytes.Cut(prefix, []byte("\n"))
	if len(bytes.TrimSpace(rest)) > 0 || len(line) > maxSSHLine || !startsWithKey(line) {
		return false
	}
	public, ok := sshfile.ParsePublicKey(line)
	if !ok {
		return false
	}
	c.format("OpenSSH public key")
	item := scanner.Item{Kind: scanner.ItemPublicKey, Problem: public.Problem}
	if public.Key.Algorithm != "" {
		c.weak(&public.Key, public.Blob)
		item.Key, item.SHA256 = &public.Key, public.Key.SPKISHA256
	}
	c.add(item)
	return true
}

func startsWithKey(line []byte) bool {
	for _, t := range sshTypes {
		if bytes.HasPrefix(line, []byte(t)) {
			return true
		}
	}
	return false
}

// sshList recognises authorized_keys and known_hosts: lines with a key behind
// options or host names.
func sshList(prefix []byte) bool {
	for line := range bytes.Lines(prefix) {
		if line[0] == '#' {
			continue
		}
		for _, t := range sshTypes {
			if i := bytes.Index(line, []byte(t)); i == 0 || i > 0 && line[i-1] == ' ' {
				return true
			}
		}
	}
	return false
}
