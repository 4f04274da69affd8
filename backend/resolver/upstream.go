package resolver

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"time"
)

// serverTime is for how long one of several servers is waited for.
const serverTime = 5 * time.Second

// Servers asks servers in turn, each a host with a port.
func Servers(all []string) Upstream {
	return func(ctx context.Context, network string, message []byte) ([]byte, error) {
		err := errors.New("there is no DNS server to ask")
		for i, server := range all {
			within, cancel := ctx, context.CancelFunc(func() {})
			if i < len(all)-1 {
				within, cancel = context.WithTimeout(ctx, serverTime)
			}
			var reply []byte
			reply, err = exchange(within, network, server, message)
			cancel()
			if err == nil {
				return reply, nil
			}
		}
		return nil, err
	}
}

// exchange sends a message to a server, and returns the answer to it.
func exchange(ctx context.Context, network, server string, message []byte) ([]byte, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, server)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Now()) })()
	if network == "udp" {
		if _, err := conn.Write(message); err != nil {
			return nil, err
		}
		reply := make([]byte, largestSize+1) // small, as there may be many that wait
		for {
			n, err := conn.Read(reply)
			if err != nil {
				return nil, err
			}
			if n < 12 || len(message) < 2 || reply[0] != message[0] || reply[1] != message[1] {
				continue
			}
			if n > largestSize {
				return cut(message), nil
			}
			return reply[:n], nil
		}
	}
	if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(message))), message...)); err != nil {
		return nil, err
	}
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return nil, err
	}
	reply := make([]byte, binary.BigEndian.Uint16(length[:]))
	_, err = io.ReadFull(conn, reply)
	return reply, err
}

// cut is an answer to a message that says that there is too much for a datagram.
func cut(message []byte) []byte {
	q, _ := read(message)
	reply, _ := q.pack(Answer{}, true)
	return reply
}

// Configured are the servers that resolv.conf(5) names.
func Configured(file string) (servers []string) {
	for line := range strings.Lines(file) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == "nameserver" {
			servers = append(servers, net.JoinHostPort(words[1], "53"))
		}
	}
	return servers
}
