package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner/target"
)

// TestSchemesHavePorts holds that each scheme stands for a port: what scan
// accepts as smtp://host must know where to ask.
func TestSchemesHavePorts(t *testing.T) {
	want := map[string]uint16{
		"ssh": 22, "tls": 443, "smtp": 25, "submission": 587, "lmtp": 24, "imap": 143, "pop3": 110, "sieve": 4190, "ftp": 21,
		"nntp": 119, "irc": 6667, "ldap": 389, "xmpp": 5222, "xmpp-client": 5222, "xmpp-server": 5269, "postgres": 5432,
		"mysql": 3306, "mariadb": 3306, "mssql": 1433, "rdp": 3389, "amqp": 5672, "mongodb": 27017, "redis": 6379,
	}
	got := map[string]uint16{}
	for _, s := range schemes() {
		got[s], _ = target.SchemePort(s)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ports of schemes (-want +got):\n%s", diff)
	}
}
