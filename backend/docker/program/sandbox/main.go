//go:build linux

// Command sandbox is the process of a task's network namespace, and nothing more:
// it is built static, without fmt and net, because one runs for every task.
//
//	sandbox                       hold the namespace: reap children, exit on SIGTERM, and
//	                              filter, read counters and take the name of its task
//	                              (claim.go) as told on standard input (command.go)
//	sandbox hold …                likewise, and say where metadata is (metadata.go), and obey the
//	                              program of a load balancer (balancer.go); with the variable
//	                              ECS_EMULATOR_INTROSPECTION, carry what is asked of the agent
//	                              of a container instance (introspection.go), and begin with the
//	                              filter that was told last (keep.go); with out=, lead out by
//	                              another interface than the VPC's (way_out.go)
//	sandbox groups                read control groups of the engine's host as told on standard
//	                              input (stats.go)
//	sandbox lifeline              exit when standard input ends
//	sandbox route …               make the namespace the gateway of a network
//	sandbox traffic …             say where its ports lead
//	sandbox folder <path> [mode]  look for a folder below /at, or make it
//	sandbox mtu <address>         say how large packets are on the interface that has an address
//	sandbox limit …               give a control group limits
//	sandbox drop <group>          remove a control group
//
// Package program has it compressed; `make programs` builds it.
package main

import (
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes. Sweeping tells by them whether the owner hung up (0) or the engine
// took the lifeline down (143, or 137 when it had no patience).
const (
	exitOK         = 0
	exitFailed     = 1
	exitUsage      = 2
	exitTerminated = 128 + int(syscall.SIGTERM)
)

func main() {
	switch {
	case len(os.Args) == 1:
		go obey(0, 1, ownerCommands)
		pause(exitOK)
	case len(os.Args) > 2 && os.Args[1] == "hold":
		// A kernel that cannot do it has tasks without metadata, and says so in answer to "ready".
		words, apart := leadOut(os.Args[2:])
		if err := beginFiltered(); err != nil {
			tell("", err)
		}
		if last := len(words) - 1; last >= 0 && words[last] == "balance" {
			words, unbalanced = words[:last], serveBalancer()
		}
		held = errors.Join(apart, linkLocal(words))
		if os.Getenv("ECS_EMULATOR_INTROSPECTION") != "" {
			held = errors.Join(held, serveIntrospection(words))
		}
		go obey(0, 1, ownerCommands)
		pause(exitOK)
	case len(os.Args) == 2 && os.Args[1] == "groups":
		go obey(0, 1, readerCommands)
		pause(exitOK)
	case len(os.Args) == 2 && os.Args[1] == "lifeline":
		go func() {
			drain(0)
			os.Exit(exitOK)
		}()
		pause(exitTerminated)
	case len(os.Args) == 4 && os.Args[1] == "route":
		report(route(os.Args[2:]))
	case len(os.Args) >= 2 && os.Args[1] == "traffic":
		report(traffic(os.Args[2:]))
	case (len(os.Args) == 3 || len(os.Args) == 4) && os.Args[1] == "folder":
		tell(folder("/at", os.Args[2:]))
	case len(os.Args) == 3 && os.Args[1] == "mtu":
		tell(mtu(os.Args[2]))
	case len(os.Args) >= 3 && os.Args[1] == "limit":
		report(runLimit(os.Args[2:]))
	case len(os.Args) == 3 && os.Args[1] == "drop":
		report(runDrop(os.Args[2:]))
	default:
		complain("usage: sandbox [hold <address> lead=<address:port> [instance] [out=<gateway/bits> [inside=<gateway/bits>]] [balance] | groups | lifeline | route <gateway/bits> <gateway/bits> | traffic [cut] [masquerade] [daemons=<address>] <port>… | folder <path> [mode] | mtu <address> | limit <group> <limit>… | drop <group>]")
		os.Exit(exitUsage)
	}
}

// pause waits for the end. As process 1 of a shared PID namespace it inherits the
// orphans of the task's containers and has to reap them.
func pause(code int) {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGCHLD)
	for s := range signals {
		if s != syscall.SIGCHLD {
			os.Exit(code)
		}
		for {
			pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
			if pid <= 0 && err != syscall.EINTR {
				break
			}
		}
	}
}

// drain reads to the end of fd.
func drain(fd int) {
	var buf [256]byte
	for {
		n, err := syscall.Read(fd, buf[:])
		if err == syscall.EINTR || err == syscall.EAGAIN {
			continue
		}
		if n <= 0 || err != nil {
			return
		}
	}
}

// report ends the program. Success says so, because exit codes take another question.
func report(err error) { tell("done", err) }

// tell ends the program with an answer.
func tell(answer string, err error) {
	if err != nil {
		complain(err.Error())
		os.Exit(exitFailed)
	}
	_, _ = syscall.Write(1, []byte(answer+"\n"))
	os.Exit(exitOK)
}

func complain(text string) {
	_, _ = syscall.Write(2, []byte(text+"\n"))
}
