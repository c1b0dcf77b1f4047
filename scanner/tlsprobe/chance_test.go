package tlsprobe

import (
	"crypto/tls"
	"net"
	"sync/atomic"
	"testing"
)

// A server that says no by hanging up, and once hangs up by chance, is not
// taken at its word: whatever it was asked then, what it accepts is found, or
// told as lost.
func TestVerdictOfOneHangUpByChance(t *testing.T) {
	config := clean(t)
	config.MinVersion = tls.VersionTLS11 // which does not pass, and has one suite
	config.CipherSuites = append(config.CipherSuites, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA)
	probed := func(chance int64) (old *bool, connections int64, lost []string) {
		var count atomic.Int64
		o := decided(t, endpoint(serve(t, func(conn net.Conn) {
			if count.Add(1) == chance {
				_, _ = readHello(conn)
				return
			}
			_ = tls.Server(mute{conn}, config).Handshake()
		}), "lab.test"))
		if o.TLS == nil {
			return nil, count.Load(), incomplete(o)
		}
		return o.TLS.Versions[3].Accepted, count.Load(), incomplete(o)
	}
	_, all, _ := probed(0)
	for chance := int64(2); chance <= all; chance++ {
		if old, _, lost := probed(chance); len(lost) == 0 && (old == nil || !*old) {
			t.Errorf("hung up at connection %d of %d: TLS 1.1 was not found, and nothing lost", chance, all)
		}
	}
}
