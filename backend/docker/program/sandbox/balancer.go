//go:build linux

package main

import "syscall"

// balancerSocket is where the program of a load balancer says which flows the kernel is to lead: an
// abstract socket, which only those in this namespace reach. That program looks into what strangers
// send, so it has no right to change the network itself.
const balancerSocket = "@ecs-emulator-balance"

// unbalanced is why this namespace leads no flows of a load balancer.
var unbalanced error

func balances([]string) error { return unbalanced }

// serveBalancer obeys the program of a load balancer from now on. Where the kernel cannot do what it
// says, nothing answers it, and it does without.
func serveBalancer() error {
	if err := canBalance(); err != nil {
		return err
	}
	if err := balance(nil); err != nil {
		return err
	}
	uncounted = countFlows()
	sock, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	if err := syscall.Bind(sock, &syscall.SockaddrUnix{Name: balancerSocket}); err != nil {
		return err
	}
	if err := syscall.Listen(sock, 8); err != nil {
		return err
	}
	go func() {
		for {
			conn, _, err := syscall.Accept4(sock, syscall.SOCK_CLOEXEC)
			if err != nil {
				continue // the client has gone
			}
			obey(conn, conn, balancerCommands)
			_ = syscall.Close(conn)
		}
	}()
	return nil
}

var balancerCommands = map[string]teller{"balance": does(balance), "counts": counts}
