package main

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// TestDefaultPortsInClear asks a host, by its address alone, that has on their
// usual ports what ought to have TLS: each is seen in clear, and SC-8 fails.
func TestDefaultPortsInClear(t *testing.T) {
	const host = "127.83.12.45" // all of 127/8 is this machine, so the usual ports are free
	conf := filepath.Join(t.TempDir(), "xrdp.ini")
	write(t, conf, fmt.Appendf(nil, "[Globals]\nini_version=1\nfork=true\nport=tcp://%s:3389\nsecurity_layer=rdp\ncrypt_level=high\n"+
		"[Logging]\nLogFile=%s\nLogLevel=WARNING\nEnableSyslog=false\n[Channels]\n", host, conf+".log"))
	lab.Start(t, lab.Program(t, "xrdp"), "--nodaemon", "--config", conf)
	lab.Start(t, lab.Program(t, "redis-server"), "--bind", host, "--port", "6379", "--save", "", "--dir", t.TempDir())
	lab.ServeAt(t, host+":5672", func(c net.Conn) {
		if b := make([]byte, 8); read(c, b) && string(b[:4]) == "AMQP" {
			fmt.Fprint(c, "\x01\x00\x00\x00\x00\x01\xcf\x00\x0a\x00\x0a\x00\x09")
		}
	})
	lab.ServeAt(t, host+":5432", func(c net.Conn) {
		if b := make([]byte, 8); read(c, b) && string(b) == "\x00\x00\x00\x08\x04\xd2\x16\x2f" {
			fmt.Fprint(c, "N")
			read(c, b)
		}
	})
	lab.ServeAt(t, host+":27017", func(c net.Conn) {
		if b := make([]byte, 58); read(c, b) {
			fmt.Fprint(c, "\x24\x00\x00\x00\x07\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00")
		}
	})
	for _, port := range []string{":3389", ":6379"} {
		lab.Listens(t, netip.MustParseAddrPort(host+port))
	}
	r := runScan(t, "--timeout", "2s", host)
	want := []string{"amqp", "mongodb", "postgres", "rdp [RC4-128]", "redis"}
	var got []string
	for _, o := range r.observations {
		switch {
		case o.Plain != nil && o.Plain.OwnCiphers != nil:
			got = append(got, fmt.Sprint(o.Plain.Protocol, " ", o.Plain.OwnCiphers))
		case o.Plain != nil:
			got = append(got, o.Plain.Protocol)
		case o.Failure == nil || o.Failure.Reason != scanner.ReasonRefused:
			t.Errorf("%s: %+v", o.Endpoint, o.Failure)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("in clear (-want +got):\n%s", diff)
	}
	findings := map[string]bool{}
	for _, line := range r.lines {
		for _, rule := range []string{"cipher/RC4-128", "protocol-version/cleartext"} {
			if strings.Contains(string(line), `"rule":"`+rule+`"`) && strings.Contains(string(line), `"SC-8"`) {
				findings[rule] = true
			}
		}
	}
	if len(findings) != 2 || r.status != exitFindings {
		t.Errorf("findings that touch SC-8: %v, exit status %d", findings, r.status)
	}
}

func read(c net.Conn, b []byte) bool {
	_, err := io.ReadFull(c, b)
	return err == nil
}
