// Package sshfile reads the files in which SSH keeps its settings and keys:
// sshd_config and ssh_config, moduli, authorized_keys, known_hosts, and public
// and private key files, PuTTY's among them, from bytes into facts.
//
// It opens no file, decrypts nothing, never looks at a private value, and never
// judges. A line that makes no sense is told beside those that do.
package sshfile

import "fmt"

// A Problem is a line that could not be read.
type Problem struct {
	Line int // from 1
	What string
}

func (p Problem) Error() string { return fmt.Sprintf("line %d: %s", p.Line, p.What) }

// maxLine bounds one line: RSA of 16384 bits needs 5500 bytes, and options may
// stand before it.
const maxLine = 64 << 10
