package dnsload

import (
	"net"
	"runtime"
)

// ServeBare is the least that answers as a DNS server does: it sends each question back as an answer with code 0 and
// one record, which it does not have.
func ServeBare(address string) error {
	conn, err := net.ListenPacket("udp", address)
	if err != nil {
		return err
	}
	ended := make(chan error)
	for range runtime.GOMAXPROCS(0) {
		go func() { ended <- answerBare(conn.(*net.UDPConn)) }()
	}
	return <-ended
}

func answerBare(conn *net.UDPConn) error {
	message := make([]byte, 4096)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(message)
		if err != nil {
			return err
		}
		if n < 12 {
			continue
		}
		message[2], message[3], message[7] = message[2]|0x80, 0, 1
		if _, err := conn.WriteToUDPAddrPort(message[:n], from); err != nil {
			return err
		}
	}
}
