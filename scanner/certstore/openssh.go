package certstore

import (
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/sshfile"
)

// openSSH adds a private key in OpenSSH's own format, whose public half and
// protection stand in the clear before the secret.
func (c *content) openSSH(b block) {
	item := scanner.Item{Kind: scanner.ItemPrivateKey}
	if b.problem != "" {
		item.Problem = b.label + ": " + b.problem
		c.add(item)
		return
	}
	private := sshfile.ParsePrivateKey(b.data)
	item.Key, item.Protection, item.Problem = private.Key, private.Protection, private.Problem
	if item.Key != nil {
		item.SHA256 = item.Key.SPKISHA256
	}
	c.add(item)
}
