// Package dnsload asks a DNS server the same question again and again, and looks for what an answer has.
package dnsload

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// patience is for how long one answer is awaited: one that is lost ends the run.
const patience = 5 * time.Second

// Question is a message that asks for the addresses of a name, which ends with a dot.
func Question(name string) ([]byte, error) {
	n, err := dnsmessage.NewName(name)
	if err != nil {
		return nil, fmt.Errorf("ask for %q: %w", name, err)
	}
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: n, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
	}
	return m.Pack()
}

// Connection is a client with a socket of its own. It does the least a client can do. It is a requestload.Sender.
type Connection struct {
	net    net.Conn
	id     uint16
	answer [4096]byte
}

// Connect makes a client of a server, host:port.
func Connect(address string) (*Connection, error) {
	c, err := net.Dial("udp", address)
	if err != nil {
		return nil, err
	}
	return &Connection{net: c}, nil
}

func (c *Connection) Close() { _ = c.net.Close() }

// Exchange sends a question, which is given another id, and awaits an answer that has records.
func (c *Connection) Exchange(question []byte) error {
	answer, err := c.ask(question)
	if err != nil {
		return err
	}
	if code, records := answer[3]&0xf, binary.BigEndian.Uint16(answer[6:]); code != 0 || records == 0 {
		return fmt.Errorf("answered with code %d and %d records", code, records)
	}
	return nil
}

func (c *Connection) ask(question []byte) ([]byte, error) {
	c.id++
	binary.BigEndian.PutUint16(question, c.id)
	if err := c.net.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	if _, err := c.net.Write(question); err != nil {
		return nil, err
	}
	for {
		n, err := c.net.Read(c.answer[:])
		if err != nil {
			return nil, err
		}
		if n >= 12 && binary.BigEndian.Uint16(c.answer[:]) == c.id {
			return c.answer[:n], nil
		}
	}
}

// Addresses are those that a name has; none is no error.
func (c *Connection) Addresses(name string) (all []netip.Addr, err error) {
	question, err := Question(name)
	if err != nil {
		return nil, err
	}
	answer, err := c.ask(question)
	if err != nil {
		return nil, err
	}
	var m dnsmessage.Message
	if err := m.Unpack(answer); err != nil {
		return nil, err
	}
	if m.RCode != dnsmessage.RCodeSuccess && m.RCode != dnsmessage.RCodeNameError {
		return nil, errors.New("answered with " + m.RCode.String())
	}
	for _, r := range m.Answers {
		if a, is := r.Body.(*dnsmessage.AResource); is {
			all = append(all, netip.AddrFrom4(a.A))
		}
	}
	return all, nil
}
