package sshprobe_test

import (
	"bufio"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

// TestBanners are peers that speak strangely, and are still asked everything
// that their protocol has.
func TestBanners(t *testing.T) {
	t.Parallel()
	lines := strings.Repeat(strings.Repeat("Authorised use only. ", 50)+"\r\n", 20) // 20 kB
	one := []string{"1"}
	two := []string{"2"}
	for _, tt := range []struct {
		name, sent string
		banner     string
		want       scanner.SSHReading
	}{
		{"1.99", "SSH-1.99-Cisco-1.25\n", "SSH-1.99-Cisco-1.25", scanner.SSHReading{Protocols: []string{"2", "1"}, Software: "Cisco-1.25"}},
		{"1.5", "SSH-1.5-1.2.27\n", "SSH-1.5-1.2.27", scanner.SSHReading{Protocols: one, Software: "1.2.27"}},
		{"1.3", "SSH-1.3-old server\r\n", "SSH-1.3-old server", scanner.SSHReading{Protocols: one, Software: "old", Comments: "server"}},
		{"comments with spaces", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3 and more\r\n", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3 and more",
			scanner.SSHReading{Protocols: two, Software: "OpenSSH_9.2p1", Comments: "Debian-2+deb12u3 and more"}},
		{"no software", "SSH-2.0-\r\n", "SSH-2.0-", scanner.SSHReading{Protocols: two}},
		{"no dash behind the version", "SSH-2.0\r\n", "SSH-2.0", scanner.SSHReading{Protocols: two}},
		{"dashes in the software", "SSH-2.0-mod_sftp-a-b\n", "SSH-2.0-mod_sftp-a-b", scanner.SSHReading{Protocols: two, Software: "mod_sftp-a-b"}},
		{"control characters", "SSH-2.0-x\x1b[2J\x07\r\n", `SSH-2.0-x\x1b[2J\x07`, scanner.SSHReading{Protocols: two, Software: `x\x1b[2J\x07`}},
		{"no text", "SSH-2.0-\xff\xfe\r\n", `SSH-2.0-\xff\xfe`, scanner.SSHReading{Protocols: two, Software: `\xff\xfe`}},
		{"255 bytes", "SSH-2.0-" + strings.Repeat("a", 245) + "\r\n", "SSH-2.0-" + strings.Repeat("a", 245), scanner.SSHReading{Protocols: two, Software: strings.Repeat("a", 245)}},
		{"long lines before it", lines + "SSH-2.0-late\r\n", "SSH-2.0-late", scanner.SSHReading{Protocols: two, Software: "late"}},
		{"a blank line before it", "\r\n\nSSH-2.0-late\r\n", "SSH-2.0-late", scanner.SSHReading{Protocols: two, Software: "late"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			speaks2 := tt.want.Protocols[0] == "2"
			addr := serve(t, func(_ int, c net.Conn) {
				k := offer("ssh-ed25519")
				k.KexAlgorithms = append(k.KexAlgorithms, "ext-info-s")
				k.EncryptionClientServer = []string{"chacha20-poly1305@openssh.com"}
				parts := []byte(tt.sent)
				if speaks2 {
					parts = append(parts, packet(k.Payload())...)
					parts = append(parts, packet(sshwire.KexReply{HostKey: []byte("\x00\x00\x00\x01x")}.Payload(sshwire.MsgKexReply))...)
				}
				bytewise := bufio.NewReader(strings.NewReader(string(parts)))
				copyBytewise(c, bytewise)
				say(c)
			})
			o, n := probe(t, addr, 5*time.Second)
			if o.SSH == nil || n != 1 || o.SSH.Banner != tt.banner {
				t.Fatalf("%d connections, failure %+v, %+v", n, o.Failure, o.SSH)
			}
			if speaks2 {
				exposed := true
				tt.want.Terrapin, tt.want.Markers = &exposed, []string{"ext-info-s"}
			}
			if diff := cmp.Diff(&tt.want, o.SSH.Reading); diff != "" || speaks2 != (len(o.SSH.HostKeys) == 1) {
				t.Errorf("host keys %v %s", o.SSH.HostKeys, diff)
			}
		})
	}
}
