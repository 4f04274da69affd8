package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"
)

// collect is a log agent: on a TCP port it takes lines, answers each of them, and prints it after when it began itself, in
// nanoseconds. With a folder it writes them there too, into a file of its own.
func collect(args []string) error {
	stop := terminated()
	began := time.Now().UnixNano()
	var to io.Writer = os.Stdout
	if len(args) > 1 {
		file, err := os.Create(filepath.Join(args[1], fmt.Sprint(began)))
		if err != nil {
			return err
		}
		to = io.MultiWriter(to, file)
	}
	listener, err := net.Listen("tcp4", ":"+args[0])
	if err != nil {
		return err
	}
	go func() {
		<-stop
		os.Exit(0)
	}()
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer func() { _ = conn.Close() }()
			for lines := bufio.NewScanner(conn); lines.Scan(); {
				_, _ = fmt.Fprintf(to, "%d %s\n", began, lines.Text())
				if _, err := conn.Write([]byte{'\n'}); err != nil {
					return
				}
			}
		}()
	}
}

// forward runs another mode, and sends what it prints to a log agent, each line after when the program began and its host's name. When
// the agent is gone it goes on without, and prints what is lost.
func forward(args []string) error {
	began := time.Now().UnixNano()
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	agent, err := net.DialTimeout("tcp4", args[0], patience)
	if err != nil {
		return err
	}
	answers := bufio.NewReader(agent)
	printed, out, err := os.Pipe()
	if err != nil {
		return err
	}
	rest := os.Stdout
	os.Stdout = out
	go func() {
		for lines := bufio.NewScanner(printed); lines.Scan(); {
			_, err := fmt.Fprintf(agent, "%d %s %s\n", began, host, lines.Text())
			if err == nil {
				_, err = answers.ReadByte()
			}
			if err != nil {
				_, _ = fmt.Fprintln(rest, "lost:", lines.Text())
			}
		}
	}()
	return modes[args[1]].run(args[2:])
}
