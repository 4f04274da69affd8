// Package door is what both ends of a connection agree on that is for a process with a key alone: it says the key,
// which the other end has in a variable of its environment, and is welcome or cut off.
package door

import (
	"crypto/subtle"
	"errors"
	"io"
	"net"
	"time"
)

const (
	// BalancerKey is the variable with the key of a load balancer's program.
	BalancerKey = "ECS_EMULATOR_BALANCER_KEY"
	// BalancerPort is where that program is connected to, in the namespace of a task: a port that ECS keeps for
	// itself on container instances.
	// Source: Amazon ECS API reference, PortMapping, hostPort.
	BalancerPort = 51680
)

// Timeout bounds what is said first: both ends are on one machine, or one hop of a tunnel apart, which may have much
// to do.
const Timeout = 5 * time.Second

// welcome is the answer to the key.
const welcome = '!'

// Knock says the key, and waits for the welcome. If there is none, the connection is closed.
func Knock(conn net.Conn, key string) error {
	return meet(conn, func() error {
		if _, err := io.WriteString(conn, key); err != nil {
			return err
		}
		answer := make([]byte, 1)
		if _, err := io.ReadFull(conn, answer); err != nil {
			return err
		}
		if answer[0] != welcome {
			return errors.New("there is another process")
		}
		return nil
	})
}

// Admit is the other end of Knock. Without the key, the connection is closed.
func Admit(conn net.Conn, key string) error {
	return meet(conn, func() error {
		said := make([]byte, len(key))
		if _, err := io.ReadFull(conn, said); err != nil {
			return err
		}
		if subtle.ConstantTimeCompare(said, []byte(key)) == 0 {
			return errors.New("not the key")
		}
		_, err := conn.Write([]byte{welcome})
		return err
	})
}

func meet(conn net.Conn, talk func() error) error {
	err := conn.SetDeadline(time.Now().Add(Timeout))
	if err == nil {
		err = talk()
	}
	if err == nil {
		err = conn.SetDeadline(time.Time{})
	}
	if err != nil {
		_ = conn.Close()
	}
	return err
}
