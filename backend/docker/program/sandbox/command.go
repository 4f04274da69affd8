//go:build linux

package main

import (
	"bytes"
	"strings"
	"syscall"
)

// longestCommand is more than any that is meant.
const longestCommand = 16 << 20

// obey carries out the commands that come in and are among those that there are, each on a line that ends in a full stop, and
// answers each on a line that begins with the word that the command begins with, and goes on
// with "done", what was asked for, or what went wrong:
//
//	7f3a filter 10.0.0.9 open out/-1//* .
//	7f3a done
//
// The engine's interface passes lines on in a thirtieth of the time that a process takes
// which it starts. A line without the full stop is what a client that died has left.
func obey(from, to int, commands map[string]teller) {
	var pending []byte
	for buf := make([]byte, 16<<10); ; {
		n, err := syscall.Read(from, buf)
		if err == syscall.EINTR || err == syscall.EAGAIN {
			continue
		}
		if n <= 0 || err != nil || len(pending) > longestCommand {
			return
		}
		pending = append(pending, buf[:n]...)
		for {
			line, rest, ended := bytes.Cut(pending, []byte("\n"))
			if !ended {
				break
			}
			if words := strings.Fields(string(line)); len(words) > 0 {
				writeAll(to, []byte(words[0]+" "+carryOut(words[1:], commands)+"\n"))
			}
			if pending = rest; len(pending) == 0 {
				pending = nil // it may have been long
			}
		}
	}
}

// teller carries out a command, and returns the answer.
type teller func(words []string) (answer string, err error)

// does is a command that has nothing to tell.
func does(command func([]string) error) teller {
	return func(words []string) (string, error) { return "done", command(words) }
}

// ownerCommands are those that come on standard input.
var ownerCommands = map[string]teller{
	"filter": does(tellFilter), "ready": does(ready), "answer": does(answer), "balances": does(balances), "connect": does(connect),
	"stats": stats, "claim": does(tellClaim), "interface": vpcInterface,
}

func carryOut(words []string, commands map[string]teller) string {
	n := len(words)
	if n < 2 || words[n-1] != "." || commands[words[0]] == nil {
		return "not a command"
	}
	said, err := commands[words[0]](words[1 : n-1])
	if err != nil {
		return err.Error()
	}
	return said
}

// held is what went wrong when the program began.
var held error

func ready([]string) error { return held }
