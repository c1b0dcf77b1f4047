package tlsprobe

import (
	"fmt"
	"io"
	"net"
	"os"
)

// responder is the other process: it says where it listens, and ends with its
// standard input.
func responder(answer []byte) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(l.Addr())
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				header := make([]byte, 5)
				if _, err := io.ReadFull(conn, header); err != nil {
					return
				}
				if _, err := io.CopyN(io.Discard, conn, int64(header[3])<<8|int64(header[4])); err != nil {
					return
				}
				conn.Write(answer)
				io.Copy(io.Discard, conn) // until the other side has had enough
			}()
		}
	}()
	io.Copy(io.Discard, os.Stdin)
}
